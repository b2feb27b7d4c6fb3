#pragma once
// The compute-heavy kernels that are compiled once for each instruction set. gemm.hpp, conv.hpp and pool.hpp are the
// functions to call; they check, cut the work for threads and come here for each piece.
#include <cstdint>

namespace xgrad::kernels {

/// Element (i, j) of a matrix stands at data[i * row + j * column]. Strides may be 0 or negative.
template <class T>
struct Matrix {
    const T* data;
    std::int64_t row, column;

    Matrix transposed() const { return {data, column, row}; }
};

/// C = A B + what C holds, or A B + bias, or A B; then relu.
template <class T>
struct GemmPiece {
    std::int64_t m, n, k;
    Matrix<T> a, b;
    T* c;
    std::int64_t c_row;
    bool add;  // to what C holds
    bool relu;
    const T* bias;  // one a column, or null; not together with add
};

struct ComputeTable {
    void (*gemm_f32)(const GemmPiece<float>&);
    void (*gemm_f64)(const GemmPiece<double>&);
};

/// For the instruction set that kernels::active uses.
extern ComputeTable compute;

}  // namespace xgrad::kernels
