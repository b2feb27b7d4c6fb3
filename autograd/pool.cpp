#include <xgrad/pool.hpp>

#include <xgrad/error.hpp>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <new>

namespace xgrad {
namespace detail {

__thread ThreadPool thread_pool __attribute__((tls_model("initial-exec")));

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kRecycle = false;  // under AddressSanitizer every block is the system's, so that it sees each misuse
#else
constexpr bool kRecycle = true;
#endif

std::atomic<std::uint64_t> system_allocations{0};
std::atomic<std::uint64_t> bytes_from_system{0};

/// Blocks that threads had too many of, or left when they ended.
struct Depot {
    std::mutex mutex;
    ThreadPool::Block* free[kPoolClasses] = {};
    std::atomic<std::uint32_t> filled[kPoolClasses] = {};
};

// Never destroyed: threads may end after the statics of the program.
Depot& depot()
{
    alignas(Depot) static unsigned char memory[sizeof(Depot)];
    static Depot* instance = new (memory) Depot;
    return *instance;
}

void return_to_system(void* block, std::uint8_t size_class) noexcept
{
    bytes_from_system.fetch_sub(pool_class_bytes(size_class), std::memory_order_relaxed);
    std::free(block);
}

void drop_list(ThreadPool::Block*& list, std::uint8_t size_class) noexcept
{
    while (list) {
        ThreadPool::Block* next = list->next;
        return_to_system(list, size_class);
        list = next;
    }
}

/// Moves the whole list of a class to the depot.
void share_list(std::uint8_t size_class) noexcept
{
    ThreadPool& pool = thread_pool;
    ThreadPool::Block* list = pool.free[size_class];
    if (!list) return;
    ThreadPool::Block* last = list;
    while (last->next) last = last->next;
    Depot& shared = depot();
    const std::lock_guard lock(shared.mutex);
    last->next = shared.free[size_class];
    shared.free[size_class] = list;
    shared.filled[size_class].store(1, std::memory_order_relaxed);
    pool.free[size_class] = nullptr;
    pool.count[size_class] = 0;
}

/// At the end of its thread hands what the thread kept to the others.
struct ThreadEnd {
    ~ThreadEnd()
    {
        thread_pool.ended = true;
        thread_pool.ready = false;
        for (std::size_t c = 0; c < kPoolClasses; ++c) share_list(static_cast<std::uint8_t>(c));
    }
};

void watch_thread_end()
{
    thread_local const ThreadEnd end;
    (void)end;
    thread_pool.ready = true;
}

/// Up to kPoolKeep / 2 blocks of the depot become this thread's; false when it has none.
bool refill(std::uint8_t size_class)
{
    Depot& shared = depot();
    if (shared.filled[size_class].load(std::memory_order_relaxed) == 0) return false;
    const std::lock_guard lock(shared.mutex);
    ThreadPool& pool = thread_pool;
    for (int taken = 0; taken < kPoolKeep / 2 && shared.free[size_class]; ++taken) {
        ThreadPool::Block* block = shared.free[size_class];
        shared.free[size_class] = block->next;
        block->next = pool.free[size_class];
        pool.free[size_class] = block;
        ++pool.count[size_class];
    }
    if (!shared.free[size_class]) shared.filled[size_class].store(0, std::memory_order_relaxed);
    return pool.free[size_class] != nullptr;
}

void* take_first(std::uint8_t size_class)
{
    ThreadPool& pool = thread_pool;
    ThreadPool::Block* block = pool.free[size_class];
    pool.free[size_class] = block->next;
    --pool.count[size_class];
    return block;
}

}  // namespace

void* pool_allocate_slow(std::uint8_t size_class)
{
    if (kRecycle && !thread_pool.ended) {
        watch_thread_end();
        if (thread_pool.free[size_class] || refill(size_class)) return take_first(size_class);
    }
    const std::size_t bytes = pool_class_bytes(size_class);
    void* block = std::aligned_alloc(64, bytes);
    if (!block) {
        release_cached_memory();
        block = std::aligned_alloc(64, bytes);
    }
    if (!block) throw_out_of_memory(bytes);
    system_allocations.fetch_add(1, std::memory_order_relaxed);
    bytes_from_system.fetch_add(bytes, std::memory_order_relaxed);
    return block;
}

void pool_release_slow(void* memory, std::uint8_t size_class) noexcept
{
    if (!kRecycle || thread_pool.ended) return return_to_system(memory, size_class);
    watch_thread_end();
    ThreadPool& pool = thread_pool;
    if (pool.count[size_class] >= kPoolKeep) share_list(size_class);
    auto* block = static_cast<ThreadPool::Block*>(memory);
    block->next = pool.free[size_class];
    pool.free[size_class] = block;
    ++pool.count[size_class];
}

}  // namespace detail

PoolStatistics pool_statistics() noexcept
{
    return {detail::system_allocations.load(std::memory_order_relaxed),
            detail::bytes_from_system.load(std::memory_order_relaxed)};
}

void release_cached_memory() noexcept
{
    using namespace detail;
    for (std::size_t c = 0; c < kPoolClasses; ++c) {
        const auto size_class = static_cast<std::uint8_t>(c);
        drop_list(thread_pool.free[c], size_class);
        thread_pool.count[c] = 0;
        Depot& shared = depot();
        const std::lock_guard lock(shared.mutex);
        drop_list(shared.free[c], size_class);
        shared.filled[c].store(0, std::memory_order_relaxed);
    }
}

}  // namespace xgrad
