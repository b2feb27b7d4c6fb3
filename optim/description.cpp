#include "optim/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace xgrad::optim {

void Description::gradient(bool maximize, double weight_decay, double l1)
{
    std::string text = maximize ? "g = -dL/dp" : "g = dL/dp";
    if (weight_decay != 0) text += fmt::format(" + {} p", weight_decay);
    if (l1 != 0) text += fmt::format(" + {} sign(p)", l1);
    line(text);
}

void Description::shrink(double lr, double weight_decay)
{
    if (weight_decay != 0) line(fmt::format("p = p - {} {} p", lr, weight_decay));
}

void Description::max_norm(double bound)
{
    line(fmt::format("rows w of p with |w| > {} become {} w / |w|", bound, bound));
}

bool Description::is_ours(const std::string& name)
{
    constexpr std::array kOurs = {"l1", "decoupled", "decay_biases", "max_norm", "eps_inside_sqrt", "look_ahead"};
    return std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end();
}

std::string Description::text(const char* name) const
{
    return xgrad::detail::Description::text(name, fmt::format("torch.optim.{}", name));
}

}  // namespace xgrad::optim
