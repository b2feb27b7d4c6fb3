#include <xgrad/optim/sgd.hpp>

#include "autograd/kernels/optimizer.hpp"

namespace xgrad::optim {

SGD::SGD(std::vector<ParameterRef> parameters, SGDOptions options)
    : Optimizer("SGD", std::move(parameters), options.momentum != 0 ? 1 : 0), options_(options)
{
    set_lr(options.lr);
    check_option(options.momentum >= 0, "momentum", options.momentum, "it is at least 0");
    check_option(options.weight_decay >= 0, "weight_decay", options.weight_decay, "it is at least 0");
    check_option(!options.nesterov || options.momentum > 0, "momentum", options.momentum, "nesterov needs it");
    check_option(!options.nesterov || options.dampening == 0, "dampening", options.dampening, "nesterov allows none");
}

void SGD::set_lr(double lr)
{
    check_option(lr >= 0, "lr", lr, "it is at least 0");
    options_.lr = lr;
}

void SGD::step()
{
    begin_step();
    kernels::SgdStep step{.lr = options_.lr,
                          .momentum = options_.momentum,
                          .dampening = options_.dampening,
                          .weight_decay = options_.weight_decay,
                          .nesterov = options_.nesterov,
                          .maximize = options_.maximize};
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!has_gradient(i)) continue;
        const ParameterRef& p = parameters_[i];
        step.first = steps_[i] == 1;
        kernels::sgd(p.dtype(), p.numel(), step, detail::begin_write(p.cell()), p.grad().raw(),
                     options_.momentum != 0 ? state(i, 0) : nullptr);
    }
}

}  // namespace xgrad::optim
