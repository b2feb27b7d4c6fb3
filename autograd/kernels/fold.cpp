#include "autograd/kernels/fold.hpp"

#include <algorithm>

#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

using Index = std::int64_t;

constexpr Index kThreadElements = 1 << 15;  // of the columns, below which a second thread does not pay

Index column_elements(const FoldShape& s) { return s.kernel[0] * s.kernel[1] * s.out[0] * s.out[1]; }

/// Where one tap's row of columns meets a row of x.
struct Row {
    Index at;           // the row of columns in its plane
    Index row;          // the row of x; outside of x: -1
    Index first, last;  // positions of the row of columns that lie inside x
    Index column;       // in x, of the first of them
};

/// f(row) for all rows of a plane's columns, in their order.
template <class F>
void each_row(const FoldShape& s, F f)
{
    Index at = 0;
    for (Index u = 0; u < s.kernel[0]; ++u)
        for (Index v = 0; v < s.kernel[1]; ++v) {
            const Index begin = v * s.dilation[1] - s.pad[1];  // the column of x at position 0
            const Index step = s.stride[1];
            const Index first = std::min(begin < 0 ? (-begin + step - 1) / step : 0, s.out[1]);
            const Index inside = begin < s.in[1] ? (s.in[1] - 1 - begin) / step + 1 : 0;
            const Index last = std::max(first, std::min(inside, s.out[1]));
            for (Index i = 0; i < s.out[0]; ++i, ++at) {
                const Index row = i * s.stride[0] + u * s.dilation[0] - s.pad[0];
                f(Row{at, row >= 0 && row < s.in[0] ? row : -1, first, last, begin + first * step});
            }
        }
}

/// f(plane) for all planes.
template <class F>
void each_plane(const FoldShape& s, F f)
{
    parallel_for(s.planes, kThreadElements / (column_elements(s) + 1) + 1, [&](Index begin, Index end) {
        for (Index p = begin; p < end; ++p) f(p);
    });
}

}  // namespace

template <class T>
void unfold(const FoldShape& s, const T* x, T* columns)
{
    each_plane(s, [&](Index p) {
        const T* const from = x + p * s.in[0] * s.in[1];
        T* const to = columns + p * column_elements(s);
        each_row(s, [&](const Row& r) {
            T* const row = to + r.at * s.out[1];
            if (r.row < 0) return static_cast<void>(std::fill_n(row, s.out[1], T(0)));
            const T* const source = from + r.row * s.in[1] + r.column;
            std::fill(row, row + r.first, T(0));
            for (Index j = r.first; j < r.last; ++j) row[j] = source[(j - r.first) * s.stride[1]];
            std::fill(row + r.last, row + s.out[1], T(0));
        });
    });
}

template <class T>
void fold(const FoldShape& s, const T* columns, T* x)
{
    each_plane(s, [&](Index p) {
        const T* const from = columns + p * column_elements(s);
        T* const to = x + p * s.in[0] * s.in[1];
        std::fill_n(to, s.in[0] * s.in[1], T(0));
        each_row(s, [&](const Row& r) {
            if (r.row < 0 || r.first == r.last) return;
            const T* const row = from + r.at * s.out[1];
            T* const target = to + r.row * s.in[1] + r.column;
            for (Index j = r.first; j < r.last; ++j) target[(j - r.first) * s.stride[1]] += row[j];
        });
    });
}

template void unfold(const FoldShape&, const float*, float*);
template void unfold(const FoldShape&, const double*, double*);
template void fold(const FoldShape&, const float*, float*);
template void fold(const FoldShape&, const double*, double*);

}  // namespace xgrad::kernels
