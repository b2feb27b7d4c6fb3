#pragma once

#include <xgrad/nn/models.hpp>
#include <xgrad/teach/plot/drawing.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::plot {

/// A network of layers whose units all feed the units of the next layer, as lectures draw it: circles from left to
/// right, and an edge a weight. An edge is blue where its weight is positive and vermilion where it is negative, the
/// wider the larger it is. Whatever is left empty is not shown.
struct NetworkDiagram {
    std::string title = {};
    std::vector<std::int64_t> units;                   ///< of each layer, inputs first
    std::vector<Tensor> weights = {};                  ///< (out, in), one for each layer behind the inputs
    std::vector<Tensor> biases = {};                   ///< (out), likewise; above their units
    std::vector<Tensor> values = {};                   ///< (units) of each layer: what stands in the circles
    std::vector<std::vector<std::string>> names = {};  ///< of the units of each layer, in place of x_1, h_1, y_1
    std::vector<Tensor> kept = {};  ///< (units) of each layer, bool: units that dropout leaves out are crossed out
    bool numbers = true;            ///< weights on their edges
    std::int64_t most_units = 10;   ///< layers of more units are shown with a gap in the middle
};

/// The diagram of an MLP with its weights and biases.
NetworkDiagram diagram(const nn::MLP& model);

/// Draws it into a part of the sheet. In the SVG, groups of class "network" hold groups "edge" (data-from, data-to:
/// layer.unit counted from 0, data-weight), "unit" (data-unit, data-dropped). Throws ShapeError unless there are two
/// layers, each of one unit at least, and shapes fit; most_units is at least 3.
void draw(Drawing& drawing, const Rectangle& place, const NetworkDiagram& network);

/// The same on a sheet of its own.
Drawing draw(const NetworkDiagram& network, double width = 640, double height = 420);

}  // namespace xgrad::plot
