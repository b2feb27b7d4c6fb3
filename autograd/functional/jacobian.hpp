#pragma once

// Whole matrices of derivatives.
//
//   Tensor j = jacobian([](const Tensor& x) { return x * x; })(x);      // shape of y, then shape of x
//   Tensor h = hessian([](const Tensor& x) { return sum(x * x * x); })(x);

#include <xgrad/functional/function.hpp>

namespace xgrad {

struct JacobianOptions {
    std::size_t argnum = 0;  ///< the argument to differentiate with respect to
    bool forward = false;    ///< one walk for each element of the argument, not of the value: for few inputs
};

namespace detail {

struct Block {
    std::size_t first = 0, count = 0;  // of the inputs
};
Tensors jacobians(FunctionView<Tensor> f, const Tensors& inputs, Block wanted, bool forward);
std::vector<Tensors> hessians(FunctionView<Tensor> f, const Tensors& inputs, Block wanted);

template <class F>
class JacobianFunction {
public:
    JacobianFunction(F f, JacobianOptions options) : f_(std::move(f)), options_(options) {}

    template <TensorLike... X>
    requires(sizeof...(X) > 0) Tensor operator()(const X&... x) const
    {
        static_assert(ReturnsTensor<F, sizeof...(X)>,
                      "jacobian: the function does not take so many tensors and return one");
        return jacobians(FunctionView<Tensor>::of<sizeof...(X)>(f_), {static_cast<const Tensor&>(x)...},
                         {options_.argnum, 1}, options_.forward)
            .front();
    }
    Tensors operator()(const Tensors& x) const
    {
        static_assert(ReturnsTensor<F, 0>, "jacobian: the function does not return one Tensor for a list");
        return jacobians(FunctionView<Tensor>::of<0>(f_), x, {0, x.size()}, options_.forward);
    }

private:
    mutable F f_;
    JacobianOptions options_;
};

template <class F>
class HessianFunction {
public:
    HessianFunction(F f, std::size_t argnum) : f_(std::move(f)), argnum_(argnum) {}

    template <TensorLike... X>
    requires(sizeof...(X) > 0) Tensor operator()(const X&... x) const
    {
        static_assert(ReturnsTensor<F, sizeof...(X)>,
                      "hessian: the function does not take so many tensors and return one");
        return hessians(FunctionView<Tensor>::of<sizeof...(X)>(f_), {static_cast<const Tensor&>(x)...}, {argnum_, 1})
            .front()
            .front();
    }
    std::vector<Tensors> operator()(const Tensors& x) const
    {
        static_assert(ReturnsTensor<F, 0>, "hessian: the function does not return one Tensor for a list");
        return hessians(FunctionView<Tensor>::of<0>(f_), x, {0, x.size()});
    }

private:
    mutable F f_;
    std::size_t argnum_;
};

}  // namespace detail

/// A function of the same arguments as f that returns the Jacobian of f with respect to one of them: the shape of the
/// value, then that of the argument; for an f of a list, one Jacobian for each tensor in it. Costs one pass through f
/// and a walk back for each element of the value, or, forward, a recorded walk and a walk over that for each element
/// of the argument. Differentiable. It throws ShapeError for an argnum beyond the arguments, DtypeError for integers.
template <class F>
auto jacobian(F f, JacobianOptions options = {})
{
    return detail::JacobianFunction<F>(std::move(f), options);
}

/// The same for the second derivatives of an f of one element: the shape of the argument, twice; for an f of a list
/// [i][j] is the block of inputs i and j. Costs a recorded walk and a walk over that for each element of the argument.
template <class F>
auto hessian(F f, std::size_t argnum = 0)
{
    return detail::HessianFunction<F>(std::move(f), argnum);
}

}  // namespace xgrad
