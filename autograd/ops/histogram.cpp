// How many elements lie in each of several intervals: a part of order.hpp.
#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::error_text;

namespace {

void check_input(const char* operation, const Tensor& x)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(
            error_text(operation, "a tensor " + describe(x), "f32 or f64", "count integers with bincount"));
}

struct Bounds {
    double low, high;
};

/// The bounds given, or the extrema of x where they are equal.
Bounds bounds_of(const char* operation, const Tensor& x, std::int64_t bins, double low, double high)
{
    if (low == high && x.numel() > 0) low = min(x).item(), high = max(x).item();
    if (!(bins >= 1 && bins < std::int64_t{1} << 57 && low <= high && std::isfinite(high - low)))
        throw ShapeError(error_text(
            operation, std::to_string(bins) + " intervals from " + std::to_string(low) + " to " + std::to_string(high),
            "1 interval or more, and bounds that are finite, the lower one first",
            "give bounds where x is not finite"));
    return low == high ? Bounds{low - 1, high + 1} : Bounds{low, high};
}

void check_edges(const Tensor& x, const Tensor& edges, const Tensor& weight)
{
    const std::vector<double> all = edges.to_vector<double>();
    const auto follows = [](double a, double b) { return !(a <= b); };
    if (edges.ndim() != 1 || all.size() < 2 || std::adjacent_find(all.begin(), all.end(), follows) != all.end() ||
        edges.dtype() != x.dtype())
        throw ShapeError(error_text("histogram", "edges " + describe(edges) + " for x " + describe(x),
                                    "edges have one axis, two elements or more, ascending, and x's dtype",
                                    "sort the edges"));
    if (weight.defined() && !(weight.sizes() == x.sizes() && weight.dtype() == x.dtype()))
        throw ShapeError(error_text("histogram", "weights " + describe(weight) + " for x " + describe(x),
                                    "there is one weight an element, of x's dtype", "expand the weights"));
}

}  // namespace

Tensor histc(const Tensor& given, std::int64_t bins, double given_low, double given_high)
{
    check_input("histc", given);
    const Tensor x = detail::contiguous_data(detach(given));
    const auto [low, high] = bounds_of("histc", x, bins, given_low, given_high);
    const Tensor y = zeros({bins}, x.dtype());
    detail::with_float_type(x.dtype(), [&, low = low, high = high]<class T>(T*) {
        const T first = static_cast<T>(low), last = static_cast<T>(high), n = static_cast<T>(bins);
        T* const counts = detail::mutable_data<T>(y);
        for (std::int64_t i = 0; i < x.numel(); ++i) {
            const T v = x.data<T>()[i];
            if (!(v >= first && v <= last)) continue;
            const auto at = static_cast<std::int64_t>((v - first) * n / (last - first));
            ++counts[std::min(at, bins - 1)];
        }
    });
    return y;
}

Histogram histogram(const Tensor& x, std::int64_t bins, const HistogramOptions& options)
{
    check_input("histogram", x);
    const auto [low, high] = bounds_of("histogram", detach(x), bins, options.low, options.high);
    return histogram(x, linspace(low, high, bins + 1, x.dtype()), options);
}

Histogram histogram(const Tensor& x, const Tensor& edges, const HistogramOptions& options)
{
    check_input("histogram", x);
    check_edges(x, edges, options.weight);
    const std::int64_t bins = edges.numel() - 1;
    const double first = select(edges, 0, 0).item(), last = select(edges, 0, -1).item();
    const Tensor places = detail::contiguous_copy(searchsorted(edges, detach(x), true));
    const std::vector<double> values = x.to_vector<double>();
    auto* at = detail::mutable_data<std::int64_t>(places);
    for (const double v : values) {
        *at = v >= first && v <= last ? std::min(*at - 1, bins - 1) : detail::kNowhere;
        ++at;
    }
    const Tensor weight = options.weight.defined() ? options.weight : ones(x.sizes(), x.dtype());
    Tensor counts = detail::add_at(weight, places, {bins});
    if (options.density) counts = counts / (sum(counts) * (slice(edges, 0, 1) - slice(edges, 0, 0, -1)));
    return {counts, edges};
}

}  // namespace xgrad
