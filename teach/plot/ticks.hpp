#pragma once

#include <string>
#include <vector>

#include "teach/plot/content.hpp"

namespace xgrad::plot::detail {

struct Tick {
    double at;
    std::string text;
};

/// Round numbers in the range, about `wanted` of them: steps of 1, 2 or 5 times a power of ten, on a logarithmic axis
/// powers of ten.
std::vector<Tick> ticks_of(const AxisContent& axis, Range range, int wanted);

}  // namespace xgrad::plot::detail
