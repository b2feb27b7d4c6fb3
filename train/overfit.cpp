#include <xgrad/error.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/overfit.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <utility>

namespace xgrad::train {

namespace {

/// Switches training mode off, but on for modules that have buffers of their own, and back.
class Modes final : private nn::detail::MemberVisitor {
public:
    explicit Modes(nn::ModuleRef model)
    {
        model.walk(*this);
        for (const Mode& mode : modes_) *mode.training = mode.has_buffers;
    }
    void restore() const
    {
        for (const Mode& mode : modes_) *mode.training = mode.before;
    }

private:
    struct Mode {
        std::string module;
        bool* training;
        bool before, has_buffers;
    };

    void parameter(const std::string&, Parameter&) override {}
    void buffer(const std::string& name, Tensor&) override
    {
        const std::size_t dot = name.rfind('.');
        const std::string owner = dot == std::string::npos ? "" : name.substr(0, dot);
        for (Mode& mode : modes_)
            if (mode.module == owner) mode.has_buffers = true;
    }
    void mode(const std::string& module, bool& training) override
    {
        modes_.push_back({module, &training, training, false});
    }

    std::vector<Mode> modes_;
};

/// The model and the optimizer without regularisation, and the way back.
class Unregularised {
public:
    Unregularised(nn::ModuleRef model, optim::Optimizer& optimizer)
        : model_(model),
          optimizer_(optimizer),
          weights_(nn::state_dict(model)),
          state_(optimizer.state_dict()),
          modes_(model)
    {
        for (std::size_t group = 0; group < optimizer.group_count(); ++group)
            for (const char* option : {"weight_decay", "l1", "max_norm"})
                if (optimizer.has_option(option)) optimizer.set_option(option, 0, group);
    }

    void restore()
    {
        modes_.restore();
        optimizer_.zero_grad();
        nn::load_state_dict(model_, weights_);
        optimizer_.load_state_dict(state_);
    }

private:
    nn::ModuleRef model_;
    optim::Optimizer& optimizer_;
    NamedTensors weights_, state_;
    Modes modes_;
};

OverfitCheck run(const Callable<Tensor(const Tensor&)>& model, optim::Optimizer& optimizer, const data::Batch& batch,
                 const OverfitOptions& options)
{
    OverfitCheck check{false, {}};
    const auto closure = [&] {
        Tape tape;
        const Tensor output = model(batch.inputs);
        const Tensor loss = options.loss ? options.loss(output, batch.targets) : cross_entropy(output, batch.targets);
        optimizer.zero_grad();
        tape.backward(loss);
        return loss;
    };
    for (std::int64_t step = 0; step < options.steps; ++step) {
        const double loss = optimizer.step(closure).item();
        check.losses.push_back(loss);
        check.passed = loss <= options.threshold * check.losses[0];
        if (check.passed || !std::isfinite(loss)) break;
    }
    return check;
}

}  // namespace

OverfitCheck detail::overfit_one_batch(const Callable<Tensor(const Tensor&)>& model, nn::ModuleRef module,
                                       optim::Optimizer& optimizer, const data::Batch& batch,
                                       const OverfitOptions& options)
{
    if (options.steps < 1)
        throw std::invalid_argument(xgrad::detail::error_text(
            "overfit_one_batch", fmt::format("{} steps", options.steps), "there is at least one", "for example 200"));
    Unregularised plain(module, optimizer);
    OverfitCheck check;
    try {
        check = run(model, optimizer, batch, options);
    } catch (...) {
        plain.restore();
        throw;
    }
    plain.restore();
    return check;
}

std::string to_string(const OverfitCheck& check)
{
    std::string text = fmt::format("overfit_one_batch: loss {:.4g} to {:.4g} in {} steps: {}\n", check.losses.front(),
                                   check.losses.back(), check.losses.size(),
                                   check.passed ? "the batch is learnt by heart" : "the batch is not learnt");
    if (!check.passed)
        text +=
            "  look for targets that do not belong to their inputs, a softmax before cross_entropy, layers without\n"
            "  gradients (gradient_table), a learning rate that is too small or too large (lr_range_test)\n";
    return text;
}

}  // namespace xgrad::train
