#include <xgrad/ops/dropout.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <cmath>
#include <string>

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

void check(const char* operation, const Tensor& x, double p)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, describe(x), "x is f32 or f64", "convert it first: to(x, f32)"));
    if (!(p >= 0 && p <= 1))
        throw ShapeError(error_text(operation, "p = " + std::to_string(p), "p is a probability, from 0 to 1",
                                    "p is the part that is dropped: 1 - p where you know what is kept"));
}

/// `kept` with probability 1 - p, else 0, for each element of the shape.
template <class T>
Tensor drawn(Sizes sizes, double p, double kept, Generator& generator)
{
    const Tensor keep = detail::empty(boolean, sizes), y = detail::empty(dtype_of<T>, sizes);
    auto* k = reinterpret_cast<std::uint8_t*>(detail::mutable_data<bool>(keep));
    const auto n = static_cast<std::size_t>(keep.numel());
    fill_bernoulli({k, n}, 1 - p, generator);
    auto* out = detail::mutable_data<T>(y);
    const auto factor = static_cast<T>(kept);
    for (std::size_t i = 0; i < n; ++i) out[i] = k[i] ? factor : T(0);
    return y;
}

Tensor drawn(Dtype dtype, Sizes sizes, double p, double kept, Generator& generator)
{
    return dtype == f32 ? drawn<float>(sizes, p, kept, generator) : drawn<double>(sizes, p, kept, generator);
}

/// (N, C, 1, ...) for x (N, C, ...); without N where x has `sample_axes` axes.
Dims one_for_each_channel(const char* operation, Sizes x, std::size_t sample_axes)
{
    if (x.size() < 2)
        throw ShapeError(error_text(operation, "x of shape " + to_string(x), "x: (N, C, ...)",
                                    "use dropout where there are no channels"));
    Dims sizes = x;
    for (std::size_t i = x.size() == sample_axes ? 1 : 2; i < x.size(); ++i) sizes[i] = 1;
    return sizes;
}

/// x times factors of the given shape.
Tensor scaled(const Input& x, Sizes factors, double p, Generator& generator)
{
    return mul(x, drawn(x->dtype(), factors, p, p < 1 ? 1 / (1 - p) : 0, generator));
}

Tensor channels_dropped(const char* operation, const Input& x, double p, bool training, std::size_t sample_axes,
                        Generator& generator)
{
    check(operation, *x, p);
    const Dims sizes = one_for_each_channel(operation, x->sizes(), sample_axes);
    return training && p > 0 ? scaled(x, sizes, p, generator) : *x;
}

/// With q = 1 - p and s = alpha' the affine map has a = (q + s^2 q p)^-1/2 and b = -a p s.
Tensor alpha_dropped(const Input& x, Sizes sizes, double p, Generator& generator)
{
    if (p == 1) return mul(x, 0);
    constexpr double kSaturation = -1.7580993408473766;  // -scale alpha of selu
    const double q = 1 - p, a = 1 / std::sqrt(q + kSaturation * kSaturation * q * p), b = -a * p * kSaturation;
    const Tensor factors = drawn(x->dtype(), sizes, p, a, generator);
    // what stays gets b, what is dropped a alpha' + b
    return add(mul(x, factors), sub(a * kSaturation + b, mul(factors, kSaturation)));
}

}  // namespace

Tensor dropout(const Input& x, double p, bool training, Generator& generator)
{
    check("dropout", *x, p);
    return training && p > 0 ? scaled(x, x->sizes(), p, generator) : *x;
}

Tensor dropout1d(const Input& x, double p, bool training, Generator& generator)
{
    return channels_dropped("dropout1d", x, p, training, 2, generator);
}

Tensor dropout2d(const Input& x, double p, bool training, Generator& generator)
{
    return channels_dropped("dropout2d", x, p, training, 3, generator);
}

Tensor dropout3d(const Input& x, double p, bool training, Generator& generator)
{
    return channels_dropped("dropout3d", x, p, training, 4, generator);
}

Tensor alpha_dropout(const Input& x, double p, bool training, Generator& generator)
{
    check("alpha_dropout", *x, p);
    return training && p > 0 ? alpha_dropped(x, x->sizes(), p, generator) : *x;
}

Tensor feature_alpha_dropout(const Input& x, double p, bool training, Generator& generator)
{
    check("feature_alpha_dropout", *x, p);
    const Dims sizes = one_for_each_channel("feature_alpha_dropout", x->sizes(), 0);
    return training && p > 0 ? alpha_dropped(x, sizes, p, generator) : *x;
}

}  // namespace xgrad
