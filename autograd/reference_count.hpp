#pragma once

// Reference counts are atomic, but a process with one thread does not pay for it: glibc tells.

#include <atomic>
#include <cstdint>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
namespace xgrad::detail {
inline bool only_one_thread() { return __libc_single_threaded; }
}  // namespace xgrad::detail
#else
namespace xgrad::detail {
inline bool only_one_thread() { return false; }
}  // namespace xgrad::detail
#endif

namespace xgrad::detail {

inline void count_up(std::uint32_t& count) noexcept
{
    if (only_one_thread())
        ++count;
    else
        std::atomic_ref(count).fetch_add(1, std::memory_order_relaxed);
}

/// True when that was the last reference.
inline bool count_down(std::uint32_t& count) noexcept
{
    if (only_one_thread()) return --count == 0;
    return std::atomic_ref(count).fetch_sub(1, std::memory_order_acq_rel) == 1;
}

inline bool count_is_one(std::uint32_t& count) noexcept
{
    return std::atomic_ref(count).load(std::memory_order_acquire) == 1;
}

}  // namespace xgrad::detail
