#include <xgrad/ops/grid_sample.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/new_tensor.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/cubic.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

/// A coordinate brought into the image: factor * v + offset.
struct Inside {
    double factor, offset;
};

Inside inside(double v, std::int64_t size, const GridSampleOptions& o)
{
    const double last = static_cast<double>(size - 1);
    Inside y{1, 0};
    if (o.padding_mode == GridPadding::zeros) return y;
    if (o.padding_mode == GridPadding::reflection) {
        // Mirrors stand at the outer pixels' centres or at the image's edges.
        const double low = o.align_corners ? 0 : -0.5, span = o.align_corners ? last : last + 1;
        if (span == 0) return {0, 0};
        const double sign = v < low ? -1 : 1, flips = std::floor(std::abs(v - low) / span);
        if (std::fmod(flips, 2) == 0)
            y = {sign, low - sign * low - flips * span};
        else
            y = {-sign, low + sign * low + (flips + 1) * span};
    }
    const double at = y.factor * v + y.offset;
    if (at <= 0) return {0, 0};
    if (at >= last) return {0, last};
    return y;
}

/// Elements along an axis that a place reads: their positions (kNowhere outside), and their weights.
struct Tap {
    std::vector<std::int64_t> positions;
    Tensor weight;  // undefined: 1
};

std::int64_t position(double v, std::int64_t size)
{
    return v >= 0 && v < static_cast<double>(size) ? static_cast<std::int64_t>(v) : detail::kNowhere;  // NaN, too
}

std::vector<double> values_of(const Tensor& x)
{
    std::vector<double> values(static_cast<std::size_t>(x.numel()));
    detail::copy_values(x, values.data());
    return values;
}

/// at: (N, M), in pixels. Which taps there are is a constant; their weights depend on `at`.
std::vector<Tap> taps_of(const Tensor& at, std::int64_t size, const GridSampleOptions& o)
{
    const int count = o.mode == GridMode::nearest ? 1 : o.mode == GridMode::bilinear ? 2 : 4;
    std::vector<Tap> taps(static_cast<std::size_t>(count));
    const std::vector<double> v = values_of(at);
    std::vector<double> below(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        below[i] = o.mode == GridMode::nearest ? std::nearbyint(v[i]) : std::floor(v[i]);
        for (int k = 0; k < count; ++k) {
            double tap = below[i] + (count == 4 ? k - 1 : k);
            if (count == 4) {
                const Inside in = inside(tap, size, o);
                tap = in.factor * tap + in.offset;
            }
            taps[static_cast<std::size_t>(k)].positions.push_back(position(tap, size));
        }
    }
    if (count == 1) return taps;
    const Tensor t = at - to(from_values(at.sizes(), below), at.dtype());
    for (int k = 0; k < count; ++k) {
        Tensor& weight = taps[static_cast<std::size_t>(k)].weight;
        weight = count == 4 ? detail::cubic_weight(t, k) : k == 0 ? 1.0 - t : t;
    }
    return taps;
}

/// One axis of the grid, from [-1, 1] to pixels inside the image.
Tensor in_pixels(const Tensor& grid, std::int64_t size, const GridSampleOptions& o)
{
    const Tensor at = o.align_corners ? (grid + 1.0) / 2.0 * (size - 1) : ((grid + 1.0) * size - 1.0) / 2.0;
    if (o.padding_mode == GridPadding::zeros || o.mode == GridMode::bicubic) return at;
    const std::vector<double> v = values_of(at);
    std::vector<double> factors, offsets;
    for (const double value : v) {
        const Inside in = inside(value, size, o);
        factors.push_back(in.factor), offsets.push_back(in.offset);
    }
    const auto constant = [&at](const std::vector<double>& c) { return to(from_values(at.sizes(), c), at.dtype()); };
    return constant(factors) * at + constant(offsets);
}

void check(const Tensor& x, const Tensor& grid, const GridSampleOptions& o)
{
    if (!is_floating(x.dtype()) || x.dtype() != grid.dtype())
        throw DtypeError(error_text("grid_sample", "x " + describe(x) + " and grid " + describe(grid),
                                    "both are f32 or both are f64", "convert one: to(grid, x.dtype())"));
    const std::size_t axes = x.ndim() - 2;
    const bool fits = (x.ndim() == 4 || x.ndim() == 5) && grid.ndim() == x.ndim() &&
                      grid.size(-1) == static_cast<std::int64_t>(axes) && grid.size(0) == x.size(0);
    bool full = true;
    for (std::size_t i = 2; i < x.ndim(); ++i) full = full && x.sizes()[i] > 0;
    if (!fits || !full)
        throw ShapeError(error_text(
            "grid_sample", "x of shape " + to_string(x.sizes()) + " and grid of shape " + to_string(grid.sizes()),
            "x: (N, C, H, W), grid: (N, H', W', 2), or with a third axis D in front of H; images are not empty",
            "bring both to these shapes"));
    if (o.mode == GridMode::bicubic && axes != 2)
        throw ShapeError(error_text("grid_sample", "mode bicubic and x of shape " + to_string(x.sizes()),
                                    "bicubic is for (N, C, H, W)", "use bilinear"));
}

/// The places and the weights of all taps of the axes so far, as if they were one axis.
std::vector<Tap> joined(const std::vector<Tap>& before, const std::vector<Tap>& axis, std::int64_t size)
{
    std::vector<Tap> all;
    for (const Tap& a : before)
        for (const Tap& b : axis) {
            Tap tap{a.positions, a.weight.defined() ? a.weight * b.weight : b.weight};
            for (std::size_t i = 0; i < tap.positions.size(); ++i) {
                std::int64_t& at = tap.positions[i];
                at = at < 0 || b.positions[i] < 0 ? detail::kNowhere : at * size + b.positions[i];
            }
            all.push_back(std::move(tap));
        }
    return all;
}

/// Positions in an image of k pixels as places in all channels of all images: (n, c, m).
Tensor places_of(const std::vector<std::int64_t>& positions, std::int64_t n, std::int64_t c, std::int64_t k)
{
    const std::int64_t m = static_cast<std::int64_t>(positions.size()) / std::max<std::int64_t>(n, 1);
    const Tensor places = detail::empty(i64, {n, c, m});
    auto* to = detail::mutable_data<std::int64_t>(places);
    for (std::int64_t plane = 0; plane < n * c; ++plane)
        for (std::int64_t i = 0; i < m; ++i) {
            const std::int64_t at = positions[static_cast<std::size_t>(plane / c * m + i)];
            *to++ = at < 0 ? detail::kNowhere : plane * k + at;
        }
    return places;
}

/// n places from the first to the last pixel's.
std::vector<double> regular(std::int64_t n, bool align_corners)
{
    std::vector<double> at;
    for (std::int64_t i = 0; i < n; ++i) {
        const double unit = n == 1 ? 0 : -1 + 2 * static_cast<double>(i) / static_cast<double>(n - 1);
        at.push_back(align_corners ? unit : unit * static_cast<double>(n - 1) / static_cast<double>(n));
    }
    return at;
}

}  // namespace

// The sum over taps of weight times element; the weights are differentiable functions of the grid, the elements' places
// constants. Jaderberg et al., Spatial Transformer Networks (2015).
Tensor grid_sample(const Input& x, const Input& grid, GridSampleOptions o)
{
    check(x, grid, o);
    if (detail::is_batched(*x, *grid))
        return detail::Batch({&*x, &*grid}).merged({&*x, &*grid}, [&](const std::vector<Tensor>& all) {
            return grid_sample(all[0], all[1], o);
        });
    const std::size_t axes = x->ndim() - 2;
    const std::int64_t n = x->size(0), c = x->size(1);
    Dims sizes = x->sizes();
    std::int64_t m = 1, k = 1;
    for (std::size_t i = 0; i < axes; ++i)
        sizes[2 + i] = grid->sizes()[1 + i], m *= sizes[2 + i], k *= x->sizes()[2 + i];
    const Tensor places = reshape(grid, {n, m, static_cast<std::int64_t>(axes)});
    std::vector<Tap> taps{{std::vector<std::int64_t>(static_cast<std::size_t>(n * m), 0), {}}};
    for (std::size_t i = 0; i < axes; ++i) {
        const std::int64_t size = x->sizes()[2 + i];
        const Tensor at = in_pixels(select(places, 2, axes - 1 - i), size, o);
        taps = joined(taps, taps_of(at, size, o), size);
    }
    Tensor y;
    for (const Tap& tap : taps) {
        Tensor part = detail::take_at(x, places_of(tap.positions, n, c, k));
        if (tap.weight.defined()) part = part * unsqueeze(tap.weight, 1);
        y = y.defined() ? y + part : part;
    }
    return reshape(y, sizes);
}

Tensor affine_grid(const Input& theta, Sizes size, bool align_corners)
{
    const std::size_t axes = size.size() < 2 ? 0 : size.size() - 2;
    if (!is_floating(theta->dtype()))
        throw DtypeError(
            error_text("affine_grid", "theta " + describe(theta), "theta is f32 or f64", "convert it: to(theta, f32)"));
    bool fits = (axes == 2 || axes == 3) && theta->ndim() == 3 && theta->size(0) == size[0] &&
                theta->size(1) == static_cast<std::int64_t>(axes) && theta->size(2) == theta->size(1) + 1;
    for (const std::int64_t s : size) fits = fits && s > 0;
    if (!fits)
        throw ShapeError(
            error_text("affine_grid", "theta of shape " + to_string(theta->sizes()) + " and size " + to_string(size),
                       "theta: (N, 2, 3) and size (N, C, H, W), or (N, 3, 4) and (N, C, D, H, W), all at least 1",
                       "bring both to these shapes"));
    (void)detail::checked_numel("affine_grid", size);
    Dims sizes(axes + 2);
    sizes[0] = size[0], sizes[axes + 1] = static_cast<std::int64_t>(axes);
    std::int64_t m = 1;
    for (std::size_t i = 0; i < axes; ++i) sizes[1 + i] = size[2 + i], m *= size[2 + i];
    detail::check_memory("affine_grid", f64, {m, static_cast<std::int64_t>(axes + 1)});
    std::vector<double> base(static_cast<std::size_t>(m) * (axes + 1), 1.0);  // rows (x, y, 1) or (x, y, z, 1)
    std::int64_t inner = m;
    for (std::size_t i = 0; i < axes; ++i) {
        const std::vector<double> at = regular(size[2 + i], align_corners);
        inner /= size[2 + i];
        for (std::int64_t j = 0; j < m; ++j)
            base[static_cast<std::size_t>(j) * (axes + 1) + axes - 1 - i] =
                at[static_cast<std::size_t>(j / inner % size[2 + i])];
    }
    const Tensor points = to(from_values({m, static_cast<std::int64_t>(axes + 1)}, base), theta->dtype());
    return reshape(matmul(points, transpose(theta)), sizes);
}

}  // namespace xgrad
