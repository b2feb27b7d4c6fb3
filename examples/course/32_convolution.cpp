// One idea: a convolution lays the same few weights over every place of the image: each output pixel is a weighted sum
// of a small part of the image, and what moves in the image moves in the output.
// A filter of 3 x 3 that looks for edges from dark to bright, on an image whose right part is bright. It is learnt like
// any other weight: its gradient is the sum over all places it was laid on. (Strictly a cross-correlation: the filter
// is not turned round.) LeNet-5's first layer makes 6 maps of 28 x 28 from an image of 28 x 28; a linear layer would
// need a weight for each pair.
// Lecture: S0:150-176
// Prints:
//   image          edges         moved by one
//   0 0 0 1 1      0 3 3         0 0 3
//   0 0 0 1 1      0 3 3         0 0 3
//   0 0 0 1 1      0 3 3         0 0 3
//   0 0 0 1 1
//   0 0 0 1 1
//   gradient of the filter, of the sum of the edges: 0 3 6 0 3 6 0 3 6
//   by hand at row 1, column 1: 3
//   weights: convolution 156, linear layer 3692640

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

Tensor image(std::int64_t first_bright)
{
    const Tensor row = to(arange(5) >= first_bright, f32);
    return reshape(expand(row, {5, 5}), {1, 5, 5});
}

std::string row_of(const Tensor& map, std::int64_t i)
{
    return i < map.size(1) ? fmt::format("{}", fmt::join(select(select(map, 0, 0), 0, i).to_vector<double>(), " "))
                           : "";
}

}  // namespace

int main()
{
    Tape tape;
    const Tensor filter = tape.variable("filter", tensor({1, 1, 3, 3}, {-1, 0, 1, -1, 0, 1, -1, 0, 1}));
    const Tensor x = image(3), edges = conv2d(x, filter), moved = conv2d(image(4), filter);
    fmt::print("image          edges         moved by one\n");
    for (std::int64_t i = 0; i < 5; ++i) {
        std::string line = fmt::format("{:13}  {:12}  {}", row_of(x, i), row_of(edges, i), row_of(moved, i));
        line.erase(line.find_last_not_of(' ') + 1);
        fmt::print("{}\n", line);
    }

    tape.backward(sum(edges));
    fmt::print("gradient of the filter, of the sum of the edges: {}\n",
               fmt::join(filter.grad().to_vector<double>(), " "));
    const Tensor part = narrow(narrow(x, 1, 1, 3), 2, 1, 3);  // 3 x 3 pixels from row 1, column 1 on
    fmt::print("by hand at row 1, column 1: {}\n", sum(part * select(filter, 0, 0)).item());
    fmt::print("weights: convolution {}, linear layer {}\n", nn::parameter_count(nn::Conv2d{1, 6, 5, {.padding = 2}}),
               28 * 28 * 28 * 28 * 6 + 28 * 28 * 6);
}
