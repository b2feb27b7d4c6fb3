// Positions of elements in order of size, along the middle of x[outer, n, inner]. NaN counts as larger than everything;
// equal elements stand in order of their positions. f32, f64, i64.
#pragma once

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {

/// position[outer, k, inner] of the k-th element for k < count.
void order(Dtype dtype, Index outer, Index n, Index inner, const void* x, Index count, bool descending,
           std::int64_t* position);

/// Which one of a line is asked for.
enum class Rank : unsigned char {
    given,             ///< the k-th smallest
    median,            ///< the lower median, or the first NaN
    median_of_numbers  ///< the lower median of what is not NaN
};

/// position[outer, inner] of one element of each line of n > 0.
void ranked(Dtype dtype, Index outer, Index n, Index inner, const void* x, Rank rank, Index k, std::int64_t* position);

/// position[outer, inner] of the most frequent element, of equally frequent ones the smallest; the last of its
/// positions.
void most_frequent(Dtype dtype, Index outer, Index n, Index inner, const void* x, std::int64_t* position);

/// y[k] = number of elements of an ascending line of n that are smaller than x[k] (`right`: not larger). Each line serves
/// the next `values_per_line` of the x; with 0 there is one line for all.
void search_sorted(Dtype dtype, Index n, const void* lines, Index values_per_line, Index count, const void* x,
                   bool right, std::int64_t* y);

}  // namespace xgrad::kernels
