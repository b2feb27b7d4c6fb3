#pragma once

// For lists whose memory comes from the storage pool, so that making them again and again asks the system for nothing.

#include <xgrad/pool.hpp>

#include <vector>

namespace xgrad::detail {

template <class T>
struct PoolAllocator {
    using value_type = T;

    PoolAllocator() = default;
    template <class U>
    PoolAllocator(const PoolAllocator<U>&)
    {
    }
    T* allocate(std::size_t n) { return static_cast<T*>(pool_allocate(pool_class(n * sizeof(T)))); }
    void deallocate(T* memory, std::size_t n) noexcept { pool_release(memory, pool_class(n * sizeof(T))); }
    friend bool operator==(const PoolAllocator&, const PoolAllocator&) { return true; }
};

template <class T>
using PooledList = std::vector<T, PoolAllocator<T>>;

}  // namespace xgrad::detail
