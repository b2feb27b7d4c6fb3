#include "tests/training/make_scheduler.hpp"

#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sequences.hpp>

#include <cmath>
#include <functional>
#include <map>
#include <stdexcept>

#include "tests/training/options.hpp"

namespace xgrad::training {
namespace {

using namespace optim;
using Made = std::shared_ptr<Scheduler>;

// The formulas in t that occur: sums and differences of products, quotients and powers, sqrt, parentheses.
class Formula {
public:
    Formula(std::string text, double t) : text_(std::move(text)), t_(t) {}

    double value()
    {
        const double result = sum();
        if (at_ != text_.size()) fail();
        return result;
    }

private:
    [[noreturn]] void fail() const { throw std::invalid_argument("formula " + text_ + " cannot be read"); }
    bool take(const std::string& what)
    {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        if (text_.compare(at_, what.size(), what) != 0) return false;
        at_ += what.size();
        return true;
    }
    double sum()
    {
        double result = product();
        for (;;) {
            if (take("+"))
                result += product();
            else if (take("-"))
                result -= product();
            else
                return result;
        }
    }
    bool next_is_power() { return text_.compare(at_, 2, "**") == 0; }
    double product()
    {
        double result = power();
        for (;;) {
            if (!next_is_power() && take("*"))
                result *= power();
            else if (take("/"))
                result /= power();
            else
                return result;
        }
    }
    double power()
    {
        if (take("-")) return -power();
        const double base = atom();
        return take("**") ? std::pow(base, power()) : base;
    }
    double inside()
    {
        const double result = sum();
        if (!take(")")) fail();
        return result;
    }
    double atom()
    {
        if (take("(")) return inside();
        for (const char* prefix : {"math.sqrt(", "sqrt("})
            if (take(prefix)) return std::sqrt(inside());
        for (const char* prefix : {"math.exp(", "exp("})
            if (take(prefix)) return std::exp(inside());
        for (const char* prefix : {"math.cos(", "cos("})
            if (take(prefix)) return std::cos(inside());
        for (const char* pi : {"math.pi", "pi"})
            if (take(pi)) return std::acos(-1.0);
        if (take("t")) return t_;
        std::size_t length = 0;
        double number = 0;
        try {
            number = std::stod(text_.substr(at_), &length);
        } catch (const std::exception&) {
            fail();
        }
        at_ += length;
        return number;
    }

    std::string text_;
    double t_;
    std::size_t at_ = 0;
};

std::vector<Callable<double(std::int64_t)>> functions(const Json& texts)
{
    std::vector<Callable<double(std::int64_t)>> list;
    for (const Json& text : texts.is_array() ? texts : Json::array({texts}))
        list.emplace_back(
            [text = text.get<std::string>()](std::int64_t t) { return Formula(text, static_cast<double>(t)).value(); });
    return list;
}

template <class S, class O>
Made finish(Optimizer& optimizer, Options& given, O options)
{
    given.finish();
    return std::make_shared<S>(optimizer, std::move(options));
}

using Maker = std::function<Made(Optimizer&, Options&)>;

template <class O>
void read(Options&, O&)
{
}
template <class O, class T, class... More>
void read(Options& given, O& options, const char* name, T O::*option, More... more)
{
    given.get(name, options.*option);
    read(given, options, more...);
}

/// A schedule whose options are numbers: plain<StepLROptions>("gamma", &StepLROptions::gamma, ...).
template <class O, class... NamesAndOptions>
Maker plain(NamesAndOptions... list)
{
    return [=](Optimizer& optimizer, Options& given) {
        O options;
        read(given, options, list...);
        return finish<ScheduleOf<O>>(optimizer, given, options);
    };
}

template <class O>
Made function_schedule(Optimizer& optimizer, Options& given)
{
    return finish<ScheduleOf<O>>(optimizer, given, O{functions(given.json("lr_lambda"))});
}

Made cyclic(Optimizer& optimizer, Options& given)
{
    CyclicLROptions o;
    given.get("base_lr", o.base_lr);
    given.get("max_lr", o.max_lr);
    given.get("step_size_up", o.step_size_up);
    given.get("step_size_down", o.step_size_down);
    given.choose("mode", o.mode,
                 {{"triangular", CyclicMode::triangular},
                  {"triangular2", CyclicMode::triangular2},
                  {"exp_range", CyclicMode::exp_range}});
    given.get("gamma", o.gamma);
    given.get("cycle_momentum", o.cycle_momentum);
    given.get("base_momentum", o.base_momentum);
    given.get("max_momentum", o.max_momentum);
    return finish<CyclicLR>(optimizer, given, o);
}

Made one_cycle(Optimizer& optimizer, Options& given)
{
    OneCycleLROptions o;
    given.get("max_lr", o.max_lr);
    given.get("total_steps", o.total_steps);
    given.get("epochs", o.epochs);
    given.get("steps_per_epoch", o.steps_per_epoch);
    given.get("pct_start", o.pct_start);
    given.choose("anneal_strategy", o.anneal_strategy, {{"cos", Anneal::cos}, {"linear", Anneal::linear}});
    given.get("cycle_momentum", o.cycle_momentum);
    given.get("base_momentum", o.base_momentum);
    given.get("max_momentum", o.max_momentum);
    given.get("div_factor", o.div_factor);
    given.get("final_div_factor", o.final_div_factor);
    given.get("three_phase", o.three_phase);
    return finish<OneCycleLR>(optimizer, given, o);
}

Made plateau(Optimizer& optimizer, Options& given)
{
    ReduceLROnPlateauOptions o;
    given.choose("mode", o.mode, {{"min", PlateauMode::min}, {"max", PlateauMode::max}});
    given.get("factor", o.factor);
    given.get("patience", o.patience);
    given.get("threshold", o.threshold);
    given.choose("threshold_mode", o.threshold_mode, {{"rel", PlateauThreshold::rel}, {"abs", PlateauThreshold::abs}});
    given.get("cooldown", o.cooldown);
    given.get("min_lr", o.min_lr);
    given.get("eps", o.eps);
    return finish<ReduceLROnPlateau>(optimizer, given, o);
}

std::vector<Made> parts(Optimizer& optimizer, Options& given)
{
    std::vector<Made> list;
    for (const Json& part : given.json("schedulers"))
        list.push_back(make_scheduler(part.at("scheduler"), optimizer, part.at("params")));
    return list;
}

Made sequential(Optimizer& optimizer, Options& given)
{
    std::vector<std::int64_t> milestones;
    given.get("milestones", milestones);
    const std::vector<Made> list = parts(optimizer, given);
    given.finish();
    return std::make_shared<SequentialLR>(optimizer, Schedules(list), milestones);
}

Made chained(Optimizer& optimizer, Options& given)
{
    const std::vector<Made> list = parts(optimizer, given);
    return finish<ChainedScheduler>(optimizer, given, Schedules(list));
}

const std::map<std::string, Maker> kMakers = {
    {"LambdaLR", function_schedule<LambdaLROptions>},
    {"MultiplicativeLR", function_schedule<MultiplicativeLROptions>},
    {"StepLR", plain<StepLROptions>("step_size", &StepLROptions::step_size, "gamma", &StepLROptions::gamma)},
    {"MultiStepLR",
     plain<MultiStepLROptions>("milestones", &MultiStepLROptions::milestones, "gamma", &MultiStepLROptions::gamma)},
    {"ConstantLR",
     plain<ConstantLROptions>("factor", &ConstantLROptions::factor, "total_iters", &ConstantLROptions::total_iters)},
    {"LinearLR", plain<LinearLROptions>("start_factor", &LinearLROptions::start_factor, "end_factor",
                                        &LinearLROptions::end_factor, "total_iters", &LinearLROptions::total_iters)},
    {"ExponentialLR", plain<ExponentialLROptions>("gamma", &ExponentialLROptions::gamma)},
    {"PolynomialLR", plain<PolynomialLROptions>("total_iters", &PolynomialLROptions::total_iters, "power",
                                                &PolynomialLROptions::power)},
    {"CosineAnnealingLR", plain<CosineAnnealingLROptions>("T_max", &CosineAnnealingLROptions::T_max, "eta_min",
                                                          &CosineAnnealingLROptions::eta_min)},
    {"CosineAnnealingWarmRestarts",
     plain<CosineAnnealingWarmRestartsOptions>("T_0", &CosineAnnealingWarmRestartsOptions::T_0, "T_mult",
                                               &CosineAnnealingWarmRestartsOptions::T_mult, "eta_min",
                                               &CosineAnnealingWarmRestartsOptions::eta_min)},
    {"CyclicLR", cyclic},
    {"OneCycleLR", one_cycle},
    {"ReduceLROnPlateau", plateau},
    {"SequentialLR", sequential},
    {"ChainedScheduler", chained},
};

}  // namespace

Made make_scheduler(const std::string& op, Optimizer& optimizer, const Json& options)
{
    const std::string name = op.substr(op.rfind('.') + 1);
    const auto maker = kMakers.find(name);
    if (maker == kMakers.end()) throw std::invalid_argument("scheduler " + op + " is unknown");
    Options given(options);
    return maker->second(optimizer, given);
}

}  // namespace xgrad::training
