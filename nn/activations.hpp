#pragma once

// Layers without parameters (and PReLU with one), for nn::Sequential: the operations of the same names, with their
// options kept. Elsewhere call the operation.

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/softmax.hpp>

namespace xgrad::nn {

struct ReLU {
    Tensor operator()(const Input& x) const { return relu(x); }
};
struct ReLU6 {
    Tensor operator()(const Input& x) const { return relu6(x); }
};
struct LeakyReLU {
    double negative_slope = 0.01;
    Tensor operator()(const Input& x) const { return leaky_relu(x, negative_slope); }
};
struct ELU {
    double alpha = 1;
    Tensor operator()(const Input& x) const { return elu(x, alpha); }
};
struct SELU {
    Tensor operator()(const Input& x) const { return selu(x); }
};
struct CELU {
    double alpha = 1;
    Tensor operator()(const Input& x) const { return celu(x, alpha); }
};
struct GELU {
    GeluApproximation approximate = GeluApproximation::none;
    Tensor operator()(const Input& x) const { return gelu(x, approximate); }
};
struct SiLU {
    Tensor operator()(const Input& x) const { return silu(x); }
};
struct Mish {
    Tensor operator()(const Input& x) const { return mish(x); }
};
struct Sigmoid {
    Tensor operator()(const Input& x) const { return sigmoid(x); }
};
struct LogSigmoid {
    Tensor operator()(const Input& x) const { return logsigmoid(x); }
};
struct Hardsigmoid {
    Tensor operator()(const Input& x) const { return hardsigmoid(x); }
};
struct Hardswish {
    Tensor operator()(const Input& x) const { return hardswish(x); }
};
struct Tanh {
    Tensor operator()(const Input& x) const { return tanh(x); }
};
struct Hardtanh {
    double min_val = -1, max_val = 1;
    Tensor operator()(const Input& x) const { return hardtanh(x, min_val, max_val); }
};
struct Tanhshrink {
    Tensor operator()(const Input& x) const { return tanhshrink(x); }
};
struct Hardshrink {
    double lambd = 0.5;
    Tensor operator()(const Input& x) const { return hardshrink(x, lambd); }
};
struct Softshrink {
    double lambd = 0.5;
    Tensor operator()(const Input& x) const { return softshrink(x, lambd); }
};
struct Softplus {
    double beta = 1, threshold = 20;
    Tensor operator()(const Input& x) const { return softplus(x, beta, threshold); }
};
struct Softsign {
    Tensor operator()(const Input& x) const { return softsign(x); }
};
struct Threshold {
    double threshold, value;
    Tensor operator()(const Input& x) const { return xgrad::threshold(x, threshold, value); }
};
struct GLU {
    std::int64_t dim = -1;
    Tensor operator()(const Input& x) const { return glu(x, dim); }
};
struct Softmax {
    std::int64_t dim;
    Tensor operator()(const Input& x) const { return softmax(x, dim); }
};
struct LogSoftmax {
    std::int64_t dim;
    Tensor operator()(const Input& x) const { return log_softmax(x, dim); }
};
struct Softmin {
    std::int64_t dim;
    Tensor operator()(const Input& x) const { return softmin(x, dim); }
};

/// Learned slopes below 0: one, or one for each channel (He et al. 2015).
struct PReLU {
    explicit PReLU(std::int64_t num_parameters = 1, double init = 0.25)
        : weight(full({num_parameters}, init), "PReLU.weight")
    {
    }
    Tensor operator()(const Input& x) const { return prelu(x, {weight, x.file(), x.line()}); }

    Parameter weight;  // (num_parameters)
    XGRAD_MODULE(PReLU, weight)
};

}  // namespace xgrad::nn
