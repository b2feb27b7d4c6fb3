// The step along a direction that falls enough. Private to optim.
#pragma once

#include <xgrad/callable.hpp>
#include <xgrad/tensor.hpp>

namespace xgrad::optim::detail {

/// A point on the line: how far along the direction, the loss there, its slope along the direction, its gradient.
struct LinePoint {
    double t, loss, slope;
    Tensor gradient;
};

/// A point at which the loss has fallen by at least 1e-4 t slope and the slope to at most 0.9 of what it was, if it is
/// found in 25 evaluations; else the lowest found. `largest` is the largest |element| of the direction.
/// Source: PyTorch 1.13, lbfgs.py, _strong_wolfe, after minFunc's WolfeLineSearch.
LinePoint strong_wolfe(const Callable<LinePoint(double t)>& evaluate, const LinePoint& start, double t, double largest);

}  // namespace xgrad::optim::detail
