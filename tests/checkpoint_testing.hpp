#pragma once

// A training run in which everything draws or remembers: shuffling, dropout, noise on the inputs, batch norm, Adam with a
// schedule, averaged weights, early stopping.

#include <xgrad/data/dataset.hpp>
#include <xgrad/data/transform.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/averaging.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/checkpoint.hpp>
#include <xgrad/train/early_stopping.hpp>

#include <vector>

#include "tests/temporary_files.hpp"

namespace xgrad::test {

struct Network {
    explicit Network(Generator& generator) : noisy(0.2, {.generator = &generator}) {}

    nn::Linear first{64, 12}, second{12, 10};
    nn::BatchNorm1d norm{12};
    nn::Dropout dropout{0.3}, noisy;  // of the default generator, of one of the run's
    XGRAD_MODULE(Network, first, second, norm, dropout, noisy)

    Tensor operator()(const Input& x) { return second(noisy(dropout(relu(norm(first(x)))))); }
};

inline data::Dataset rows_of_digits(std::int64_t from, std::int64_t to)
{
    static const data::Dataset all = data::digits().train;
    const data::Dataset rows = all.rows(from, to);
    return {flatten(rows.inputs(), 1), rows.targets()};
}

inline train::Checkpoint checkpoint_of(const std::vector<train::CheckpointPart>& parts)
{
    train::Checkpoint checkpoint(std::initializer_list<train::CheckpointPart>{});
    for (const train::CheckpointPart& part : parts) checkpoint.add(part);
    return checkpoint;
}

struct TrainingRun {
    /// All start values and seeds follow from the seed.
    explicit TrainingRun(std::uint64_t seed) : noise(0.1, (manual_seed(seed), seed + 1)), masks(seed + 2) {}

    /// Trains until so many steps were made, in the middle of an epoch if need be.
    void go(std::size_t steps)
    {
        while (losses.size() < steps) {
            nn::train(model);
            for (auto [inputs, labels] : loader) {
                const Tensor noisy = noise(inputs);
                Tape tape;
                const Tensor loss = cross_entropy(model(noisy), labels);
                adam.zero_grad();
                tape.backward(loss);
                adam.step();
                schedule.step();
                average.update();
                losses.push_back(loss.item());
                if (losses.size() == steps) return;
            }
            nn::eval(model);
            stopping.step(cross_entropy(model(judged.inputs()), judged.targets()).item());
            ++epoch;
        }
    }

    /// What the file of a checkpoint holds.
    std::string bytes() const
    {
        const TemporaryFolder folder;
        checkpoint.save(folder.path() + "/state");
        return bytes_at(folder.path() + "/state");
    }

    /// The same without a file.
    std::string state() const
    {
        std::string all;
        for (const train::CheckpointPart& part : parts)
            for (const auto& [name, x] : part.state())
                all += part.name() + "." + name + describe(x) +
                       std::string(static_cast<const char*>(x.raw()),
                                   static_cast<std::size_t>(x.numel()) * size_of(x.dtype()));
        return all + std::to_string(default_generator().seed()) + " " + std::to_string(default_generator().position());
    }

    data::GaussianNoise noise;
    Generator masks;
    Network model{masks};
    optim::Adam adam{nn::parameters(model), {.lr = 0.01, .amsgrad = true}};
    optim::OneCycleLR schedule{adam, {.max_lr = 0.02, .total_steps = 60}};
    optim::WeightAverage average{nn::parameters(model), {.decay = 0.9}};
    train::EarlyStopping stopping{model, {.patience = 100}};
    data::Dataset judged = rows_of_digits(200, 260);
    data::Loader loader{rows_of_digits(0, 100), {.batch_size = 12}};  // 9 batches; its seed is drawn
    int epoch = 0;
    std::vector<double> losses;
    std::vector<train::CheckpointPart> parts = {
        {"model", model},   {"optimizer", adam}, {"schedule", schedule}, {"average", average}, {"stopping", stopping},
        {"loader", loader}, {"masks", masks},    {"noise", noise},       {"epoch", epoch},     {"losses", losses}};
    train::Checkpoint checkpoint = checkpoint_of(parts);
};

}  // namespace xgrad::test
