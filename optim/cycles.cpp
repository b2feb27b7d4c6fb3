// Schedules that go up and down: warm restarts, cycles, one cycle.
#include <xgrad/optim/schedules.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "optim/schedule_method.hpp"

namespace xgrad::optim {
namespace {

constexpr double kNoMomentum = std::numeric_limits<double>::quiet_NaN();

}  // namespace

template <>
struct ScheduleMethod<CosineAnnealingWarmRestartsOptions> {
    static constexpr const char* kName = "CosineAnnealingWarmRestarts";
    static void check(const Check& check, const Optimizer&, const CosineAnnealingWarmRestartsOptions& o)
    {
        check(o.T_0 >= 1, "T_0", static_cast<double>(o.T_0), "it is at least 1");
        check(o.T_mult >= 1, "T_mult", static_cast<double>(o.T_mult), "it is at least 1");
        check_at_least_0(check, "eta_min", o.eta_min);
    }
    static double rate(const At& at, const CosineAnnealingWarmRestartsOptions& o)
    {
        std::int64_t done = at.epoch, period = o.T_0;
        if (o.T_mult == 1)
            done %= period;
        else
            for (; done >= period; period *= o.T_mult) done -= period;
        return o.eta_min + (at.initial - o.eta_min) * cosine(static_cast<double>(done) / static_cast<double>(period));
    }
    static std::string formula(const CosineAnnealingWarmRestartsOptions& o)
    {
        return fmt::format(
            "lr = {} + (lr_0 - {}) (1 + cos(pi u / T)) / 2, u steps after a restart, T = {}, each time {} "
            "times as long",
            o.eta_min, o.eta_min, o.T_0, o.T_mult);
    }
};

template <>
struct ScheduleMethod<CyclicLROptions> {
    static constexpr const char* kName = "CyclicLR";

    static void check(const Check& check, const Optimizer& optimizer, const CyclicLROptions& o)
    {
        check_per_group(check, optimizer, "base_lr", o.base_lr);
        check_per_group(check, optimizer, "max_lr", o.max_lr);
        check_per_group(check, optimizer, "base_momentum", o.base_momentum);
        check_per_group(check, optimizer, "max_momentum", o.max_momentum);
        check(o.step_size_up > 0, "step_size_up", o.step_size_up, "it is above 0");
        check_at_least_0(check, "step_size_down", o.step_size_down);
        check_at_least_0(check, "gamma", o.gamma);
        check(!o.cycle_momentum || optimizer.has_option("momentum"), "cycle_momentum", 1,
              "it needs an optimizer with the option momentum");
    }

    static double first_lr(const CyclicLROptions& o, std::size_t group) { return o.base_lr[group]; }

    // How high it is in the cycle, between 0 and 1, times the scale of the cycle.
    static double height(const At& at, const CyclicLROptions& o)
    {
        const double total = o.step_size_up + (o.step_size_down > 0 ? o.step_size_down : o.step_size_up);
        const double up = o.step_size_up / total, cycle = std::floor(1 + at.t() / total),
                     x = 1 + at.t() / total - cycle;
        return (x <= up ? x / up : (x - 1) / (up - 1)) * scale(o, cycle, at.t());
    }
    static double scale(const CyclicLROptions& o, double cycle, double t)
    {
        if (o.scale_fn) return o.scale_fn(o.scale_by_iterations ? t : cycle);
        if (o.mode == CyclicMode::triangular2) return 1 / std::exp2(cycle - 1);
        return o.mode == CyclicMode::exp_range ? std::pow(o.gamma, t) : 1;
    }

    static double rate(const At& at, const CyclicLROptions& o)
    {
        const double base = o.base_lr[at.group];
        return base + (o.max_lr[at.group] - base) * height(at, o);
    }
    static double momentum(const At& at, const CyclicLROptions& o)
    {
        if (!o.cycle_momentum) return kNoMomentum;
        const double most = o.max_momentum[at.group];
        return most - (most - o.base_momentum[at.group]) * height(at, o);
    }
    static std::string formula(const CyclicLROptions& o)
    {
        return fmt::format("lr = {0} + ({1} - {0}) h, h from 0 to 1 in {2} steps and back in {3}{4}", o.base_lr[0],
                           o.max_lr[0], o.step_size_up, o.step_size_down > 0 ? o.step_size_down : o.step_size_up,
                           o.scale_fn                          ? ", times scale_fn"
                           : o.mode == CyclicMode::triangular2 ? ", halved in each cycle"
                           : o.mode == CyclicMode::exp_range   ? fmt::format(", times {}^t", o.gamma)
                                                               : "");
    }
};

template <>
struct ScheduleMethod<OneCycleLROptions> {
    static constexpr const char* kName = "OneCycleLR";

    static std::int64_t steps(const OneCycleLROptions& o)
    {
        return o.total_steps > 0 ? o.total_steps : o.epochs * o.steps_per_epoch;
    }

    static void check(const Check& check, const Optimizer& optimizer, const OneCycleLROptions& o)
    {
        check_per_group(check, optimizer, "max_lr", o.max_lr);
        check_per_group(check, optimizer, "base_momentum", o.base_momentum);
        check_per_group(check, optimizer, "max_momentum", o.max_momentum);
        check(steps(o) >= 1, "total_steps", static_cast<double>(steps(o)),
              "it, or epochs times steps_per_epoch, is at least 1");
        check(o.pct_start >= 0 && o.pct_start <= 1, "pct_start", o.pct_start, "it lies in [0, 1]");
        check(o.div_factor > 0, "div_factor", o.div_factor, "it is above 0");
        check(o.final_div_factor > 0, "final_div_factor", o.final_div_factor, "it is above 0");
        check(!o.cycle_momentum || momentum_option(optimizer), "cycle_momentum", 1,
              "it needs an optimizer with the option momentum or betas");
    }

    static double first_lr(const OneCycleLROptions& o, std::size_t group) { return o.max_lr[group] / o.div_factor; }

    struct Phase {
        double end;
        double from, to;  // of the rate or of the momentum
    };
    static double anneal(const At& at, const OneCycleLROptions& o, const std::array<double, 4>& corners)
    {
        const double total = static_cast<double>(steps(o)), last = total - 1, rise = o.pct_start * total;
        if (at.t() > total)
            throw std::logic_error(xgrad::detail::error_text(
                "OneCycleLR::step", fmt::format("step {} of {}", at.epoch + 1, steps(o)), "the cycle has an end",
                "make it as long as the training is: total_steps counts calls of step()"));
        const auto [begin, top, back, end] = corners;
        const Phase phases[] = {{rise - 1, begin, top}, {2 * rise - 2, top, back}, {last, back, end}};
        const Phase two[] = {{rise - 1, begin, top}, {last, top, end}};
        double start = 0;
        for (const Phase& phase : o.three_phase ? std::span<const Phase>(phases) : std::span<const Phase>(two)) {
            if (at.t() <= phase.end || phase.end == last) {
                const double part = (at.t() - start) / (phase.end - start);
                return o.anneal_strategy == Anneal::cos ? phase.to + (phase.from - phase.to) * cosine(part)
                                                        : (phase.to - phase.from) * part + phase.from;
            }
            start = phase.end;
        }
        return corners[3];
    }

    static double rate(const At& at, const OneCycleLROptions& o)
    {
        const double first = first_lr(o, at.group);
        return anneal(at, o, {first, o.max_lr[at.group], first, first / o.final_div_factor});
    }
    static double momentum(const At& at, const OneCycleLROptions& o)
    {
        const double least = o.base_momentum[at.group], most = o.max_momentum[at.group];
        return o.cycle_momentum ? anneal(at, o, {most, least, most, most}) : kNoMomentum;
    }
    static std::string formula(const OneCycleLROptions& o)
    {
        return fmt::format("lr from {} to {} in {} of {} steps, then to {}, by {}", first_lr(o, 0), o.max_lr[0],
                           o.pct_start, steps(o), first_lr(o, 0) / o.final_div_factor,
                           o.anneal_strategy == Anneal::cos ? "half a cosine" : "a line");
    }
};

template class ScheduleOf<CosineAnnealingWarmRestartsOptions>;
template class ScheduleOf<CyclicLROptions>;
template class ScheduleOf<OneCycleLROptions>;

}  // namespace xgrad::optim
