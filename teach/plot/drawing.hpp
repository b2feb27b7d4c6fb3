#pragma once

// Shapes on a sheet, and the two files they become. Coordinates are pixels from the top left corner, y downwards.

#include <xgrad/teach/plot/color.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::plot {

struct Point {
    double x = 0, y = 0;
    bool operator==(const Point&) const = default;
};

struct Rectangle {
    double x = 0, y = 0, width = 0, height = 0;
    bool operator==(const Rectangle&) const = default;
};

enum class Dash : unsigned char { solid, dashed, dotted };

struct Pen {
    Color color = kBlack;
    double width = 1;  ///< 0: nothing is drawn
    Dash dash = Dash::solid;
};
inline constexpr Pen kNoPen{kNoColor, 0, Dash::solid};

enum class Anchor : unsigned char { start, middle, end };

struct Font {
    double size = 12;
    Color color = kBlack;
    Anchor anchor = Anchor::start;  ///< which end of the text stands at its point
    bool bold = false;
    double angle = 0;   ///< degrees, counter-clockwise
    bool halo = false;  ///< a white rim, so that it can be read on lines
};

namespace detail {
struct Shapes;
}

/// A list of shapes; later ones lie on top. Shapes with a coordinate that is not finite are left out, and coordinates
/// beyond a million are taken for a million. Bytes that are no UTF-8, and control characters, become U+FFFD.
class Drawing {
public:
    /// An empty white sheet. Throws ShapeError unless both sides are at least 1 and at most 20000.
    Drawing(double width, double height);
    Drawing(Drawing&& other) noexcept;
    Drawing& operator=(Drawing&& other) noexcept;
    ~Drawing();

    double width() const { return width_; }
    double height() const { return height_; }
    const detail::Shapes& shapes() const { return *shapes_; }  ///< for the writers of formats

    void line(std::vector<Point> points, const Pen& pen);
    void polygon(std::vector<Point> corners, Color fill, const Pen& outline = kNoPen);
    void rectangle(const Rectangle& place, Color fill, const Pen& outline = kNoPen);
    void circle(Point center, double radius, Color fill, const Pen& outline = kNoPen);
    /// A line with a head of `head` pixels at its end.
    void arrow(Point from, Point to, const Pen& pen, double head = 9);
    void text(Point at, const std::string& text, const Font& font = {});
    /// Colours row by row from the top, each a rectangle of its own. Throws ShapeError unless there are columns * rows.
    void pixels(const Rectangle& place, std::size_t columns, std::size_t rows, std::vector<Color> colors);

    void begin_group(std::string kind, std::vector<std::pair<std::string, std::string>> facts = {});
    void begin_clip(std::string kind, const Rectangle& clip);
    void end_group();  ///< throws std::logic_error where none has begun

    /// The text of an SVG file. Texts stay texts, so that a browser finds them. Pixels are embedded as PNG, for which
    /// the library needs to have been built with cairo: throws DataError otherwise.
    std::string svg() const;

    /// The bytes of a PNG file, `scale` of its pixels a unit. Throws DataError without cairo.
    std::string png(double scale = 2) const;

    /// Writes svg() or png(), as the ending of the path says. The file stands there complete or not at all. Throws
    /// DataError for another ending, and where the file cannot be written.
    void save(const std::string& path) const;

private:
    double width_, height_;
    std::unique_ptr<detail::Shapes> shapes_;
    std::size_t open_groups_ = 0;
};

/// How wide a text is, in pixels, by the widths of DejaVu Sans, the font that pictures ask for.
double text_width(const std::string& text, const Font& font = {});

}  // namespace xgrad::plot
