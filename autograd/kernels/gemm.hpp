#pragma once
// Matrix products:  C = relu(alpha A B + beta C + bias)
//
//   gemm<float>(m, n, k, row_major(x, k), row_major(w, k).transposed(), y, n, {.bias = b, .relu = true});   // y =
//   relu(x W^T + b)
//
//   A: (m, k)   B: (k, n)   C: (m, n), row i at c + i * c_row
//
// A and B are given by two strides each, so a transposed, sliced or broadcast matrix needs no copy. C may not overlap
// them. With beta = 0 the old C is not read (a NaN there is gone). NaN and inf in A and B go their way as in a plain
// product; k = 0 gives beta C + bias. The way of computing depends on sizes, strides, dtype, instruction set and thread
// count, and the bits of the result with it, on nothing else. Large products use num_threads() threads. No memory is
// asked from the system once a shape has been seen, but by oneDNN.
//
// Libraries were measured beside these kernels, f32, GFLOP/s on one | two threads of a 2-core virtual machine (AMD EPYC,
// Zen 5, AVX-512), medians of 5 alternating samples; m x n x k, A B or A B^T (NT) or A^T B (TN); OpenBLAS 0.3.21, oneDNN
// 2.6:
//                         here         oneDNN sgemm   oneDNN matmul   OpenBLAS
//   16 cube            113 |  -            - |  -       23 |  -        44 |  -
//   64x128x784 NT      197 | 382         195 | 306     208 | 415       98 |  -
//   256x2048x2048 NT   177 | 346         197 | 273     213 | 439      108 |  -
//   256x2048x2048      170 | 364         214 | 431     200 | 418      107 |  -
//   512 cube           211 | 454         234 | 471     233 | 467      111 |  -
//   1024 cube          195 | 381         227 | 457     211 | 430      110 |  -
//   2048 cube          184 | 376         233 | 465     205 | 409      108 |  -
//   1024 cube, f64     101 | 187           - |  -        - |  -        53 |  -
// The same on one thread of an AMD EPYC, Zen 3, AVX2, quickest tenth of alternating samples (there are no more than 94):
//                         here   oneDNN sgemm   OpenBLAS
//   64x128x784 NT         84         91            79
//   128x784x64 TN         82         87            72
//   256 cube              91         94            87
//   512 cube              86         83            87
//   1024 cube             83         89            89
//   1024 cube NT          87         88            89
//   2048 cube             88         89            92
//   1024 cube, f64     41-42          -            41
// So OpenBLAS (which takes its Haswell kernels on both) is not used. A piece of 2^29 multiply-adds and more goes to
// oneDNN's sgemm, where there are oneDNN and AVX-512: large_product.hpp.
#include <cstdint>

#include "autograd/kernels/compute_table.hpp"

namespace xgrad::kernels {

template <class T>
Matrix<T> row_major(const T* data, std::int64_t row)
{
    return {data, row, 1};
}

template <class T>
struct GemmOptions {
    T alpha = 1, beta = 0;
    const T* bias = nullptr;  // one a column of C
    bool relu = false;
};

/// T is float, double or std::int64_t (plain loops; sums wrap around). Throws ShapeError for a negative size and for
/// rows of C that overlap.
template <class T>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, const Matrix<T>& a, const Matrix<T>& b, T* c,
          std::int64_t c_row, const GemmOptions<T>& options = {});

/// `count` products; number i reads a.data + i * a_step and b.data + i * b_step (a step of 0: the same for all) and
/// writes c + i * c_step. Results may not overlap. The bias is shared.
struct GemmBatch {
    std::int64_t count, a_step, b_step, c_step;
};
template <class T>
void gemm_batched(const GemmBatch& batch, std::int64_t m, std::int64_t n, std::int64_t k, const Matrix<T>& a,
                  const Matrix<T>& b, T* c, std::int64_t c_row, const GemmOptions<T>& options = {});

}  // namespace xgrad::kernels
