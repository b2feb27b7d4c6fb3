#pragma once

// Optimizers by PyTorch's names and options.

#include <xgrad/optim/optimizer.hpp>

#include <memory>

#include "tests/training/report.hpp"

namespace xgrad::training {

struct NamedParameter {
    std::string name;
    ParameterRef parameter;
};

/// `op` is "SGD" or "optim.SGD". `groups`: null for one group of all parameters, otherwise a list of objects with
/// "params" (names) and options over those of `options`. Throws std::invalid_argument for what is unknown.
std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& op, const std::vector<NamedParameter>& parameters,
                                                 const Json& options, const Json& groups = nullptr);

}  // namespace xgrad::training
