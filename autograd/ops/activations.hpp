#pragma once

// Activations of neural networks, element by element. Names, defaults and derivatives at kinks are PyTorch's.
// Integers become the default dtype first.

#include <xgrad/ops/operand.hpp>

#include <cstdint>

namespace xgrad {

Tensor relu6(const Input& x);                                              ///< between 0 and 6 (Krizhevsky 2010)
Tensor hardtanh(const Input& x, double min_val = -1, double max_val = 1);  ///< derivative at both bounds 0
Tensor leaky_relu(const Input& x, double negative_slope = 0.01);  ///< slope at 0: negative_slope (Maas et al. 2013)
Tensor elu(const Input& x, double alpha = 1);   ///< alpha (exp(x) - 1) at and below 0 (Clevert et al. 2016)
Tensor selu(const Input& x);                    ///< a scaled elu (Klambauer et al. 2017)
Tensor celu(const Input& x, double alpha = 1);  ///< alpha (exp(x / alpha) - 1) at and below 0 (Barron 2017)
Tensor silu(const Input& x);                    ///< x sigmoid(x) (Elfwing et al. 2018; swish)
Tensor mish(const Input& x);                    ///< x tanh(softplus(x)) (Misra 2019)
Tensor softsign(const Input& x);                ///< x / (1 + |x|)
Tensor tanhshrink(const Input& x);              ///< x - tanh(x)
Tensor logsigmoid(const Input& x);              ///< log(sigmoid(x)) without overflow
Tensor hardsigmoid(const Input& x);             ///< (x + 3) / 6 between -3 and 3, then 0 and 1; slope at the bounds 0
Tensor hardswish(const Input& x);               ///< x hardsigmoid(x) (Howard et al. 2019)
Tensor hardshrink(const Input& x, double lambd = 0.5);             ///< 0 in [-lambd, lambd], else x
Tensor softshrink(const Input& x, double lambd = 0.5);             ///< x moved towards 0 by lambd, or 0
Tensor threshold(const Input& x, double threshold, double value);  ///< x above the threshold, else the value

/// log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold (Dugas et al. 2001).
Tensor softplus(const Input& x, double beta = 1, double threshold = 20);

/// x Phi(x), with Phi the normal distribution, or its approximation by tanh (Hendrycks and Gimpel 2016).
enum class GeluApproximation : unsigned char { none, tanh };
Tensor gelu(const Input& x, GeluApproximation approximate = GeluApproximation::none);

/// x where it is positive, else weight x (He et al. 2015). weight: one number, or one for each channel, which is
/// axis 1 of x. Throws ShapeError for other shapes.
Tensor prelu(const Input& x, const Input& weight);

/// Random slopes between the bounds below 0 when training (Xu et al. 2015); this is the function of evaluation, with
/// the mean slope.
Tensor rrelu(const Input& x, double lower = 1.0 / 8, double upper = 1.0 / 3);

/// The first half of an axis times the sigmoid of the second (Dauphin et al. 2017).
/// x: (..., 2 n, ...) -> y: (..., n, ...). Throws ShapeError for an axis of odd size.
Tensor glu(const Input& x, std::int64_t dim = -1);

}  // namespace xgrad
