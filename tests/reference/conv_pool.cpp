#include "tests/reference/binding.hpp"

#include <xgrad/ops/pool.hpp>

namespace xgrad::reference {
namespace {

Size2 size2(const Integers& list)
{
    if (list.size() == 1) return list[0];
    if (list.size() != 2) throw CallError("a size of two axes has one or two numbers");
    return {list[0], list[1]};
}

std::optional<Size2> stride2(const Call& c)
{
    if (!c.has("stride")) return {};
    return size2(c.integers("stride"));
}

Outputs bound_max_pool2d(const Call& c)
{
    return max_pool2d(c.tensor("input"), size2(c.integers("kernel_size")),
                      {.stride = stride2(c),
                       .padding = size2(c.integers("padding", {0})),
                       .dilation = size2(c.integers("dilation", {1})),
                       .ceil_mode = c.flag("ceil_mode", false)});
}

Outputs bound_avg_pool2d(const Call& c)
{
    return avg_pool2d(c.tensor("input"), size2(c.integers("kernel_size")),
                      {.stride = stride2(c),
                       .padding = size2(c.integers("padding", {0})),
                       .ceil_mode = c.flag("ceil_mode", false),
                       .count_include_pad = c.flag("count_include_pad", true),
                       .divisor_override = c.integer("divisor_override", 0)});
}

constexpr Binding kRows[] = {
    {"nn.functional.max_pool2d", bound_max_pool2d},
    {"nn.functional.avg_pool2d", bound_avg_pool2d},
};

}  // namespace

Bindings conv_pool_bindings() { return kRows; }

}  // namespace xgrad::reference
