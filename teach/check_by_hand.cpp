#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/moved.hpp"
#include "teach/judge.hpp"
#include "teach/slips_on_tape.hpp"

namespace xgrad::detail {
namespace {

std::string sizes_text(const Tensor& x) { return to_string(x.sizes()); }

/// How a gradient of another shape came about.
std::string shape_hint(Sizes gradient, Sizes input)
{
    const Dims reversed = [&] {
        Dims sizes;
        for (std::size_t i = input.size(); i-- > 0;) sizes.push_back(input[i]);
        return sizes;
    }();
    if (input.size() > 1 && gradient == Sizes(reversed))
        return "transpose it: dW = X^T delta for a product X W, delta X^T for W X";
    if (gradient.size() == input.size() + 1 && Sizes(gradient.data() + 1, input.size()) == input)
        return "add it up over axis 0, the samples: sum(delta, 0)";
    return "write the shape below each factor of the formula";
}

void check_gradient(const std::string& name, const Tensor& gradient, const Tensor& value)
{
    if (!is_floating(gradient.dtype()))
        throw DtypeError(error_text("check_by_hand", "the gradient of " + name + " is " + describe(gradient),
                                    "gradients are f32 or f64", "write tensor(sizes, values, f64)"));
    if (gradient.sizes() == value.sizes()) return;
    throw ShapeError(error_text("check_by_hand",
                                fmt::format("the gradient of {} has the shape {}, {} itself {}", name,
                                            sizes_text(gradient), name, sizes_text(value)),
                                "a gradient has the shape of what it belongs to",
                                shape_hint(gradient.sizes(), value.sizes())));
}

void check_result(const Tensor& y)
{
    if (y.numel() != 1)
        throw ShapeError(error_text("check_by_hand", "the function gives " + describe(y),
                                    "gradients are those of one number",
                                    "add its elements up, sum(y), or take their mean"));
    if (!is_floating(y.dtype()))
        throw DtypeError(error_text("check_by_hand", "the function gives " + describe(y),
                                    "integers and truth values have no derivative", "compute in f64"));
}

class TensorCheck {
public:
    TensorCheck(const ProbedFunction& f, const NamedTensors& inputs, const NamedTensors& by_hand,
                const CheckOptions& options)
        : options_(options), run_(f), inputs_(in_f64(inputs)), recorded_(f, inputs_), steps_(kDoubleSteps)
    {
        check_result(recorded_.root());
        std::vector<std::string> names;
        for (const auto& [name, gradient] : by_hand)
            if (gradient.defined()) names.push_back(name), by_hand_.push_back(gradient);
        recorded_.watch(names);
        for (std::size_t i = 0; i < names.size(); ++i) check_gradient(names[i], by_hand_[i], recorded_.value(i));
        make_claims(names);
        for (const auto& [name, value] : inputs_)
            if (value.dtype() == f32) steps_ = kSingleSteps;
    }

    CheckReport run()
    {
        CheckReport report;
        const std::vector<std::string> own = recorded_.operations_of_users();
        if (!is_repeatable(report)) return report;
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            const JudgeOptions options{tolerance(by_hand_[i]), steps_.epsilon > 1e-10 ? 1e-2 : 1e-6,
                                       scale_of(claims_[i], claims_), recorded_.is_probed(i)};
            report.gradients.push_back(judge(claims_[i], numeric(i), options, own));
        }
        if (std::any_of(claims_.begin(), claims_.end(), [](const Claim& c) { return c.is_wrong; })) diagnose(report);
        finish(report, last_wrong_layer(report));
        return report;
    }

private:
    static bool is_wrong(const CheckReport& report, const std::string& name)
    {
        return std::any_of(report.gradients.begin(), report.gradients.end(),
                           [&](const CheckedGradient& g) { return g.name == name && !g.passed; });
    }
    std::string last_wrong_layer(const CheckReport& report) const
    {
        std::string last;
        for (const auto& [name, value] : run_.seen())
            if (is_wrong(report, name)) last = name;
        return last;
    }

    /// Floating inputs in f64, unless the function refuses them.
    NamedTensors in_f64(const NamedTensors& inputs)
    {
        NamedTensors wide;
        bool is_same = true;
        for (const auto& [name, value] : inputs) {
            is_same &= value.dtype() != f32;
            wide.emplace_back(name, is_floating(value.dtype()) ? to(detach(value), f64) : value);
        }
        if (is_same) return wide;
        try {
            (void)run_.plain(values_of(wide));
            return wide;
        } catch (const DtypeError&) {
            return inputs;
        }
    }
    static std::vector<Tensor> values_of(const NamedTensors& named)
    {
        std::vector<Tensor> out;
        for (const auto& [name, value] : named) out.push_back(value);
        return out;
    }

    void make_claims(const std::vector<std::string>& names)
    {
        const std::vector<Tensor> autograd = recorded_.gradients();
        for (std::size_t i = 0; i < names.size(); ++i) {
            const Tensor& value = recorded_.value(i);
            Claim claim{names[i],
                        value.sizes().vector(),
                        numbers_of(value),
                        numbers_of(by_hand_[i]),
                        numbers_of(autograd[i]),
                        {},
                        0,
                        is_bias(i, names[i]),
                        false};
            claim.penalty.assign(claim.value.size(), 0.0);
            recorded_.read_penalty(claim, i);
            claims_.push_back(std::move(claim));
        }
    }

    bool is_bias(std::size_t i, const std::string& name) const
    {
        if (!options_.biases.empty())
            return std::find(options_.biases.begin(), options_.biases.end(), name) != options_.biases.end();
        std::size_t long_axes = 0;
        for (const std::int64_t size : recorded_.value(i).sizes()) long_axes += size > 1;
        return long_axes <= 1;
    }

    double tolerance(const Tensor& by_hand) const
    {
        if (options_.tolerance > 0) return options_.tolerance;
        return by_hand.dtype() == f32 || steps_.epsilon > 1e-10 ? 1e-4 : 1e-7;
    }

    bool is_repeatable(CheckReport& report)
    {
        const std::vector<Tensor> inputs = values_of(inputs_);
        const double first = run_.plain(inputs).item(), second = run_.plain(inputs).item();
        if (first == second || (std::isnan(first) && std::isnan(second))) return true;
        report.passed = false;
        report.message = fmt::format(
            "the function is not deterministic\n  called twice for the same inputs, it gives {:.6g} and {:.6g}\n",
            first, second);
        return false;
    }

    NumericElements numeric(std::size_t i)
    {
        NumericElements out;
        for (const std::int64_t element : elements_to_check(claims_[i], options_.numeric_elements)) {
            NumericSteps steps = steps_;
            steps.first *= std::max(1.0, std::abs(claims_[i].value[static_cast<std::size_t>(element)]));
            out.emplace_back(
                element, numeric_derivative<double>([&](double step) { return value_at(i, element, step); }, steps));
        }
        return out;
    }

    /// f with one element moved; NaN where it throws, outside its domain.
    double value_at(std::size_t i, std::int64_t element, double step)
    {
        try {
            std::vector<Tensor> inputs = values_of(inputs_);
            if (recorded_.is_probed(i)) return run_.moved(inputs, claims_[i].name, element, step).item();
            for (std::size_t k = 0; k < inputs.size(); ++k)
                if (inputs_[k].first == claims_[i].name) inputs[k] = moved(inputs[k], element, step);
            return run_.plain(inputs).item();
        } catch (const std::exception&) {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }

    void diagnose(CheckReport& report)
    {
        SlipContext context{0, options_.lambda, recorded_.sample_counts(), recorded_.derivations(options_.target),
                            false};
        if (options_.samples > 0) add_given_count(context);
        search(report, context);
        const auto is_open = [](const CheckedGradient& g) { return !g.passed && g.suspicions.empty(); };
        if (std::none_of(report.gradients.begin(), report.gradients.end(), is_open)) return;
        context.is_last = true;
        for (Derivation& pair : recorded_.pairs_of_mistakes(options_.target))
            context.derivations.push_back(std::move(pair));
        search(report, context);
    }
    void add_given_count(SlipContext& context) const
    {
        const auto n = static_cast<double>(options_.samples);
        std::erase_if(context.counts, [n](const SampleCount& count) { return count.n == n; });
        if (n > 1) context.counts.insert(context.counts.begin(), {n, "the number of samples"});
    }
    void search(CheckReport& report, SlipContext& context)
    {
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            CheckedGradient& g = report.gradients[i];
            if (g.passed || !g.suspicions.empty()) continue;
            for (Derivation& d : context.derivations)
                for (const std::int64_t kink : g.kinks)
                    if (claims_[i].by_hand[static_cast<std::size_t>(kink)] == 0)
                        d.gradients[i][static_cast<std::size_t>(kink)] = 0;
            context.tolerance = exactness(tolerance(by_hand_[i]));
            g.suspicions = suspicions_of(claims_, i, context);
        }
    }

    const CheckOptions& options_;
    ProbeRun run_;
    NamedTensors inputs_;
    RecordedFunction recorded_;
    NumericSteps steps_;
    std::vector<Tensor> by_hand_;
    std::vector<Claim> claims_;
};

}  // namespace

CheckReport check_tensors(const ProbedFunction& f, const NamedTensors& inputs, const NamedTensors& by_hand,
                          const CheckOptions& options)
{
    return TensorCheck(f, inputs, by_hand, options).run();
}

NamedTensors numbered(const std::vector<Tensor>& tensors)
{
    NamedTensors out;
    for (std::size_t i = 0; i < tensors.size(); ++i) out.emplace_back(fmt::format("input {}", i), tensors[i]);
    return out;
}

void check_gradient_count(std::size_t inputs, std::size_t gradients)
{
    if (inputs == gradients) return;
    throw ShapeError(error_text("check_by_hand", fmt::format("{} gradients for {} inputs", gradients, inputs),
                                "one gradient for each input, in their order",
                                "give an undefined Tensor for an input that is not to be checked, or give names"));
}

}  // namespace xgrad::detail
