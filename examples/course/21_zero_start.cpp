// One idea: weights that begin equal stay equal: all hidden units compute the same and get the same gradient.
// With all weights 0 (N10) every sigmoid of every layer gives 1/2, whatever x is, and training moves the units of a
// layer together, for ever: 4 hidden units are worth one. From random weights they go their own ways.
// (S3:404 and S3:408 have z[2] = W[2] x and z[3] = W[3] x for W[2] a[1] and W[3] a[2].)
// Lecture: S1:854-860, S2:559, S3:388-414
// Prints:
//   outputs at the start for three x: 0.5 0.5 0.5, hidden units: 0.5 0.5 0.5 0.5
//   from zeros: units of a layer differ by 0.000 after 1000 steps, loss 0.2500
//   at random:  units of a layer differ by ... after 1000 steps, loss 0.0...

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

const Tensor x = tensor({4, 3}, {1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1}), y = tensor({4, 1}, {0, 1, 1, 0});

/// How far the weights of the units of the first layer are from those of its first unit.
double spread(const nn::MLP& net)
{
    const Tensor w = net.layers[0].weight;
    return max(abs(w - narrow(w, 0, 0, 1))).item();
}

void fit(const char* name, nn::MLP& net)
{
    optim::Adam adam{nn::parameters(net), {.lr = 0.05}};
    for (int step = 0; step < 1000; ++step) {
        Tape tape;
        const Tensor loss = mse_loss(sigmoid(net(x)), y);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    fmt::print("{} units of a layer differ by {:.3f} after 1000 steps, loss {:.4f}\n", name, spread(net),
               mse_loss(sigmoid(net(x)), y).item());
}

}  // namespace

int main()
{
    manual_seed(1);
    nn::MLP random({3, 4, 4, 1}, {.activation = nn::MlpActivation::sigmoid}), zero = random;
    for (const ParameterRef& p : nn::parameters(zero)) p.set_value(zeros(p.sizes()));

    const Tensor points = tensor({3, 3}, {-2, 0, 5, 1, 1, 1, 100, -7, 3});
    const Tensor hidden = sigmoid(zero.layers[1](sigmoid(zero.layers[0](narrow(points, 0, 2, 1)))));
    fmt::print("outputs at the start for three x: {}, hidden units: {}\n",
               fmt::join(sigmoid(zero(points)).to_vector<double>(), " "), fmt::join(hidden.to_vector<double>(), " "));
    fit("from zeros:", zero);
    fit("at random: ", random);
}
