#pragma once

// Networks from the list of layers in a training index.

#include <xgrad/nn/module.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/training/make_optimizer.hpp"

namespace xgrad::training {

/// One entry of the list: a function of the tensor before it and, where it has a name, the module behind it.
struct NetworkLayer {
    std::string name;
    std::function<Tensor(const Tensor&)> call;
    std::shared_ptr<void> owner;
    std::optional<nn::ModuleRef> module;
};

/// In f64. Parameters and buffers are named "layer.parameter", as PyTorch names them.
class Network {
public:
    /// Throws std::invalid_argument for a layer or an option that is unknown.
    explicit Network(const Json& layers);

    Tensor operator()(Tensor x) const;
    void train(bool training);
    void load(const NamedTensors& state);
    std::vector<NamedParameter> parameters() const;
    NamedTensors state() const;

private:
    std::vector<NetworkLayer> layers_;
};

}  // namespace xgrad::training
