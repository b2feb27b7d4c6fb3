// One idea: leave units out at random while training, so that none can rely on the others; at the test all are there,
// and the mean has to stay the same.
// p of the paper and of S3:504 is the probability to stay, and weights are multiplied by p at the test: "classic".
// Libraries and S4:400 (rates 0.2 to 0.5) tell the probability to go, and multiply what stays by 1 / (1 - p) in
// training: "inverted". Units are drawn anew for each sample, not once an epoch (S3:506). examples/19 shows what it is
// good for.
// Lecture: S0:580-581, S3:489-508, S4:262, S4:400
// Prints:
//   one draw of 8 ones, 0.75 stay     inverted 0 1.333 0 1.333 1.333 0 1.333 1.333
//   inverted  mean in training 1.00, at the test 1.00
//   classic   mean in training 0.75, at the test 0.75

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

void show(const char* name, nn::Dropout layer)
{
    const Tensor x = ones({100000});
    const double training = mean(layer(x)).item();
    nn::eval(layer);
    fmt::print("{:8}  mean in training {:.2f}, at the test {:.2f}\n", name, training, mean(layer(x)).item());
}

}  // namespace

int main()
{
    manual_seed(1);
    const nn::Dropout inverted = nn::Dropout::keep(0.75);  // the same as nn::Dropout(0.25)
    fmt::print("one draw of 8 ones, 0.75 stay     inverted {:.4g}\n",
               fmt::join(inverted(ones({8})).to_vector<double>(), " "));
    show("inverted", inverted);
    show("classic", nn::Dropout::keep(0.75, {.form = nn::DropoutForm::classic}));
}
