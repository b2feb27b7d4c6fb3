#pragma once

// A model, an optimizer and a fixed batch as a workload.

#include <xgrad/nn/init.hpp>
#include <xgrad/nn/loss.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include <memory>
#include <utility>
#include <vector>

#include "benchmarks/training/workload.hpp"

namespace bench {

using xgrad::Sizes;
using xgrad::Tensor;

inline Tensor random_labels(std::int64_t count, std::int64_t classes)
{
    std::vector<std::int64_t> values(static_cast<std::size_t>(count));
    xgrad::fill_integers(values, 0, classes);
    return xgrad::from_values({count}, values);
}

template <class Model, class Optimizer>
struct Training {
    template <class Options>
    Training(Model m, Options options, Tensor x, Tensor y)
        : model(std::move(m)),
          optimizer(xgrad::nn::parameters(model), options),
          input(std::move(x)),
          target(std::move(y))
    {
    }
    Model model;
    Optimizer optimizer;
    Tensor input, target, loss;
};

template <class Optimizer, class Model, class Options, class Loss>
Workload training(Model model, Options options, Tensor input, Tensor target, Loss loss_function, const char* item)
{
    using State = Training<Model, Optimizer>;
    const auto state = std::make_shared<State>(std::move(model), options, std::move(input), std::move(target));
    Workload workload;
    workload.items_per_step = static_cast<double>(state->input.size(0));
    workload.item = item;
    workload.step = [state, loss_function] {
        xgrad::Tape tape;
        state->loss = loss_function(state->model(state->input), state->target);
        state->optimizer.zero_grad();
        tape.backward(state->loss);
        state->optimizer.step();
    };
    workload.loss = [state] { return state->loss.item(); };
    return workload;
}

template <class Optimizer, class Model, class Options>
Workload classify(Model model, Options options, Sizes shape, std::int64_t classes = 10)
{
    const Tensor input = xgrad::nn::init::normal(shape, 0, 1), target = random_labels(shape[0], classes);
    const auto loss = [](const Tensor& y, const Tensor& t) { return xgrad::nn::cross_entropy(y, t); };
    return training<Optimizer>(std::move(model), options, input, target, loss, "sample");
}

template <class Model>
Workload inference(Model model, Sizes shape)
{
    struct State {
        Model model;
        Tensor input, output;
    };
    const auto state = std::make_shared<State>(State{std::move(model), xgrad::nn::init::normal(shape, 0, 1), {}});
    Workload workload;
    workload.item = "sample";
    workload.step = [state] { state->output = state->model(state->input); };
    return workload;
}

/// What most of the classifiers train with.
constexpr xgrad::optim::SGDOptions kMomentum{.lr = 0.01, .momentum = 0.9};

}  // namespace bench
