#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "teach/judge.hpp"

namespace xgrad {
namespace {

constexpr std::size_t kColumns = 100;

/// The text in lines of at most 100 columns, the first behind `indent` blanks, the others behind two; it ends with a full
/// stop.
std::string wrapped(const std::string& text, std::size_t indent)
{
    std::string out, line(indent, ' ');
    bool is_empty = true;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at) + (end == text.size() ? "." : "");
        if (!is_empty && line.size() + 1 + word.size() > kColumns) {
            out += line + '\n';
            line.assign(2, ' ');
            is_empty = true;
        }
        line += (is_empty ? "" : " ") + word;
        is_empty = false;
        at = end + 1;
    }
    return out + line + '\n';
}

std::string numbers(const CheckedGradient& g)
{
    const std::string numeric = std::isnan(g.numeric) ? "" : fmt::format(", numeric {:.6g}", g.numeric);
    return fmt::format("at element {}: by hand {:.6g}, autograd {:.6g}{}", g.element, g.by_hand, g.autograd, numeric);
}

/// `before`: one whose mistake was the same, or null.
std::string block(const CheckedGradient& g, const CheckedGradient* before)
{
    std::string out = wrapped(g.passed ? fmt::format("{} is right: largest error {:.1g}", g.name, g.error)
                                       : fmt::format("{} is wrong {} (error {:.2g})", g.name, numbers(g), g.error),
                              0);
    if (before) out += wrapped("as " + before->name, 2);
    for (std::size_t i = 0; !before && i < g.suspicions.size(); ++i)
        out += wrapped((i == 0 ? "" : "or: ") + g.suspicions[i].text, 2);
    if (!g.passed && g.suspicions.empty()) out += wrapped("none of the known mistakes gives these numbers", 2);
    for (const std::string& note : g.notes) out += wrapped(note, 2);
    return out;
}

const CheckedGradient* same_before(const CheckReport& report, std::size_t which)
{
    const std::vector<Suspicion>& own = report.gradients[which].suspicions;
    for (std::size_t i = 0; i < which && !own.empty(); ++i)
        if (const std::vector<Suspicion>& other = report.gradients[i].suspicions;
            !other.empty() && other[0].text == own[0].text)
            return &report.gradients[i];
    return nullptr;
}

}  // namespace

const char* name_of(Mistake mistake)
{
    constexpr const char* kNames[] = {"none",
                                      "sign_flipped",
                                      "factor_two",
                                      "factor_half",
                                      "one_over_n_missing",
                                      "sum_against_mean",
                                      "constant_factor",
                                      "lambda_against_lambda_over_n",
                                      "penalty_factor",
                                      "penalty_missing",
                                      "penalty_added",
                                      "bias_regularised",
                                      "slope_missing",
                                      "slope_at_target",
                                      "slope_at_output",
                                      "slope_twice",
                                      "factor_missing",
                                      "not_transposed",
                                      "factors_swapped",
                                      "transposed",
                                      "softmax_twice",
                                      "all_zero",
                                      "unknown"};
    return kNames[static_cast<std::size_t>(mistake)];
}

const CheckedGradient& CheckReport::operator[](const std::string& name) const
{
    for (const CheckedGradient& g : gradients)
        if (g.name == name) return g;
    throw std::out_of_range("CheckReport: no gradient of " + name + " was checked");
}

void detail::finish(CheckReport& report, const std::string& last_layer)
{
    std::size_t wrong = 0;
    bool agrees = true;
    for (const CheckedGradient& g : report.gradients) {
        wrong += !g.passed;
        agrees &= g.autograd_agrees;
    }
    report.passed = wrong == 0 && agrees;
    const std::size_t count = report.gradients.size();
    std::string head =
        wrong == 0 ? fmt::format("{} of {} gradients by hand are right", count, count)
                   : fmt::format("{} of {} gradients by hand {} wrong", wrong, count, wrong == 1 ? "is" : "are");
    if (!agrees) head += "; autograd and the numeric derivative disagree";
    report.message = head + '\n';
    for (std::size_t i = 0; i < count; ++i) report.message += block(report.gradients[i], same_before(report, i));
    if (wrong > 1 && !last_layer.empty())
        report.message += wrapped("start with " + last_layer + ": what lies before it is derived from it", 0);
}

}  // namespace xgrad
