#pragma once

// Layers without parameters, for nn::Sequential. Elsewhere call the operation.

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

namespace xgrad::nn {

struct ReLU {
    Tensor operator()(const Input& x) const { return relu(x); }
};
struct Tanh {
    Tensor operator()(const Input& x) const { return tanh(x); }
};
struct Sigmoid {
    Tensor operator()(const Input& x) const { return sigmoid(x); }
};

/// Everything behind the batch axis in one axis: (n, ...) -> (n, product).
struct Flatten {
    Tensor operator()(const Input& x) const { return flatten(x, 1); }
};

}  // namespace xgrad::nn
