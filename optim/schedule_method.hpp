// What makes a schedule out of its options, and ScheduleOf for it. Private to optim: a source specialises
// ScheduleMethod and ends with the instantiation.
//
//   template <>
//   struct ScheduleMethod<ExponentialLROptions> {
//       static constexpr const char* kName = "ExponentialLR";                     // PyTorch's where it has one
//       static void check(const Check& check, const Optimizer& optimizer, const ExponentialLROptions& o);
//       static double rate(const At& at, const ExponentialLROptions& o);          // from the rate at hand
//       static double closed(const At& at, const ExponentialLROptions& o);        // from the first rate; where there is one
//       static std::string formula(const ExponentialLROptions& o);
//   };
//
// Where needed also: first_lr(o, group), the initial rate that it sets; momentum(at, o), NaN for none.
#pragma once

#include <xgrad/error.hpp>
#include <xgrad/optim/schedules.hpp>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "optim/method.hpp"

namespace xgrad::optim {

template <class Options>
struct ScheduleMethod;

/// One group in one step.
struct At {
    std::int64_t epoch;
    double lr, initial;
    std::size_t group;

    double t() const { return static_cast<double>(epoch); }
};

inline double cosine(double part) { return (1 + std::cos(std::numbers::pi * part)) / 2; }

inline void check_per_group(const Check& check, const Optimizer& optimizer, const char* option, const PerGroup& values)
{
    check(values.size() == 1 || values.size() == optimizer.group_count(), option, static_cast<double>(values.size()),
          "the number of its values is 1 or that of the optimizer's groups");
}

/// "momentum", "betas.0", or null.
inline const char* momentum_option(const Optimizer& optimizer)
{
    for (const char* name : {"momentum", "betas.0"})
        if (optimizer.has_option(name)) return name;
    return nullptr;
}

template <class Options>
ScheduleOf<Options>::ScheduleOf(Optimizer& optimizer, Options options)
    : Scheduler(ScheduleMethod<Options>::kName, optimizer), options_(std::move(options))
{
    ScheduleMethod<Options>::check(Check(ScheduleMethod<Options>::kName), optimizer, options_);
    if constexpr (requires { ScheduleMethod<Options>::first_lr(options_, 0); })
        for (std::size_t group = 0; group < optimizer.group_count(); ++group)
            set_initial_lr(group, ScheduleMethod<Options>::first_lr(options_, group));
    start();
}

template <class Options>
void ScheduleOf<Options>::apply()
{
    Optimizer& optimizer = this->optimizer();
    for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
        const At at{epoch_, optimizer.lr(group), initial_lr(group), group};
        optimizer.set_lr(ScheduleMethod<Options>::rate(at, options_), group);
        if constexpr (requires { ScheduleMethod<Options>::momentum(at, options_); })
            if (const double momentum = ScheduleMethod<Options>::momentum(at, options_); !std::isnan(momentum))
                optimizer.set_option(momentum_option(optimizer), momentum, group);
    }
}

template <class Options>
void ScheduleOf<Options>::restart()
{
    epoch_ = 0;
    if constexpr (requires(At at) { ScheduleMethod<Options>::closed(at, options_); }) {
        Optimizer& optimizer = this->optimizer();
        for (std::size_t group = 0; group < optimizer.group_count(); ++group)
            optimizer.set_lr(
                ScheduleMethod<Options>::closed({0, optimizer.lr(group), initial_lr(group), group}, options_), group);
    } else {
        apply();
    }
}

template <class Options>
std::string ScheduleOf<Options>::describe() const
{
    return std::string(name()) + "\n  " + ScheduleMethod<Options>::formula(options_) + "\n";
}

}  // namespace xgrad::optim
