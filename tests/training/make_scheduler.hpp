#pragma once

// Schedules by PyTorch's names and options.

#include <xgrad/optim/scheduler.hpp>

#include <memory>

#include "tests/training/report.hpp"

namespace xgrad::training {

/// `op` is "StepLR" or "optim.lr_scheduler.StepLR". Throws std::invalid_argument for what is unknown.
std::shared_ptr<optim::Scheduler> make_scheduler(const std::string& op, optim::Optimizer& optimizer,
                                                 const Json& options);

}  // namespace xgrad::training
