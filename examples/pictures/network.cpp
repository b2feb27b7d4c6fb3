// One idea: a network is its weights: each edge multiplies, each unit adds up what comes in and its bias, then takes
// the sign. A network that lectures calculate by hand: it gives +1 whatever goes in. With weights on its edges, and
// what the units give for the input (1, 1) in their circles, it goes into network.svg and .png.
// Prints:
//   layer 1: a = 12 11 22, h = 1 1 1
//   layer 2: a = 17 15, h = 1 1
//   layer 3: a = 14, h = 1

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <string>

using namespace xgrad;

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::NetworkDiagram network{
        .title = "sign(a) in every unit, for the input (1, 1)",
        .units = {2, 3, 2, 1},
        .weights = {tensor({3, 2}, {3, 4, 1, 2, 9, 7}), tensor({2, 3}, {3, 4, 1, 5, 2, 7}), tensor({1, 2}, {5, 3})},
        .biases = {tensor({3}, {5, 8, 6}), tensor({2}, {9, 1}), tensor({1}, {6})}};
    Tensor h = tensor({2}, {1, 1});
    network.values.push_back(h);
    for (std::size_t layer = 0; layer < 3; ++layer) {
        const Tensor a = matmul(network.weights[layer], h) + network.biases[layer];
        h = sign(a);
        network.values.push_back(h);
        fmt::print("layer {}: a = {}, h = {}\n", layer + 1, fmt::join(a.to_vector<double>(), " "),
                   fmt::join(h.to_vector<double>(), " "));
    }
    const plot::Drawing drawing = plot::draw(network, 760, 460);
    drawing.save(folder + "/network.svg");
    drawing.save(folder + "/network.png");
}
