// One idea: an activation has to bend, and its slope is what learning lives on.
// Steps have none; sigmoid and tanh lose theirs when they saturate; ReLU keeps 1 as long as the neuron is active.
// The slope of the sigmoid is at most 1/4: on the way back through ten layers the slopes alone make a gradient 4^-10 of
// what it was, or less.
// Where S0:121 says that ReLU approximates the softplus log(1 + e^z), it is the softplus that is a smooth ReLU.
// Lecture: S0:101-140, S1:353-367, S2:117-139, S4:72-80
// Prints:
//   z               -4.0     -1.0      0.0      1.0      4.0
//   heaviside     0.0000   0.0000   1.0000   1.0000   1.0000
//     slope       0.0000   0.0000   0.0000   0.0000   0.0000
//   sigmoid       0.0180   0.2689   0.5000   0.7311   0.9820
//     slope       0.0177   0.1966   0.2500   0.1966   0.0177
//   tanh         -0.9993  -0.7616   0.0000   0.7616   0.9993
//     slope       0.0013   0.4200   1.0000   0.4200   0.0013
//   ReLU          0.0000   0.0000   0.0000   1.0000   4.0000
//     slope       0.0000   0.0000   0.0000   1.0000   1.0000
//   softplus      0.0181   0.3133   0.6931   1.3133   4.0181
//     slope       0.0180   0.2689   0.5000   0.7311   0.9820
//   ELU          -0.9817  -0.6321   0.0000   1.0000   4.0000
//     slope       0.0183   0.3679   1.0000   1.0000   1.0000
//   largest distance of softplus and ReLU: 0.6931, at z = 0

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

struct Activation {
    const char* name;
    Tensor (*g)(const Tensor&);
};

constexpr Activation kActivations[] = {
    {"heaviside", [](const Tensor& z) { return heaviside(z, 1); }},
    {"sigmoid", [](const Tensor& z) { return sigmoid(z); }},
    {"tanh", [](const Tensor& z) { return tanh(z); }},
    {"ReLU", [](const Tensor& z) { return relu(z); }},
    {"softplus", [](const Tensor& z) { return softplus(z); }},
    {"ELU", [](const Tensor& z) { return elu(z); }},
};

}  // namespace

int main()
{
    const Tensor z = tensor({5}, {-4, -1, 0, 1, 4}, f64);
    fmt::print("z           {:8.1f}\n", fmt::join(z.to_vector<double>(), " "));
    for (const auto& [name, g] : kActivations) {
        const Tensor slope = grad([g = g](const Tensor& x) { return sum(g(x)); })(z);
        fmt::print("{:10}  {:8.4f}\n", name, fmt::join(g(z).to_vector<double>(), " "));
        fmt::print("  slope     {:8.4f}\n", fmt::join(slope.to_vector<double>(), " "));
    }

    const Tensor many = linspace(-10, 10, 2001, f64), distance = softplus(many) - relu(many);
    const auto at = many.to_vector<double>()[static_cast<std::size_t>(argmax(distance).item())];
    fmt::print("largest distance of softplus and ReLU: {:.4f}, at z = {:.0f}\n", max(distance).item(), at);
}
