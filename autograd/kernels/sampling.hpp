#pragma once
// Elements of contiguous arrays weighed along an axis, and the largest of windows; T is float or double.
#include <cstdint>
#include <vector>

namespace xgrad::kernels {

/// A sparse matrix: row i has weight[k] in column[k] for each k from begin[i] to begin[i + 1].
struct SparseRows {
    std::int64_t columns = 0;
    std::vector<std::int64_t> begin{0}, column;
    std::vector<double> weight;

    std::int64_t rows() const { return static_cast<std::int64_t>(begin.size()) - 1; }
    void add(std::int64_t at, double with) { column.push_back(at), weight.push_back(with); }
    void end_row() { begin.push_back(static_cast<std::int64_t>(column.size())); }
};

SparseRows transposed(const SparseRows& m);

/// y[o, i, k] = sum over j of m[i, j] x[o, j, k], each sum in the order of the row.
template <class T>
void weigh_along(const SparseRows& m, std::int64_t outer, std::int64_t inner, const T* x, T* y);

/// Which positions of an axis of size `in` each output sees: start[i], start[i] + step, ..., count[i] of them.
struct AxisWindows {
    std::int64_t in = 0, step = 1;
    std::vector<std::int64_t> start, count;

    std::int64_t out() const { return static_cast<std::int64_t>(start.size()); }
};

/// Where the maximum of each window of three axes stands: the first largest element, or the last NaN if there is one; -1
/// for a window without elements. `places` count from the first plane, `indices` from the window's own.
template <class T>
void places_of_maxima(std::int64_t planes, const AxisWindows (&axes)[3], const T* x, std::int64_t* places,
                      std::int64_t* indices);

}  // namespace xgrad::kernels
