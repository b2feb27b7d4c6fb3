#pragma once

// Several models that answer together. The five functions gather members in the five ways of the lecture (S1:829); each
// calls functions of the user to train.

#include <xgrad/data/split.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/optim/averaging.hpp>
#include <xgrad/train/weights.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::train {

/// How the answers of the members become one.
enum class Combine : std::uint8_t {
    probabilities,  ///< of classes: the mean of the softmax of their scores
    votes,          ///< of classes: the share of members whose highest score it has; of equal ones the first counts
    outputs,        ///< of numbers: their mean
};

namespace detail {

Tensor combine(const std::vector<Tensor>& answers, Combine how);

/// Positions of the `keep` largest values, the largest first; of equal ones the first, NaN last. Throws
/// std::invalid_argument unless keep is 1 to the number of values.
std::vector<std::size_t> best_of(const std::vector<double>& values, std::int64_t keep);

/// Throws std::invalid_argument, in the name of `function`, unless the number is at least 1.
void check_count(const char* function, std::int64_t count);

}  // namespace detail

/// A model made of models: nn::eval, nn::state_dict and train::evaluate take it like any other.
template <class Model>
struct Ensemble {
    std::vector<Model> members;
    Combine combine = Combine::probabilities;
    XGRAD_MODULE(Ensemble, members, combine)

    /// x: (n, ...)   y: (n, classes), logarithms of probabilities or of shares of votes, hence scores again; or the mean
    /// of the outputs. A class without a vote has -inf. Throws std::logic_error without members, ShapeError when their
    /// answers differ in shape.
    Tensor operator()(const Tensor& x) { return detail::combine(answers(members, x), combine); }
    Tensor operator()(const Tensor& x) const { return detail::combine(answers(members, x), combine); }

private:
    static std::vector<Tensor> answers(auto& members, const Tensor& x)
    {
        std::vector<Tensor> list;
        for (auto& member : members) list.push_back(member(x));
        return list;
    }
};

/// The same model from different start values: train(i) makes and trains member i. The start values differ because the
/// default generator goes on. Members of all ensembles are in evaluation mode.
template <class Train>
auto ensemble_of_starts(std::int64_t count, Train train)
{
    detail::check_count("ensemble_of_starts", count);
    Ensemble<std::remove_cvref_t<std::invoke_result_t<Train&, std::int64_t>>> ensemble;
    for (std::int64_t i = 0; i < count; ++i) ensemble.members.push_back(train(i));
    nn::eval(ensemble);
    return ensemble;
}

/// The best of a cross-validation: train(setting, rows) makes and trains a model for each setting and fold, and
/// judge(model, rows), the larger the better, judges it on the rows that the fold left out. Members are the models of the
/// `keep` settings with the largest means, for each of them one a fold; nothing is trained again.
template <class Setting, class Train, class Judge>
auto ensemble_of_best(const std::vector<Setting>& settings, std::int64_t keep, const std::vector<data::Fold>& folds,
                      Train train, Judge judge)
{
    using Model = std::remove_cvref_t<std::invoke_result_t<Train&, const Setting&, const data::Dataset&>>;
    std::vector<std::vector<Model>> models;
    std::vector<double> means;
    for (const Setting& setting : settings) {
        std::vector<Model>& own = models.emplace_back();
        double total = 0;
        for (const data::Fold& fold : folds) {
            own.push_back(train(setting, fold.train));
            nn::eval(own.back());
            total += judge(own.back(), fold.validation);
        }
        means.push_back(total / static_cast<double>(folds.size()));
    }
    Ensemble<Model> ensemble;
    for (const std::size_t i : detail::best_of(means, keep))
        for (Model& model : models[i]) ensemble.members.push_back(std::move(model));
    nn::eval(ensemble);
    return ensemble;
}

/// One model at several times of its training: adds a copy of it as it is now. Of more than `most` members, unless that
/// is 0, the oldest go.
template <class Model>
void add_snapshot(Ensemble<Model>& ensemble, const Model& model, std::int64_t most = 0)
{
    ensemble.members.push_back(model);
    nn::eval(ensemble.members.back());
    while (most > 0 && static_cast<std::int64_t>(ensemble.members.size()) > most)
        ensemble.members.erase(ensemble.members.begin());
}

/// The same from files of save_weights; make() gives the model that takes the weights of one.
template <class Make>
auto ensemble_of_files(const std::vector<std::string>& paths, Make make)
{
    Ensemble<std::remove_cvref_t<std::invoke_result_t<Make&>>> ensemble;
    for (const std::string& path : paths) load_weights(path, ensemble.members.emplace_back(make()));
    nn::eval(ensemble);
    return ensemble;
}

/// The running average of the weights: a copy of the model with the averages, the one member. It answers much like all
/// the models on the way, at the price of one. A model with batch norms needs update_batch_norm after it.
template <class Model>
Ensemble<Model> ensemble_of_average(const Model& model, optim::WeightAverage& average)
{
    Ensemble<Model> ensemble;
    const auto averaged = average.applied();
    add_snapshot(ensemble, model);
    return ensemble;
}

/// Different subsets of the data: train(rows) makes and trains a member on as many rows as there are, drawn with
/// replacement (bagging, Breiman 1996).
template <class Train>
auto ensemble_of_bootstraps(const data::Dataset& set, std::int64_t count, Train train,
                            Generator& generator = default_generator())
{
    detail::check_count("ensemble_of_bootstraps", count);
    Ensemble<std::remove_cvref_t<std::invoke_result_t<Train&, const data::Dataset&>>> ensemble;
    for (std::int64_t i = 0; i < count; ++i) ensemble.members.push_back(train(data::bootstrap(set, generator)));
    nn::eval(ensemble);
    return ensemble;
}

}  // namespace xgrad::train
