#pragma once

// Functions whose derivative the user writes. Both kinds are recorded as one operation under the name given; what they
// keep is their inputs and their value. A rule that is written in operations can be differentiated again.
//
//   auto soft = custom_vjp("soft", [](const Tensor& x) { return log(1 + exp(x)); },
//                          [](const Tensor& x, const Tensor& y, const Tensor& gy) { return gy * sigmoid(x); });
//   auto sine = custom_jvp("sine", [](const Tensor& x) { return sin(x); },
//                          [](const Tensor& x, const Tensor& y, const Tensor& t) { return t * cos(x); });

#include <xgrad/functional/function.hpp>
#include <xgrad/record.hpp>
#include <xgrad/tape.hpp>

namespace xgrad {

namespace detail {

/// x..., y and what follows, as a rule of single tensors takes them.
Tensors rule_arguments(const Tensors& x, const Tensor& y, const Tensors& rest);
void add_from_rule(const char* name, Tensors gradients, Adjoints& gx);

using JvpRule = Callable<Tensor(const Tensors& x, const Tensor& y, const Tensors& tangents)>;
void transpose_jvp(const char* name, const JvpRule& rule, const Tensors& x, const Tensor& y, const Tensor& gy,
                   Adjoints& gx);

/// The list as inputs of a record. They name no line of the user's program: it is not known here.
std::vector<InputRef> input_refs(const Tensors& x);

template <class Forward>
Tensor value_alone(Forward& forward, const Tensors& x)
{
    const NoGrad off;
    return forward(x);
}

template <std::size_t n, class Rule>
Tensors run_vjp_rule(Rule& rule, const Tensors& x, const Tensor& y, const Tensor& gy)
{
    const auto listed = [](auto&& result) -> Tensors {
        if constexpr (std::convertible_to<decltype(result), Tensor>)
            return {Tensor(std::forward<decltype(result)>(result))};
        else
            return std::forward<decltype(result)>(result);
    };
    if constexpr (n == 0)
        return listed(rule(x, y, gy));
    else
        return listed(call_with<n + 2>(rule, rule_arguments(x, y, {gy})));
}

/// What reverse mode runs for a rule: the rule, or its transpose.
template <std::size_t n, class Rule>
struct VjpByRule {
    void operator()(const Tensor& gy, Adjoints& gx) { add_from_rule(op->name, run_vjp_rule<n>(rule, x, y, gy), gx); }
    const Op* op;
    Rule rule;
    Tensors x;
    Tensor y;
};
template <std::size_t n, class Rule>
struct VjpByJvpRule {
    void operator()(const Tensor& gy, Adjoints& gx)
    {
        const JvpRule of_lists = [this](const Tensors& at, const Tensor& value, const Tensors& t) -> Tensor {
            if constexpr (n == 0)
                return rule(at, value, t);
            else
                return call_with<2 * n + 1>(rule, rule_arguments(at, value, t));
        };
        transpose_jvp(op->name, of_lists, x, y, gy, gx);
    }
    const Op* op;
    Rule rule;
    Tensors x;
    Tensor y;
};

template <class Forward, class Rule, template <std::size_t, class> class VjpOfRule>
class CustomFunction {
public:
    CustomFunction(const char* name, Forward forward, Rule rule)
        : op_(&custom_op(name)), forward_(std::move(forward)), rule_(std::move(rule))
    {
    }
    template <TensorLike... X>
    requires(sizeof...(X) > 0) Tensor operator()(const X&... x) const
    {
        return call<sizeof...(X)>({static_cast<const Tensor&>(x)...});
    }
    Tensor operator()(const Tensors& x) const { return call<0>(x); }

private:
    template <std::size_t n>
    Tensor call(const Tensors& x) const
    {
        const auto forward = [this](const Tensors& inputs) -> Tensor { return call_with<n>(forward_, inputs); };
        const Tensor y = value_alone(forward, x);
        const std::vector<InputRef> refs = input_refs(x);
        return record(*op_, Inputs(refs.data(), refs.size()), y, VjpOfRule<n, Rule>{op_, rule_, x, y});
    }

    const Op* op_;
    mutable Forward forward_;
    Rule rule_;
};

}  // namespace detail

/// A function of the same tensors as `forward`, with the gradients that the rule gives:
///   forward(x...) -> y      computed without a record; what it captures is a constant
///   rule(x..., y, gy)       the adjoint of x, or the list of those of all inputs; an undefined one is none
/// For a list: forward(x) and rule(x, y, gy) with `const Tensors& x`. A backward throws ShapeError when the rule gives
/// another number of adjoints than there are inputs, or one that does not fit.
template <class Forward, class Rule>
auto custom_vjp(const char* name, Forward forward, Rule rule)
{
    return detail::CustomFunction<Forward, Rule, detail::VjpByRule>(name, std::move(forward), std::move(rule));
}

/// The same with the derivative in a direction as the rule: rule(x..., y, t...), for a list rule(x, y, t), gives the
/// tangent of y for tangents t of the inputs. It is linear in them; reverse mode transposes it, so it is written in
/// operations. A backward throws ShapeError when the tangent does not look like y.
template <class Forward, class Rule>
auto custom_jvp(const char* name, Forward forward, Rule rule)
{
    return detail::CustomFunction<Forward, Rule, detail::VjpByJvpRule>(name, std::move(forward), std::move(rule));
}

}  // namespace xgrad
