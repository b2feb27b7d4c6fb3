#pragma once

#include <xgrad/optim/optimizer.hpp>

#include <vector>

namespace xgrad::optim {

struct RangeTestOptions {
    double min_lr = 1e-7;
    double max_lr = 10;
    std::int64_t steps = 100;
    double smoothing = 0.9;  ///< of the running mean of losses
    double stop_factor = 4;  ///< ends when the smoothed loss is so many times the smallest
};

struct RangeTest {
    std::vector<double> lr, loss, smoothed;  // one a step
    double steepest;  ///< the rate at which the smoothed loss fell fastest, by log lr; NaN: never
    double lowest;    ///< the rate with the smallest smoothed loss
};

/// Trains with rates that grow by a constant factor from min_lr to max_lr, and then brings back parameters, gradients,
/// state and options of the optimizer, also when the closure throws. The closure takes a new batch each time. A rate to
/// start with is `steepest`, or a tenth of `lowest`. Throws std::invalid_argument for options out of range.
/// Source: Smith, Cyclical learning rates for training neural networks (2017), section 3.3.
RangeTest lr_range_test(Optimizer& optimizer, const Closure& closure, RangeTestOptions options = {});

}  // namespace xgrad::optim
