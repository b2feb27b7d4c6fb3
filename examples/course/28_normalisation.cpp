// One idea: features of one size are learnt equally fast; a small one beside a large one is nearly ignored.
// Fish, of about 0.5 m and 3000 g. What is to be learnt depends on both, and gradient descent with the largest rate
// that does not oscillate (0.9 of the reciprocal of the steepest curvature) learns next to nothing in 1000 steps. Each
// feature less its mean, over its deviation: 100 steps do. Both are taken from the training data and used for the test,
// too (S1:914).
// Lecture: S1:906-919
// Prints:
//   raw: loss 0.4935, gradient of length and weight -0.14 -778.39
//   raw after 1000 steps: loss 0.4777, test 0.5990
//   normalised: loss 0.4935, gradient of length and weight -0.95 -0.98
//   normalised after 100 steps: loss 0.0000, test 0.0000

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

Tensor fish(std::int64_t count)
{
    return randn({count, 2}, {f64}) * tensor({2}, {0.1, 500}, f64) + tensor({2}, {0.5, 3000}, f64);
}

Tensor price(const Tensor& x) { return matmul(x, tensor({2}, {5, 0.001}, f64)) - 5.5; }

/// The largest second derivative of the loss in any direction.
double steepest(const Tensor& x)
{
    const Tensor features = cat({x, ones({x.size(0), 1}, f64)}, 1);
    return 2 * max(linalg::eigvalsh(matmul(transpose(features), features))).item() / static_cast<double>(x.size(0));
}

void fit(const char* name, int steps, const Tensor& x, const Tensor& y, const Tensor& test, const Tensor& test_y)
{
    nn::Linear model{2, 1};
    nn::to(model, f64);
    model.weight = zeros({1, 2}, f64);
    model.bias = zeros({1}, f64);
    const auto loss = [&](const Tensor& rows, const Tensor& wanted) {
        return mse_loss(squeeze(model(rows), 1), wanted);
    };
    optim::SGD sgd{nn::parameters(model), {.lr = 0.9 / steepest(x)}};
    for (int step = 0; step < steps; ++step) {
        Tape tape;
        sgd.zero_grad();
        tape.backward(loss(x, y));
        if (step == 0)
            fmt::print("{}: loss {:.4f}, gradient of length and weight {:.2f}\n", name, loss(x, y).item(),
                       fmt::join(model.weight.grad().to_vector<double>(), " "));
        sgd.step();
    }
    fmt::print("{} after {} steps: loss {:.4f}, test {:.4f}\n", name, steps, loss(x, y).item(),
               loss(test, test_y).item());
}

}  // namespace

int main()
{
    manual_seed(1);
    const Tensor x = fish(200), test = fish(100), y = price(x), test_y = price(test);
    const data::Standardizer scale(x);
    fit("raw", 1000, x, y, test, test_y);
    fit("normalised", 100, scale(x), y, scale(test), test_y);
}
