#include "autograd/kernels/threads.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <set>
#include <string>
#include <thread>

#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef __linux__
#include <sched.h>
#endif

namespace xgrad::kernels {
namespace {

std::atomic<int> chosen_threads{0};  // 0: not chosen, use the default
thread_local bool serial_here = false;

// 0 where the variable is absent or is no positive number. "4,2" (levels of nesting) counts as 4.
int threads_from_environment()
{
    const char* text = std::getenv("OMP_NUM_THREADS");
    return text == nullptr ? 0 : static_cast<int>(std::clamp(std::strtol(text, nullptr, 10), 0L, 4096L));
}

// Two hardware threads of a core share its FMA units, so counting them both only makes threads fight.
int physical_cores()
{
#ifdef __linux__
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        std::set<std::string> cores;
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (!CPU_ISSET(cpu, &allowed)) continue;
            const std::string number = std::to_string(cpu);
            std::ifstream file("/sys/devices/system/cpu/cpu" + number + "/topology/thread_siblings_list");
            std::string siblings;
            cores.insert(std::getline(file, siblings) ? siblings : "cpu " + number);
        }
        if (!cores.empty()) return static_cast<int>(cores.size());
    }
#endif
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// Containers get a share of the machine as "quota period" in microseconds, "max" where there is no limit.
int quota_cores()
{
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    double quota = 0, period = 0;
    if (!(file >> quota >> period) || quota <= 0 || period <= 0) return 4096;
    return std::max(1, static_cast<int>(quota / period + 0.5));
}

int default_threads()
{
    static const int count = [] {
        const int wish = threads_from_environment();
        return wish > 0 ? wish : std::min(physical_cores(), quota_cores());
    }();
    return count;
}

}  // namespace

int num_threads()
{
    const int count = chosen_threads.load(std::memory_order_relaxed);
    return count > 0 ? count : default_threads();
}

void set_num_threads(int n) { chosen_threads.store(std::clamp(n, 0, 4096), std::memory_order_relaxed); }

SerialScope::SerialScope() : before_(serial_here) { serial_here = true; }
SerialScope::~SerialScope() { serial_here = before_; }

int available_threads() { return serial_here ? 1 : num_threads(); }

std::int64_t parallel_ranges(std::int64_t n, std::int64_t grain)
{
    if (serial_here || n <= grain) return 1;
    return std::min<std::int64_t>(num_threads(), n / std::max<std::int64_t>(1, grain));
}

namespace detail {

void run_ranges(std::int64_t n, std::int64_t ranges, RangeBody body, void* context)
{
    std::atomic<bool> failed{false};
    std::exception_ptr error;
    const auto run = [&](std::int64_t range) noexcept {
        SerialScope no_nesting;
        try {
            body(context, n * range / ranges, n * (range + 1) / ranges);
        } catch (...) {
            if (!failed.exchange(true)) error = std::current_exception();
        }
    };
#ifdef _OPENMP
    // The runtime may grant fewer threads than asked for (thread limit), hence a loop and not one range a thread.
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(ranges))
#endif
    for (std::int64_t range = 0; range < ranges; ++range) run(range);
    if (error) std::rethrow_exception(error);
}

}  // namespace detail
}  // namespace xgrad::kernels
