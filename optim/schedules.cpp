#include <xgrad/optim/schedules.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "optim/schedule_method.hpp"

namespace xgrad::optim {
namespace {

double number(std::int64_t n) { return static_cast<double>(n); }

void check_positive(const Check& check, const char* option, std::int64_t value)
{
    check(value >= 1, option, number(value), "it is at least 1");
}
void check_factor(const Check& check, const char* option, double value)
{
    check(value > 0 && value <= 1, option, value, "it lies in (0, 1], since the next rate is computed from this one");
}

template <class Options>
struct FunctionMethod {
    static void check(const Check& check, const Optimizer& optimizer, const Options& o)
    {
        check(o.lr_lambda.size() == 1 || o.lr_lambda.size() == optimizer.group_count(), "lr_lambda",
              static_cast<double>(o.lr_lambda.size()), "there is one function, or one for each group");
        for (const auto& f : o.lr_lambda) check(static_cast<bool>(f), "lr_lambda", 0, "each is a function");
    }
    static double value(const At& at, const Options& o)
    {
        return o.lr_lambda[o.lr_lambda.size() == 1 ? 0 : at.group](at.epoch);
    }
};

}  // namespace

template <>
struct ScheduleMethod<LambdaLROptions> : FunctionMethod<LambdaLROptions> {
    static constexpr const char* kName = "LambdaLR";
    static double rate(const At& at, const LambdaLROptions& o) { return at.initial * value(at, o); }
    static std::string formula(const LambdaLROptions&) { return "lr = lr_0 f(t)"; }
};

template <>
struct ScheduleMethod<MultiplicativeLROptions> : FunctionMethod<MultiplicativeLROptions> {
    static constexpr const char* kName = "MultiplicativeLR";
    static double rate(const At& at, const MultiplicativeLROptions& o)
    {
        return at.epoch > 0 ? at.lr * value(at, o) : at.lr;
    }
    static std::string formula(const MultiplicativeLROptions&) { return "lr = lr f(t)"; }
};

template <>
struct ScheduleMethod<StepLROptions> {
    static constexpr const char* kName = "StepLR";
    static void check(const Check& check, const Optimizer&, const StepLROptions& o)
    {
        check_positive(check, "step_size", o.step_size);
        check_at_least_0(check, "gamma", o.gamma);
    }
    static double rate(const At& at, const StepLROptions& o)
    {
        return at.epoch == 0 || at.epoch % o.step_size != 0 ? at.lr : at.lr * o.gamma;
    }
    static double closed(const At& at, const StepLROptions& o)
    {
        return at.initial * std::pow(o.gamma, number(at.epoch / o.step_size));
    }
    static std::string formula(const StepLROptions& o)
    {
        return fmt::format("lr = lr_0 {}^floor(t / {})", o.gamma, o.step_size);
    }
};

template <>
struct ScheduleMethod<MultiStepLROptions> {
    static constexpr const char* kName = "MultiStepLR";
    static void check(const Check& check, const Optimizer&, const MultiStepLROptions& o)
    {
        for (const std::int64_t milestone : o.milestones)
            check(milestone >= 0, "a milestone", number(milestone), "it is at least 0");
        check_at_least_0(check, "gamma", o.gamma);
    }
    static double rate(const At& at, const MultiStepLROptions& o)
    {
        const auto times = std::count(o.milestones.begin(), o.milestones.end(), at.epoch);
        return times == 0 ? at.lr : at.lr * std::pow(o.gamma, number(times));
    }
    static double closed(const At& at, const MultiStepLROptions& o)
    {
        const auto passed =
            std::count_if(o.milestones.begin(), o.milestones.end(), [&](auto m) { return m <= at.epoch; });
        return at.initial * std::pow(o.gamma, number(passed));
    }
    static std::string formula(const MultiStepLROptions& o)
    {
        return fmt::format("lr = lr_0 {}^(milestones up to t), {} of them", o.gamma, o.milestones.size());
    }
};

template <>
struct ScheduleMethod<ConstantLROptions> {
    static constexpr const char* kName = "ConstantLR";
    static void check(const Check& check, const Optimizer&, const ConstantLROptions& o)
    {
        check_factor(check, "factor", o.factor);
        check_positive(check, "total_iters", o.total_iters);
    }
    static double rate(const At& at, const ConstantLROptions& o)
    {
        if (at.epoch == 0) return at.lr * o.factor;
        return at.epoch == o.total_iters ? at.lr * (1 / o.factor) : at.lr;
    }
    static double closed(const At& at, const ConstantLROptions& o)
    {
        return at.initial * (at.epoch >= o.total_iters ? 1 : o.factor);
    }
    static std::string formula(const ConstantLROptions& o)
    {
        return fmt::format("lr = {} lr_0 for t < {}, then lr_0", o.factor, o.total_iters);
    }
};

template <>
struct ScheduleMethod<LinearLROptions> {
    static constexpr const char* kName = "LinearLR";
    static void check(const Check& check, const Optimizer&, const LinearLROptions& o)
    {
        check_factor(check, "start_factor", o.start_factor);
        check(o.end_factor >= 0 && o.end_factor <= 1, "end_factor", o.end_factor, "it lies in [0, 1]");
        check_positive(check, "total_iters", o.total_iters);
    }
    static double rate(const At& at, const LinearLROptions& o)
    {
        if (at.epoch == 0) return at.lr * o.start_factor;
        if (at.epoch > o.total_iters) return at.lr;
        const double rise = o.end_factor - o.start_factor;
        return at.lr * (1 + rise / (number(o.total_iters) * o.start_factor + (at.t() - 1) * rise));
    }
    static double closed(const At& at, const LinearLROptions& o)
    {
        const double part = number(std::min(o.total_iters, at.epoch)) / number(o.total_iters);
        return at.initial * (o.start_factor + (o.end_factor - o.start_factor) * part);
    }
    static std::string formula(const LinearLROptions& o)
    {
        return fmt::format("lr = lr_0 ({} + {} min(t, {}) / {})", o.start_factor, o.end_factor - o.start_factor,
                           o.total_iters, o.total_iters);
    }
};

template <>
struct ScheduleMethod<ExponentialLROptions> {
    static constexpr const char* kName = "ExponentialLR";
    static void check(const Check& check, const Optimizer&, const ExponentialLROptions& o)
    {
        check_at_least_0(check, "gamma", o.gamma);
    }
    static double rate(const At& at, const ExponentialLROptions& o) { return at.epoch == 0 ? at.lr : at.lr * o.gamma; }
    static double closed(const At& at, const ExponentialLROptions& o) { return at.initial * std::pow(o.gamma, at.t()); }
    static std::string formula(const ExponentialLROptions& o) { return fmt::format("lr = lr_0 {}^t", o.gamma); }
};

template <>
struct ScheduleMethod<PolynomialLROptions> {
    static constexpr const char* kName = "PolynomialLR";
    static void check(const Check& check, const Optimizer&, const PolynomialLROptions& o)
    {
        check_positive(check, "total_iters", o.total_iters);
        check_at_least_0(check, "power", o.power);
    }
    static double rate(const At& at, const PolynomialLROptions& o)
    {
        if (at.epoch == 0 || at.epoch > o.total_iters) return at.lr;
        const double total = number(o.total_iters);
        return at.lr * std::pow((1 - at.t() / total) / (1 - (at.t() - 1) / total), o.power);
    }
    static double closed(const At& at, const PolynomialLROptions& o)
    {
        return at.initial * std::pow(1 - number(std::min(o.total_iters, at.epoch)) / number(o.total_iters), o.power);
    }
    static std::string formula(const PolynomialLROptions& o)
    {
        return fmt::format("lr = lr_0 (1 - min(t, {}) / {})^{}", o.total_iters, o.total_iters, o.power);
    }
};

template <>
struct ScheduleMethod<ExponentialDecayLROptions> {
    static constexpr const char* kName = "ExponentialDecayLR";
    static void check(const Check& check, const Optimizer&, const ExponentialDecayLROptions& o)
    {
        check_at_least_0(check, "k", o.k);
    }
    static double rate(const At& at, const ExponentialDecayLROptions& o)
    {
        return at.initial * std::exp(-o.k * at.t());
    }
    static std::string formula(const ExponentialDecayLROptions& o)
    {
        return fmt::format(
            "lr = lr_0 e^(-{} t)\n  PyTorch: ExponentialLR(gamma={})\n  lecture: alpha_0 e^(-k t) (S1:875)", o.k,
            std::exp(-o.k));
    }
};

template <>
struct ScheduleMethod<InverseTimeLROptions> {
    static constexpr const char* kName = "InverseTimeLR";
    static void check(const Check& check, const Optimizer&, const InverseTimeLROptions& o)
    {
        check_at_least_0(check, "k", o.k);
    }
    static double rate(const At& at, const InverseTimeLROptions& o) { return at.initial / (1 + o.k * at.t()); }
    static std::string formula(const InverseTimeLROptions& o)
    {
        return fmt::format("lr = lr_0 / (1 + {} t)\n  lecture: alpha_0 / (1 + k t) (S1:877)", o.k);
    }
};

template <>
struct ScheduleMethod<CosineAnnealingLROptions> {
    static constexpr const char* kName = "CosineAnnealingLR";
    static void check(const Check& check, const Optimizer&, const CosineAnnealingLROptions& o)
    {
        check_positive(check, "T_max", o.T_max);
        check_at_least_0(check, "eta_min", o.eta_min);
    }
    static double rate(const At& at, const CosineAnnealingLROptions& o)
    {
        if (at.epoch == 0) return at.lr;
        const double period = number(o.T_max);
        if ((at.epoch - 1 - o.T_max) % (2 * o.T_max) == 0)  // it begins to rise
            return at.lr + (at.initial - o.eta_min) * (1 - std::cos(std::numbers::pi / period)) / 2;
        return cosine(at.t() / period) / cosine((at.t() - 1) / period) * (at.lr - o.eta_min) + o.eta_min;
    }
    static double closed(const At& at, const CosineAnnealingLROptions& o)
    {
        return o.eta_min + (at.initial - o.eta_min) * cosine(at.t() / number(o.T_max));
    }
    static std::string formula(const CosineAnnealingLROptions& o)
    {
        return fmt::format("lr = {} + (lr_0 - {}) (1 + cos(pi t / {})) / 2", o.eta_min, o.eta_min, o.T_max);
    }
};

template class ScheduleOf<LambdaLROptions>;
template class ScheduleOf<MultiplicativeLROptions>;
template class ScheduleOf<StepLROptions>;
template class ScheduleOf<MultiStepLROptions>;
template class ScheduleOf<ConstantLROptions>;
template class ScheduleOf<LinearLROptions>;
template class ScheduleOf<ExponentialLROptions>;
template class ScheduleOf<PolynomialLROptions>;
template class ScheduleOf<ExponentialDecayLROptions>;
template class ScheduleOf<InverseTimeLROptions>;
template class ScheduleOf<CosineAnnealingLROptions>;

}  // namespace xgrad::optim
