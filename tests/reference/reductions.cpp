#include "tests/reference/binding.hpp"

#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/statistics.hpp>

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

// Over all elements without dim, else along one axis.
Outputs product(const Call& c)
{
    const Tensor& x = c.tensor("input");
    return c.has("dim") ? prod(x, c.integer("dim"), c.flag("keepdim", false)) : prod(x);
}

// Over all elements without dim, which an empty list of axes stands for.
template <Tensor (*F)(const Input&, Sizes, VarOptions)>
Outputs spread(const Call& c)
{
    return F(c.tensor("input"), c.integers("dim", {}),
             {.unbiased = c.flag("unbiased", true), .keepdim = c.flag("keepdim", false)});
}

template <SpreadAndMean (*F)(const Input&, Sizes, VarOptions)>
Outputs spread_and_mean(const Call& c)
{
    const SpreadAndMean y = F(c.tensor("input"), c.integers("dim", {}),
                              {.unbiased = c.flag("unbiased", true), .keepdim = c.flag("keepdim", false)});
    return std::vector<Tensor>{y.spread, y.mean};
}

// p = "fro" is 2.
Outputs norm_like_torch(const Call& c)
{
    const bool frobenius = c.is_text("p") && c.text("p") == "fro";
    const double p = frobenius ? 2 : c.number("p", 2);
    return norm(c.tensor("input"), p, c.integers("dim", {}), c.flag("keepdim", false));
}

template <ValuesAndIndices (*F)(const Input&, std::int64_t)>
Outputs running(const Call& c)
{
    return F(c.tensor("input"), c.integer("dim"));
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
    {"prod", product},
    {"var", spread<var>},
    {"std", spread<std>},
    {"var_mean", spread_and_mean<var_mean>},
    {"std_mean", spread_and_mean<std_mean>},
    {"norm", norm_like_torch},
    {"cumsum", [](const Call& c) -> Outputs { return cumsum(c.tensor("input"), c.integer("dim")); }},
    {"cumprod", [](const Call& c) -> Outputs { return cumprod(c.tensor("input"), c.integer("dim")); }},
    {"cummax", running<cummax>},
    {"cummin", running<cummin>},
    {"logcumsumexp", [](const Call& c) -> Outputs { return logcumsumexp(c.tensor("input"), c.integer("dim")); }},
    {"median", extremum<median, median>},
    {"nanmedian", extremum<nanmedian, nanmedian>},
    {"mode",
     [](const Call& c) -> Outputs { return mode(c.tensor("input"), c.integer("dim", -1), c.flag("keepdim", false)); }},
    {"kthvalue",
     [](const Call& c) -> Outputs {
         return kthvalue(c.tensor("input"), c.integer("k"), c.integer("dim", -1), c.flag("keepdim", false));
     }},
    {"quantile",
     [](const Call& c) -> Outputs {
         const Tensor q = c.has_tensor("q") ? c.tensor("q") : tensor(c.number("q"), c.tensor("input").dtype());
         if (!c.has("dim")) return quantile(c.tensor("input"), q);
         return quantile(c.tensor("input"), q, c.integer("dim"), c.flag("keepdim", false));
     }},
    {"logsumexp", reduce_axes<logsumexp>},
    {"any", reduce<any, any>},
    {"all", reduce<all, all>},
    {"count_nonzero",
     [](const Call& c) -> Outputs {
         return c.has("dim") ? count_nonzero(c.tensor("input"), c.integers("dim")) : count_nonzero(c.tensor("input"));
     }},
    {"nansum", reduce<nansum, nansum>},
    {"nanmean", reduce<nanmean, nanmean>},
};

}  // namespace

Bindings reduction_bindings() { return kRows; }

}  // namespace xgrad::reference
