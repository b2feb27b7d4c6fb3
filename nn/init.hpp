#pragma once

// Start values. Each function returns a new tensor, which a parameter takes by assignment:
//   layer.weight = nn::init::kaiming_normal(layer.weight.sizes());

#include <xgrad/random.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>

namespace xgrad::nn::init {

/// Uniform in [lo, hi). Throws DtypeError unless f32 or f64.
Tensor uniform(Sizes sizes, double lo, double hi, Dtype dtype = default_dtype(),
               Generator& generator = default_generator());

/// Normal with the given mean and standard deviation.
Tensor normal(Sizes sizes, double mean, double stddev, Dtype dtype = default_dtype(),
              Generator& generator = default_generator());

/// Inputs and outputs of one unit of a weight (out, in, kernel...): in or out times the kernel's elements.
/// Throws ShapeError for fewer than two axes.
struct Fans {
    std::int64_t in, out;
};
Fans fans(Sizes weight);

/// Uniform or normal with variance 2 / ((1 + slope^2) fan_in), for layers before a (leaky) ReLU.
/// Source: He et al., Delving Deep into Rectifiers (2015).
Tensor kaiming_uniform(Sizes sizes, double slope = 0, Dtype dtype = default_dtype(),
                       Generator& generator = default_generator());
Tensor kaiming_normal(Sizes sizes, double slope = 0, Dtype dtype = default_dtype(),
                      Generator& generator = default_generator());

/// Uniform or normal with variance 2 / (fan_in + fan_out), for layers before tanh or sigmoid.
/// Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).
Tensor xavier_uniform(Sizes sizes, Dtype dtype = default_dtype(), Generator& generator = default_generator());
Tensor xavier_normal(Sizes sizes, Dtype dtype = default_dtype(), Generator& generator = default_generator());

}  // namespace xgrad::nn::init
