#include <xgrad/teach/plot/figure.hpp>

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include "teach/plot/content.hpp"

namespace xgrad::plot {
namespace {

constexpr double kTitleHeight = 34;

}  // namespace

Figure::Figure(FigureOptions options) : options_(std::move(options))
{
    if (options_.rows < 1 || options_.columns < 1)
        throw ShapeError(detail::error_text("Figure",
                                            fmt::format("{} rows and {} columns", options_.rows, options_.columns),
                                            "there is one of each at least", "check rows and columns"));
    draw();  // of nothing yet: refuses sheets of a wrong size
    for (int i = 0; i < options_.rows * options_.columns; ++i) axes_.push_back(std::make_unique<Axes>());
}

Axes& Figure::axes(int row, int column)
{
    if (row < 0 || row >= options_.rows || column < 0 || column >= options_.columns)
        throw ShapeError(detail::error_text(
            "Figure::axes",
            fmt::format("row {} and column {} of {} x {} axes", row, column, options_.rows, options_.columns),
            "rows and columns count from 0", "check FigureOptions.rows and columns"));
    return *axes_[static_cast<std::size_t>(row * options_.columns + column)];
}

Drawing Figure::draw() const
{
    const double top = options_.title.empty() ? 0 : kTitleHeight, width = options_.width, height = options_.height;
    Drawing drawing(options_.columns * width, top + options_.rows * height);
    drawing.begin_group("figure", {{"title", options_.title}});
    if (top > 0)
        drawing.text({drawing.width() / 2, 24}, options_.title, {.size = 17, .anchor = Anchor::middle, .bold = true});
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (axes_[i]->content().items.empty() && axes_[i]->content().title.empty()) continue;
        const auto columns = static_cast<std::size_t>(options_.columns);
        const auto row = static_cast<double>(i / columns), column = static_cast<double>(i % columns);
        detail::draw_axes(drawing, {column * width, top + row * height, width, height}, axes_[i]->content());
    }
    drawing.end_group();
    return drawing;
}

}  // namespace xgrad::plot
