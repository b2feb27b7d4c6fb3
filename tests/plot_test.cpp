#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/random.hpp>
#include <xgrad/teach/plot/computation.hpp>
#include <xgrad/teach/plot/figure.hpp>
#include <xgrad/teach/plot/network.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "tests/expect_throw.hpp"
#include "tests/svg_reader.hpp"

namespace xgrad::test {
namespace {

using namespace plot;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();

/// A figure of one axes, as it is read back.
struct Picture {
    Element root;
    explicit Picture(const Figure& figure) : root(read_svg(figure.draw().svg())) {}
    ReadAxes axes() const { return axes_of(root).at(0); }
    std::vector<std::string> ticks(const char* kind) const
    {
        std::vector<std::string> texts;
        for (const Element* text : root.all("g", kind).at(0)->all("text")) texts.push_back(text->text);
        return texts;
    }
};

using Texts = std::vector<std::string>;

TEST(Axes, ShowTitlesLabelsAndCurves)
{
    Figure figure{{.title = "whole", .width = 400, .height = 300}};
    figure.axes().title("part").x_label("time").y_label("height");
    figure.axes().line({0, 1, 2}, {5, 7, 6}, {.label = "a"}).line({3, 4}, {.label = "b", .color = Color{1, 2, 3}});
    const Picture picture(figure);
    for (const char* words : {"whole", "part", "time", "height", "a", "b"})
        EXPECT_TRUE(picture.root.says(words)) << words;
    const ReadAxes axes = picture.axes();
    EXPECT_EQ(axes.labels("line"), (Texts{"a", "b"}));
    EXPECT_NEAR(axes.value("a", 1), 7, 0.02);
    EXPECT_NEAR(axes.value("b", 0.5), 3.5, 0.02);  // against 0, 1
    EXPECT_EQ(axes.find("line", "a")->all("path")[0]->at("stroke"), to_string(palette(0)));
    EXPECT_EQ(axes.find("line", "b")->all("path")[0]->at("stroke"), "#010203");
}

TEST(Axes, TicksAreRoundNumbers)
{
    Figure figure;
    figure.axes().x_range(0, 1).y_range(-7, 13).line({0, 1}, {0, 1});
    EXPECT_EQ(Picture(figure).ticks("x-ticks"), (Texts{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
    EXPECT_EQ(Picture(figure).ticks("y-ticks"), (Texts{"-5", "0", "5", "10"}));
    figure.axes().x_range(0, 3e9).y_range(1e-6, 3e-6);
    EXPECT_EQ(Picture(figure).ticks("x-ticks"), (Texts{"0", "5e+08", "1e+09", "1.5e+09", "2e+09", "2.5e+09", "3e+09"}));
    EXPECT_EQ(Picture(figure).ticks("y-ticks"), (Texts{"1e-06", "1.5e-06", "2e-06", "2.5e-06", "3e-06"}));
}

TEST(Axes, LogarithmicTicksArePowersOfTen)
{
    Figure figure;
    figure.axes().y_scale(Scale::log).y_range(1e-3, 10).line({0, 1}, {1e-3, 10}, {.label = "f"});
    const Picture picture(figure);
    EXPECT_EQ(picture.ticks("y-ticks"),
              (Texts{"10\u207b\u00b3", "10\u207b\u00b2", "10\u207b\u00b9", "10\u2070", "10\u00b9"}));
    EXPECT_EQ(picture.axes().group().at("data-y-scale"), "log");
    EXPECT_NEAR(picture.axes().curve("f").at(1).y, 10, 1e-2);
    figure.axes().y_range(1, 9);
    EXPECT_EQ(Picture(figure).ticks("y-ticks"), (Texts{"1", "2", "5"}));
}

TEST(Axes, LogarithmicAxesRefuseNumbersThatAreNotPositive)
{
    Figure figure;
    figure.axes().y_scale(Scale::log).line({0, 1, 2}, {1, kNaN, 0}, {.label = "loss"});
    EXPECT_THROW_TEXT(figure.draw(), std::invalid_argument,
                      "line: y is 0 at element 2 of 'loss', on a logarithmic axis.\n"
                      "  rule: a logarithmic axis shows numbers above 0.\n"
                      "  try:  leave them out as NaN, or take Scale::linear.");
    Figure other;
    other.axes().x_scale(Scale::log).x_range(-1, 1);
    other.axes().scatter({1}, {1});
    EXPECT_THROW_TEXT(
        other.draw(), std::invalid_argument,
        "x_range: from -1 to 1, on a logarithmic axis.\n  rule: a logarithmic axis shows numbers above 0.\n"
        "  try:  begin above 0, or take Scale::linear.");
}

TEST(Axes, NumbersThatAreNotFiniteAreGaps)
{
    Figure figure;
    figure.axes().line({0, 1, 2, 3, 4, 5}, {1, 2, kNaN, 3, 4, kInf}, {.label = "f"});
    figure.axes().scatter({0, kNaN, 2}, {1, 1, kInf}, {.label = "p"});
    const Picture picture(figure);
    const ReadAxes axes = picture.axes();
    const std::string d = axes.find("line", "f")->all("path").at(0)->at("d");
    EXPECT_EQ(std::count(d.begin(), d.end(), 'M'), 2);
    EXPECT_EQ(axes.curve("f").size(), 4u);
    EXPECT_EQ(axes.dots("p").size(), 1u);
    EXPECT_NEAR(axes.group().numbers("data-y-range").at(1), 4.12, 1e-9);  // 4 and a margin of 4 % of 3
}

TEST(Axes, RangesWithoutExtentOrDataAreWidened)
{
    const auto y_range = [](std::initializer_list<double> y) {
        Figure figure;
        figure.axes().line(y);
        return Picture(figure).axes().group().numbers("data-y-range");
    };
    EXPECT_EQ(y_range({5, 5}), (std::vector<double>{4.5, 5.5}));
    EXPECT_EQ(y_range({0}), (std::vector<double>{-0.5, 0.5}));
    EXPECT_EQ(y_range({}), (std::vector<double>{0, 1}));
    EXPECT_EQ(y_range({kNaN, kInf}), (std::vector<double>{0, 1}));
    Figure empty;
    EXPECT_TRUE(Picture(empty).root.all("g", "axes").empty());
}

TEST(Axes, LinesEndWhereTheyLeaveTheFrame)
{
    Figure figure;
    figure.axes().y_range(0, 1).x_range(0, 1).line({0, 1}, {-1, 2}, {.label = "steep"});
    figure.axes().line({-5, -4}, {0, 1}, {.label = "outside"}).line({0.5, 0.5}, {-1e308, 1e308}, {.label = "far"});
    figure.axes().scatter({0.5, 7}, {0.5, 0.5}, {.label = "points"});
    const Picture picture(figure);
    const auto steep = picture.axes().curve("steep"), far = picture.axes().curve("far");
    ASSERT_EQ(steep.size(), 2u);
    EXPECT_NEAR(steep[0].x, 1.0 / 3, 1e-4);
    EXPECT_NEAR(steep[0].y, 0, 1e-4);
    EXPECT_NEAR(steep[1].x, 2.0 / 3, 1e-4);
    EXPECT_NEAR(steep[1].y, 1, 1e-4);
    EXPECT_TRUE(picture.axes().find("line", "outside")->all("path").empty());
    ASSERT_EQ(far.size(), 2u);
    EXPECT_NEAR(far[0].y, 0, 1e-4);
    EXPECT_NEAR(far[1].y, 1, 1e-4);
    EXPECT_EQ(picture.axes().dots("points").size(), 1u);
}

TEST(Axes, LargestAndSmallestNumbersCanBeDrawn)
{
    Figure figure;
    figure.axes().line({0, 1, 2}, {-1.7e308, 1.7e308, 5e-324}).y_label("y");
    EXPECT_EQ(Picture(figure).axes().curve("").size(), 4u);  // the frame ends before the largest numbers: two pieces
    EXPECT_NO_THROW(read_png(figure.draw().png()));
}

TEST(Axes, TheLegendKeepsAwayFromTheData)
{
    Figure figure;
    figure.axes().x_range(0, 1).y_range(0, 1);
    figure.axes().line({0.4, 1}, {0.95, 0.95}, {.label = "upper right"});
    figure.axes().line({0, 0.3}, {0.95, 0.95}, {.label = "upper left"}).line({0.7, 1}, {0.05, 0.05});
    const Picture picture(figure);
    const Element& legend = *picture.root.all("g", "legend").at(0);
    EXPECT_EQ(legend.all("text").size(), 2u);
    const Element& box = *legend.all("rect").at(0);
    const auto corner = picture.axes().to_data(std::stod(box.at("x")), std::stod(box.at("y")));
    EXPECT_LT(corner.x, 0.1);  // lower left
    EXPECT_LT(corner.y, 0.4);
    figure.axes().legend(Legend::none);
    EXPECT_TRUE(Picture(figure).root.all("g", "legend").empty());
}

TEST(Axes, BarsReachFromZeroToTheirHeights)
{
    Figure figure;
    figure.axes().bars({3, -2}, {"up", "down"});
    const Picture picture(figure);
    EXPECT_EQ(picture.ticks("x-ticks"), (Texts{"up", "down"}));
    const auto bars = picture.axes().find("bars")->all("rect");
    ASSERT_EQ(bars.size(), 2u);
    const auto end = [&](std::size_t i, double part) {
        return picture.axes().to_data(0, std::stod(bars[i]->at("y")) + part * std::stod(bars[i]->at("height"))).y;
    };
    EXPECT_NEAR(end(0, 0), 3, 0.02);
    EXPECT_NEAR(end(0, 1), 0, 0.02);
    EXPECT_NEAR(end(1, 1), -2, 0.02);
}

TEST(Axes, ImagesHaveTheirFirstRowAtTheTopAndHeatMapsAtTheBottom)
{
    const Tensor values = tensor({2, 3}, {0, 1, 2, 3, 4, 5});
    Figure image, heat;
    image.axes().image(values);
    heat.axes().heat_map({0, 3, 0, 2, 3, 2}, values, {.colors = ColorMap::grays});
    const Picture a(image), b(heat);
    const Image top = embedded_image(*a.root.all("image").at(0)), bottom = embedded_image(*b.root.all("image").at(0));
    EXPECT_EQ(top.width, 3u);
    EXPECT_EQ(top.height, 2u);
    EXPECT_EQ(top.at(0, 0).red, 255);  // the least is white
    EXPECT_EQ(top.at(2, 1).red, 0);
    EXPECT_EQ(bottom.at(0, 1).red, 255);
    EXPECT_EQ(bottom.at(2, 0).red, 0);
    EXPECT_EQ(b.axes().group().numbers("data-x-range"), (std::vector<double>{0, 3}));  // no margin
    const auto frame = a.axes().group().numbers("data-frame");
    EXPECT_NEAR(frame.at(2) / frame.at(3), 1.5, 1e-6);  // pixels are squares
}

TEST(Axes, AnImageOfOneValueHasOneColour)
{
    Figure figure;
    figure.axes().image(full({2, 2}, 7)).title("constant");
    EXPECT_EQ(embedded_image(*Picture(figure).root.all("image").at(0)).count_colors(), 1u);
}

TEST(Axes, ContoursOfADistanceAreCircles)
{
    const Grid grid{-2, 2, -2, 2, 60, 60};
    Figure figure;
    figure.axes()
        .contours(grid, sum(square(grid.points(f64)), -1), {.levels = {1}, .label = "r = 1"})
        .x_range(-2, 2)
        .y_range(-2, 2);
    const Picture picture(figure);
    const auto circle = picture.axes().curve("r = 1", "contours");
    ASSERT_GT(circle.size(), 50u);
    for (const auto& p : circle) EXPECT_NEAR(std::hypot(p.x, p.y), 1, 0.01);
    const auto paths = picture.axes().find("contours")->all("path");
    EXPECT_EQ(paths.size(), 1u);  // joined, and closed:
    EXPECT_EQ(circle.front().x, circle.back().x);
}

TEST(Axes, ContoursReachTheEdgesOfTheGrid)
{
    const Grid grid{0, 1, 0, 1, 10, 10};
    std::vector<double> x;
    for (int i = 0; i < 100; ++i) x.push_back(i % 10 + 0.5);
    Figure figure;
    figure.axes()
        .contours(grid, from_values({100}, x), {.levels = {3.2}, .label = "x = 0.32"})
        .x_range(0, 1)
        .y_range(0, 1);
    const auto line = Picture(figure).axes().curve("x = 0.32", "contours");
    ASSERT_EQ(line.size(), 12u);
    for (const auto& p : line) EXPECT_NEAR(p.x, 0.32, 1e-3);
    EXPECT_NEAR(std::abs(line.front().y - line.back().y), 1, 1e-3);
}

TEST(Axes, ContoursPassASaddleOnTheSideOfItsMiddle)
{
    // Corners 1 0 / 0 1 of the square from 0.5 to 1.5. Its middle, 0.5, lies above the level 0.4: the corners of 1 hang
    // together, and lines cut off those of 0. At 0.6 they cut off those of 1.
    const Grid grid{0, 2, 0, 2, 2, 2};
    for (const double level : {0.4, 0.6}) {
        Figure figure;
        figure.axes().x_range(0, 2).y_range(0, 2);
        figure.axes().contours(grid, tensor({4}, {1, 0, 0, 1}), {.levels = {level}, .label = "c"});
        const Picture picture(figure);
        int pieces = 0;
        for (const Element* path : picture.axes().find("contours")->all("path")) {
            const std::vector<double> d = path->numbers("d");
            for (std::size_t i = 0; i + 3 < d.size(); i += 2) {
                const auto p = picture.axes().to_data((d[i] + d[i + 2]) / 2, (d[i + 1] + d[i + 3]) / 2);
                if (std::max(std::abs(p.x - 1), std::abs(p.y - 1)) > 0.49) continue;  // outside of the square
                ++pieces;
                EXPECT_GT(level < 0.5 ? std::abs(p.x - p.y) : std::abs(p.x + p.y - 2), 0.3) << level;
            }
        }
        EXPECT_EQ(pieces, 2);
    }
}

TEST(Axes, GridsHoldTheMiddlesOfTheirCells)
{
    const Grid grid{0, 4, 10, 12, 2, 2};
    EXPECT_EQ(grid.points(f64).to_vector<double>(), (std::vector<double>{1, 10.5, 3, 10.5, 1, 11.5, 3, 11.5}));
    EXPECT_EQ(grid.points().dtype(), f32);
}

TEST(Axes, BadInputSaysWhatIsWrong)
{
    Figure figure;
    Axes& axes = figure.axes();
    EXPECT_THROW_TEXT(axes.line({1, 2, 3}, {1, 2, 3, 4}), ShapeError,
                      "line: 3 x and 4 y.\n  rule: each point has an x and a y.\n  try:  check the lengths of both.");
    EXPECT_THROW_TEXT(axes.line(zeros({2, 2})), ShapeError,
                      "plot: f32 (2, 2) as numbers of a curve.\n  rule: they have one axis.\n"
                      "  try:  flatten it, or take one row or column.");
    EXPECT_THROW_TEXT(
        axes.scatter(zeros({2, 3})), ShapeError,
        "scatter: f32 (2, 3).\n  rule: points have the shape (n, 2).\n  try:  give x and y by themselves.");
    EXPECT_THROW_TEXT(
        axes.bars({1, 2}, {"one"}), ShapeError,
        "bars: 1 names for 2 bars.\n  rule: each bar has a name, or none has.\n  try:  check the lengths of both.");
    EXPECT_THROW_TEXT(axes.image(zeros({1, 2, 2})), ShapeError,
                      "image: f32 (1, 2, 2).\n  rule: an image has the shape (rows, columns) and a pixel at least.\n"
                      "  try:  take one channel of one sample.");
    EXPECT_THROW_TEXT(axes.heat_map({0, 1, 0, 1, 3, 2}, zeros({5})), ShapeError,
                      "heat_map: values f32 (5,) on a grid of 2 rows and 3 columns.\n"
                      "  rule: there is one value for each point of the grid.\n  try:  give f(grid.points()).");
    EXPECT_THROW_TEXT(axes.x_range(1, 1), std::invalid_argument,
                      "x_range: from 1 to 1.\n  rule: a range goes from a finite number to a larger one.\n"
                      "  try:  swap or widen the bounds.");
    EXPECT_THROW(axes.y_range(0, kInf), std::invalid_argument);
    EXPECT_THROW(axes.curve(1, 0, [](double x) { return x; }), std::invalid_argument);
    EXPECT_THROW(Grid({.columns = 0}).points(), ShapeError);
    EXPECT_THROW(Grid({.x_low = 1, .x_high = 0}).points(), std::invalid_argument);
    EXPECT_TRUE(axes_of(Picture(figure).root).empty());  // nothing was added
    EXPECT_THROW_TEXT(figure.axes(0, 1), ShapeError,
                      "Figure::axes: row 0 and column 1 of 1 x 1 axes.\n  rule: rows and columns count from 0.\n"
                      "  try:  check FigureOptions.rows and columns.");
    EXPECT_THROW(Figure({.rows = 0}), ShapeError);
    EXPECT_THROW(Figure({.columns = 1000}), ShapeError);  // wider than a sheet
}

TEST(ComputationDiagram, AGraphWithoutNodesSaysWhatIsWrong)
{
    EXPECT_THROW_TEXT(draw(teach::Graph{}), ShapeError,
                      "draw: a graph without nodes.\n  rule: a picture shows a node at least.\n"
                      "  try:  record something on a tape opened with explain.");
}

TEST(NetworkDiagram, EdgesHaveTheWeightsOfTheModel)
{
    manual_seed(3);
    const nn::MLP model{{3, 4, 2}};
    const Element root = read_svg(draw(diagram(model)).svg());
    const auto edges = root.all("g", "edge");
    ASSERT_EQ(edges.size(), 3u * 4 + 4 * 2);
    EXPECT_EQ(root.all("g", "unit").size(), 9u);
    const auto first = Tensor(model.layers[0].weight).to_vector<double>();
    for (const Element* edge : edges) {
        if (edge->at("data-from") != "0.2" || edge->at("data-to") != "1.1") continue;
        const double w = first[1 * 3 + 2];
        EXPECT_NEAR(std::stod(edge->at("data-weight")), w, 1e-5 * std::abs(w));
        EXPECT_EQ(edge->all("path").at(0)->at("stroke"), w < 0 ? "#d55e00" : "#0072b2");
    }
}

TEST(NetworkDiagram, DroppedUnitsAreCrossedOutAndLoseTheirEdges)
{
    const NetworkDiagram network{.units = {2, 3, 1}, .kept = {ones({2}), tensor({3}, {1, 0, 1}), ones({1})}};
    const Element root = read_svg(draw(network).svg());
    EXPECT_EQ(root.all("g", "edge").size(), 2u * 2 + 2);
    int dropped = 0;
    for (const Element* unit : root.all("g", "unit")) {
        if (unit->at("data-dropped") != "true") continue;
        ++dropped;
        EXPECT_EQ(unit->at("data-unit"), "1.1");
        EXPECT_EQ(unit->all("path").size(), 2u);  // the cross
    }
    EXPECT_EQ(dropped, 1);
}

TEST(NetworkDiagram, LargeLayersHaveAGap)
{
    const Element root = read_svg(draw(NetworkDiagram{.units = {784, 3}}).svg());
    const auto units = root.all("g", "unit");
    ASSERT_EQ(units.size(), 9u + 3);
    EXPECT_EQ(units[4]->at("data-unit"), "0.4");
    EXPECT_EQ(units[5]->at("data-unit"), "0.780");
}

TEST(NetworkDiagram, BadShapesSayWhatIsWrong)
{
    EXPECT_THROW_TEXT(draw(NetworkDiagram{.units = {3}}), ShapeError,
                      "NetworkDiagram: layers of (3) units, at most 10 of them shown.\n"
                      "  rule: there are two layers at least, each of a unit at least; most_units is at least 3.\n"
                      "  try:  check units.");
    EXPECT_THROW_TEXT(draw(NetworkDiagram{.units = {2, 3}, .weights = {zeros({2, 3})}}), ShapeError,
                      "NetworkDiagram: weights f32 (2, 3) for layers of 2, 3 units.\n"
                      "  rule: weights are (out, in), one for each layer behind the inputs.\n"
                      "  try:  check the shapes, or leave the list empty.");
    EXPECT_THROW(draw(NetworkDiagram{.units = {2, 0}}), ShapeError);
    EXPECT_THROW(draw(NetworkDiagram{.units = {2, 3}, .biases = {zeros({2})}}), ShapeError);
    EXPECT_THROW(draw(NetworkDiagram{.units = {2, 3}, .names = {{"a", "b"}, {"c"}}}), ShapeError);
    EXPECT_THROW(draw(NetworkDiagram{.units = {2, 3}, .kept = {ones({2})}}), ShapeError);
}

}  // namespace
}  // namespace xgrad::test
