#pragma once
// The library's only door to threads.
//
//   set_num_threads(2);                                  // whole process; default: see num_threads
//   parallel_for(rows, 64, [&](std::int64_t begin, std::int64_t end) { ... });
//
// parallel_for cuts [0, n) into at most num_threads() contiguous ranges of at least `grain` indices and runs f(begin,
// end) once a range. Cuts depend on n, grain and the thread count alone. Small n, one thread, and calls from inside a
// parallel_for run f(0, n) on the calling thread. An exception of f reaches the caller after all ranges have ended.
#include <cstdint>
#include <memory>
#include <type_traits>

namespace xgrad::kernels {

/// Threads that one parallel_for may use, at least 1. Until set: the first number in OMP_NUM_THREADS, else the physical
/// cores in the process's affinity mask, cut down to the CPU quota of its control group.
int num_threads();

/// Sets num_threads() for the process; n < 1 brings the default back.
void set_num_threads(int n);

/// While alive, parallel_for on this thread runs serially: for programs that run many replicas, a thread each.
class SerialScope {
public:
    SerialScope();
    ~SerialScope();
    SerialScope(const SerialScope&) = delete;
    SerialScope& operator=(const SerialScope&) = delete;

private:
    bool before_;
};

/// num_threads(), or 1 where parallel_for would run serially (inside one, or under a SerialScope).
int available_threads();

/// Ranges into which parallel_for(n, grain, f) would cut here.
std::int64_t parallel_ranges(std::int64_t n, std::int64_t grain);

namespace detail {
using RangeBody = void (*)(void* context, std::int64_t begin, std::int64_t end);
void run_ranges(std::int64_t n, std::int64_t ranges, RangeBody body, void* context);
}  // namespace detail

template <class F>
void parallel_for(std::int64_t n, std::int64_t grain, F&& f)
{
    if (n <= 0) return;
    const std::int64_t ranges = n <= grain ? 1 : parallel_ranges(n, grain);
    if (ranges == 1) return static_cast<void>(f(std::int64_t{0}, n));
    using Body = std::remove_reference_t<F>;
    detail::run_ranges(
        n, ranges,
        [](void* context, std::int64_t begin, std::int64_t end) { (*static_cast<Body*>(context))(begin, end); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

}  // namespace xgrad::kernels
