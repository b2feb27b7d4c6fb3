#pragma once

// What a Drawing is made of. Private to this folder.

#include <xgrad/teach/plot/drawing.hpp>

#include <variant>

namespace xgrad::plot::detail {

struct Path {
    std::vector<Point> points;  ///< a point that is not finite breaks the line
    bool closed = false;
    Color fill = kNoColor;
    Pen pen;
};
struct Box {
    Rectangle place;
    Color fill = kNoColor;
    Pen pen;
};
struct Circle {
    Point center;
    double radius = 0;
    Color fill = kNoColor;
    Pen pen;
};
struct Text {
    Point at;  ///< on the base line
    std::string text;
    Font font;
};
struct Pixels {
    Rectangle place;
    std::size_t columns = 0, rows = 0;
    std::vector<Color> colors;  ///< row by row from the top
};
/// Names what belongs together: the class of an SVG group, and its attributes data-NAME.
struct GroupBegin {
    std::string kind;
    std::vector<std::pair<std::string, std::string>> facts;
    bool clips = false;
    Rectangle clip;  ///< with `clips`, nothing outside is shown
};
struct GroupEnd {};
using Shape = std::variant<Path, Box, Circle, Text, Pixels, GroupBegin, GroupEnd>;

struct Shapes {
    std::vector<Shape> list;
};

}  // namespace xgrad::plot::detail
