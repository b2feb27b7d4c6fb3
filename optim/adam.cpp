#include <xgrad/optim/adam.hpp>

#include "autograd/kernels/optimizer.hpp"

namespace xgrad::optim {

Adam::Adam(std::vector<ParameterRef> parameters, AdamOptions options)
    : Optimizer("Adam", std::move(parameters), options.amsgrad ? 3 : 2), options_(options)
{
    set_lr(options.lr);
    for (const double beta : options.betas) check_option(beta >= 0 && beta < 1, "a beta", beta, "it lies in [0, 1)");
    check_option(options.eps >= 0, "eps", options.eps, "it is at least 0");
    check_option(options.weight_decay >= 0, "weight_decay", options.weight_decay, "it is at least 0");
}

void Adam::set_lr(double lr)
{
    check_option(lr >= 0, "lr", lr, "it is at least 0");
    options_.lr = lr;
}

void Adam::step()
{
    begin_step();
    kernels::AdamStep step;
    step.lr = options_.lr;
    step.beta1 = options_.betas[0];
    step.beta2 = options_.betas[1];
    step.eps = options_.eps;
    step.weight_decay = options_.weight_decay;
    step.maximize = options_.maximize;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        const ParameterRef& p = parameters_[i];
        step.step = steps_[i];
        kernels::adam(p.dtype(), p.numel(), step, detail::begin_write(p.cell()), p.grad().raw(), state(i, 0),
                      state(i, 1), options_.amsgrad ? state(i, 2) : nullptr);
    }
}

}  // namespace xgrad::optim
