#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace xgrad::nn::init {
namespace {

using detail::error_text;

/// A new tensor whose elements `fill` writes, given a span of them.
template <class Fill>
Tensor filled(const char* operation, Sizes sizes, Dtype dtype, Fill fill)
{
    if (!is_floating(dtype))
        throw DtypeError(error_text(operation, std::string("start values of type ") + name_of(dtype),
                                    "parameters are f32 or f64", "ask for one of these"));
    const std::int64_t numel = detail::checked_numel(operation, sizes);
    const Tensor x = detail::empty(dtype, sizes, numel);
    const auto count = static_cast<std::size_t>(numel);
    if (dtype == f32)
        fill(std::span<float>(detail::mutable_data<float>(x), count));
    else
        fill(std::span<double>(detail::mutable_data<double>(x), count));
    return x;
}

/// A uniform distribution in +-b has variance b^2 / 3.
Tensor uniform_of_variance(Sizes sizes, double variance, Dtype dtype, Generator& generator)
{
    const double bound = std::sqrt(3 * variance);
    return uniform(sizes, -bound, bound, dtype, generator);
}

Tensor normal_of_variance(Sizes sizes, double variance, Dtype dtype, Generator& generator)
{
    return normal(sizes, 0, std::sqrt(variance), dtype, generator);
}

double xavier_variance(Sizes sizes, double gain)
{
    const Fans n = fans(sizes);
    return 2 * gain * gain / static_cast<double>(n.in + n.out);
}

double kaiming_variance(Sizes sizes, const KaimingOptions& o)
{
    const Fans n = fans(sizes);
    const double gain = calculate_gain(o.nonlinearity, o.slope);
    return gain * gain / static_cast<double>(o.mode == FanMode::in ? n.in : n.out);
}

double lecun_variance(Sizes sizes) { return 1 / static_cast<double>(fans(sizes).in); }

void check_matrix(const char* operation, Sizes sizes)
{
    if (sizes.size() != 2)
        throw ShapeError(error_text(operation, "a weight of shape " + to_string(sizes), "a matrix (out, in)",
                                    "use another initialiser for other weights"));
}

}  // namespace

Tensor constant(Sizes sizes, double value, Dtype dtype)
{
    return filled("init::constant", sizes, dtype, [&](auto y) {
        using T = typename decltype(y)::element_type;
        std::fill(y.begin(), y.end(), static_cast<T>(value));
    });
}

Tensor uniform(Sizes sizes, double lo, double hi, Dtype dtype, Generator& generator)
{
    return filled("init::uniform", sizes, dtype, [&](auto y) {
        using T = typename decltype(y)::element_type;
        fill_uniform(y, static_cast<T>(lo), static_cast<T>(hi), generator);
    });
}

Tensor normal(Sizes sizes, double mean, double stddev, Dtype dtype, Generator& generator)
{
    return filled("init::normal", sizes, dtype, [&](auto y) {
        using T = typename decltype(y)::element_type;
        fill_normal(y, static_cast<T>(mean), static_cast<T>(stddev), generator);
    });
}

Tensor trunc_normal(Sizes sizes, TruncatedNormalOptions o)
{
    if (!(o.lo < o.hi))
        throw ShapeError(error_text("init::trunc_normal",
                                    "bounds " + std::to_string(o.lo) + " and " + std::to_string(o.hi), "lo < hi",
                                    "exchange them"));
    // F(x) = (1 + erf(x / sqrt 2)) / 2, so x = sqrt 2 erfinv(2 u - 1) with u uniform between F(lo) and F(hi).
    const auto place = [&](double bound) { return std::erf((bound - o.mean) / o.stddev / std::sqrt(2.0)); };
    const NoGrad no_grad;
    const Tensor u = uniform(sizes, place(o.lo), place(o.hi), f64, o.generator);
    const Tensor x = erfinv(u) * (o.stddev * std::sqrt(2.0)) + o.mean;
    return to(clamp(x, o.lo, o.hi), o.dtype);
}

Fans fans(Sizes weight)
{
    if (weight.size() < 2)
        throw ShapeError(error_text("init::fans", "a weight of shape " + to_string(weight),
                                    "(out, in) or (out, in, kernel...)", "use uniform or normal for biases"));
    std::int64_t kernel = 1;
    for (std::size_t i = 2; i < weight.size(); ++i) kernel *= weight[i];
    return {weight[1] * kernel, weight[0] * kernel};
}

double calculate_gain(Nonlinearity nonlinearity, double slope)
{
    switch (nonlinearity) {
        case Nonlinearity::tanh:
            return 5.0 / 3;
        case Nonlinearity::relu:
            return std::sqrt(2.0);
        case Nonlinearity::leaky_relu:
            return std::sqrt(2 / (1 + slope * slope));
        case Nonlinearity::selu:
            return 0.75;
        case Nonlinearity::linear:
        case Nonlinearity::sigmoid:
            break;
    }
    return 1;
}

Tensor xavier_uniform(Sizes sizes, XavierOptions o)
{
    return uniform_of_variance(sizes, xavier_variance(sizes, o.gain), o.dtype, o.generator);
}

Tensor xavier_normal(Sizes sizes, XavierOptions o)
{
    return normal_of_variance(sizes, xavier_variance(sizes, o.gain), o.dtype, o.generator);
}

Tensor kaiming_uniform(Sizes sizes, KaimingOptions o)
{
    return uniform_of_variance(sizes, kaiming_variance(sizes, o), o.dtype, o.generator);
}

Tensor kaiming_normal(Sizes sizes, KaimingOptions o)
{
    return normal_of_variance(sizes, kaiming_variance(sizes, o), o.dtype, o.generator);
}

Tensor lecun_uniform(Sizes sizes, RandomOptions o)
{
    return uniform_of_variance(sizes, lecun_variance(sizes), o.dtype, o.generator);
}

Tensor lecun_normal(Sizes sizes, RandomOptions o)
{
    return normal_of_variance(sizes, lecun_variance(sizes), o.dtype, o.generator);
}

Tensor orthogonal(Sizes sizes, XavierOptions o)
{
    const Fans n = fans(sizes);
    const std::int64_t rows = sizes[0], columns = n.in;
    const NoGrad no_grad;
    const bool wide = rows < columns;  // then the rows are orthonormal
    const Tensor a = normal({std::max(rows, columns), std::min(rows, columns)}, 0, 1, f64, o.generator);
    const linalg::QR f = linalg::qr(a);
    // Without the signs of R's diagonal Q would not be uniform over the orthogonal matrices (Mezzadri 2007).
    const Tensor q = f.Q * sign(diagonal(f.R));
    return to(reshape(contiguous(wide ? transpose(q) : q), sizes) * o.gain, o.dtype);
}

Tensor sparse(Sizes sizes, double sparsity, double stddev, RandomOptions o)
{
    check_matrix("init::sparse", sizes);
    if (!(sparsity >= 0 && sparsity <= 1))
        throw ShapeError(error_text("init::sparse", "a sparsity of " + std::to_string(sparsity),
                                    "the part of zeros, from 0 to 1", "divide a percentage by 100"));
    const std::int64_t rows = sizes[0], columns = sizes[1];
    const auto zeros = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
    const Tensor x = normal(sizes, 0, stddev, o.dtype, o.generator);
    const auto clear = [&](auto* first) {
        for (std::int64_t j = 0; j < columns; ++j) {
            const std::vector<std::int64_t> order = permutation(rows, o.generator);
            for (std::int64_t k = 0; k < zeros; ++k) first[order[static_cast<std::size_t>(k)] * columns + j] = 0;
        }
    };
    if (o.dtype == f32)
        clear(detail::mutable_data<float>(x));
    else
        clear(detail::mutable_data<double>(x));
    return x;
}

Tensor dirac(Sizes sizes, std::int64_t groups, Dtype dtype)
{
    if (sizes.size() < 3 || sizes.size() > 5 || groups < 1 || sizes[0] % groups != 0)
        throw ShapeError(error_text(
            "init::dirac", "a weight of shape " + to_string(sizes) + " in " + std::to_string(groups) + " groups",
            "(out, in, kernel...) with one to three axes of the kernel, out a multiple of groups",
            "use init::eye for a Linear"));
    return filled("init::dirac", sizes, dtype, [&](auto y) {
        std::fill(y.begin(), y.end(), 0);
        std::int64_t kernel = 1, middle = 0;
        for (std::size_t i = 2; i < sizes.size(); ++i) {
            kernel *= sizes[i];
            middle = middle * sizes[i] + sizes[i] / 2;
        }
        const std::int64_t out = sizes[0] / groups, in = sizes[1];
        for (std::int64_t g = 0; g < groups; ++g)
            for (std::int64_t c = 0; c < std::min(out, in); ++c)
                y[static_cast<std::size_t>(((g * out + c) * in + c) * kernel + middle)] = 1;
    });
}

Tensor eye(Sizes sizes, Dtype dtype)
{
    check_matrix("init::eye", sizes);
    return xgrad::eye(sizes[0], sizes[1], dtype);
}

std::string describe(std::string_view initialiser)
{
    static constexpr std::string_view kFormulas[][2] = {
        {"constant", "w = value; PyTorch: constant_, zeros_, ones_"},
        {"uniform", "w ~ U(lo, hi); PyTorch: uniform_"},
        {"normal", "w ~ N(mean, stddev^2); PyTorch: normal_"},
        {"trunc_normal", "w ~ N(mean, stddev^2) given lo <= w <= hi; PyTorch: trunc_normal_"},
        {"xavier_uniform", "w ~ U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)); PyTorch: xavier_uniform_"},
        {"xavier_normal", "w ~ N(0, s^2), s = gain sqrt(2 / (fan_in + fan_out)); PyTorch: xavier_normal_"},
        {"kaiming_uniform",
         "w ~ U(-b, b), b = gain sqrt(3 / fan), gain^2 = 2 / (1 + slope^2); PyTorch: kaiming_uniform_"},
        {"kaiming_normal", "w ~ N(0, s^2), s = gain / sqrt(fan), gain^2 = 2 / (1 + slope^2); PyTorch: kaiming_normal_"},
        {"lecun_uniform", "w ~ U(-b, b), b = sqrt(3 / fan_in); PyTorch: kaiming_uniform_ with nonlinearity='linear'"},
        {"lecun_normal", "w ~ N(0, s^2), s = 1 / sqrt(fan_in); PyTorch: kaiming_normal_ with nonlinearity='linear'"},
        {"orthogonal", "w = gain Q, Q^T Q = I, Q of the QR of normal numbers; PyTorch: orthogonal_"},
        {"sparse", "w ~ N(0, stddev^2), but ceil(sparsity out) zeros in each column; PyTorch: sparse_"},
        {"dirac", "w[o, i, middle] = 1 where i = o in its group, else 0; PyTorch: dirac_"},
        {"eye", "w[i, j] = 1 where i = j, else 0; PyTorch: eye_"},
    };
    for (const auto& [name, formula] : kFormulas)
        if (name == initialiser) return std::string(name) + ": " + std::string(formula);
    throw std::invalid_argument(error_text("init::describe", "\"" + std::string(initialiser) + "\"",
                                           "the name of an initialiser of this header", "\"kaiming_uniform\""));
}

}  // namespace xgrad::nn::init
