#pragma once

#include <xgrad/tensor.hpp>

#include <string>

namespace xgrad::reference {

struct Tolerance {
    double relative, absolute;
};

/// Empty when |got - expected| <= absolute + relative * |expected| everywhere; else what is wrong: dtype, shape, or the
/// worst element. NaN equals NaN, infinities must match, integers and booleans be equal.
std::string difference(const Tensor& got, const Tensor& expected, Tolerance tolerance);

}  // namespace xgrad::reference
