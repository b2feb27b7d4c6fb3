#pragma once

#include <xgrad/teach/graph.hpp>
#include <xgrad/teach/plot/drawing.hpp>

namespace xgrad::plot {

/// Draws a recorded computation into a part of the sheet as lectures do: operations in circles from left to right, on
/// each edge the value that goes forward, in blue above the line, and the gradient that comes back, in vermilion below
/// it. In the SVG, a group "computation" holds groups "edge" (data-from, data-to: names of nodes, data-value,
/// data-gradient) and "node" (data-name, data-operation). Throws ShapeError for a graph without nodes.
void draw(Drawing& drawing, const Rectangle& place, const teach::Graph& graph);

/// The same on a sheet of its own.
Drawing draw(const teach::Graph& graph, double width = 760, double height = 360);

}  // namespace xgrad::plot
