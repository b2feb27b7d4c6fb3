// Transforms that move pixels.
#include <xgrad/data/transform.hpp>
#include <xgrad/error.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "autograd/kernels/threads.hpp"
#include "data/transform_check.hpp"

namespace xgrad::data {

namespace {

/// Where a pixel comes from, in pixels from the centre: (x, y) -> (xx x + xy y + dx, yx x + yy y + dy).
struct Affine {
    double xx, xy, dx, yx, yy, dy;
};

constexpr std::size_t kNumbers = 6;  // drawn for an image, each in [-1, 1)

Affine make_affine(const AffineOptions& o, const double* r)
{
    const double c = std::cos(o.rotation * r[0]), s = std::sin(o.rotation * r[0]);
    const double width = 1 + o.scale * r[1], height = 1 + o.scale * r[2];
    return {c * width, -s * height + o.shear * r[3], o.shift * r[4], s * width, c * height, o.shift * r[5]};
}

struct Plane {
    std::int64_t height, width;
    const float* pixels;

    double operator()(std::int64_t y, std::int64_t x) const
    {
        return y < 0 || x < 0 || y >= height || x >= width ? 0 : double{pixels[y * width + x]};
    }
    /// 0 from a pixel outside on, and where y or x is NaN.
    double between(double y, double x) const
    {
        if (!(y > -1 && x > -1 && y < static_cast<double>(height) && x < static_cast<double>(width))) return 0;
        const double y0 = std::floor(y), x0 = std::floor(x), v = y - y0, u = x - x0;
        const auto i = static_cast<std::int64_t>(y0), j = static_cast<std::int64_t>(x0);
        const Plane& at = *this;
        return (1 - v) * ((1 - u) * at(i, j) + u * at(i, j + 1)) + v * ((1 - u) * at(i + 1, j) + u * at(i + 1, j + 1));
    }
};

void move_plane(const Plane& from, const Affine& a, float* to)
{
    const double middle_y = 0.5 * static_cast<double>(from.height - 1),
                 middle_x = 0.5 * static_cast<double>(from.width - 1);
    for (std::int64_t i = 0; i < from.height; ++i) {
        const double y = static_cast<double>(i) - middle_y;
        for (std::int64_t j = 0; j < from.width; ++j) {
            const double x = static_cast<double>(j) - middle_x;
            *to++ = static_cast<float>(
                from.between(middle_y + a.yx * x + a.yy * y + a.dy, middle_x + a.xx * x + a.xy * y + a.dx));
        }
    }
}

/// `d` holds the displacements of all rows, then those of all columns.
void displace_plane(const Plane& from, const float* d, float* to)
{
    const std::int64_t pixels = from.height * from.width;
    for (std::int64_t i = 0; i < from.height; ++i)
        for (std::int64_t j = 0; j < from.width; ++j, ++d)
            *to++ = static_cast<float>(
                from.between(static_cast<double>(i) + double{d[0]}, static_cast<double>(j) + double{d[pixels]}));
}

/// Calls move(plane, number of the image, where to write) for each plane of the images.
template <class Move>
Tensor moved(const Tensor& images, Move move)
{
    const std::int64_t channels = images.size(1), height = images.size(2), width = images.size(3);
    const std::vector<float> from = images.to_vector<float>();
    std::vector<float> to(from.size());
    kernels::parallel_for(images.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n)
            for (std::int64_t c = n * channels; c < (n + 1) * channels; ++c)
                move(Plane{height, width, from.data() + c * height * width}, n, to.data() + c * height * width);
    });
    return from_values(images.sizes(), to);
}

/// Weights of a Gaussian at -reach, ..., reach, cut off at 4 sigma; they add up to 1.
std::vector<double> gaussian(double sigma)
{
    const auto reach = static_cast<std::int64_t>(4 * sigma + 0.5);
    std::vector<double> weights;
    double total = 0;
    for (std::int64_t k = -reach; k <= reach; ++k) {
        weights.push_back(sigma == 0 ? 1 : std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
        total += weights.back();
    }
    for (double& weight : weights) weight /= total;
    return weights;
}

/// y[i] = sum_k weights[k] x[i + k - reach] over `count` numbers that lie `stride` apart; outside there are zeros.
void smooth(const double* x, double* y, std::int64_t count, std::int64_t stride, const std::vector<double>& weights)
{
    const auto length = static_cast<std::int64_t>(weights.size()), reach = length / 2;
    for (std::int64_t i = 0; i < count; ++i) {
        double sum = 0;
        for (std::int64_t k = std::max<std::int64_t>(0, reach - i); k < std::min(length, count + reach - i); ++k)
            sum += weights[static_cast<std::size_t>(k)] * x[(i + k - reach) * stride];
        y[i * stride] = sum;
    }
}

}  // namespace

RandomAffine::RandomAffine(AffineOptions options, std::uint64_t seed) : options_(options), generator_(seed)
{
    constexpr const char* name = "RandomAffine";
    detail::check_option(name, "rotation", options.rotation);
    detail::check_option(name, "scale", options.scale, 1);
    detail::check_option(name, "shear", options.shear);
    detail::check_option(name, "shift", options.shift);
}

Tensor RandomAffine::operator()(const Tensor& images)
{
    detail::check_images("RandomAffine", images);
    std::vector<double> random(static_cast<std::size_t>(images.size(0)) * kNumbers);
    fill_uniform(std::span<double>(random), -1, 1, generator_);
    return moved(images, [&](const Plane& from, std::int64_t n, float* to) {
        move_plane(from, make_affine(options_, random.data() + static_cast<std::size_t>(n) * kNumbers), to);
    });
}

Tensor displace(const Tensor& images, const Tensor& displacement)
{
    detail::check_images("displace", images);
    const std::int64_t count = images.size(0), height = images.size(2), width = images.size(3);
    if (!(displacement.sizes() == Sizes{count, 2, height, width}))
        throw ShapeError(xgrad::detail::error_text(
            "displace", "images " + to_string(images.sizes()) + " and displacements " + to_string(displacement.sizes()),
            "images (n, c, h, w) go with displacements (n, 2, h, w)", "one for rows and one for columns"));
    const std::vector<float> d = displacement.to_vector<float>();
    return moved(images, [&](const Plane& from, std::int64_t n, float* to) {
        displace_plane(from, d.data() + 2 * n * height * width, to);
    });
}

ElasticDeformation::ElasticDeformation(ElasticOptions options, std::uint64_t seed) : options_(options), generator_(seed)
{
    detail::check_option("ElasticDeformation", "alpha", options.alpha);
    detail::check_option("ElasticDeformation", "sigma", options.sigma, 1e4);
}

Tensor ElasticDeformation::draw(std::int64_t count, std::int64_t height, std::int64_t width)
{
    const std::int64_t planes = 2 * count, pixels = height * width;
    std::vector<double> random(static_cast<std::size_t>(planes * pixels));
    fill_uniform(std::span<double>(random), -1, 1, generator_);
    const std::vector<double> weights = gaussian(options_.sigma);
    std::vector<float> result(random.size());
    kernels::parallel_for(planes, 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<double> rows(static_cast<std::size_t>(pixels));
        for (std::int64_t plane = begin; plane < end; ++plane) {
            double* field = random.data() + plane * pixels;
            for (std::int64_t i = 0; i < height; ++i)
                smooth(field + i * width, rows.data() + i * width, width, 1, weights);
            for (std::int64_t j = 0; j < width; ++j) smooth(rows.data() + j, field + j, height, width, weights);
            std::transform(field, field + pixels, result.data() + plane * pixels,
                           [this](double d) { return static_cast<float>(options_.alpha * d); });
        }
    });
    return from_values({count, 2, height, width}, result);
}

Tensor ElasticDeformation::operator()(const Tensor& images)
{
    detail::check_images("ElasticDeformation", images);
    return displace(images, draw(images.size(0), images.size(2), images.size(3)));
}

}  // namespace xgrad::data
