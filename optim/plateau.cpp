#include <xgrad/error.hpp>
#include <xgrad/optim/plateau.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "autograd/state_reader.hpp"
#include "optim/schedule_method.hpp"

namespace xgrad::optim {
namespace {

double worst(PlateauMode mode)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return mode == PlateauMode::min ? kInfinity : -kInfinity;
}

}  // namespace

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : Scheduler("ReduceLROnPlateau", optimizer), options_(std::move(options)), best_(worst(options_.mode))
{
    const Check check(name());
    check(options_.factor >= 0 && options_.factor < 1, "factor", options_.factor, "it lies in [0, 1)");
    check(options_.patience >= 0, "patience", static_cast<double>(options_.patience), "it is at least 0");
    check(options_.cooldown >= 0, "cooldown", static_cast<double>(options_.cooldown), "it is at least 0");
    check_per_group(check, optimizer, "min_lr", options_.min_lr);
    epoch_ = 0;
}

bool ReduceLROnPlateau::is_better(double metric) const
{
    const bool relative = options_.threshold_mode == PlateauThreshold::rel;
    if (options_.mode == PlateauMode::min)
        return metric < (relative ? best_ * (1 - options_.threshold) : best_ - options_.threshold);
    return metric > (relative ? best_ * (1 + options_.threshold) : best_ + options_.threshold);
}

void ReduceLROnPlateau::step(double metric)
{
    (void)optimizer();
    ++epoch_;
    if (is_better(metric)) {
        best_ = metric;
        bad_ = 0;
    } else {
        ++bad_;
    }
    if (cooling_ > 0) {
        --cooling_;
        bad_ = 0;
    }
    if (bad_ <= options_.patience) return;
    reduce();
    cooling_ = options_.cooldown;
    bad_ = 0;
}

void ReduceLROnPlateau::reduce()
{
    for (std::size_t group = 0; group < optimizer().group_count(); ++group) {
        const double before = optimizer().lr(group), after = std::max(before * options_.factor, options_.min_lr[group]);
        if (before - after > options_.eps) optimizer().set_lr(after, group);
    }
}

void ReduceLROnPlateau::step()
{
    throw std::logic_error(xgrad::detail::error_text("ReduceLROnPlateau::step", "there is no metric",
                                                     "the rate is reduced when a metric does not become better",
                                                     "call step(validation_loss)"));
}

void ReduceLROnPlateau::restart()
{
    best_ = worst(options_.mode);
    bad_ = cooling_ = epoch_ = 0;
}

std::string ReduceLROnPlateau::describe() const
{
    return fmt::format("{}\n  lr = max({} lr, {}) after more than {} steps without a {} metric, by {} {}\n", name(),
                       options_.factor, options_.min_lr[0], options_.patience,
                       options_.mode == PlateauMode::min ? "smaller" : "larger", options_.threshold,
                       options_.threshold_mode == PlateauThreshold::rel ? "of the best" : "at least");
}

void ReduceLROnPlateau::write_state(const std::string& prefix, NamedTensors& state) const
{
    Scheduler::write_state(prefix, state);
    state.emplace_back(prefix + "best", tensor(best_, f64));
    state.emplace_back(prefix + "num_bad_epochs", tensor(static_cast<double>(bad_), f64));
    state.emplace_back(prefix + "cooldown_counter", tensor(static_cast<double>(cooling_), f64));
}

Callable<void()> ReduceLROnPlateau::read_state(const std::string& prefix, detail::StateReader& reader)
{
    const Callable<void()> take = Scheduler::read_state(prefix, reader);
    const double best = reader.number(prefix + "best");
    const std::int64_t bad = reader.count(prefix + "num_bad_epochs"),
                       cooling = reader.count(prefix + "cooldown_counter");
    return [=, this] {
        take();
        best_ = best;
        bad_ = bad;
        cooling_ = cooling;
    };
}

}  // namespace xgrad::optim
