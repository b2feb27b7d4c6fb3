#include <xgrad/optim/range_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

// What a test may change.
class Before {
public:
    explicit Before(Optimizer& optimizer) : optimizer_(optimizer), state_(optimizer.state_dict())
    {
        for (const ParameterRef& p : optimizer.parameters()) {
            values_.push_back(xgrad::detail::contiguous_copy(p.value()));
            grads_.push_back(p.grad());
        }
    }
    void restore()
    {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            optimizer_.parameters()[i].set_value(values_[i]);
            optimizer_.parameters()[i].set_grad(grads_[i]);
        }
        optimizer_.load_state_dict(state_);
    }

private:
    Optimizer& optimizer_;
    NamedTensors state_;
    std::vector<Tensor> values_, grads_;
};

void check_range(const RangeTestOptions& o)
{
    const Check check("lr_range_test");
    check(o.min_lr > 0, "min_lr", o.min_lr, "it is above 0");
    check(o.max_lr > o.min_lr, "max_lr", o.max_lr, "it is above min_lr");
    check(o.steps >= 2, "steps", static_cast<double>(o.steps), "it is at least 2");
    check(o.smoothing >= 0 && o.smoothing < 1, "smoothing", o.smoothing, "it lies in [0, 1)");
    check(o.stop_factor > 1, "stop_factor", o.stop_factor, "it is above 1");
}

RangeTest run(Optimizer& optimizer, const Closure& closure, const RangeTestOptions& o)
{
    RangeTest test{{}, {}, {}, std::numeric_limits<double>::quiet_NaN(), o.min_lr};
    const double factor = std::pow(o.max_lr / o.min_lr, 1 / static_cast<double>(o.steps - 1));
    double mean = 0, least = std::numeric_limits<double>::infinity();
    for (std::int64_t i = 0; i < o.steps; ++i) {
        const double t = static_cast<double>(i), lr = o.min_lr * std::pow(factor, t);
        optimizer.set_lr(lr);
        const double loss = optimizer.step(closure).item();
        mean = o.smoothing * mean + (1 - o.smoothing) * loss;
        const double smoothed = mean / (1 - std::pow(o.smoothing, t + 1));
        test.lr.push_back(lr);
        test.loss.push_back(loss);
        test.smoothed.push_back(smoothed);
        if (!(smoothed <= o.stop_factor * least) && i > 0) break;  // also NaN
        if (smoothed < least) least = smoothed, test.lowest = lr;
    }
    return test;
}

}  // namespace

RangeTest lr_range_test(Optimizer& optimizer, const Closure& closure, RangeTestOptions options)
{
    check_range(options);
    Before before(optimizer);
    RangeTest test;
    try {
        test = run(optimizer, closure, options);
    } catch (...) {
        before.restore();
        throw;
    }
    before.restore();
    double fall = 0;
    for (std::size_t i = 1; i < test.lr.size(); ++i)
        if (test.smoothed[i] - test.smoothed[i - 1] < fall) {
            fall = test.smoothed[i] - test.smoothed[i - 1];
            test.steepest = test.lr[i];
        }
    return test;
}

}  // namespace xgrad::optim
