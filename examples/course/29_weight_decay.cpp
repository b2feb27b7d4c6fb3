// One idea: a penalty on large weights pulls each weight towards 0 a little in every step.
// Lectures write it in three ways, so that the same lambda means three strengths; optim::l2 tells the weight_decay of
// each.
//   lambda/2 |w|^2      gradient lambda w       S1:818; S1:822 subtracts lambda w: the step's alpha is missing
//   lambda |w|^2        gradient 2 lambda w     S3:471-479
//   lambda/(2n) |w|^2   gradient lambda/n w     S2:305, S2:315; S2:577 has lambda w for it
// The elastic net, lambda (beta w^2 + |w|) (S3:485), pulls small weights to 0 as well. Biases go without it (S2:305,
// S2:577). Here w = (2, -1), b = 3, lambda = 0.1, beta = 0.5, n = 50 samples, and a step with alpha = 0.5 where the data say
// nothing.
// Lecture: S0:573-575, S1:808-823, S2:299-315, S2:577, S3:462-487, S4:261
// Prints:
//   lambda/2 |w|^2     penalty 0.2500  gradient 0.2000 -0.1000  the optimizer's 0.2000 -0.1000
//   lambda |w|^2       penalty 0.5000  gradient 0.4000 -0.2000  the optimizer's 0.4000 -0.2000
//   lambda/(2n) |w|^2  penalty 0.0050  gradient 0.0040 -0.0020  the optimizer's 0.0040 -0.0020
//   elastic net        penalty 0.5500  gradient 0.3000 -0.2000  the optimizer's 0.3000 -0.2000
//   after one step of the first form: w 1.9000 -0.9500, b 3.0000

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

constexpr double kLambda = 0.1;
constexpr std::int64_t kSamples = 50;
const Tensor w = tensor({2}, {2, -1}, f64);

std::string text(const Tensor& x) { return fmt::format("{:.4f}", fmt::join(x.to_vector<double>(), " ")); }

/// The penalty `squares` |w|^2 + `absolutes` |w|, its gradient, and what an optimizer makes of weight_decay and l1.
void show(const char* name, double squares, double absolutes, double decay, double l1)
{
    const auto penalty = [=](const Tensor& x) { return sum(square(x) * squares + abs(x) * absolutes); };
    const auto [value, gradient] = value_and_grad(penalty)(w);
    fmt::print("{:17}  penalty {:.4f}  gradient {}  the optimizer's {}\n", name, value.item(), text(gradient),
               text(w * decay + sign(w) * l1));
}

}  // namespace

int main()
{
    using optim::l2, optim::L2Form;
    show("lambda/2 |w|^2", kLambda / 2, 0, l2(kLambda), 0);
    show("lambda |w|^2", kLambda, 0, l2(kLambda, L2Form::full), 0);
    show("lambda/(2n) |w|^2", kLambda / (2 * kSamples), 0, l2(kLambda, L2Form::over_2n, kSamples), 0);
    const auto [decay, l1] = optim::elastic_net(kLambda, 0.5);
    show("elastic net", kLambda * 0.5, kLambda, decay, l1);

    Parameter weight(w, "weight"), bias(tensor({1}, {3}, f64), "bias");
    optim::SGD sgd{{weight, bias}, {.lr = 0.5, .weight_decay = l2(kLambda), .penalty = {.biases = false}}};
    weight.set_grad(zeros({2}, f64));
    bias.set_grad(zeros({1}, f64));
    sgd.step();
    fmt::print("after one step of the first form: w {}, b {}\n", text(weight), text(bias));
}
