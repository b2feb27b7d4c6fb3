#pragma once

#include <xgrad/teach/plot/axes.hpp>

#include <memory>
#include <string>
#include <vector>

namespace xgrad::plot {

struct FigureOptions {
    std::string title = {};
    int rows = 1, columns = 1;         ///< of axes
    double width = 560, height = 400;  ///< of one of them, in pixels, with its labels
};

/// Axes in rows and columns on one sheet; those that hold nothing and have no title are left out:
///
///     plot::Figure figure{{.title = "Activations"}};
///     figure.axes().x_label("x").curve(-6, 6, [](double x) { return std::tanh(x); }, {.label = "tanh"});
///     figure.save("tanh.svg");
///
/// In the SVG, groups say what is what, and in which coordinates, so that programs can read a picture back: "axes" with
/// data-title, data-frame (x y width height in pixels), data-x-range, data-y-range, data-x-scale and data-y-scale, and
/// in it "line", "scatter", "bars", "image", "heat-map", "contours", "arrow", "legend", each with its data-label where
/// it has one.
class Figure {
public:
    /// Throws ShapeError unless there is a row and a column, and for a sheet that Drawing refuses.
    explicit Figure(FigureOptions options = {});

    /// Throws ShapeError for a row or column that is not there.
    Axes& axes(int row = 0, int column = 0);

    /// Throws std::invalid_argument for values that are not positive on a logarithmic axis.
    Drawing draw() const;

    /// Writes an .svg or a .png; throws as Drawing::save.
    void save(const std::string& path) const { draw().save(path); }

private:
    FigureOptions options_;
    std::vector<std::unique_ptr<Axes>> axes_;
};

}  // namespace xgrad::plot
