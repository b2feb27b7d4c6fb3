#include <xgrad/error.hpp>

#include <cairo.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numbers>

#include "teach/plot/formats.hpp"

namespace xgrad::plot::detail {
namespace {

constexpr double kMostPixels = 20000;  // a side; cairo's own limit is 32767

struct Release {
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const noexcept { cairo_destroy(context); }
    void operator()(cairo_pattern_t* pattern) const noexcept { cairo_pattern_destroy(pattern); }
};
using Surface = std::unique_ptr<cairo_surface_t, Release>;
using Context = std::unique_ptr<cairo_t, Release>;

void check(cairo_status_t status)
{
    if (status == CAIRO_STATUS_SUCCESS) return;
    throw DataError(error_text("save",
                               fmt::format("cairo could not draw the picture: {}", cairo_status_to_string(status)),
                               "the picture fits into memory", "make the picture smaller"));
}

Surface new_surface(cairo_format_t format, double columns, double rows)
{
    Surface surface(cairo_image_surface_create(format, static_cast<int>(columns), static_cast<int>(rows)));
    check(cairo_surface_status(surface.get()));
    return surface;
}

std::string encoded(cairo_surface_t* surface)
{
    std::string bytes;
    const auto append = [](void* out, const unsigned char* data, unsigned int count) {
        static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), count);
        return CAIRO_STATUS_SUCCESS;
    };
    check(cairo_surface_write_to_png_stream(surface, append, &bytes));
    return bytes;
}

/// A surface with one pixel a colour, in cairo's layout: 8 bits each of opacity, red, green and blue, from the highest,
/// colours times the opacity.
Surface surface_of(const Pixels& pixels)
{
    Surface surface =
        new_surface(CAIRO_FORMAT_ARGB32, static_cast<double>(pixels.columns), static_cast<double>(pixels.rows));
    cairo_surface_flush(surface.get());
    const auto stride = static_cast<std::size_t>(cairo_image_surface_get_stride(surface.get()));
    unsigned char* const data = cairo_image_surface_get_data(surface.get());
    for (std::size_t row = 0; row < pixels.rows; ++row) {
        auto* const line = reinterpret_cast<std::uint32_t*>(data + row * stride);
        for (std::size_t column = 0; column < pixels.columns; ++column) {
            const Color c = pixels.colors[row * pixels.columns + column];
            const double opacity = std::clamp(c.opacity, 0.0, 1.0);
            const auto part = [opacity](double x) { return static_cast<std::uint32_t>(std::lround(x * opacity)); };
            line[column] = part(255) << 24 | part(c.red) << 16 | part(c.green) << 8 | part(c.blue);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return surface;
}

class Painter {
public:
    Painter(cairo_surface_t* surface, double scale) : context_(cairo_create(surface))
    {
        cairo_scale(cairo(), scale, scale);
        cairo_set_line_cap(cairo(), CAIRO_LINE_CAP_ROUND);
        cairo_set_line_join(cairo(), CAIRO_LINE_JOIN_ROUND);
        set_color(kWhite);
        cairo_paint(cairo());
    }

    void finish() { check(cairo_status(cairo())); }

    void operator()(const Path& path)
    {
        bool drawing = false;
        for (const Point p : path.points) {
            const bool finite = std::isfinite(p.x) && std::isfinite(p.y);
            if (finite) (drawing ? cairo_line_to : cairo_move_to)(cairo(), p.x, p.y);
            drawing = finite;
        }
        if (path.closed) cairo_close_path(cairo());
        paint(path.fill, path.pen);
    }

    void operator()(const Box& box)
    {
        cairo_rectangle(cairo(), box.place.x, box.place.y, box.place.width, box.place.height);
        paint(box.fill, box.pen);
    }

    void operator()(const Circle& circle)
    {
        cairo_new_sub_path(cairo());
        cairo_arc(cairo(), circle.center.x, circle.center.y, circle.radius, 0, 2 * std::numbers::pi);
        paint(circle.fill, circle.pen);
    }

    void operator()(const Text& text)
    {
        const Font& font = text.font;
        cairo_select_font_face(cairo(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                               font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(cairo(), font.size);
        cairo_text_extents_t extents;
        cairo_text_extents(cairo(), text.text.c_str(), &extents);
        const double before = font.anchor == Anchor::start ? 0 : font.anchor == Anchor::middle ? 0.5 : 1;
        cairo_save(cairo());
        cairo_translate(cairo(), text.at.x, text.at.y);
        cairo_rotate(cairo(), -font.angle * std::numbers::pi / 180);
        cairo_move_to(cairo(), -before * extents.x_advance, 0);
        if (font.halo) {
            cairo_text_path(cairo(), text.text.c_str());
            paint(font.color, {.color = kWhite, .width = 3}, true);
        } else {
            set_color(font.color);
            cairo_show_text(cairo(), text.text.c_str());
        }
        cairo_restore(cairo());
        cairo_new_path(cairo());
    }

    void operator()(const Pixels& pixels)
    {
        const Surface image = surface_of(pixels);
        cairo_save(cairo());
        cairo_translate(cairo(), pixels.place.x, pixels.place.y);
        cairo_scale(cairo(), pixels.place.width / static_cast<double>(pixels.columns),
                    pixels.place.height / static_cast<double>(pixels.rows));
        cairo_set_source_surface(cairo(), image.get(), 0, 0);
        cairo_pattern_set_filter(cairo_get_source(cairo()), CAIRO_FILTER_NEAREST);
        cairo_paint(cairo());
        cairo_restore(cairo());
    }

    void operator()(const GroupBegin& group)
    {
        cairo_save(cairo());
        if (!group.clips) return;
        cairo_rectangle(cairo(), group.clip.x, group.clip.y, group.clip.width, group.clip.height);
        cairo_clip(cairo());
    }

    void operator()(const GroupEnd&) { cairo_restore(cairo()); }

private:
    cairo_t* cairo() { return context_.get(); }

    void set_color(Color c)
    {
        cairo_set_source_rgba(cairo(), c.red / 255.0, c.green / 255.0, c.blue / 255.0, c.opacity);
    }

    void set_dash(const Pen& pen)
    {
        const double dashes[] = {4 * pen.width, 2.5 * pen.width}, dots[] = {0, 2.5 * pen.width};
        cairo_set_dash(cairo(), pen.dash == Dash::dashed ? dashes : dots, pen.dash == Dash::solid ? 0 : 2, 0);
    }

    /// Fills the path, then draws its line; the line first where it is a rim behind the filling.
    void paint(Color fill, const Pen& pen, bool line_behind = false)
    {
        const auto draw_line = [&] {
            if (pen.width <= 0 || pen.color.opacity <= 0) return;
            set_color(pen.color);
            cairo_set_line_width(cairo(), pen.width);
            set_dash(pen);
            cairo_stroke_preserve(cairo());
        };
        if (line_behind) draw_line();
        if (fill.opacity > 0) {
            set_color(fill);
            cairo_fill_preserve(cairo());
        }
        if (!line_behind) draw_line();
        cairo_new_path(cairo());
    }

    Context context_;
};

}  // namespace

std::string png_bytes(const Drawing& drawing, double scale)
{
    const double columns = std::ceil(drawing.width() * scale), rows = std::ceil(drawing.height() * scale);
    if (!(scale > 0) || columns > kMostPixels || rows > kMostPixels)
        throw ShapeError(error_text(
            "png", fmt::format("{} x {} units at {} pixels a unit", drawing.width(), drawing.height(), scale),
            "the scale is positive, and a PNG has at most 20000 pixels a side", "take a smaller scale, or .svg"));
    const Surface surface = new_surface(CAIRO_FORMAT_RGB24, columns, rows);
    Painter painter(surface.get(), scale);
    for (const Shape& shape : drawing.shapes().list) std::visit(painter, shape);
    painter.finish();
    cairo_surface_flush(surface.get());
    return encoded(surface.get());
}

std::string png_bytes(const Pixels& pixels) { return encoded(surface_of(pixels).get()); }

}  // namespace xgrad::plot::detail
