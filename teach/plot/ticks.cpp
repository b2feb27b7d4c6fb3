#include "teach/plot/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xgrad::plot::detail {
namespace {

constexpr double kSlack = 1e-9;  // of a step, for rounding

/// 1, 2 or 5 times a power of ten: the least step that gives at most `wanted` of them.
double round_step(double length, int wanted)
{
    const double least = length / wanted, power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= least * (1 - kSlack)) return factor * power;
    return 10 * power;
}

std::string superscript(int exponent)
{
    static constexpr const char* kDigits[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                              "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    std::string text = exponent < 0 ? "\u207b" : "";
    for (const char digit : std::to_string(std::abs(exponent))) text += kDigits[digit - '0'];
    return text;
}

std::vector<Tick> linear_ticks(Range range, int wanted)
{
    const double step = round_step(range.high - range.low, wanted);
    // As many decimals as the step has; numbers that would be long are written with an exponent.
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + kSlack)));
    const double largest = std::max(std::abs(range.low), std::abs(range.high));
    std::vector<Tick> ticks;
    const double first = std::ceil(range.low / step - kSlack);
    for (double i = first;
         i * step <= range.high + kSlack * step && ticks.size() <= 2 * static_cast<std::size_t>(wanted); ++i) {
        const double at = i == 0 ? 0 : i * step;
        const bool is_long = largest >= 1e6 || decimals > 4;
        ticks.push_back({at, is_long ? fmt::format("{:.4g}", at) : fmt::format("{:.{}f}", at, decimals)});
    }
    return ticks;
}

/// Powers of ten, or so many of them that they fit; between two of them, 2 and 5 times as well.
std::vector<Tick> log_ticks(Range range, int wanted)
{
    const int first = static_cast<int>(std::ceil(std::log10(range.low) - kSlack));
    const int last = static_cast<int>(std::floor(std::log10(range.high) + kSlack));
    std::vector<Tick> ticks;
    if (last - first >= 1) {
        const int each = (last - first) / wanted + 1;
        for (int exponent = first; exponent <= last; exponent += each)
            ticks.push_back({std::pow(10.0, exponent), "10" + superscript(exponent)});
        return ticks;
    }
    for (int exponent = first - 1; exponent <= last + 1; ++exponent) {
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double at = factor * std::pow(10.0, exponent);
            if (at >= range.low * (1 - kSlack) && at <= range.high * (1 + kSlack))
                ticks.push_back({at, fmt::format("{:.3g}", at)});
        }
    }
    return ticks;
}

}  // namespace

std::vector<Tick> ticks_of(const AxisContent& axis, Range range, int wanted)
{
    std::vector<Tick> ticks;
    if (axis.names.empty()) return axis.scale == Scale::log ? log_ticks(range, wanted) : linear_ticks(range, wanted);
    for (std::size_t i = 0; i < axis.names.size(); ++i) {
        const auto at = static_cast<double>(i);
        if (at >= range.low && at <= range.high) ticks.push_back({at, axis.names[i]});
    }
    return ticks;
}

}  // namespace xgrad::plot::detail
