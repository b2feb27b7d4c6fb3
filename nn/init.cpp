#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>

#include <cmath>
#include <span>

namespace xgrad::nn::init {
namespace {

/// A new tensor whose elements `fill` writes, given a span of them.
template <class Fill>
Tensor filled(const char* operation, Sizes sizes, Dtype dtype, Fill fill)
{
    if (!is_floating(dtype))
        throw DtypeError(detail::error_text(operation, std::string("start values of type ") + name_of(dtype),
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

}  // namespace

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

Fans fans(Sizes weight)
{
    if (weight.size() < 2)
        throw ShapeError(detail::error_text("init::fans", "a weight of shape " + to_string(weight),
                                            "(out, in) or (out, in, kernel...)", "use uniform or normal for biases"));
    std::int64_t kernel = 1;
    for (std::size_t i = 2; i < weight.size(); ++i) kernel *= weight[i];
    return {weight[1] * kernel, weight[0] * kernel};
}

// A uniform distribution in +-b has variance b^2 / 3.
Tensor kaiming_uniform(Sizes sizes, double slope, Dtype dtype, Generator& generator)
{
    const double bound = std::sqrt(6 / ((1 + slope * slope) * static_cast<double>(fans(sizes).in)));
    return uniform(sizes, -bound, bound, dtype, generator);
}

Tensor kaiming_normal(Sizes sizes, double slope, Dtype dtype, Generator& generator)
{
    const double stddev = std::sqrt(2 / ((1 + slope * slope) * static_cast<double>(fans(sizes).in)));
    return normal(sizes, 0, stddev, dtype, generator);
}

Tensor xavier_uniform(Sizes sizes, Dtype dtype, Generator& generator)
{
    const Fans n = fans(sizes);
    const double bound = std::sqrt(6 / static_cast<double>(n.in + n.out));
    return uniform(sizes, -bound, bound, dtype, generator);
}

Tensor xavier_normal(Sizes sizes, Dtype dtype, Generator& generator)
{
    const Fans n = fans(sizes);
    return normal(sizes, 0, std::sqrt(2 / static_cast<double>(n.in + n.out)), dtype, generator);
}

}  // namespace xgrad::nn::init
