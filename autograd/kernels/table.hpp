// The table of flat kernels, filled for the best instruction set of this machine before any constructor of a program
// runs. XGRAD_ISA=generic|avx2|avx512 in the environment picks another one (tests compare them); one that the machine
// lacks, or an unknown name, leaves the best.
//
// A kernel works on contiguous arrays of n >= 0 elements, on the calling thread, and allocates nothing.
//   kernels::active.unary[index_of(dtype)][UnaryOps::index<Tanh>()](n, x, y, nullptr);
// Arrays are void*, their element type is the table's first index: f32 0, f64 1, i64 2, bool 3 (a null entry where the
// operation has no meaning for the dtype). An output may be the same array as an input of the same element size, but
// may not overlap one otherwise. A step is 1 (an array of n elements) or 0 (one number for all).
//
// Operations mostly want the functions around this table, which know threads, strides and broadcasting:
// elementwise.hpp, copy.hpp, reduce.hpp, softmax.hpp, normalize.hpp, loss.hpp, optimizer.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autograd/dtype.hpp"
#include "autograd/elementary.hpp"
#include "autograd/kernels/scalar_walk.hpp"

namespace xgrad::kernels {

using Index = std::int64_t;

inline constexpr std::size_t kDtypes = 4, kNumbers = 3, kFloats = 2;  // all; without bool; f32 and f64
constexpr std::size_t index_of(Dtype dtype) { return static_cast<std::size_t>(dtype); }

enum class Comparison : unsigned char { eq, ne, lt, le, gt, ge };
inline constexpr std::size_t kComparisons = 6;

/// What a fused linear layer applies after adding its bias.
enum class Activation : unsigned char { none, relu, tanh, sigmoid };
inline constexpr std::size_t kActivations = 4;

struct NormGroups;  // normalize.hpp

// ---- kinds of kernels -----------------------------------------------------------------------------------------------

/// y = f(x). Parameters: kMaxParameters numbers for functions of ParametricOps; others ignore them.
using UnaryKernel = void(Index n, const void* x, void* y, const double* parameters);
/// gx = gy * f'(x, y). Of x and y only those that f reads are touched; the other may be null.
using UnaryVjp = void(Index n, const void* gy, const void* x, const void* y, void* gx, const double* parameters);
/// y = f(a, b).
using BinaryKernel = void(Index n, const void* a, Index a_step, const void* b, Index b_step, void* y);
/// The same for rows: y is (rows, n) contiguous, an operand's row r begins r * row elements further on.
using BinaryRowsKernel = void(Index rows, Index n, const void* a, Index a_row, Index a_step, const void* b, Index b_row,
                              Index b_step, void* y);
/// g = gy * df/da (or df/db), for every element; broadcasting is undone by sum_to. Arrays that it does not read may be
/// null.
using BinaryVjp = void(Index n, const void* gy, const void* a, Index a_step, const void* b, Index b_step, const void* y,
                       void* g);
/// y = a < b and the like, one byte 0 or 1 an element.
using CompareKernel = void(Index n, const void* a, Index a_step, const void* b, Index b_step, void* y);
/// y = condition ? a : b. The condition is bool bytes.
using WhereKernel = void(Index n, const void* condition, Index condition_step, const void* a, Index a_step,
                         const void* b, Index b_step, void* y);
/// y = *value everywhere.
using FillKernel = void(Index n, const void* value, void* y);
/// y = x in another dtype: float to i64 cuts towards zero (nan and out of range become the smallest i64), to bool: x !=
/// 0.
using CastKernel = void(Index n, const void* x, void* y);
/// y += factor * x.
using AddScaledKernel = void(Index n, double factor, const void* x, void* y);
/// y = factor * x.
using ScaleKernel = void(Index n, double factor, const void* x, void* y);
/// y[r, i] = activation(x[r, i] + bias[i]); y may be x. bias may be null.
using BiasActivationKernel = void(Index rows, Index n, const void* x, const void* bias, void* y);

/// x: (outer, n, inner) -> y: (outer, inner).
using ReduceKernel = void(Index outer, Index n, Index inner, const void* x, void* y);
/// The same, with the i64 position along n of the first extremum (of the first NaN if there is one). Either output may
/// be null.
using ExtremumKernel = void(Index outer, Index n, Index inner, const void* x, void* y, std::int64_t* position);

/// x, y: (outer, n, inner), along n.
using SoftmaxKernel = void(Index outer, Index n, Index inner, const void* x, void* y);
using SoftmaxVjp = void(Index outer, Index n, Index inner, const void* gy, const void* y, void* gx);
/// y = factor * exp(x - lse), with lse and factor of (outer, inner): softmax times a factor, from the log of its sum.
using SoftmaxFromLse = void(Index outer, Index n, Index inner, const void* x, const void* lse, const void* factor,
                            void* y);

/// Of groups [begin, end) of normalize.hpp.
using NormalizeKernel = void(const NormGroups& groups, Index begin, Index end, const void* x, const void* weight,
                             const void* bias, void* y, void* statistics);
using NormalizeVjp = void(const NormGroups& groups, Index begin, Index end, const void* gy, const void* x,
                          const void* weight, const void* statistics, void* gx, void* gw, void* gb);

/// *y = sum of (a - b)^2, one number.
using SquaredDistanceKernel = void(Index n, const void* a, const void* b, void* y);
/// y = factor * (a - b).
using ScaledDifferenceKernel = void(Index n, double factor, const void* a, const void* b, void* y);

/// to[k * to_row + i] = from[i * from_row + k] for i < rows, k < columns.
using TransposeKernel = void(Index rows, Index columns, const void* from, Index from_row, void* to, Index to_row);
/// to[i * to_row + k] = from[i * from_row + k] for i < rows, k < n, where n > 0 is small: memcpy for many short rows.
using CopyRowsKernel = void(Index rows, Index n, const void* from, Index from_row, void* to, Index to_row);
/// to[i] = from[2 i].
using EverySecondKernel = void(Index n, const void* from, void* to);
/// to = from, `bytes` of them, past the caches: for large results that are not read soon. `to` begins at a cache line.
/// Other threads see them in order after std::atomic_thread_fence(std::memory_order_seq_cst).
using StreamKernel = void(Index bytes, const void* from, void* to);

// ---- the table ------------------------------------------------------------------------------------------------------

/// Functions of one operand: those of UnaryOps, then those of ParametricOps.
inline constexpr std::size_t kUnary = elementary::UnaryOps::size + elementary::ParametricOps::size;

struct KernelTable {
    const char* isa;  // "generic", "avx2" or "avx512"

    UnaryKernel* unary[kFloats][kUnary];
    UnaryVjp* unary_vjp[kFloats][kUnary];
    BinaryKernel* binary[kNumbers][elementary::BinaryOps::size];  // i64: fill_integer of isa/mixed.cpp
    BinaryRowsKernel* binary_rows[kFloats][elementary::BinaryOps::size];
    BinaryVjp* binary_vjp_a[kFloats][elementary::BinaryOps::size];
    BinaryVjp* binary_vjp_b[kFloats][elementary::BinaryOps::size];

    CompareKernel* compare[kDtypes][kComparisons];
    WhereKernel* where[kDtypes];
    FillKernel* fill[kDtypes];
    CastKernel* cast[kDtypes][kDtypes];  // [from][to]
    AddScaledKernel* add_scaled[kNumbers];
    ScaleKernel* scale[kNumbers];
    BiasActivationKernel* bias_activation[kFloats][kActivations];

    ReduceKernel* sum[kNumbers];
    ExtremumKernel* maximum[kNumbers];
    ExtremumKernel* minimum[kNumbers];

    SoftmaxKernel* softmax[kFloats];
    SoftmaxKernel* log_softmax[kFloats];
    SoftmaxVjp* softmax_vjp[kFloats];
    SoftmaxVjp* log_softmax_vjp[kFloats];
    ReduceKernel* log_sum_exp[kFloats];
    SoftmaxFromLse* softmax_from_lse[kFloats];
    NormalizeKernel* normalize[kFloats];
    NormalizeVjp* normalize_vjp[kFloats];
    NormalizeVjp* normalize_rows_vjp[kFloats];  // of one piece, with weights of elements: gw and gb are added to
    SquaredDistanceKernel* squared_distance[kFloats];
    ScaledDifferenceKernel* scaled_difference[kFloats];

    TransposeKernel* transpose[2];  // words of 4 and of 8 bytes
    CopyRowsKernel* copy_rows[2];
    EverySecondKernel* every_second[2];
    StreamKernel* stream;

    ScalarWalkKernel* scalar_walk;
};

extern KernelTable active;

/// Fills the table for an instruction set; false where this machine or build lacks it. For tests: no kernel may be
/// running.
bool use_isa(const char* name);

}  // namespace xgrad::kernels
