#pragma once

// A workload of the training benchmark, and how it is timed. Definitions and keys are those of the libtorch program
// that stands beside it in the table, so that a line of one can be compared with a line of the other.

#include <functional>
#include <map>
#include <string>

namespace bench {

/// `step` is one complete unit of work on the same data every time; `loss` is read outside of the timed region.
struct Workload {
    double items_per_step = 1;  // what items_per_s counts
    std::string item = "step";  // the name of one item
    double ops_per_step = 0;    // when > 0, ns_per_op is printed
    double flop_per_step = 0;   // when > 0, gflop_per_s is printed
    std::function<void()> step;
    std::function<double()> loss;  // may be empty
};

using Factories = std::map<std::string, std::function<Workload()>>;

void add_micro(Factories& factories);  // single expressions
void add_perceptrons(Factories& factories);
void add_convnets(Factories& factories);
void add_sequences(Factories& factories);

struct Result {
    double median_ns, mean_ns, min_ns, p10_ns, p90_ns;
    long samples, steps_per_sample;
    double loss_first, loss_last;  // NaN without a loss
};

/// Warms up for max(0.25 s, seconds / 4) and at least 3 steps, then takes samples for `seconds`, at least 7. Steps
/// shorter than 20 us are grouped so that a sample lasts about 100 us and the clock's cost does not show.
Result measure(const Workload& workload, double seconds);

}  // namespace bench
