#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::test {

/// An element of an SVG file, with the elements inside it.
struct Element {
    std::string name, text;
    std::map<std::string, std::string> attributes;
    std::vector<Element> children;

    /// The attribute; a test failure and "" where there is none.
    std::string at(const std::string& attribute) const;
    /// The numbers of an attribute, which blanks or commas separate.
    std::vector<double> numbers(const std::string& attribute) const;
    /// All elements inside, at any depth, in the order of the file, of this name ("" any) and class ("" any).
    std::vector<const Element*> all(const std::string& element, const std::string& kind = "") const;
    /// Whether a text inside, at any depth, is exactly this.
    bool says(const std::string& words) const;
};

/// The root of the file. Throws std::runtime_error for what is no well-formed XML: this is also the check that it is.
Element read_svg(std::string_view text);

/// One system of coordinates of a picture: what was drawn, in the data's numbers.
class ReadAxes {
public:
    explicit ReadAxes(const Element& group);

    struct Point {
        double x, y;
    };
    const Element& group() const { return group_; }
    std::string title() const { return group_.at("data-title"); }
    /// The labels of the drawn groups of a kind: "line", "scatter".
    std::vector<std::string> labels(const std::string& kind) const;
    /// The points of the curve of this label, or of the only one; a test failure where there is none.
    std::vector<Point> curve(const std::string& label, const std::string& kind = "line") const;
    /// The middles of the circles of the scatter of this label.
    std::vector<Point> dots(const std::string& label) const;
    /// The first group of this kind and label.
    const Element* find(const std::string& kind, const std::string& label = "") const;
    /// y of a curve at x, linear between its points.
    double value(const std::string& label, double x) const;
    Point to_data(double pixel_x, double pixel_y) const;

private:
    const Element& group_;
    std::vector<double> frame_, x_range_, y_range_;
    bool x_log_, y_log_;
};

/// The axes of a picture, in the order of the file.
std::vector<ReadAxes> axes_of(const Element& svg);

/// Pixels of a PNG file.
struct Image {
    std::size_t width = 0, height = 0;
    std::vector<std::uint32_t> pixels;  ///< 0xRRGGBB, row by row from the top

    struct Color {
        int red, green, blue;
        auto operator<=>(const Color&) const = default;
    };
    Color at(std::size_t x, std::size_t y) const;
    std::size_t count_colors() const;
    double share_of(Color color) const;  ///< of all pixels
};

/// Decodes a PNG file, by cairo. Throws std::runtime_error for anything else.
Image read_png(const std::string& bytes);

/// The pixels embedded in an <image>.
Image embedded_image(const Element& image);

}  // namespace xgrad::test
