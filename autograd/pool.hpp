#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad {

/// What the storage pool has taken from the system and holds, over all threads.
struct PoolStatistics {
    std::uint64_t system_allocations;  ///< blocks asked of the system since the start
    std::uint64_t bytes_from_system;   ///< bytes of those that have not been returned
};
PoolStatistics pool_statistics() noexcept;

/// Gives the blocks that this thread and ended threads keep for reuse back to the system.
void release_cached_memory() noexcept;

namespace detail {

/// Blocks come in classes: multiples of 64 bytes up to 1 KiB, then four classes a doubling, up to 2^63 bytes.
constexpr std::size_t kPoolClasses = 16 + (63 - 10) * 4;

constexpr std::uint8_t pool_class(std::size_t bytes)
{
    if (bytes <= 1024) return static_cast<std::uint8_t>(bytes == 0 ? 0 : (bytes - 1) >> 6);
    const int top = 63 - __builtin_clzll(bytes - 1);
    return static_cast<std::uint8_t>(16 + (top - 10) * 4 + (((bytes - 1) >> (top - 2)) & 3));
}

static_assert(pool_class(~std::size_t{0} / 2) == kPoolClasses - 1);

constexpr std::size_t pool_class_bytes(std::uint8_t size_class)
{
    if (size_class < 16) return (std::size_t{size_class} + 1) << 6;
    const int top = 10 + (size_class - 16) / 4;
    return (std::size_t{1} << top) + ((std::size_t{(size_class - 16) % 4u} + 1) << (top - 2));
}

/// One thread's free blocks, one list a class. Plain data, so that reaching it needs no initialisation check.
struct ThreadPool {
    struct Block {
        Block* next;
    };
    Block* free[kPoolClasses];
    std::uint16_t count[kPoolClasses];
    bool ready;  // blocks may be kept: before the first one, and when the thread is ending, they pass it by
    bool ended;
};
extern __thread ThreadPool thread_pool __attribute__((tls_model("initial-exec")));

void* pool_allocate_slow(std::uint8_t size_class);
void pool_release_slow(void* block, std::uint8_t size_class) noexcept;
constexpr std::uint16_t kPoolKeep = 1024;  // blocks a thread keeps of one class before it shares them

/// A 64-byte aligned block of at least pool_class_bytes(size_class) bytes. Throws std::bad_alloc.
inline void* pool_allocate(std::uint8_t size_class)
{
    ThreadPool& pool = thread_pool;
    ThreadPool::Block* block = pool.free[size_class];
    if (!block) [[unlikely]]
        return pool_allocate_slow(size_class);
#ifndef __SANITIZE_ADDRESS__
    pool.free[size_class] = block->next;
    __builtin_prefetch(block->next);  // the next allocation reads it
    --pool.count[size_class];
    return block;
#else
    return pool_allocate_slow(size_class);
#endif
}

/// Takes a block back, on whatever thread.
inline void pool_release(void* memory, std::uint8_t size_class) noexcept
{
#ifndef __SANITIZE_ADDRESS__
    ThreadPool& pool = thread_pool;
    if (pool.ready && pool.count[size_class] < kPoolKeep) [[likely]] {
        auto* block = static_cast<ThreadPool::Block*>(memory);
        block->next = pool.free[size_class];
        pool.free[size_class] = block;
        ++pool.count[size_class];
        return;
    }
#endif
    pool_release_slow(memory, size_class);
}

}  // namespace detail
}  // namespace xgrad
