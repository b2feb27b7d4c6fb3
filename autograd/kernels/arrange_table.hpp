// The kernels of normalisations and of copies that change the order of elements: a table beside that of table.hpp, for
// the same instruction set.
#pragma once

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

struct NormGroups;  // normalize.hpp

/// Of groups [begin, end) of normalize.hpp.
using NormalizeKernel = void(const NormGroups& groups, Index begin, Index end, const void* x, const void* weight,
                             const void* bias, void* y, void* statistics);
using NormalizeVjp = void(const NormGroups& groups, Index begin, Index end, const void* gy, const void* x,
                          const void* weight, const void* statistics, void* gx, void* gw, void* gb);

/// to[k * to_row + i] = from[i * from_row + k] for i < rows, k < columns.
using TransposeKernel = void(Index rows, Index columns, const void* from, Index from_row, void* to, Index to_row);
/// to[i * to_row + k] = from[i * from_row + k] for i < rows, k < n, where n > 0 is small: memcpy for many short rows.
using CopyRowsKernel = void(Index rows, Index n, const void* from, Index from_row, void* to, Index to_row);
/// to[i] = from[2 i].
using EverySecondKernel = void(Index n, const void* from, void* to);

struct ArrangeTable {
    NormalizeKernel* normalize[kFloats];
    NormalizeVjp* normalize_vjp[kFloats];
    NormalizeVjp* normalize_rows_vjp[kFloats];  // of one piece, with weights of elements: gw and gb are added to

    TransposeKernel* transpose[2];  // words of 4 and of 8 bytes
    CopyRowsKernel* copy_rows[2];
    EverySecondKernel* every_second[2];
};

extern ArrangeTable arrange;

}  // namespace xgrad::kernels
