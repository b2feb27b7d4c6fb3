#pragma once

// New tensors that no other is needed for: ranges, unit matrices, random numbers. Without a dtype they have the default
// one, unless it says otherwise; without a generator they draw from the default one.

#include <xgrad/random.hpp>
#include <xgrad/tensor.hpp>

#include <type_traits>

namespace xgrad {

namespace detail {
Tensor arange_of_integers(std::int64_t start, std::int64_t end, std::int64_t step);
}

/// start, start + step, ... before end. Integers without a dtype give i64, exactly. Throws ShapeError for a step of 0, or one
/// that leads away from the end.
Tensor arange(double start, double end, double step, Dtype dtype);
template <class A, class B, class S = int>
requires(std::is_arithmetic_v<A>&& std::is_arithmetic_v<B>&& std::is_arithmetic_v<S>) Tensor
    arange(A start, B end, S step = 1)
{
    constexpr bool kWhole = std::is_integral_v<A> && std::is_integral_v<B> && std::is_integral_v<S>;
    if constexpr (kWhole)
        return detail::arange_of_integers(static_cast<std::int64_t>(start), static_cast<std::int64_t>(end),
                                          static_cast<std::int64_t>(step));
    else
        return arange(static_cast<double>(start), static_cast<double>(end), static_cast<double>(step), default_dtype());
}
template <class N>
requires std::is_arithmetic_v<N> Tensor arange(N end) { return arange(0, end, 1); }

/// `steps` numbers evenly from start to end, both included; and base to the power of these.
Tensor linspace(double start, double end, std::int64_t steps, Dtype dtype = default_dtype());
Tensor logspace(double start, double end, std::int64_t steps, double base = 10, Dtype dtype = default_dtype());

/// 1 on the main diagonal, 0 elsewhere.
Tensor eye(std::int64_t n, Dtype dtype = default_dtype());
Tensor eye(std::int64_t n, std::int64_t m, Dtype dtype = default_dtype());

/// The number everywhere, in the shape and dtype of x.
Tensor full_like(const Tensor& x, double value);

/// A tensor of the classes' shape and one axis more, of `classes` positions: 1 at the class, 0 elsewhere. i64. -1: as
/// many as the largest needs. Throws DtypeError unless i64, and ShapeError for a class outside.
Tensor one_hot(const Tensor& x, std::int64_t classes = -1);

struct RandomOptions {
    Dtype dtype = default_dtype();
    Generator& generator = default_generator();
};

/// Uniform in [0, 1); normal with mean 0 and deviation 1. Throws DtypeError unless f32 or f64.
Tensor rand(Sizes sizes, RandomOptions options = {});
Tensor randn(Sizes sizes, RandomOptions options = {});
Tensor rand_like(const Tensor& x, Generator& generator = default_generator());
Tensor randn_like(const Tensor& x, Generator& generator = default_generator());

/// Integers uniform in [low, high). i64. Throws ShapeError when there is none.
Tensor randint(std::int64_t low, std::int64_t high, Sizes sizes, Generator& generator = default_generator());

/// The numbers 0 to n - 1 in random order. i64.
Tensor randperm(std::int64_t n, Generator& generator = default_generator());

/// 1 with probability p, else 0, for each p of the tensor: of its shape and dtype. Throws DtypeError unless floating,
/// ShapeError for a p outside [0, 1].
Tensor bernoulli(const Tensor& p, Generator& generator = default_generator());

/// Whole numbers of Poisson's distribution with the rates given: of their shape and dtype. Throws DtypeError unless
/// floating, ShapeError for a rate that is negative or not finite.
Tensor poisson(const Tensor& rates, Generator& generator = default_generator());

/// Numbers of the exponential distribution, with mean 1 / rate. Throws ShapeError for a rate that is not above 0.
Tensor exponential(Sizes sizes, double rate = 1, RandomOptions options = {});

/// Normal numbers with the means and deviations given, which broadcast.
Tensor normal(const Tensor& mean, const Tensor& stddev, Generator& generator = default_generator());

/// `count` positions of the last axis for each line of weights, drawn with probabilities in proportion to them, each
/// again and again (`replacement`) or once only. i64. Throws ShapeError for more than two axes, for weights that are
/// negative, not finite or all 0, and without replacement for fewer than `count` weights above 0.
Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement = false,
                   Generator& generator = default_generator());

}  // namespace xgrad
