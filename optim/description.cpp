#include "optim/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace xgrad::optim {

std::string rest(double x) { return fmt::format("{:g}", 1 - x); }

std::string Description::number(double value) { return fmt::format("{}", value); }

void Description::gradient(bool maximize, double weight_decay, double l1)
{
    std::string text = maximize ? "g = -dL/dp" : "g = dL/dp";
    if (weight_decay != 0) text += fmt::format(" + {} p", weight_decay);
    if (l1 != 0) text += fmt::format(" + {} sign(p)", l1);
    lines_.push_back(text);
}

void Description::shrink(double lr, double weight_decay)
{
    if (weight_decay != 0) line(fmt::format("p = p - {} {} p", lr, weight_decay));
}

void Description::max_norm(double bound)
{
    line(fmt::format("rows w of p with |w| > {} become {} w / |w|", bound, bound));
}

void Description::call_option(const std::string& name, const std::string& value)
{
    constexpr std::array kOurs = {"l1", "decoupled", "decay_biases", "max_norm", "eps_inside_sqrt", "look_ahead"};
    if (std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end()) {
        call_ += fmt::format("{}{}={}", call_.empty() ? "" : ", ", name, value);
    } else if (name != "decay_biases" && value != "0") {
        extra_ += fmt::format("{}{}", extra_.empty() ? "" : ", ", name);
    }
}

std::string Description::text(const char* name) const
{
    std::string result = fmt::format("{}\n", name);
    for (const std::string& line : lines_) result += fmt::format("  {}\n", line);
    if (!pytorch_.empty())
        result += fmt::format("  PyTorch {}\n", pytorch_);
    else if (extra_.empty())
        result += fmt::format("  PyTorch: torch.optim.{}({})\n", name, call_);
    else
        result += fmt::format("  PyTorch: torch.optim.{}({}), which has no {}\n", name, call_, extra_);
    if (!lecture_.empty()) result += fmt::format("  lecture: {}\n", lecture_);
    return result;
}

}  // namespace xgrad::optim
