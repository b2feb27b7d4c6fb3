#include <xgrad/data/transform.hpp>
#include <xgrad/error.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace xgrad::data {

namespace {

constexpr const char* kOperation = "RandomAffine";

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
    double between(double y, double x) const
    {
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

void check_option(const char* name, double value, double limit)
{
    if (value >= 0 && value < limit) return;
    throw std::invalid_argument(xgrad::detail::error_text(
        kOperation, std::string(name) + " is " + std::to_string(value),
        limit == 1 ? "it is at least 0 and below 1" : "it is at least 0 and finite", "a small positive number"));
}

}  // namespace

RandomAffine::RandomAffine(AffineOptions options, std::uint64_t seed) : options_(options), generator_(seed)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    check_option("rotation", options.rotation, kInfinity);
    check_option("scale", options.scale, 1);
    check_option("shear", options.shear, kInfinity);
    check_option("shift", options.shift, kInfinity);
}

Tensor RandomAffine::operator()(const Tensor& images)
{
    const auto complain = [&] {
        return xgrad::detail::error_text(kOperation, "the images are " + describe(images),
                                         "images are f32 (n, channels, height, width)",
                                         "reshape them, or convert with to(images, f32)");
    };
    if (images.ndim() != 4) throw ShapeError(complain());
    if (images.dtype() != f32) throw DtypeError(complain());
    const std::int64_t count = images.size(0), channels = images.size(1), height = images.size(2),
                       width = images.size(3);
    std::vector<double> random(static_cast<std::size_t>(count) * kNumbers);
    fill_uniform(std::span<double>(random), -1, 1, generator_);
    const std::vector<float> from = images.to_vector<float>();
    std::vector<float> to(from.size());
    for (std::int64_t n = 0; n < count; ++n) {
        const Affine affine = make_affine(options_, random.data() + static_cast<std::size_t>(n) * kNumbers);
        for (std::int64_t c = n * channels; c < (n + 1) * channels; ++c)
            move_plane({height, width, from.data() + c * height * width}, affine, to.data() + c * height * width);
    }
    return from_values(images.sizes(), to);
}

}  // namespace xgrad::data
