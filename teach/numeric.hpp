#pragma once

// The derivative of a function of one number from its values alone: central differences, extrapolated to step 0, and
// differences to each side, which show a kink. In doubles or in DoubleDoubles.

#include <xgrad/teach/double_double.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad::detail {

struct NumericDerivative {
    double value = 0;
    double error = std::numeric_limits<double>::infinity();  // estimated
    double left = 0, right = 0;                              // from one side alone
    bool has_kink = false;                                   // they differ
};

constexpr int kMostSteps = 16;

/// Steps begin at `first` and are halved, until the error is `enough` of the value or below what values of the relative
/// precision `epsilon` can show.
struct NumericSteps {
    double first, enough, epsilon;
};
constexpr NumericSteps kSingleSteps{0.125, 1e-5, 6e-8}, kDoubleSteps{0.0625, 1e-11, 1.2e-16},
    kDoubleDoubleSteps{0.125, 1e-28, 1e-32};

inline double rounded(double x) { return x; }
inline double rounded(const DoubleDouble& x) { return x.hi(); }

/// What f was at the steps.
template <class T>
struct Samples {
    T middle{};
    std::array<T, kMostSteps> step{}, above{}, below{};
    int count = 0;
    double largest = 0;

    /// What the rounding of values makes of a difference at the shortest step.
    double noise(double epsilon) const { return 4 * epsilon * largest / rounded(step[count - 1]); }
};

struct OneSided {
    double value, error;
};

/// The derivative to one side from the three shortest steps, without the first two powers of the step.
template <class T>
OneSided one_sided(const Samples<T>& s, const std::array<T, kMostSteps>& values, double sign)
{
    double slope[3];
    for (int i = 0; i < 3; ++i) {
        const int k = s.count - 3 + i;
        slope[i] = sign * rounded((values[k] - s.middle) / s.step[k]);
    }
    const double before = 2 * slope[1] - slope[0], without_first = 2 * slope[2] - slope[1];
    const double value = (4 * without_first - before) / 3;
    return {value, std::abs(value - without_first)};
}

/// df/dt at 0. Where f gives NaN nothing is learnt. `exact` gets all digits that T has.
/// The tableau is Ridders': a row begins with the central difference at its step, each further entry removes the next even
/// power of the step, and the best entry is the one that differs least from its neighbours.
/// Source: Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4 (1982).
template <class T, class F>
NumericDerivative numeric_derivative(F&& f, const NumericSteps& steps, T* exact = nullptr)
{
    NumericDerivative out;
    Samples<T> s;
    s.middle = f(T(0.0));
    std::array<T, kMostSteps> last{}, row{};
    T step = steps.first;
    for (s.count = 0; s.count < kMostSteps; step = step / 2.0, last = row) {
        const int k = s.count++;
        s.step[k] = step;
        s.above[k] = f(step);
        s.below[k] = f(-step);
        s.largest = std::fmax(s.largest, std::fmax(std::abs(rounded(s.above[k])), std::abs(rounded(s.below[k]))));
        row[0] = (s.above[k] - s.below[k]) / (step * 2.0);
        double power = 1;
        for (int i = 1; i <= k; ++i) {
            power *= 4;
            row[i] = row[i - 1] + (row[i - 1] - last[i - 1]) / (power - 1);
            const double error =
                std::fmax(std::abs(rounded(row[i] - row[i - 1])), std::abs(rounded(row[i] - last[i - 1])));
            if (!(error <= out.error)) continue;
            out.error = error;
            out.value = rounded(row[i]);
            if (exact) *exact = row[i];
        }
        if (k >= 4 && out.error <= std::fmax(steps.enough * std::abs(out.value), s.noise(steps.epsilon))) break;
    }
    const OneSided right = one_sided(s, s.above, 1), left = one_sided(s, s.below, -1);
    out.left = left.value;
    out.right = right.value;
    const double doubt = 8 * (left.error + right.error + 4 * s.noise(steps.epsilon));
    out.has_kink = std::abs(out.right - out.left) > doubt + 1e-6 * std::fmax(std::abs(out.left), std::abs(out.right));
    return out;
}

}  // namespace xgrad::detail
