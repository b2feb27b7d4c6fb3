#include <xgrad/ops/interpolate.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/new_tensor.hpp"
#include "autograd/ops/cubic.hpp"
#include "autograd/ops/sampling.hpp"

namespace xgrad {
namespace {

using detail::AxisMap;
using detail::Dims;
using detail::error_text;
using kernels::SparseRows;

/// One axis of an interpolation.
struct Axis {
    std::int64_t in, out;
    double step;  // elements of x from one element of y to the next
    bool align_corners;
};

/// Where on the axis of x element i of y lies.
double position(const Axis& a, std::int64_t i)
{
    const auto at = static_cast<double>(i);
    return a.align_corners ? at * a.step : (at + 0.5) * a.step - 0.5;
}

void nearest_row(SparseRows& rows, const Axis& a, std::int64_t i, double shift)
{
    // Rounded to f32 first, so that a product that misses a whole number by its last digits counts as that number.
    const float at = std::floor(static_cast<float>((static_cast<double>(i) + shift) * a.step));
    rows.add(std::min(static_cast<std::int64_t>(at), a.in - 1), 1);
}

void linear_row(SparseRows& rows, const Axis& a, std::int64_t i)
{
    const double at = std::max(position(a, i), 0.0);
    const std::int64_t below = std::min(static_cast<std::int64_t>(at), a.in - 1);
    const double part = std::clamp(at - static_cast<double>(below), 0.0, 1.0);
    const std::int64_t above = std::min(below + 1, a.in - 1);
    if (above == below) return rows.add(below, 1);
    rows.add(below, 1 - part);
    rows.add(above, part);
}

void cubic_row(SparseRows& rows, const Axis& a, std::int64_t i)
{
    const double at = position(a, i), below = std::floor(at);
    for (int k = 0; k < 4; ++k) {
        const auto tap = static_cast<std::int64_t>(below) - 1 + k;
        rows.add(std::clamp<std::int64_t>(tap, 0, a.in - 1), detail::cubic_weight(at - below, k));
    }
}

/// The weight at a distance of d elements from the middle: a triangle, or Keys' cubic curve with a = -0.5.
double filter_weight(double d, bool cubic)
{
    d = std::abs(d);
    if (!cubic) return std::max(1 - d, 0.0);
    if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
    return d < 2 ? -0.5 * (((d - 5) * d + 8) * d - 4) : 0;
}

/// The filter around the middle of element i, as many times wider as the image becomes smaller; its sum is 1.
void filter_row(SparseRows& rows, const Axis& a, std::int64_t i, bool cubic)
{
    const double wide = std::max(a.step, 1.0), reach = (cubic ? 2 : 1) * wide;
    const double middle = a.step * (static_cast<double>(i) + 0.5);
    const std::int64_t first = std::max(static_cast<std::int64_t>(middle - reach + 0.5), std::int64_t{0});
    const std::int64_t last = std::min(static_cast<std::int64_t>(middle + reach + 0.5), a.in);
    std::vector<double> weights;
    for (std::int64_t k = first; k < last; ++k)
        weights.push_back(filter_weight((static_cast<double>(k) - middle + 0.5) / wide, cubic));
    double sum = 0;
    for (const double weight : weights) sum += weight;
    for (std::int64_t k = first; k < last; ++k)
        rows.add(k, weights[static_cast<std::size_t>(k - first)] / (sum == 0 ? 1 : sum));
}

AxisMap map_of(const Axis& a, InterpolateMode mode, bool antialias)
{
    SparseRows rows;
    rows.columns = a.in;
    for (std::int64_t i = 0; i < a.out; ++i) {
        if (antialias)
            filter_row(rows, a, i, mode == InterpolateMode::bicubic);
        else if (mode == InterpolateMode::nearest)
            nearest_row(rows, a, i, 0);
        else if (mode == InterpolateMode::nearest_exact)
            nearest_row(rows, a, i, 0.5);
        else if (mode == InterpolateMode::bicubic)
            cubic_row(rows, a, i);
        else
            linear_row(rows, a, i);
        rows.end_row();
    }
    return AxisMap(std::move(rows));
}

/// Image axes that a mode is for; 0: any.
std::size_t axes_of(InterpolateMode mode)
{
    switch (mode) {
        case InterpolateMode::linear:
            return 1;
        case InterpolateMode::bilinear:
        case InterpolateMode::bicubic:
            return 2;
        case InterpolateMode::trilinear:
            return 3;
        default:
            return 0;
    }
}

void check(const Tensor& x, const InterpolateOptions& o)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text("interpolate", "x " + describe(x), "x is f32 or f64", "convert it: to(x, f32)"));
    const std::size_t axes = x.ndim() - 2, wanted = axes_of(o.mode);
    if (x.ndim() < 3 || x.ndim() > 5 || (wanted != 0 && axes != wanted))
        throw ShapeError(
            error_text("interpolate", "x of shape " + to_string(x.sizes()),
                       "x: (N, C, L) for linear, (N, C, H, W) for bilinear and bicubic, (N, C, D, H, W) for "
                       "trilinear, any of them for the other modes",
                       "reshape x or choose another mode"));
    const std::size_t given = o.size.size() + o.scale_factor.size();
    if (o.size.empty() == o.scale_factor.empty() || (given != 1 && given != axes))
        throw ShapeError(
            error_text("interpolate",
                       std::to_string(o.size.size()) + " sizes and " + std::to_string(o.scale_factor.size()) +
                           " scale factors for x of shape " + to_string(x.sizes()),
                       "either sizes or scale factors: one, or one for each image axis", "leave one of them out"));
    if (o.align_corners && axes_of(o.mode) == 0)
        throw ShapeError(error_text("interpolate", "align_corners with mode nearest, nearest_exact or area",
                                    "align_corners is for linear, bilinear, bicubic and trilinear", "leave it out"));
    if (o.antialias && o.mode != InterpolateMode::bilinear && o.mode != InterpolateMode::bicubic)
        throw ShapeError(error_text("interpolate", "antialias with another mode than bilinear and bicubic",
                                    "antialias is for bilinear and bicubic", "leave it out, or use area"));
}

/// The axes, each with its size and step.
std::vector<Axis> resized_axes(const Tensor& x, const InterpolateOptions& o)
{
    std::vector<Axis> axes;
    Dims sizes = x.sizes();
    for (std::size_t i = 0; i + 2 < x.ndim(); ++i) {
        const std::int64_t in = x.sizes()[i + 2];
        const auto wide = static_cast<double>(in);
        const double factor = o.scale_factor.empty() ? 0 : o.scale_factor[o.scale_factor.size() == 1 ? 0 : i];
        const double size =
            o.size.empty() ? std::floor(wide * factor) : static_cast<double>(o.size[o.size.size() == 1 ? 0 : i]);
        const double least = o.mode == InterpolateMode::area ? 0 : 1;
        if (in < 1 || !(size >= least) || size >= 2147483648.0)
            throw ShapeError(error_text(
                "interpolate",
                "x of shape " + to_string(x.sizes()) + " with image axis " + std::to_string(i) + " resized to " +
                    std::to_string(static_cast<std::int64_t>(std::clamp(size, -1e18, 1e18))),
                "sizes are at least 1 (area: 0) and below 2^31", "correct size or scale_factor"));
        const auto out = static_cast<std::int64_t>(size);
        const bool by_factor = factor > 0 && !o.recompute_scale_factor;
        double step = by_factor ? 1 / factor : wide / size;
        if (o.align_corners) step = out > 1 ? (wide - 1) / (size - 1) : 0;
        axes.push_back({in, out, step, o.align_corners});
        sizes[i + 2] = out;
    }
    detail::check_memory("interpolate", x.dtype(), sizes);
    return axes;
}

Tensor area(const Input& x, const std::vector<Axis>& a)
{
    if (a.size() == 1) return adaptive_avg_pool1d(x, a[0].out);
    if (a.size() == 2) return adaptive_avg_pool2d(x, {a[0].out, a[1].out});
    return adaptive_avg_pool3d(x, {a[0].out, a[1].out, a[2].out});
}

[[noreturn]] void reject_factor(const char* operation, const Tensor& x, std::int64_t r, const char* rule)
{
    throw ShapeError(error_text(operation, "x of shape " + to_string(x.sizes()) + " and factor " + std::to_string(r),
                                rule, "choose another factor"));
}

/// The sizes before the last three axes, then `behind`.
Dims with_leading(Sizes x, std::initializer_list<std::int64_t> behind)
{
    Dims sizes(x.size() - 3 + behind.size());
    std::copy(x.begin(), x.end() - 3, sizes.begin());
    std::copy(behind.begin(), behind.end(), sizes.begin() + x.size() - 3);
    return sizes;
}

/// The leading axes as they are, then the last ones in another order.
Tensor permute_last(const Tensor& x, std::initializer_list<std::int64_t> order)
{
    Dims axes(x.ndim());
    const std::size_t before = x.ndim() - order.size();
    for (std::size_t i = 0; i < x.ndim(); ++i) axes[i] = static_cast<std::int64_t>(i);
    for (std::size_t i = 0; i < order.size(); ++i)
        axes[before + i] = static_cast<std::int64_t>(before) + std::data(order)[i];
    return permute(x, axes);
}

}  // namespace

// Separable: a map along each axis, the nearest one being a choice of elements. Where the factor is none of two whole
// sizes, PyTorch's gradient of nearest (1.13) goes to other elements than its value reads. Keys, Cubic Convolution Interpolation for
// Digital Image Processing (1981), with PyTorch's a = -0.75.
Tensor interpolate(const Input& x, InterpolateOptions o)
{
    check(*x, o);
    const std::vector<Axis> axes = resized_axes(*x, o);
    if (o.mode == InterpolateMode::area) return area(x, axes);
    Tensor y = *x;
    for (std::size_t i = axes.size(); i-- > 0;) {
        const Axis& a = axes[i];
        // As in PyTorch, an axis that keeps its size is copied, whatever the factor was; these two keep to the factor.
        const bool by_factor =
            o.antialias || o.mode == InterpolateMode::bicubic || o.mode == InterpolateMode::nearest_exact;
        if (a.in == a.out && (a.step == 1 || !by_factor)) continue;
        y = weigh_along(y, i + 2, map_of(a, o.mode, o.antialias));
    }
    return y;
}

Tensor pixel_shuffle(const Input& x, std::int64_t r)
{
    if (x->ndim() < 3 || r < 1 || r > 32768 || x->size(-3) % (r * r) != 0)
        reject_factor("pixel_shuffle", x, r, "x: (..., C r^2, H, W) with r at least 1");
    const std::int64_t c = x->size(-3) / (r * r), h = x->size(-2), w = x->size(-1);
    const Tensor parts = reshape(x, with_leading(x->sizes(), {c, r, r, h, w}));
    return reshape(permute_last(parts, {0, 3, 1, 4, 2}), with_leading(x->sizes(), {c, h * r, w * r}));
}

Tensor pixel_unshuffle(const Input& x, std::int64_t r)
{
    if (x->ndim() < 3 || r < 1 || r > 32768 || x->size(-2) % r != 0 || x->size(-1) % r != 0)
        reject_factor("pixel_unshuffle", x, r, "x: (..., C, H r, W r) with r at least 1");
    const std::int64_t c = x->size(-3), h = x->size(-2) / r, w = x->size(-1) / r;
    const Tensor parts = reshape(x, with_leading(x->sizes(), {c, h, r, w, r}));
    return reshape(permute_last(parts, {0, 2, 4, 1, 3}), with_leading(x->sizes(), {c * r * r, h, w}));
}

Tensor channel_shuffle(const Input& x, std::int64_t groups)
{
    if (x->ndim() < 3 || groups < 1 || x->size(1) % groups != 0)
        throw ShapeError(error_text(
            "channel_shuffle", "x of shape " + to_string(x->sizes()) + " and " + std::to_string(groups) + " groups",
            "x: (N, C, ...) with C a multiple of groups", "choose another number of groups"));
    const std::int64_t n = x->size(0), c = x->size(1);
    const std::int64_t rest = n * c == 0 ? 0 : x->numel() / (n * c);
    return reshape(transpose(reshape(x, {n, groups, c / groups, rest}), 1, 2), x->sizes());
}

}  // namespace xgrad
