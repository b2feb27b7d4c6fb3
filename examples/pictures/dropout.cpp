// One idea: dropout trains a thinned network, another one each time: every unit is left out with probability p.
// A network and what a draw with p = 1/2 leaves of it go into dropout.svg and .png.
// Prints:
//   hidden units left: ... of 6 and ... of 6, edges left: ... of 78

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    manual_seed(7);
    plot::NetworkDiagram network{.title = "the network", .units = {4, 6, 6, 3}};
    plot::NetworkDiagram thinned = network;
    thinned.title = "thinned by dropout, p = 1/2";
    for (std::size_t layer = 0; layer < network.units.size(); ++layer) {
        const bool hidden = layer == 1 || layer == 2;  // inputs and outputs stay
        thinned.kept.push_back(gt(dropout(ones({network.units[layer]}), hidden ? 0.5 : 0.0), 0));
    }

    std::int64_t left[4], edges = 0;
    for (std::size_t layer = 0; layer < 4; ++layer) {
        left[layer] = static_cast<std::int64_t>(sum(to(thinned.kept[layer], f64)).item());
        if (layer > 0) edges += left[layer - 1] * left[layer];
    }
    fmt::print("hidden units left: {} of 6 and {} of 6, edges left: {} of 78\n", left[1], left[2], edges);

    plot::Drawing drawing(980, 420);
    plot::draw(drawing, {10, 10, 470, 400}, network);
    plot::draw(drawing, {500, 10, 470, 400}, thinned);
    drawing.save(folder + "/dropout.svg");
    drawing.save(folder + "/dropout.png");
}
