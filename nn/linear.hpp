#pragma once

#include <xgrad/nn/members.hpp>
#include <xgrad/record.hpp>

#include <cstdint>

namespace xgrad::nn {

struct LinearOptions {
    bool bias = true;
};

/// y = x W^T + b.   x: (..., in)   W: (out, in)   b: (out)   y: (..., out)
/// W and b start uniform in +-1/sqrt(in), as in PyTorch (He et al. 2015 with a = sqrt 5).
struct Linear {
    /// Throws ShapeError unless both are at least 1.
    Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options = {});

    /// Throws ShapeError unless the last axis of x has in_features elements, DtypeError unless x has W's dtype.
    Tensor operator()(const Input& x) const;

    std::int64_t in_features() const { return weight.sizes()[1]; }
    std::int64_t out_features() const { return weight.sizes()[0]; }

    Parameter weight, bias;  // bias: undefined without one
    XGRAD_MODULE(Linear, weight, bias)
};

}  // namespace xgrad::nn
