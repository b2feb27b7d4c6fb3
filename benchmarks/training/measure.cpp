#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "benchmarks/training/workload.hpp"

namespace bench {
namespace {

double now_ns()
{
    using namespace std::chrono;
    return static_cast<double>(duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

/// Nanoseconds of a step, over all steps of the warm-up.
double warm_up(const Workload& workload, double seconds)
{
    const double least = std::max(0.25, seconds / 4) * 1e9, start = now_ns();
    long steps = 0;
    while (steps < 3 || now_ns() - start < least) {
        workload.step();
        ++steps;
    }
    return (now_ns() - start) / static_cast<double>(steps);
}

}  // namespace

Result measure(const Workload& workload, double seconds)
{
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    Result result{};
    workload.step();
    result.loss_first = workload.loss ? workload.loss() : kNone;
    const double step_ns = warm_up(workload, seconds);
    result.steps_per_sample = step_ns < 20e3 ? std::max(1L, std::lround(100e3 / step_ns)) : 1;

    std::vector<double> samples;
    samples.reserve(1 << 16);
    const double start = now_ns();
    while (samples.size() < 7 || now_ns() - start < seconds * 1e9) {
        const double before = now_ns();
        for (long i = 0; i < result.steps_per_sample; ++i) workload.step();
        samples.push_back((now_ns() - before) / static_cast<double>(result.steps_per_sample));
    }
    result.loss_last = workload.loss ? workload.loss() : kNone;

    std::sort(samples.begin(), samples.end());
    const auto at = [&](double q) {
        return samples[static_cast<std::size_t>(q * static_cast<double>(samples.size() - 1))];
    };
    result.samples = static_cast<long>(samples.size());
    result.mean_ns = std::accumulate(samples.begin(), samples.end(), 0.0) / static_cast<double>(samples.size());
    result.median_ns = at(0.5);
    result.p10_ns = at(0.1);
    result.p90_ns = at(0.9);
    result.min_ns = samples.front();
    return result;
}

}  // namespace bench
