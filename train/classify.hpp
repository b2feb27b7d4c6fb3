#pragma once

// Training and judging a classifier: a model that gives for inputs (n, ...) scores (n, classes), the higher the
// likelier.

#include <xgrad/callable.hpp>
#include <xgrad/data/loader.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/confusion.hpp>
#include <xgrad/train/progress.hpp>

namespace xgrad::train {

/// How a model did on a set.
struct Evaluation {
    double loss;  ///< mean cross-entropy; NaN for an empty set
    ConfusionMatrix confusion;
    double accuracy() const { return confusion.accuracy(); }
};

/// In how many rows of `scores` (n, classes) the label (n) has the highest score.
std::int64_t count_correct(const Tensor& scores, const Tensor& labels);

/// What is done to the inputs of a batch before the model sees them, for example small random shifts.
using Augmentation = Callable<Tensor(const Tensor&)>;

namespace detail {

using Scores = Callable<Tensor(const Tensor&)>;
Evaluation evaluate(const Scores& model, const data::Dataset& set, std::int64_t classes, std::int64_t batch_size);

}  // namespace detail

/// One epoch: a step of the optimizer for each batch of the loader, on the mean cross-entropy. Puts the model into
/// training mode and counts every batch in `progress`.
template <class Model, class Optimizer>
void train_epoch(Model& model, Optimizer& optimizer, data::Loader& loader, Progress& progress,
                 const Augmentation& augment = nullptr)
{
    nn::train(model);
    for (auto [inputs, labels] : loader) {
        if (augment) inputs = augment(inputs);
        Tape tape;
        const Tensor scores = model(inputs);
        const Tensor loss = cross_entropy(scores, labels);
        optimizer.zero_grad();
        tape.backward(loss);
        optimizer.step();
        progress.update(labels.numel(), loss.item(), count_correct(scores, labels));
    }
}

/// Judges the model on every row of the set. Puts it into evaluation mode; nothing is recorded.
template <class Model>
Evaluation evaluate(Model& model, const data::Dataset& set, std::int64_t classes, std::int64_t batch_size = 256)
{
    nn::eval(model);
    return detail::evaluate([&model](const Tensor& inputs) { return model(inputs); }, set, classes, batch_size);
}

}  // namespace xgrad::train
