#pragma once

// What the curves of a training run say, in the words of lectures, and what they advise.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace xgrad::train {

enum class Fit : unsigned char {
    good,
    underfitting,            ///< the training loss has become flat while it is high
    overfitting,             ///< a wedge between training and validation, or a validation loss that rises again
    still_falling,           ///< the end is not reached, or the learning rate too small
    learning_rate_too_high,  ///< NaN or infinity, a loss that grows, or one that oscillates
    error_floor,             ///< flat while it is high and jitters: steps are too long to go deeper
};

const char* name_of(Fit fit);

struct DiagnosisOptions {
    /// The loss of a model that knows nothing, for example log(classes); NaN: the first training loss. The others are parts
    /// of it.
    double of_nothing = std::numeric_limits<double>::quiet_NaN();
    double low = 0.2;    ///< a training loss up to this is low
    double wedge = 0.2;  ///< a distance from training to validation loss above this is overfitting,
    double rise = 0.1;   ///< so is a validation loss that far above its best; a training loss that far above 1 went up
    double falling = 0.01;  ///< a fall in the last quarter of the epochs of more than this goes on

    // Parts of the mean training loss in that quarter: how far its epochs lie from the line through them.
    double jitter = 0.02;
    double oscillation = 0.15;
};

struct Diagnosis {
    Fit fit;
    std::string reason;                 ///< one sentence, with numbers
    std::vector<std::string> remedies;  ///< what the lectures advise
    std::int64_t best_epoch;            ///< with the smallest validation loss, counted from 0
};

/// Judges losses, one a epoch. What is looked for first: a learning rate that is too high, overfitting, a loss that still
/// falls, an error floor, underfitting. Throws std::invalid_argument unless both lists have one length, and at least 4 epochs,
/// fewer where a loss is not finite.
/// Sources: S0, learning rate and preventing overfitting; S1, learning rate, validation/training accuracy and how many epochs;
/// S2, training issues; S4, tuning networks: best practices.
Diagnosis diagnose(const std::vector<double>& training, const std::vector<double>& validation,
                   const DiagnosisOptions& options = {});

/// "overfitting: reason", and a line for each remedy.
std::string to_string(const Diagnosis& diagnosis);

}  // namespace xgrad::train
