// The operations of create.hpp that draw random numbers.
#include <xgrad/ops/create.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/special_functions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"

namespace xgrad {

using detail::error_text;

namespace {

template <class T>
std::span<T> elements_of(const Tensor& x)
{
    return {detail::mutable_data<T>(x), static_cast<std::size_t>(x.numel())};
}

Tensor new_floats(const char* operation, Sizes sizes, Dtype dtype)
{
    if (!is_floating(dtype))
        throw DtypeError(error_text(operation, std::string("random numbers of type ") + name_of(dtype), "f32 or f64",
                                    "use randint for integers and bernoulli for 0 and 1"));
    return detail::empty(dtype, sizes, detail::checked_numel(operation, sizes));
}

Tensor normal_numbers(const char* operation, Sizes sizes, Dtype dtype, Generator& generator)
{
    const Tensor y = new_floats(operation, sizes, dtype);
    detail::with_float_type(dtype, [&]<class T>(T*) { fill_normal(elements_of<T>(y), T{0}, T{1}, generator); });
    return y;
}

/// Uniform numbers in [0, 1), one after the other.
class Uniform {
public:
    explicit Uniform(Generator& generator) : generator_(generator) {}
    double operator()()
    {
        if (at_ == ready_.size()) fill_uniform(std::span<double>(ready_), 0.0, 1.0, generator_), at_ = 0;
        return ready_[at_++];
    }

private:
    Generator& generator_;
    std::array<double, 64> ready_;
    std::size_t at_ = 64;
};

/// A number of Poisson's distribution: how many uniform numbers have a product above exp(-rate); for larger rates by
/// transformed rejection, algorithm PTRS of Hormann, The transformed rejection method for generating Poisson random
/// variables (1993).
double draw_poisson(double rate, Uniform& uniform)
{
    if (rate < 10) {
        const double least = std::exp(-rate);
        double count = 0;
        for (double product = uniform(); product > least; product *= uniform()) ++count;
        return count;
    }
    const double b = 0.931 + 2.53 * std::sqrt(rate), a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), sure = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
        const double u = uniform() - 0.5, v = uniform(), us = 0.5 - std::abs(u);
        const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
        if (us >= 0.07 && v <= sure) return k;
        if (k < 0 || (us < 0.013 && v > us)) continue;
        if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= k * std::log(rate) - rate - elementary::lgamma(k + 1))
            return k;
    }
}

/// Positions drawn for one line of weights.
void draw(std::span<const double> weights, std::span<const double> uniform, bool replacement, std::int64_t* out)
{
    std::vector<double> left(weights.begin(), weights.end());
    for (std::size_t k = 0; k < uniform.size(); ++k) {
        double total = 0;
        for (const double weight : left) total += weight;
        const double target = uniform[k] * total;
        double sum = 0;
        std::size_t chosen = 0;
        for (std::size_t i = 0; i < left.size();
             ++i) {  // the last one above 0 whose share begins at or before the target
            if (left[i] > 0 && sum <= target) chosen = i;
            sum += left[i];
        }
        out[k] = static_cast<std::int64_t>(chosen);
        if (!replacement) left[chosen] = 0;
    }
}

void check_weights(const std::vector<double>& weights, std::int64_t lines, std::int64_t needed)
{
    const std::int64_t n = lines == 0 ? 0 : static_cast<std::int64_t>(weights.size()) / lines;
    bool fits = true;
    for (std::int64_t line = 0; line < lines; ++line) {
        std::int64_t above = 0;
        for (std::int64_t i = 0; i < n; ++i) {
            const double weight = weights[static_cast<std::size_t>(line * n + i)];
            fits = fits && weight >= 0 && std::isfinite(weight);
            above += weight > 0 ? 1 : 0;
        }
        fits = fits && above >= needed;
    }
    if (!fits)
        throw ShapeError(error_text(
            "multinomial", "weights that cannot be drawn from",
            "they are finite, none negative, and at least " + std::to_string(needed) + " of each line above 0",
            "check the weights, or draw with replacement"));
}

/// What draw(sizes) draws; inside functions under vmap, for each sample of its own.
template <class Draw>
Tensor for_each_sample(Sizes sizes, Draw&& draw)
{
    const std::vector<detail::VmapLevel> levels = detail::levels_at_work();
    detail::Dims all;
    for (const detail::VmapLevel& level : levels) all.push_back(level.samples);
    for (const std::int64_t size : sizes) all.push_back(size);
    const detail::NoLevels none;
    Tensor y = draw(all);
    for (const detail::VmapLevel& level : levels) y = detail::hide_samples(std::move(y), level);
    return y;
}

bool is_under_vmap() { return detail::innermost_level != nullptr; }

}  // namespace

Tensor rand(Sizes sizes, RandomOptions options)
{
    if (is_under_vmap()) return for_each_sample(sizes, [&](Sizes all) { return rand(all, options); });
    const Tensor y = new_floats("rand", sizes, options.dtype);
    detail::with_float_type(options.dtype,
                            [&]<class T>(T*) { fill_uniform(elements_of<T>(y), T{0}, T{1}, options.generator); });
    return y;
}

Tensor randn(Sizes sizes, RandomOptions options)
{
    if (is_under_vmap()) return for_each_sample(sizes, [&](Sizes all) { return randn(all, options); });
    return normal_numbers("randn", sizes, options.dtype, options.generator);
}

Tensor rand_like(const Tensor& x, Generator& generator) { return rand(x.sizes(), {x.dtype(), generator}); }
Tensor randn_like(const Tensor& x, Generator& generator) { return randn(x.sizes(), {x.dtype(), generator}); }

Tensor randint(std::int64_t low, std::int64_t high, Sizes sizes, Generator& generator)
{
    if (low >= high)
        throw ShapeError(error_text("randint",
                                    "no integer lies in [" + std::to_string(low) + ", " + std::to_string(high) + ")",
                                    "low < high, and high is not drawn", "high = largest number + 1"));
    if (is_under_vmap()) return for_each_sample(sizes, [&](Sizes all) { return randint(low, high, all, generator); });
    const Tensor y = detail::empty(i64, sizes, detail::checked_numel("randint", sizes));
    fill_integers(elements_of<std::int64_t>(y), low, high, generator);
    return y;
}

Tensor randperm(std::int64_t n, Generator& generator)
{
    const std::int64_t count = detail::checked_numel("randperm", {n});
    if (is_under_vmap())
        return for_each_sample({n}, [&](Sizes all) {
            const Tensor y = detail::empty(i64, all, detail::checked_numel("randperm", all));
            const auto elements = elements_of<std::int64_t>(y);
            for (std::size_t i = 0; i < elements.size(); i += static_cast<std::size_t>(n))
                fill_permutation(elements.subspan(i, static_cast<std::size_t>(n)), generator);
            return y;
        });
    const Tensor y = detail::empty(i64, {n}, count);
    fill_permutation(elements_of<std::int64_t>(y), generator);
    return y;
}

Tensor bernoulli(const Tensor& p, Generator& generator)
{
    if (is_under_vmap()) {
        const Tensor each = detail::at_all_levels(p);
        const detail::NoLevels none;
        return detail::on_all_samples(each, [&](const Tensor& all) { return bernoulli(all, generator); });
    }
    const std::vector<double> probabilities = p.to_vector<double>();
    if (!std::all_of(probabilities.begin(), probabilities.end(), [](double each) { return each >= 0 && each <= 1; }))
        throw ShapeError(
            error_text("bernoulli", "a probability outside [0, 1]", "0 <= p <= 1", "p = sigmoid(logit) for a logit"));
    const Tensor draws = new_floats("bernoulli", p.sizes(), is_floating(p.dtype()) ? f64 : p.dtype());
    fill_uniform(elements_of<double>(draws), 0.0, 1.0, generator);
    return to(lt(draws, to(detail::contiguous_copy(p), f64)), p.dtype());
}

Tensor poisson(const Tensor& rates, Generator& generator)
{
    if (is_under_vmap()) {
        const Tensor each = detail::at_all_levels(rates);
        const detail::NoLevels none;
        return detail::on_all_samples(each, [&](const Tensor& all) { return poisson(all, generator); });
    }
    const Tensor y = new_floats("poisson", rates.sizes(), rates.dtype());
    const std::vector<double> all = rates.to_vector<double>();
    if (!std::all_of(all.begin(), all.end(), [](double rate) { return rate >= 0 && std::isfinite(rate); }))
        throw ShapeError(
            error_text("poisson", "a rate that is negative or not finite", "0 <= rate < infinity", "check the rates"));
    Uniform uniform(generator);
    detail::with_float_type(y.dtype(), [&]<class T>(T*) {
        T* out = detail::mutable_data<T>(y);
        for (const double rate : all) *out++ = static_cast<T>(draw_poisson(rate, uniform));
    });
    return y;
}

Tensor exponential(Sizes sizes, double rate, RandomOptions options)
{
    if (!(rate > 0))
        throw ShapeError(
            error_text("exponential", "rate " + std::to_string(rate), "the rate is above 0", "rate = 1 / mean"));
    return log1p(neg(rand(sizes, options))) * (-1 / rate);
}

Tensor normal(const Tensor& mean, const Tensor& stddev, Generator& generator)
{
    const detail::Dims sizes = detail::broadcast_sizes("normal", mean.sizes(), stddev.sizes());
    const Dtype dtype = promote(mean.dtype(), stddev.dtype());
    const Tensor y = for_each_sample(sizes, [&](Sizes all) { return normal_numbers("normal", all, dtype, generator); });
    return add(mean, mul(stddev, y));
}

Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement, Generator& generator)
{
    if (weights.ndim() < 1 || weights.ndim() > 2 || count < 1)
        throw ShapeError(error_text(
            "multinomial", std::to_string(count) + " draws from weights of shape " + to_string(weights.sizes()),
            "weights (n) or (lines, n), and 1 draw or more", "reshape the weights"));
    if (is_under_vmap()) {
        const Tensor each = detail::at_all_levels(weights);
        const detail::NoLevels none;
        return detail::on_all_samples(each, [&](const Tensor& all) {
            detail::Dims sizes = all.sizes();
            sizes.back() = count;
            return reshape(multinomial(reshape(all, {-1, all.sizes().back()}), count, replacement, generator), sizes);
        });
    }
    const std::int64_t lines = weights.ndim() == 2 ? weights.sizes()[0] : 1;
    const auto n = static_cast<std::size_t>(weights.sizes().back()), draws = static_cast<std::size_t>(count);
    const std::vector<double> all = weights.to_vector<double>();
    check_weights(all, lines, replacement ? 1 : count);
    detail::Dims sizes = weights.sizes();
    sizes.back() = count;
    const Tensor y = detail::empty(i64, sizes);
    std::vector<double> uniform(draws * static_cast<std::size_t>(lines));
    fill_uniform(std::span<double>(uniform), 0.0, 1.0, generator);
    for (std::size_t line = 0; line < static_cast<std::size_t>(lines); ++line)
        draw(std::span(all).subspan(line * n, n), std::span(uniform).subspan(line * draws, draws), replacement,
             detail::mutable_data<std::int64_t>(y) + line * draws);
    return y;
}

}  // namespace xgrad
