// One idea: a network that has to pass images through a few numbers learns by itself what matters in them.
// 64 pixels to a code of 8 numbers and back, without labels. By the squared error a pixel of test images it beats the best
// linear code of 8 numbers, the principal components. At the end a test image and its copy.
// Prints:
//   mean image alone              0.0737
//   8 principal components        0.0249
//   autoencoder before training   0...
//   autoencoder after 40 epochs   0.01...
//     --####          |  ...
//     ++####--        |  ...
//     ++++--##        |  ...
//         --##        |  ...
//         ##++        |  ...
//         ##--        |  ...
//       ##########    |  ...
//     --########++    |  ...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <string>

using namespace xgrad;

namespace {

/// Test images by the mean of the training images and their deviations along 8 principal components.
Tensor by_components(const Tensor& train, const Tensor& test)
{
    const Tensor center = mean(train, 0);
    const Tensor axes = narrow(linalg::svd(train - center, false).Vh, 0, 0, 8);  // (8, 64)
    return matmul(matmul(test - center, transpose(axes)), axes) + center;
}

/// Row `row` of an image of 8 x 8 pixels in characters.
std::string drawn(const Tensor& image, std::int64_t row)
{
    std::string line;
    for (std::int64_t column = 0; column < 8; ++column) {
        const double ink = image.scalar(8 * row + column).value();
        line += ink < 0.25 ? "  " : ink < 0.5 ? "--" : ink < 0.75 ? "++" : "##";
    }
    return line;
}

}  // namespace

int main()
{
    manual_seed(1);
    const data::Split digits = data::digits();
    const Tensor train = flatten(digits.train.inputs(), 1), test = flatten(digits.test.inputs(), 1);
    nn::Autoencoder model{{64, 64, 8}};
    fmt::print("mean image alone              {:.4f}\n", mse_loss(expand(mean(train, 0), test.sizes()), test).item());
    fmt::print("8 principal components        {:.4f}\n", mse_loss(by_components(train, test), test).item());
    fmt::print("autoencoder before training   {:.4f}\n", mse_loss(model(test), test).item());

    optim::Adam adam{nn::parameters(model), {.lr = 3e-3}};
    data::Loader loader({train, train}, {.batch_size = 32, .seed = 1});
    for (int epoch = 0; epoch < 40; ++epoch)
        for (auto [x, same] : loader) {
            Tape tape;
            const Tensor loss = mse_loss(model(x), same);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
        }
    const Tensor copy = model(test);
    fmt::print("autoencoder after 40 epochs   {:.4f}\n", mse_loss(copy, test).item());
    for (std::int64_t row = 0; row < 8; ++row)
        fmt::print("{}  |  {}\n", drawn(select(test, 0, 0), row), drawn(select(copy, 0, 0), row));
}
