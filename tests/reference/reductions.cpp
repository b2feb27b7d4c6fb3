#include "tests/reference/binding.hpp"

#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>

namespace xgrad::reference {
namespace {

using OverAll = Tensor (*)(const Input&);
using OverAxes = Tensor (*)(const Input&, Sizes, bool);
using OverAxis = Tensor (*)(const Input&, std::int64_t, bool);
using WithIndices = ValuesAndIndices (*)(const Input&, std::int64_t, bool);

Tensor input(const Call& c)
{
    const Tensor& x = c.tensor("input");
    return c.has("dtype") ? to(x, c.dtype("dtype")) : x;
}

// Over the axes that dim lists; over all of them without dim, which an empty list stands for.
template <OverAll All, OverAxes Some>
Outputs reduce(const Call& c)
{
    const Tensor x = input(c);
    const bool keepdim = c.flag("keepdim", false);
    return c.has("dim") || keepdim ? Some(x, c.axes("dim", x), keepdim) : All(x);
}

template <OverAxes F>
Outputs reduce_axes(const Call& c)
{
    const Tensor& x = c.tensor("input");
    return F(x, c.axes("dim", x), c.flag("keepdim", false));
}

// Values alone over all elements, with indices along an axis; of two tensors the larger (smaller) elements.
template <OverAll All, WithIndices Along, Tensor (*Between)(const Operand&, const Operand&) = nullptr>
Outputs extremum(const Call& c)
{
    const Tensor& x = c.tensor("input");
    if (Between && c.has_tensor("other")) return Between(x, c.tensor("other"));
    if (!c.has("dim")) return All(x);
    return Along(x, c.integer("dim"), c.flag("keepdim", false));
}

// With keepdim the position among all elements has as many axes as they have.
template <OverAll All, OverAxis Along>
Outputs position(const Call& c)
{
    const Tensor& x = c.tensor("input");
    const bool keepdim = c.flag("keepdim", false);
    if (c.has("dim")) return Along(x, c.integer("dim"), keepdim);
    return keepdim ? reshape(All(x), std::vector<std::int64_t>(x.ndim(), 1)) : All(x);
}

// Over all elements without dim, else along one axis.
Outputs product(const Call& c)
{
    const Tensor x = input(c);
    return c.has("dim") ? prod(x, c.integer("dim"), c.flag("keepdim", false)) : prod(x);
}

// Over all elements without dim, which an empty list of axes stands for.
VarOptions var_options(const Call& c)
{
    VarOptions options{.unbiased = c.flag("unbiased", true), .keepdim = c.flag("keepdim", false)};
    if (c.has("correction")) options.correction = c.integer("correction");
    return options;
}

template <Tensor (*F)(const Input&, Sizes, VarOptions)>
Outputs spread(const Call& c)
{
    return F(c.tensor("input"), c.integers("dim", {}), var_options(c));
}

template <SpreadAndMean (*F)(const Input&, Sizes, VarOptions)>
Outputs spread_and_mean(const Call& c)
{
    const SpreadAndMean y = F(c.tensor("input"), c.integers("dim", {}), var_options(c));
    return std::vector<Tensor>{y.spread, y.mean};
}

// p = "fro" is 2; "nuc" is a norm of matrices.
Outputs norm_like_torch(const Call& c)
{
    if (c.is_text("p") && c.text("p") == "nuc") {
        const Tensor& x = c.tensor("input");
        return linalg::matrix_norm(x, "nuc", c.axes("dim", x), c.flag("keepdim", false));
    }
    const bool frobenius = c.is_text("p") && c.text("p") == "fro";
    const double p = frobenius ? 2 : c.number("p", 2);
    return norm(c.tensor("input"), p, c.integers("dim", {}), c.flag("keepdim", false));
}

template <ValuesAndIndices (*F)(const Input&, std::int64_t)>
Outputs running(const Call& c)
{
    return F(input(c), c.integer("dim"));
}

Interpolation interpolation(const std::string& name)
{
    if (name == "linear") return Interpolation::linear;
    if (name == "lower") return Interpolation::lower;
    if (name == "higher") return Interpolation::higher;
    if (name == "nearest") return Interpolation::nearest;
    if (name == "midpoint") return Interpolation::midpoint;
    throw CallError("interpolation = " + name + " is none that the library has");
}

constexpr Binding kRows[] = {
    {"sum", reduce<sum, sum>},
    {"mean", reduce<mean, mean>},
    {"amax", reduce_axes<amax>},
    {"amin", reduce_axes<amin>},
    {"max", extremum<max, max, maximum>},
    {"min", extremum<min, min, minimum>},
    {"argmax", position<argmax, argmax>},
    {"argmin", position<argmin, argmin>},
    {"prod", product},
    {"var", spread<var>},
    {"std", spread<std>},
    {"var_mean", spread_and_mean<var_mean>},
    {"std_mean", spread_and_mean<std_mean>},
    {"norm", norm_like_torch},
    {"cumsum", [](const Call& c) -> Outputs { return cumsum(input(c), c.integer("dim")); }},
    {"cumprod", [](const Call& c) -> Outputs { return cumprod(input(c), c.integer("dim")); }},
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
         const Interpolation between = interpolation(c.text("interpolation", "linear"));
         if (c.has("dim")) return quantile(c.tensor("input"), q, c.integer("dim"), c.flag("keepdim", false), between);
         return quantile(flatten(c.tensor("input")), q, 0, false, between);
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
