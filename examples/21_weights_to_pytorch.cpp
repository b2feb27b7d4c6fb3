// One idea: weights go to PyTorch and come back under the same names, in a .safetensors file.
// nn::Sequential names its layers as torch.nn.Sequential does. In Python the same network, and its weights:
//   net = Sequential(Conv2d(1, 4, 3), BatchNorm2d(4), ReLU(), Flatten(), Linear(144, 10))      all of torch.nn
//   net.load_state_dict(safetensors.torch.load_file("net.safetensors"))
// and back with save_file(net.state_dict(), "net.safetensors"). What does not fit is listed, and nothing is loaded.
// Prints:
//   0.weight               f32 (4, 1, 3, 3)
//   0.bias                 f32 (4,)
//   1.weight               f32 (4,)
//   1.bias                 f32 (4,)
//   1.running_mean         f32 (4,)
//   1.running_var          f32 (4,)
//   1.num_batches_tracked  i64 ()
//   4.weight               f32 (10, 144)
//   4.bias                 f32 (10,)
//   loaded, and the scores are the same: true
//   load_weights: net.safetensors: load_state_dict: 2 differences
//       4.weight: the module has f32 (9, 144), the state f32 (10, 144)
//       4.bias: the module has f32 (9,), the state f32 (10,).
//     rule: the state has the module's names, shapes and dtypes, no more and no less.
//     try:  load it into a model built with the same options, or rename its entries.

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <stdexcept>

using namespace xgrad;

namespace {

auto network(std::int64_t classes)
{
    return nn::Sequential{nn::Conv2d{1, 4, 3}, nn::BatchNorm2d{4}, nn::ReLU{}, nn::Flatten{}, nn::Linear{144, classes}};
}

}  // namespace

int main()
{
    const std::string path = "net.safetensors";
    manual_seed(1);
    auto net = network(10);
    net(data::digits().train.inputs());  // in training mode: the normalisation takes up the statistics of its inputs
    train::save_weights(path, net);

    for (const auto& [name, values] : data::read_safetensors(path).tensors)
        fmt::print("{:22} {}\n", name, describe(values));

    auto other = network(10);
    train::load_weights(path, other);
    nn::eval(net);
    nn::eval(other);
    const Tensor x = data::digits().test.inputs();
    fmt::print("loaded, and the scores are the same: {}\n", equal(net(x), other(x)));

    auto too_small = network(9);
    try {
        train::load_weights(path, too_small);
    } catch (const std::exception& error) {
        fmt::print("{}\n", error.what());
    }
    std::filesystem::remove(path);
}
