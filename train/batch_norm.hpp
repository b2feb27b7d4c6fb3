#pragma once

#include <xgrad/data/loader.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/tape.hpp>

#include <optional>
#include <vector>

namespace xgrad::train {
namespace detail {

/// While it lives, the model trains, and its batch norms have new running statistics in which all batches count alike.
/// Then modes and momenta are as before, and so are the statistics unless they were kept.
class StatisticsAnew {
public:
    explicit StatisticsAnew(nn::ModuleRef model);
    StatisticsAnew(const StatisticsAnew&) = delete;
    StatisticsAnew& operator=(const StatisticsAnew&) = delete;
    ~StatisticsAnew();

    bool any() const { return !norms_.empty(); }
    void keep() { kept_ = true; }

private:
    struct Norm {
        nn::detail::RunningStatistics now;
        Tensor mean, var, batches;
        std::optional<double> momentum;
    };
    struct Mode {
        bool& now;
        bool before;
    };
    struct Finder;
    std::vector<Norm> norms_;
    std::vector<Mode> modes_;
    bool kept_ = false;
};

}  // namespace detail

/// Computes the running statistics of all batch norms anew: means and variances over the batches of the loader, each
/// counted alike, under the weights that the model has now. Weights that were averaged need it, since the statistics
/// stem from the weights of before. Runs the model in training mode, without a tape; modes stay as they were, and so
/// does the loader, which is a copy. Without batches, or when the model throws, the statistics stay, too. As
/// torch.optim.swa_utils.update_bn (Izmailov et al. 2018).
///
///     const auto averaged = average.applied();
///     train::update_batch_norm(model, loader);
template <class Model>
void update_batch_norm(Model& model, data::Loader loader)
{
    detail::StatisticsAnew statistics(model);
    if (!statistics.any()) return;
    const NoGrad nothing_recorded;
    const data::LoaderPosition at = loader.position();
    loader.seek({at.seed, at.epoch, -1});  // a whole epoch
    for (const auto& [inputs, targets] : loader) (void)model(inputs);
    if (loader.size() > 0) statistics.keep();
}

}  // namespace xgrad::train
