#pragma once

// What to look at while a network learns badly: gradients layer by layer, and units that always give 0.

#include <xgrad/nn/module.hpp>

#include <string>
#include <vector>

namespace xgrad::train {

/// How a layer's gradient is beside the others'.
enum class Flow : unsigned char { fine, vanishing, exploding, not_finite, missing };

struct GradientNorm {
    std::string name;       ///< "layers.0", or of a parameter "layers.0.weight"
    std::int64_t elements;  ///< of its parameters
    double norm;            ///< of their gradients, as of one vector; 0 without one
    double rms() const;     ///< norm / sqrt(elements): a size that layers of different sizes can be compared by
    Flow flow = Flow::fine;
};

struct GradientOptions {
    bool each_parameter = false;  ///< a row for each parameter instead of each layer
    double vanishing = 1e-3;      ///< an rms below this part of the largest one
    double exploding = 100;       ///< a norm above this
};

/// The gradients that the last backward pass left, in the order of the parameters. A layer is what has a parameter's name
/// up to the last dot.
/// Source: S2, training issues (gradients blow up or go to zero: batch norm, ResNet); S4, vanishing and exploding gradients.
std::vector<GradientNorm> gradient_norms(nn::ConstModuleRef model, const GradientOptions& options = {});

/// A table with a row for each: elements, norm, rms, and what is wrong.
std::string gradient_table(const std::vector<GradientNorm>& norms);

/// Counts units whose output was 0 for all samples that it saw: they get no gradient through ReLU and stay so. A model
/// passes on what it wants to have looked at, and data go through it as usual:
///
///     UnitMonitor monitor;
///     Tensor h = monitor.see("fc1", relu(model.fc1(x)));
///     fmt::print("{}", to_string(monitor));
///
/// Source: S1, activation functions (ReLU units can become "dead", always output 0).
class UnitMonitor {
public:
    struct Layer {
        std::string name;
        std::int64_t units, dead;
        double zeros;  ///< share of single outputs that were 0
    };

    /// Notes h: (n, units, ...), and returns it. Axes behind the second are places of one unit: a channel is dead when it is
    /// 0 everywhere. Throws ShapeError for fewer axes, and for a name that had another number of units before.
    Tensor see(const std::string& name, const Tensor& h);

    /// In the order in which names were seen first.
    std::vector<Layer> layers() const;

    /// Forgets everything: at the beginning of an epoch.
    void reset() { seen_.clear(); }

private:
    struct Seen {
        std::string name;
        std::vector<std::int64_t> active;  // outputs other than 0, of each unit
        std::int64_t outputs = 0;          // of all units
    };
    std::vector<Seen> seen_;
};

/// A table with a row for each layer: units, how many are dead, their share, and the share of zeros.
std::string to_string(const UnitMonitor& monitor);

}  // namespace xgrad::train
