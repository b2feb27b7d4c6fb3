#pragma once

// Start values. Each function returns a new tensor, which a parameter takes by assignment:
//   layer.weight = nn::init::kaiming_normal(layer.weight.sizes());
// Names, defaults and formulas are PyTorch's. Weights are (out, in, kernel...). Random numbers are counter-based: the same
// for any number of threads. All throw DtypeError unless f32 or f64, and ShapeError for shapes that do not fit.

#include <xgrad/ops/create.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::nn::init {

/// The number everywhere.
Tensor constant(Sizes sizes, double value, Dtype dtype = default_dtype());

/// Uniform in [lo, hi).
Tensor uniform(Sizes sizes, double lo, double hi, Dtype dtype = default_dtype(),
               Generator& generator = default_generator());

/// Normal with the given mean and standard deviation.
Tensor normal(Sizes sizes, double mean, double stddev, Dtype dtype = default_dtype(),
              Generator& generator = default_generator());

struct TruncatedNormalOptions {
    double mean = 0, stddev = 1;
    double lo = -2, hi = 2;  ///< no number lies outside
    Dtype dtype = default_dtype();
    Generator& generator = default_generator();
};

/// Normal numbers that lie between the bounds, by the inverse distribution function. Throws ShapeError unless lo < hi.
Tensor trunc_normal(Sizes sizes, TruncatedNormalOptions options = {});

/// Inputs and outputs of one unit of a weight (out, in, kernel...): in or out times the kernel's elements.
/// Throws ShapeError for fewer than two axes.
struct Fans {
    std::int64_t in, out;
};
Fans fans(Sizes weight);

/// What comes behind the layer, as far as it changes the variance.
enum class Nonlinearity : unsigned char { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// The factor by which start values make up for the nonlinearity: 1, 1, 5/3, sqrt 2, sqrt(2 / (1 + slope^2)), 3/4.
double calculate_gain(Nonlinearity nonlinearity, double slope = 0.01);

struct XavierOptions {
    double gain = 1;
    Dtype dtype = default_dtype();
    Generator& generator = default_generator();
};

/// Variance 2 gain^2 / (fan_in + fan_out), for layers before tanh or sigmoid.
/// Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).
Tensor xavier_uniform(Sizes sizes, XavierOptions options = {});
Tensor xavier_normal(Sizes sizes, XavierOptions options = {});

enum class FanMode : unsigned char { in, out };

struct KaimingOptions {
    double slope = 0;            ///< of leaky_relu below 0
    FanMode mode = FanMode::in;  ///< whether the variance stays forward or backward
    Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
    Dtype dtype = default_dtype();
    Generator& generator = default_generator();
};

/// Variance gain^2 / fan, for layers before a (leaky) ReLU.
/// Source: He et al., Delving Deep into Rectifiers (2015).
Tensor kaiming_uniform(Sizes sizes, KaimingOptions options = {});
Tensor kaiming_normal(Sizes sizes, KaimingOptions options = {});

/// Variance 1 / fan_in, for layers before selu or a linear unit. Source: LeCun et al., Efficient BackProp (1998).
Tensor lecun_uniform(Sizes sizes, RandomOptions options = {});
Tensor lecun_normal(Sizes sizes, RandomOptions options = {});

/// gain times a matrix (out, in kernel...) whose rows or columns, the fewer of them, are orthonormal.
/// Source: Saxe, McClelland and Ganguli (2013).
Tensor orthogonal(Sizes sizes, XavierOptions options = {});

/// A matrix whose columns have this part of zeros, rounded up; the others are normal with deviation `stddev`.
/// Source: Martens, Deep learning via Hessian-free optimization (2010). Throws ShapeError for a part outside [0, 1].
Tensor sparse(Sizes sizes, double sparsity, double stddev = 0.01, RandomOptions options = {});

/// A convolution's weight that passes channels on as they are: 1 at the kernel's middle where channel out is in.
/// Throws ShapeError unless it has 3 to 5 axes and groups divide the channels.
Tensor dirac(Sizes sizes, std::int64_t groups = 1, Dtype dtype = default_dtype());

/// 1 on the diagonal of a matrix, else 0.
Tensor eye(Sizes sizes, Dtype dtype = default_dtype());

/// One line: the formula of an initialiser, by its name here, and PyTorch's name for it. Throws std::invalid_argument for
/// a name that is not one of them.
std::string describe(std::string_view initialiser);

}  // namespace xgrad::nn::init
