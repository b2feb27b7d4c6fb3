// One idea: LeNet-5 is convolution, pooling, convolution, pooling, and a small network on top: maps become smaller and
// more.
// A convolution has in x out x 25 weights and a bias for each map it makes, whatever the image's size; pooling has
// none; most of the weights are in the first full layer. The form of 1998 had tanh, pooling with weights, and maps that
// see some maps only.
// Lecture: S0:150-176, S1:180
// Prints:
//   layer               output       weights
//   image               1 x 28 x 28        0
//   conv1 5 x 5, ReLU   6 x 28 x 28      156
//   maxima of 2 x 2     6 x 14 x 14        0
//   conv2 5 x 5, ReLU   16 x 10 x 10    2416
//   maxima of 2 x 2     16 x 5 x 5         0
//   fc1, ReLU           120            48120
//   fc2, ReLU           84             10164
//   fc3                 10               850
//   all                                61706
//   as published        10             60850

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

void show(const char* layer, const Tensor& x, std::int64_t weights)
{
    const std::vector<std::int64_t> sizes(x.sizes().begin() + 1, x.sizes().end());  // of one sample
    fmt::print("{:18}  {:12}  {:6}\n", layer, fmt::format("{}", fmt::join(sizes, " x ")), weights);
}

}  // namespace

int main()
{
    const nn::LeNet5 net;
    Tensor x = zeros({1, 1, 28, 28});
    fmt::print("layer               output       weights\n");
    show("image", x, 0);
    show("conv1 5 x 5, ReLU", x = relu(net.conv1(x)), nn::parameter_count(net.conv1));
    show("maxima of 2 x 2", x = max_pool2d(x, 2), 0);
    show("conv2 5 x 5, ReLU", x = relu(net.conv2(x)), nn::parameter_count(net.conv2));
    show("maxima of 2 x 2", x = max_pool2d(x, 2), 0);
    show("fc1, ReLU", x = relu(net.fc1(flatten(x, 1))), nn::parameter_count(net.fc1));
    show("fc2, ReLU", x = relu(net.fc2(x)), nn::parameter_count(net.fc2));
    show("fc3", x = net.fc3(x), nn::parameter_count(net.fc3));
    fmt::print("all                               {:6}\n", nn::parameter_count(net));

    const nn::LeNet5Original published;
    show("as published", published(zeros({1, 1, 28, 28})), nn::parameter_count(published));
}
