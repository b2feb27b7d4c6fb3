#include <xgrad/error.hpp>
#include <xgrad/teach/check_by_hand.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "teach/judge.hpp"
#include "teach/slips_of_scalars.hpp"

namespace xgrad::detail {
namespace {

class NumberCheck {
public:
    NumberCheck(const NumberFunction& f, const std::vector<double>& inputs, const std::vector<double>& by_hand,
                const CheckOptions& options)
        : f_(f), inputs_(inputs), options_(options), recorded_(f, inputs)
    {
        check_gradient_count(inputs.size(), by_hand.size());
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            Claim claim{fmt::format("input {}", i),
                        {},
                        {inputs[i]},
                        {by_hand[i]},
                        {recorded_.gradient()[i]},
                        {0.0},
                        0,
                        false,
                        false};
            claim.is_bias = std::find(options.biases.begin(), options.biases.end(), claim.name) != options.biases.end();
            recorded_.read_penalty(claim, i);
            claims_.push_back(std::move(claim));
        }
    }

    CheckReport run()
    {
        CheckReport report;
        const bool is_precise = has_double_doubles();
        const double tolerance = options_.tolerance > 0 ? options_.tolerance : 1e-7;
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            const JudgeOptions options{tolerance, is_precise ? 1e-12 : 1e-7, scale_of(claims_[i], claims_), false};
            report.gradients.push_back(judge(claims_[i], {{0, numeric(i, is_precise)}}, options, {}));
        }
        if (std::any_of(claims_.begin(), claims_.end(), [](const Claim& c) { return c.is_wrong; }))
            diagnose(report, tolerance);
        finish(report);
        return report;
    }

private:
    /// Whether the program can be computed in them: it takes them, and each of its functions does.
    bool has_double_doubles() const
    {
        if (!f_.of_double_doubles) return false;
        try {
            (void)f_.of_double_doubles({inputs_.begin(), inputs_.end()});
            return true;
        } catch (const std::domain_error&) {
            return false;
        }
    }

    NumericDerivative numeric(std::size_t i, bool is_precise) const
    {
        NumericSteps steps = is_precise ? kDoubleDoubleSteps : kDoubleSteps;
        steps.first *= std::max(1.0, std::abs(inputs_[i]));
        if (!is_precise)
            return numeric_derivative<double>(
                [&](double step) {
                    const NoGrad off;
                    std::vector<Scalar> x(inputs_.begin(), inputs_.end());
                    x[i] = inputs_[i] + step;
                    return value_or_nan<double>([&] { return f_.of_scalars(x).value(); });
                },
                steps);
        return numeric_derivative<DoubleDouble>(
            [&](const DoubleDouble& step) {
                std::vector<DoubleDouble> x(inputs_.begin(), inputs_.end());
                x[i] += step;
                return value_or_nan<DoubleDouble>([&] { return f_.of_double_doubles(x); });
            },
            steps);
    }

    template <class T, class F>
    static T value_or_nan(F&& f)
    {
        try {
            return f();
        } catch (const std::exception&) {
            return std::numeric_limits<double>::quiet_NaN();
        }
    }

    void diagnose(CheckReport& report, double tolerance)
    {
        SlipContext context{exactness(tolerance), options_.lambda, recorded_.sample_counts(),
                            recorded_.derivations(options_.target), false};
        if (options_.samples > 1)
            context.counts.insert(context.counts.begin(),
                                  {static_cast<double>(options_.samples), "the number of samples"});
        search(report, context);
        context.is_last = true;
        for (Derivation& pair : recorded_.pairs_of_mistakes(options_.target))
            context.derivations.push_back(std::move(pair));
        search(report, context);
    }
    void search(CheckReport& report, const SlipContext& context) const
    {
        for (std::size_t i = 0; i < claims_.size(); ++i)
            if (CheckedGradient& g = report.gradients[i]; !g.passed && g.suspicions.empty())
                g.suspicions = suspicions_of(claims_, i, context);
    }

    const NumberFunction& f_;
    const std::vector<double>& inputs_;
    const CheckOptions& options_;
    RecordedNumbers recorded_;
    std::vector<Claim> claims_;
};

}  // namespace

CheckReport check_numbers(const NumberFunction& f, const std::vector<double>& inputs,
                          const std::vector<double>& by_hand, const CheckOptions& options)
{
    return NumberCheck(f, inputs, by_hand, options).run();
}

void throw_number_count(std::size_t given)
{
    throw ShapeError(error_text("check_by_hand",
                                fmt::format("{} inputs for a function of another number of them", given),
                                "one input for each argument", "give as many numbers as the function takes"));
}

}  // namespace xgrad::detail
