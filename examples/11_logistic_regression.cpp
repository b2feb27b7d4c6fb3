// One idea: the gradient of logistic regression is (a - y) x for each sample, and autograd finds just that.
//   a = sigmoid(theta x + b)
//   J = -1/n sum (y log a + (1 - y) log(1 - a)) + lambda/(2n) |theta|^2        the bias b is not regularised
//   dJ/dtheta = 1/n sum (a - y) x + lambda/n theta,   dJ/db = 1/n sum (a - y)
// Tells a handwritten 3 (y = 0) from an 8 (y = 1) by its 64 pixels. With lambda the weights shrink and the training images
// are fitted less well. The test images, of other writers, gain from a little of it and lose by much.
// Prints:
//   lambda  loss    |theta|  training  test   gradients agree
//      0.0  0.0371    5.867     0.997  0.871  true
//      1.0  0.0544    4.789     0.993  0.886  true
//     10.0  0.1593    2.454     0.993  0.829  true
//    100.0  0.4293    0.771     0.990  0.829  true

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <algorithm>

using namespace xgrad;

namespace {

struct Digits {
    Tensor x, y;  // (n, 64), (n)
    double n() const { return static_cast<double>(y.numel()); }
};

Digits threes_and_eights(const data::Dataset& set)
{
    const Tensor& digit = set.targets();
    const data::Dataset chosen = data::take_rows(set, flatten(nonzero(logical_or(digit == 3, digit == 8))));
    return {to(flatten(chosen.inputs(), 1), f64), to(chosen.targets() == 8, f64)};
}

double accuracy(const nn::Linear& model, const Digits& d)
{
    return mean(to((squeeze(model(d.x), -1) > 0) == (d.y > 0), f64)).item();
}

/// How far autograd's gradient is from the one derived by hand.
double difference(const nn::Linear& model, const Digits& d, double lambda)
{
    const Tensor error = sigmoid(squeeze(model(d.x), -1)) - d.y;  // a - y: (n)
    const Tensor theta = (matmul(error, d.x) + model.weight * lambda) / d.n();
    return std::max(max(abs(model.weight.grad() - theta)).item(), abs(model.bias.grad() - mean(error)).item());
}

void fit(const Digits& train, const Digits& test, double lambda)
{
    nn::Linear model{64, 1};
    nn::to(model, f64);
    model.weight = zeros_like(model.weight);
    model.bias = zeros_like(model.bias);
    optim::SGD sgd{nn::parameters(model), {.lr = 0.3}};
    double loss = 0, largest = 0;
    for (int step = 0; step < 500; ++step) {
        Tape tape;
        const Tensor data_loss = binary_cross_entropy_with_logits(squeeze(model(train.x), -1), train.y);
        sgd.zero_grad();
        tape.backward(data_loss + sum(square(model.weight)) * (lambda / (2 * train.n())));
        largest = std::max(largest, difference(model, train, lambda));
        sgd.step();
        loss = data_loss.item();
    }
    fmt::print("{:6.1f}  {:.4f}  {:7.3f}  {:8.3f}  {:.3f}  {}\n", lambda, loss, norm(model.weight).item(),
               accuracy(model, train), accuracy(model, test), largest < 1e-13);
}

}  // namespace

int main()
{
    const data::Split digits = data::digits();
    const Digits train = threes_and_eights(digits.train), test = threes_and_eights(digits.test);
    fmt::print("lambda  loss    |theta|  training  test   gradients agree\n");
    for (const double lambda : {0.0, 1.0, 10.0, 100.0}) fit(train, test, lambda);
}
