#pragma once

#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/plateau.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/schedules.hpp>
#include <xgrad/optim/sgd.hpp>

#include <array>

/// The lecture's starting values (S4:394, S1:865, S0:449). Everything else is PyTorch's.
namespace xgrad::optim::presets::lecture {

inline SGDOptions sgd() { return {.lr = 1e-2}; }
inline SGDOptions momentum() { return {.lr = 1e-2, .momentum = 0.9, .form = MomentumForm::classical}; }
inline AdamOptions adam() { return {.lr = 1e-3}; }
inline RMSpropOptions rmsprop() { return {.lr = 1e-3}; }

/// 0.1, 0.02, 0.004.
inline ReduceLROnPlateauOptions plateau() { return {.factor = 1.0 / 5}; }
inline StepLROptions half_every_5_epochs() { return {.step_size = 5, .gamma = 0.5}; }
inline StepLROptions tenth_every_20_epochs() { return {.step_size = 20, .gamma = 0.1}; }

struct Range {
    double from, to;
};
inline constexpr Range kL2 = {1e-4, 1e-2};      ///< weight_decay
inline constexpr Range kDropRate = {0.2, 0.5};  ///< probability with which a unit is dropped
inline constexpr std::array kLearningRates = {1e-2, 1e-3, 1e-4, 1e-5};
inline constexpr std::array kSmallBatches = {32, 64};
inline constexpr std::array kLargeBatches = {128, 256};

}  // namespace xgrad::optim::presets::lecture
