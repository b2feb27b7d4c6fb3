#include "autograd/kernels/reduce.hpp"

#include <algorithm>
#include <bit>

#include "autograd/kernels/copy.hpp"
#include "autograd/kernels/elementwise.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

std::size_t bytes(Index count, std::size_t element) { return static_cast<std::size_t>(count) * element; }

/// Rows summed at once by one kernel call where more than kGrain elements meet in one output.
constexpr Index kPiece = 65536;

/// (outer, n, inner) -> (outer, inner), with threads. Long sums are cut into pieces whose number depends on the sizes
/// alone.
void sum_nest(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y)
{
    ReduceKernel* f = active.sum[index_of(dtype)];
    if (outer * n * inner <= kGrain) return f(outer, n, inner, x, y);
    const std::size_t element = size_of(dtype);
    const Index rows = std::max<Index>(1, kPiece / std::max<Index>(1, inner)), pieces = (n + rows - 1) / rows;
    if (pieces <= 4 || rows < 16) {
        const Index cost = std::max<Index>(1, n * inner);
        parallel_for(outer, std::max<Index>(1, kGrain / cost), [=](Index begin, Index end) {
            f(end - begin, n, inner, at(x, begin * n * inner, element), at(y, begin * inner, element));
        });
        return;
    }
    const Scratch partial(bytes(outer * pieces * inner, element));
    parallel_for(outer * pieces, 1, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const Index o = i / pieces, first = i % pieces * rows;
            f(1, std::min(rows, n - first), inner, at(x, (o * n + first) * inner, element),
              at(partial.data(), i * inner, element));
        }
    });
    sum_nest(dtype, outer, pieces, inner, partial.data(), y);
}

/// Runs of neighbouring dimensions that are all kept or all summed, as (size, summed) from first to last.
struct Groups {
    Groups(std::span<const Index> sizes, DimSet dims)
    {
        for (std::size_t d = 0; d < sizes.size(); ++d) {
            const bool summed = (dims >> d & 1) != 0;
            if (sizes[d] == 1) continue;
            if (count > 0 && is_summed[count - 1] == summed) {
                size[count - 1] *= sizes[d];
                continue;
            }
            size[count] = sizes[d];
            is_summed[count++] = summed;
        }
    }
    int count = 0;
    Index size[kMaxDims];
    bool is_summed[kMaxDims];
};

Index product(const Index* first, const Index* last)
{
    Index p = 1;
    for (; first != last; ++first) p *= *first;
    return p;
}

/// Sums one group after the other, the last first: it is the one with the shortest strides.
void sum_groups(Dtype dtype, Groups& groups, const void* x, void* y)
{
    int at_group = groups.count - 1;
    while (at_group >= 0 && !groups.is_summed[at_group]) --at_group;
    const std::size_t element = size_of(dtype);
    if (at_group < 0) {
        std::copy_n(static_cast<const char*>(x), bytes(product(groups.size, groups.size + groups.count), element),
                    static_cast<char*>(y));
        return;
    }
    const Index outer = product(groups.size, groups.size + at_group), n = groups.size[at_group];
    const Index inner = product(groups.size + at_group + 1, groups.size + groups.count);
    groups.size[at_group] = 1;
    groups.is_summed[at_group] = false;
    const bool done =
        std::none_of(groups.is_summed, groups.is_summed + groups.count, [](bool summed) { return summed; });
    if (done) return sum_nest(dtype, outer, n, inner, x, y);
    const Scratch partial(bytes(outer * inner, element));
    sum_nest(dtype, outer, n, inner, x, partial.data());
    sum_groups(dtype, groups, partial.data(), y);
}

bool is_contiguous(std::span<const Index> sizes, const Index* strides)
{
    const Contiguous expected(sizes);
    for (std::size_t d = 0; d < sizes.size(); ++d)
        if (sizes[d] != 1 && strides[d] != expected.strides[d]) return false;
    return true;
}

/// body(begin, end) over parts of the outer dimension, or over all of it at once.
template <class F>
void over_outer(Index outer, Index cost, F&& body)
{
    parallel_for(outer, std::max<Index>(1, kGrain / std::max<Index>(1, cost)), body);
}

void extremum(ExtremumKernel* f, std::size_t element, Index outer, Index n, Index inner, const void* x, void* y,
              std::int64_t* position)
{
    over_outer(outer, n * inner, [=](Index begin, Index end) {
        f(end - begin, n, inner, at(x, begin * n * inner, element), y == nullptr ? y : at(y, begin * inner, element),
          position == nullptr ? position : position + begin * inner);
    });
}

template <class T>
void scatter(Index outer, Index n, Index inner, const void* gy_, const std::int64_t* position, void* gx_)
{
    const T* gy = static_cast<const T*>(gy_);
    T* gx = static_cast<T*>(gx_);
    std::fill_n(gx, outer * n * inner, T{});
    for (Index o = 0; o < outer; ++o)
        for (Index i = 0; i < inner; ++i) gx[(o * n + position[o * inner + i]) * inner + i] = gy[o * inner + i];
}

template <class T>
void gather(Index outer, Index n, Index inner, const void* x_, const std::int64_t* position, void* y_)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    for (Index o = 0; o < outer; ++o)
        for (Index i = 0; i < inner; ++i) y[o * inner + i] = x[(o * n + position[o * inner + i]) * inner + i];
}

template <class T>
void share(Index outer, Index n, Index inner, const T* gy, const T* x, const T* y, bool nan_to_all, T* gx)
{
    for (Index o = 0; o < outer; ++o, gy += inner, y += inner, x += n * inner, gx += n * inner)
        for (Index i = 0; i < inner; ++i) {
            const auto equals = [&](T value) { return value == y[i] || (value != value && y[i] != y[i]); };
            Index count = 0;
            for (Index k = 0; k < n; ++k) count += equals(x[k * inner + i]) ? 1 : 0;
            const T each = gy[i] / static_cast<T>(count);
            const T other = nan_to_all && y[i] != y[i] ? y[i] : T{0};
            for (Index k = 0; k < n; ++k) gx[k * inner + i] = other == other && equals(x[k * inner + i]) ? each : other;
        }
}

}  // namespace

void sum(Dtype dtype, std::span<const Index> sizes, DimSet dims, const void* x, const Index* x_strides, void* y)
{
    const DimSet all = sizes.size() == 64 ? ~DimSet{0} : (DimSet{1} << sizes.size()) - 1;
    if (x_strides == nullptr && (dims & all) == all) {  // the common case, without the search for groups
        const Index n = product(sizes.data(), sizes.data() + sizes.size());
        if (n <= kGrain) return active.sum[index_of(dtype)](1, n, 1, x, y);
        return sum_nest(dtype, 1, n, 1, x, y);
    }
    Groups groups(sizes, dims);
    if (x_strides == nullptr || is_contiguous(sizes, x_strides)) return sum_groups(dtype, groups, x, y);
    const Index numel = product(sizes.data(), sizes.data() + sizes.size());
    const Scratch packed(bytes(numel, size_of(dtype)));
    to_contiguous(size_of(dtype), sizes, x, x_strides, packed.data());
    sum_groups(dtype, groups, packed.data(), y);
}

void mean(Dtype dtype, std::span<const Index> sizes, DimSet dims, const void* x, const Index* x_strides, void* y)
{
    sum(dtype, sizes, dims, x, x_strides, y);
    Index count = 1, kept = 1;
    for (std::size_t d = 0; d < sizes.size(); ++d) ((dims >> d & 1) != 0 ? count : kept) *= sizes[d];
    if (kept == 1 && dtype == f32) {
        *static_cast<float*>(y) /= static_cast<float>(count);
    } else if (kept == 1) {
        *static_cast<double*>(y) /= static_cast<double>(count);
    } else if (dtype == f32) {
        const float divisor = static_cast<float>(count);
        binary<elementary::Div>(dtype, kept, y, 1, &divisor, 0, y);
    } else {
        const double divisor = static_cast<double>(count);
        binary<elementary::Div>(dtype, kept, y, 1, &divisor, 0, y);
    }
}

void sum_to(Dtype dtype, std::span<const Index> sizes, const void* x, std::span<const Index> to, void* y)
{
    DimSet dims = 0;
    const std::size_t extra = sizes.size() - to.size();
    for (std::size_t d = 0; d < sizes.size(); ++d)
        if (d < extra || (to[d - extra] == 1 && sizes[d] != 1)) dims |= DimSet{1} << d;
    sum(dtype, sizes, dims, x, nullptr, y);
}

void maximum(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, std::int64_t* position)
{
    extremum(active.maximum[index_of(dtype)], size_of(dtype), outer, n, inner, x, y, position);
}

void minimum(Dtype dtype, Index outer, Index n, Index inner, const void* x, void* y, std::int64_t* position)
{
    extremum(active.minimum[index_of(dtype)], size_of(dtype), outer, n, inner, x, y, position);
}

void scatter_along(std::size_t element, Index outer, Index n, Index inner, const void* gy, const std::int64_t* position,
                   void* gx)
{
    if (element == 4)
        scatter<std::uint32_t>(outer, n, inner, gy, position, gx);
    else
        scatter<std::uint64_t>(outer, n, inner, gy, position, gx);
}

void gather_along(std::size_t element, Index outer, Index n, Index inner, const void* x, const std::int64_t* position,
                  void* y)
{
    if (element == 4)
        gather<std::uint32_t>(outer, n, inner, x, position, y);
    else
        gather<std::uint64_t>(outer, n, inner, x, position, y);
}

void share_among_equal(Dtype dtype, Index outer, Index n, Index inner, const void* gy, const void* x, const void* y,
                       bool nan_to_all, void* gx)
{
    if (dtype == f32) {
        share(outer, n, inner, static_cast<const float*>(gy), static_cast<const float*>(x),
              static_cast<const float*>(y), nan_to_all, static_cast<float*>(gx));
    } else {
        share(outer, n, inner, static_cast<const double*>(gy), static_cast<const double*>(x),
              static_cast<const double*>(y), nan_to_all, static_cast<double*>(gx));
    }
}

}  // namespace xgrad::kernels
