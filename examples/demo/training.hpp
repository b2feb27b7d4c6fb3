#pragma once

#include "options.hpp"

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <stdexcept>

constexpr std::int64_t kClasses = 10;

/// Small turns, stretches and shifts of every image: other people write the digits that count in the end.
constexpr xgrad::data::AffineOptions kAugmentation{.rotation = 0.2, .scale = 0.15, .shear = 0.15, .shift = 1};

/// Throws std::runtime_error when no file can be made at `path`: better now than after the training.
inline void check_writable(const std::string& path)
{
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    if (access(folder.c_str(), W_OK) == 0) return;
    throw std::runtime_error(fmt::format("{} cannot be written. Try: --weights with another path", path));
}

/// The rows to train on, and those held out to see during training how it goes: the last eighth. Settings are chosen
/// by them; the test rows are for the end alone.
struct Training {
    explicit Training(const xgrad::data::Dataset& rows)
        : fitted(rows.rows(0, rows.size() - rows.size() / 8)),
          validation(rows.rows(rows.size() - rows.size() / 8, rows.size()))
    {
    }
    xgrad::data::Dataset fitted, validation;
};

/// Trains as the options say and prints how it goes. Throws std::runtime_error when the loss is no number any more.
template <class Model>
void fit(Model& model, const Training& data, const Options& options)
{
    using namespace xgrad;
    optim::Adam adam{nn::parameters(model), {.lr = options.lr}};
    data::Loader loader(data.fitted, {.batch_size = options.batch_size, .seed = options.seed});
    data::RandomAffine augment(kAugmentation, options.seed);
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        adam.set_lr(options.lr * (1 + std::cos(std::numbers::pi * epoch / options.epochs)) / 2);
        train::Progress progress(fmt::format("epoch {:2}/{}", epoch + 1, options.epochs), loader.samples(),
                                 {.stream = options.quiet ? nullptr : stdout});
        train::train_epoch(model, adam, loader, progress, std::ref(augment));
        const train::Evaluation result = train::evaluate(model, data.validation, kClasses);
        progress.finish(
            fmt::format("validation: loss {:.4f}, accuracy {:.2f} %", result.loss, 100 * result.accuracy()));
        if (!std::isfinite(progress.loss()))
            throw std::runtime_error(
                fmt::format("the loss is {} after epoch {}. Try: a smaller --lr", progress.loss(), epoch + 1));
    }
}

/// The whole run with one kind of model: train, save, judge.
template <class Model>
void run(const xgrad::data::Split& data, const Options& options)
{
    using namespace xgrad;
    manual_seed(options.seed);
    check_writable(options.weights);
    Model model;
    if (!options.load.empty()) train::load_weights(options.load, model);
    const Training training(data.train);
    if (!options.quiet)
        fmt::print(
            "{} parameters, {} rows to train on, {} to validate on, {} to test on at the end, seed {}, {} thread{}\n\n",
            nn::parameter_count(model), training.fitted.size(), training.validation.size(), data.test.size(),
            options.seed, num_threads(), num_threads() == 1 ? "" : "s");
    fit(model, training, options);
    if (options.epochs > 0) train::save_weights(options.weights, model);
    const train::Evaluation result = train::evaluate(model, data.test, kClasses);
    if (!options.quiet) {
        fmt::print("\n{}\n", to_string(result.confusion));
        if (options.epochs > 0) fmt::print("weights saved in {}\n", options.weights);
    }
    fmt::print("test accuracy: {:.2f} %\n", 100 * result.accuracy());
}
