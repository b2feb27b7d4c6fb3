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

/// y[..., k] = x1[..., i] W[k, i, j] x2[..., j] + b[k].
///   x1: (..., in1)   x2: (..., in2)   W: (out, in1, in2)   b: (out)   y: (..., out)
/// W and b start uniform in +-1/sqrt(in1), as in PyTorch.
struct Bilinear {
    /// Throws ShapeError unless all are at least 1.
    Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features,
             LinearOptions options = {});

    /// Throws ShapeError where the last axes do not fit, DtypeError unless both have W's dtype.
    Tensor operator()(const Input& x1, const Input& x2) const;

    Parameter weight, bias;  // bias: undefined without one
    XGRAD_MODULE(Bilinear, weight, bias)
};

/// x itself: where a layer is called for and nothing is to be done, as in the short cut of a residual block.
struct Identity {
    Tensor operator()(const Input& x) const { return *x; }
};

}  // namespace xgrad::nn
