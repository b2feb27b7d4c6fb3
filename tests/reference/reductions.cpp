#include "tests/reference/binding.hpp"

#include <xgrad/ops/reduce.hpp>

namespace xgrad::reference {
namespace {

using OverAll = Tensor (*)(const Input&);
using OverAxes = Tensor (*)(const Input&, Sizes, bool);
using OverAxis = Tensor (*)(const Input&, std::int64_t, bool);
using WithIndices = ValuesAndIndices (*)(const Input&, std::int64_t, bool);

// Over all elements without dim, else over the axes it lists.
template <OverAll All, OverAxes Some>
Outputs reduce(const Call& c)
{
    const Tensor& x = c.tensor("input");
    return c.has("dim") ? Some(x, c.integers("dim"), c.flag("keepdim", false)) : All(x);
}

template <OverAxes Some>
Outputs reduce_axes(const Call& c)
{
    return Some(c.tensor("input"), c.integers("dim"), c.flag("keepdim", false));
}

// Values alone over all elements, with indices along an axis.
template <OverAll All, WithIndices Along>
Outputs extremum(const Call& c)
{
    const Tensor& x = c.tensor("input");
    if (!c.has("dim")) return All(x);
    return Along(x, c.integer("dim"), c.flag("keepdim", false));
}

template <OverAll All, OverAxis Along>
Outputs position(const Call& c)
{
    const Tensor& x = c.tensor("input");
    return c.has("dim") ? Along(x, c.integer("dim"), c.flag("keepdim", false)) : All(x);
}

constexpr Binding kRows[] = {
    {"sum", reduce<sum, sum>},
    {"mean", reduce<mean, mean>},
    {"amax", reduce_axes<amax>},
    {"amin", reduce_axes<amin>},
    {"max", extremum<max, max>},
    {"min", extremum<min, min>},
    {"argmax", position<argmax, argmax>},
    {"argmin", position<argmin, argmin>},
};

}  // namespace

Bindings reduction_bindings() { return kRows; }

}  // namespace xgrad::reference
