#pragma once

// How tensors are made, for inlining where operations on few elements spend their time.

#include <xgrad/tensor.hpp>

#include <cstddef>
#include <cstdint>

namespace xgrad::detail {

/// A header with everything set but the shape's numbers, numel, data and what a view shares.
inline TensorHeader* allocate_header(Dtype dtype, std::size_t ndim, std::uint8_t size_class)
{
    auto* h = static_cast<TensorHeader*>(pool_allocate(size_class));
    h->references = 1;
    h->dtype = dtype;
    h->ndim = static_cast<std::uint8_t>(ndim);
    h->flags = 0;
    h->size_class = size_class;
    h->serial = 0;
    h->owner = nullptr;
    h->leaf = nullptr;
    h->written = 0;
    return h;
}

/// empty_like(x), inlined.
inline Tensor new_like(const Tensor& x)
{
    const TensorHeader& from = x.header();
    constexpr std::uint8_t kLayout = TensorHeader::kContiguous | TensorHeader::kForeign;
    if (from.owner || (from.flags & kLayout) != TensorHeader::kContiguous) [[unlikely]]
        return empty(from.dtype, x.sizes(), from.numel);
    // Its block has the size and layout that the new one needs.
    TensorHeader* h = allocate_header(from.dtype, from.ndim, from.size_class);
    h->numel = from.numel;
    h->flags = TensorHeader::kContiguous;
    h->data = reinterpret_cast<std::byte*>(h) +
              (static_cast<const std::byte*>(from.data) - reinterpret_cast<const std::byte*>(&from));
    for (std::size_t i = 0; i < 2 * std::size_t{from.ndim}; ++i) h->sizes()[i] = from.sizes()[i];
    return Tensor::adopt(h);
}

/// Throws MemoryError when the system would not give the memory of such a tensor, ShapeError when no system would: ahead
/// of long work for its elements.
inline void check_memory(const char* operation, Dtype dtype, Sizes sizes)
{
    constexpr std::int64_t kMany = std::int64_t{1} << 27;
    const std::int64_t numel = checked_numel(operation, sizes);
    if (numel > kMany) (void)empty(dtype, sizes, numel);
}

}  // namespace xgrad::detail
