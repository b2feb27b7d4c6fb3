// One idea: deep networks learn when each layer only adds to what came before, x + f(x) instead of f(x).
// The same convolutions on the digits, with and without the sum. Without it every layer shrinks the gradient on its way
// to the first one, and a deep network does not learn at all: its loss stays at log 10 = 2.30. Start values are PyTorch's
// and nothing is normalised; nn::ResNet normalises, too.
// Prints:
//    2 layers, f(x):     gradient of the first layer at the start 1e-02, test loss ..., accuracy 0...
//    2 layers, x + f(x): gradient of the first layer at the start 1e-01, test loss 1..., accuracy 0.7...
//    8 layers, f(x):     gradient of the first layer at the start 1e-05, test loss 2.30, accuracy 0.1...
//    8 layers, x + f(x): gradient of the first layer at the start 3e-01, test loss 0..., accuracy 0.7...
//   24 layers, f(x):     gradient of the first layer at the start 1e-13, test loss 2.30, accuracy 0.1...
//   24 layers, x + f(x): gradient of the first layer at the start 4e-01, test loss 0..., accuracy 0.8...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

/// A first layer, `depth` layers that keep the size of 8 maps of 4 x 4 pixels, and ten scores.
struct Net {
    Net(int depth, bool with_sum) : residual(with_sum)
    {
        for (int i = 0; i < depth; ++i) layers.emplace_back(8, 8, 3, nn::Conv2dOptions{.padding = 1});
    }

    Tensor operator()(const Input& image) const
    {
        Tensor x = max_pool2d(first(image), 2);
        for (const nn::Conv2d& layer : layers) x = residual ? x + layer(relu(x)) : layer(relu(x));
        return last(flatten(relu(x), 1));
    }

    nn::Conv2d first{1, 8, 3, {.padding = 1}};
    std::vector<nn::Conv2d> layers;
    nn::Linear last{128, 10};
    bool residual;
    XGRAD_MODULE(Net, first, layers, last, residual)
};

void fit(int depth, bool residual, const data::Split& digits)
{
    manual_seed(1);
    Net net(depth, residual);
    optim::Adam adam{nn::parameters(net), {.lr = 2e-3}};
    data::Loader loader(digits.train, {.batch_size = 64, .seed = 1});
    double gradient = 0;
    for (int epoch = 0; epoch < 2; ++epoch)
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(net(x), labels);
            adam.zero_grad();
            tape.backward(loss);
            if (gradient == 0) gradient = norm(net.first.weight.grad()).item();
            adam.step();
        }
    const train::Evaluation test = train::evaluate(net, digits.test, 10);
    fmt::print("{:2} layers, {} gradient of the first layer at the start {:.0e}, test loss {:.2f}, accuracy {:.2f}\n",
               depth, residual ? "x + f(x):" : "f(x):    ", gradient, test.loss, test.accuracy());
}

}  // namespace

int main()
{
    const data::Split digits = data::digits();
    for (const int depth : {2, 8, 24})
        for (const bool residual : {false, true}) fit(depth, residual, digits);
}
