// One idea: the gradient of few samples points about where the gradient of all does, and costs so much less.
// A batch is all samples (one step an epoch), a single sample the other extreme (stochastic gradient descent), a
// mini-batch lies between. The batches of an epoch have the full gradient as their mean; one of them is off by noise
// that shrinks as 1 / sqrt(m). A step changes all layers at once (S3:56): the loops of S3:118-140, layers outside and
// samples inside, mean no other order. S0:409 leaves the factor g'(u) y_j out of its gradient. S3:438 steps along the
// sum over samples, S2:577 along the mean, as here.
// Lecture: S0:198-210, S0:401-435, S1:783-805, S3:105-164
// Prints:
//   samples a batch  steps an epoch  mean of gradients  noise / gradient  times sqrt(m)
//                 1            1280  the full one       7.18...              7.2
//                16              80  the full one       1.79...              7.2
//                64              20  the full one       0.91...              7.3
//               256               5  the full one       0.46...              7.4
//              1280               1  the full one       0.000              0.0

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>

using namespace xgrad;

namespace {

Tensor gradient(nn::Linear& model, const data::Batch& batch)
{
    Tape tape;
    nn::zero_grad(model);
    tape.backward(cross_entropy(model(flatten(batch.inputs, 1)), batch.targets));
    return model.weight.grad();
}

void study(nn::Linear& model, const data::Dataset& digits, std::int64_t m)
{
    const Tensor full = gradient(model, {digits.inputs(), digits.targets()});
    data::Loader loader(digits, {.batch_size = m, .seed = 1});
    Tensor total = zeros_like(full);
    double squares = 0;
    for (const data::Batch& batch : loader) {
        const Tensor g = gradient(model, batch);
        total = total + g;
        squares += sum(square(g - full)).item();
    }
    const auto steps = static_cast<double>(loader.size());
    const double noise = std::sqrt(squares / steps) / norm(full).item();
    const bool same = norm(total / steps - full).item() < 1e-5;
    fmt::print("{:15}  {:14}  {:17}  {:.3f}              {:.1f}\n", m, loader.size(), same ? "the full one" : "another",
               noise, noise * std::sqrt(static_cast<double>(m)));
}

}  // namespace

int main()
{
    manual_seed(1);
    nn::Linear model{64, 10};
    const data::Dataset digits = data::digits().train.rows(0, 1280);
    fmt::print("samples a batch  steps an epoch  mean of gradients  noise / gradient  times sqrt(m)\n");
    for (const std::int64_t m : {1, 16, 64, 256, 1280}) study(model, digits, m);
}
