// One idea: convolutions look for the same small patterns everywhere in an image, and a few thousand shared weights read
// handwriting. LeNet-5 as published in 1998 (tanh, sub-sampling with weights) and as it is written today (ReLU, maxima).
// The digits are enlarged from 8 x 8 to 28 x 28 pixels. Given a folder in the format of MNIST, it trains on that.
// Prints:
//   today:     61706 weights, test accuracy after 1 and 2 epochs: 0.7... 0.8...
//   published: 60850 weights, test accuracy after 1 and 2 epochs: 0.8... 0.8...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

data::Dataset enlarged(const data::Dataset& set)
{
    return {interpolate(set.inputs(), {.size = {28, 28}, .mode = InterpolateMode::bilinear}), set.targets()};
}

data::Split read_images(const char* folder)
{
    if (folder) return data::read_mnist(folder);
    const data::Split digits = data::digits();
    return {enlarged(digits.train), enlarged(digits.test)};
}

template <class Model>
void fit(const char* name, const data::Split& images)
{
    manual_seed(1);
    Model model;
    optim::Adam adam{nn::parameters(model), {.lr = 2e-3}};
    data::Loader loader(images.train, {.batch_size = 32, .seed = 1});
    fmt::print("{} {} weights, test accuracy after 1 and 2 epochs:", name, nn::parameter_count(model));
    for (int epoch = 0; epoch < 2; ++epoch) {
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(model(x), labels);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
        }
        fmt::print(" {:.3f}", train::evaluate(model, images.test, 10).accuracy());
    }
    fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv)
{
    const data::Split images = read_images(argc > 1 ? argv[1] : nullptr);
    fit<nn::LeNet5>("today:    ", images);
    fit<nn::LeNet5Original>("published:", images);
}
