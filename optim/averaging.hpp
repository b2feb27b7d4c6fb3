#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::optim {

struct AveragingOptions {
    /// a = decay a + (1 - decay) w: a running (exponential) average, normalised, since the weights of all terms add up to
    /// 1. Without it all updates count alike: stochastic weight averaging (Izmailov et al. 2018).
    std::optional<double> decay = {};
};

/// Averages of parameters over the steps of training. The first update takes the weights as they are.
///
///     optim::WeightAverage average(nn::parameters(model), {.decay = 0.999});
///     ... optimizer.step(); average.update(); ...
///     {
///         const auto averaged = average.applied();  // the model has the averages until the end of the block
///         evaluate(model, test);
///     }
class WeightAverage {
public:
    /// Throws std::invalid_argument for an empty list or a decay outside [0, 1].
    explicit WeightAverage(std::vector<ParameterRef> parameters, AveragingOptions options = {});

    /// Takes the weights as they are now into the averages. Throws ShapeError when one has another shape or dtype now.
    void update();

    /// Exchanges averages and weights; once more, and all is as before. Throws std::logic_error before the first update.
    void swap();

    /// Puts the averages into the parameters until the guard goes.
    class Applied {
    public:
        explicit Applied(WeightAverage& average) : average_(average) { average_.swap(); }
        Applied(const Applied&) = delete;
        Applied& operator=(const Applied&) = delete;
        ~Applied() { average_.swap(); }

    private:
        WeightAverage& average_;
    };
    [[nodiscard]] Applied applied() { return Applied(*this); }

    std::int64_t updates() const { return updates_; }

    /// Averages under "0", "1", ... and their count; what load_state_dict takes. Throws std::invalid_argument with what does
    /// not fit, and then nothing is changed.
    NamedTensors state_dict() const;
    void load_state_dict(const NamedTensors& state);

    /// The first half of load_state_dict, as Optimizer's.
    Callable<void()> read_state_dict(const NamedTensors& state, std::vector<std::string>& differences);

private:
    std::vector<ParameterRef> parameters_;
    std::vector<Tensor> averages_;
    AveragingOptions options_;
    std::int64_t updates_ = 0;
};

}  // namespace xgrad::optim
