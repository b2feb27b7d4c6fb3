// Elements and rows of a tensor at given places. A place is a row-major position, or kNowhere; the caller has checked
// that it lies inside. Accumulation goes in the order of the places, whatever the number of threads.
#pragma once

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

inline constexpr Index kNowhere = -1;

/// y[k] = x[places[k]]; 0 for nowhere. `element` is the size of an element in bytes (1, 4 or 8).
void take(std::size_t element, Index count, const void* x, const Index* places, void* y);

/// y[places[k]] = x[k]; of equal places the last one wins, nowhere is left out.
void put(std::size_t element, Index count, const void* x, const Index* places, void* y);

/// y[places[k]] += x[k]. f32, f64, i64.
void add_at(Dtype dtype, Index count, const void* x, const Index* places, void* y);

/// y[outer, k, inner] = x[outer, rows[k], inner] for `count` rows of n; 0 for nowhere.
void take_rows(std::size_t element, Index outer, Index n, Index inner, const void* x, Index count, const Index* rows,
               void* y);

/// y[outer, rows[k], inner] += x[outer, k, inner]. f32, f64, i64.
void add_rows(Dtype dtype, Index outer, Index n, Index inner, const void* x, Index count, const Index* rows, void* y);

}  // namespace xgrad::kernels
