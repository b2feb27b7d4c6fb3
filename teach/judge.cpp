#include "teach/judge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::detail {
namespace {

std::string list_of(const std::vector<std::int64_t>& elements)
{
    const std::size_t shown = std::min<std::size_t>(elements.size(), 8);
    std::string text = elements.size() == 1 ? "element " : "elements ";
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + std::to_string(elements[i]);
    return shown < elements.size() ? text + " ..." : text;
}

/// What is found about one element after the other.
class Judgement {
public:
    Judgement(Claim& claim, const JudgeOptions& options) : c_(claim), o_(options)
    {
        out_.name = claim.name;
        for (std::size_t i = 0; i < claim.by_hand.size(); ++i) errors_.push_back(error(i, claim.autograd[i]));
        numeric_.assign(errors_.size(), std::numeric_limits<double>::quiet_NaN());
    }

    void look_at(std::int64_t element, const NumericDerivative& n)
    {
        const auto i = static_cast<std::size_t>(element);
        numeric_[i] = n.value;
        if (n.has_kink) return kink(i, n);
        const double difference = std::abs(c_.autograd[i] - n.value), doubt = 8 * n.error;
        if (!std::isfinite(n.value) || !std::isfinite(n.error)) {
            unknown_.push_back(element);
        } else if (difference <= o_.numeric_tolerance * o_.scale + std::min(doubt, 1e-3 * o_.scale)) {
            return;
        } else if (difference <= doubt || doubt > 1e-2 * o_.scale) {
            rough_.push_back(element);
        } else {
            if (wrong_.empty()) first_wrong_ = {c_.autograd[i], n.value};
            wrong_.push_back(element);
            useless_ &= n.value == 0;
            errors_[i] = error(i, n.value);
            if (errors_[i] <= std::max(o_.tolerance, 2 * o_.numeric_tolerance)) errors_[i] = 0;
            c_.autograd[i] = n.value;
        }
    }

    CheckedGradient result(const std::vector<std::string>& operations_of_users)
    {
        std::size_t worst = 0;
        for (std::size_t i = 0; i < errors_.size(); ++i)
            if (!(errors_[i] <= errors_[worst])) worst = i;
        if (!errors_.empty()) {
            out_.element = static_cast<std::int64_t>(worst);
            out_.error = errors_[worst];
            out_.by_hand = by_hand_[worst];
            out_.autograd = autograd_[worst];
            out_.numeric = numeric_[worst];
        }
        out_.passed = out_.error <= o_.tolerance;
        c_.is_wrong = !out_.passed;
        out_.autograd_agrees = wrong_.empty();
        notes(operations_of_users);
        return std::move(out_);
    }

private:
    double error(std::size_t i, double right) const
    {
        const double difference = std::abs(c_.by_hand[i] - right);
        return std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference / o_.scale;
    }

    /// Whatever lies between the slopes of both sides is right there.
    void kink(std::size_t i, const NumericDerivative& n)
    {
        if (out_.kinks.empty()) first_kink_ = n;
        out_.kinks.push_back(static_cast<std::int64_t>(i));
        const double slack = std::max(o_.tolerance, 1e-5) * o_.scale + 1e-6 * std::abs(n.right - n.left);
        const double low = std::min(n.left, n.right) - slack, high = std::max(n.left, n.right) + slack;
        if (!(c_.by_hand[i] >= low && c_.by_hand[i] <= high)) return;
        errors_[i] = 0;
        c_.by_hand[i] = c_.autograd[i] = c_.penalty[i] = c_.value[i] = 0;
    }

    void notes(const std::vector<std::string>& operations_of_users)
    {
        if (!out_.kinks.empty()) {
            const auto i = static_cast<std::size_t>(out_.kinks.front());
            out_.notes.push_back(fmt::format(
                "a kink at {}: the slope is {:.6g} from the left and {:.6g} from the right{}. Autograd has "
                "{:.6g}, by hand it is {:.6g}; no derivative exists there, and all that lies between is accepted",
                list_of(out_.kinks), first_kink_.left, first_kink_.right, out_.kinks.size() > 1 ? " at the first" : "",
                autograd_[i], by_hand_[i]));
        }
        if (!rough_.empty())
            out_.notes.push_back(
                "too rough for a numeric derivative at " + list_of(rough_) +
                ": differences do not settle as steps become shorter. Only autograd is compared there");
        if (!unknown_.empty())
            out_.notes.push_back("no numeric derivative at " + list_of(unknown_) +
                                 ": next to it the function throws, or gives NaN or infinity");
        if (wrong_.empty()) return;
        if (o_.is_probed && useless_) {
            out_.notes.push_back("the function does not go on with what the probe returned: write u = probe(\"" +
                                 c_.name + "\", u)");
            return;
        }
        std::string text = fmt::format(
            "autograd and the numeric derivative disagree at {}: {:.6g} and {:.6g}{}, and the "
            "function is smooth there. An operation has a wrong vjp",
            list_of(wrong_), first_wrong_.first, first_wrong_.second, wrong_.size() > 1 ? " at the first" : "");
        for (std::size_t k = 0; k < operations_of_users.size(); ++k)
            text += (k == 0 ? "; the function's own are: " : ", ") + operations_of_users[k];
        out_.notes.push_back(text + ". What is by hand is compared with the numbers there");
    }

    Claim& c_;
    const JudgeOptions& o_;
    CheckedGradient out_;
    std::vector<double> errors_, numeric_;
    const std::vector<double> by_hand_ = c_.by_hand, autograd_ = c_.autograd;
    NumericDerivative first_kink_;
    std::vector<std::int64_t> rough_, unknown_, wrong_;
    std::pair<double, double> first_wrong_;
    bool useless_ = true;  // the numbers do not depend on the value at all
};

}  // namespace

CheckedGradient judge(Claim& claim, const NumericElements& numeric, const JudgeOptions& options,
                      const std::vector<std::string>& operations_of_users)
{
    Judgement judgement(claim, options);
    for (const auto& [element, derivative] : numeric) judgement.look_at(element, derivative);
    return judgement.result(operations_of_users);
}

std::vector<std::int64_t> elements_to_check(const Claim& claim, std::int64_t most)
{
    const auto count = static_cast<std::int64_t>(claim.value.size()),
               taken = std::min(count, std::max<std::int64_t>(most, 0));
    std::vector<std::int64_t> out;
    for (std::int64_t k = 0; k < taken; ++k) out.push_back(k * count / taken);
    std::int64_t worst = 0;
    const auto difference = [&](std::int64_t i) {
        const auto k = static_cast<std::size_t>(i);
        return std::abs(claim.by_hand[k] - claim.autograd[k]);
    };
    for (std::int64_t i = 0; i < count; ++i)
        if (difference(i) > difference(worst)) worst = i;
    if (count > 0 && std::find(out.begin(), out.end(), worst) == out.end()) out.push_back(worst);
    return out;
}

double scale_of(const Claim& claim, const std::vector<Claim>& all)
{
    double own = 0, other = 0;
    for (const Claim& c : all)
        for (const double x : c.autograd)
            if (std::isfinite(x)) (&c == &claim ? own : other) = std::max(&c == &claim ? own : other, std::abs(x));
    const double scale = std::max(own, 1e-6 * other);
    return scale > 0 ? scale : 1;
}

}  // namespace xgrad::detail
