#pragma once
// The kernels of recurrent networks that are compiled once for each instruction set. recurrent.hpp has the functions to
// call; they pack the weight, cut the samples for threads and come here for each piece.
#include <cstdint>

#include "autograd/kernels/compute_table.hpp"

namespace xgrad::kernels {

struct LstmSizes {
    std::int64_t steps, batch, hidden;
    bool backwards;  // from the last step to the first

    /// The step that is taken as number i.
    std::int64_t step(std::int64_t i) const { return backwards ? steps - 1 - i : i; }
};

/// Samples [first, last) of a sequence; the arrays begin at sample 0. See recurrent.hpp.
template <class T>
struct LstmPiece {
    const LstmSizes* size;
    const T *projected, *weight;  // weight: packed W^T
    const T *h_0, *c_0;           // h_0: null for zeros
    T *y, *kept;
    std::int64_t kept_step;  // from the kept numbers of a step to those of the next; 0: one place for all steps
    std::int64_t first, last;
};
template <class T>
struct LstmVjpPiece {
    const LstmSizes* size;
    const T *gy, *weight;  // weight: packed W
    const T *kept, *c_0;
    T *gprojected, *gh_0, *gc_0;
    bool wants_h_0;
    std::int64_t first, last;
};

/// B (k, n), packed for products A B with at most `rows` rows.
template <class T>
struct PackPiece {
    std::int64_t rows, k, n;
    Matrix<T> b;
    T* to;
};

struct RecurrentTable {
    void (*pack_f32)(const PackPiece<float>&);
    void (*pack_f64)(const PackPiece<double>&);
    void (*lstm_f32)(const LstmPiece<float>&);
    void (*lstm_f64)(const LstmPiece<double>&);
    void (*lstm_vjp_f32)(const LstmVjpPiece<float>&);
    void (*lstm_vjp_f64)(const LstmVjpPiece<double>&);
};

/// For the instruction set that kernels::active uses.
extern RecurrentTable recurrent;

}  // namespace xgrad::kernels
