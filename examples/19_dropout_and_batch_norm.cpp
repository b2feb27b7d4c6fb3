// One idea: a wide network learns by heart, mistakes too; dropout makes it learn what many images have in common.
// 500 digits to learn, of which every fifth has a wrong label, and 937 others, with the right ones, to judge by; means over
// three starts. Dropout leaves each hidden neuron out with probability 1/2 in training (nn::Dropout::keep takes the
// probability of staying, the p of the paper): 84 in place of 80 % of the others are right. Batch normalisation brings each
// neuron to mean 0 and deviation 1 over a batch. It learns faster, the wrong labels as well: 74 %; both together: 85 %.
// Prints:
//                        few: loss, accuracy  others: loss, accuracy
//   neither              0.4...  0.8...         0.6...  0...
//   dropout              0.5...  0...         0.5...  0.8...
//   batch normalisation  0.0...  ...         0.7...  0.7...
//   both                 0.3...  0.8...         0.5...  0.8...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <optional>

using namespace xgrad;

namespace {

struct Net {
    Net(bool normalised, double p) : dropout(p)
    {
        if (normalised) norm1.emplace(128), norm2.emplace(128);
    }

    Tensor operator()(const Input& image)
    {
        Tensor x = fc1(flatten(image, 1));
        x = dropout(relu(norm1 ? (*norm1)(x) : x));
        x = fc2(x);
        x = dropout(relu(norm2 ? (*norm2)(x) : x));
        return fc3(x);
    }

    nn::Linear fc1{64, 128}, fc2{128, 128}, fc3{128, 10};
    std::optional<nn::BatchNorm1d> norm1, norm2;
    nn::Dropout dropout;
    XGRAD_MODULE(Net, fc1, fc2, fc3, norm1, norm2, dropout)
};

/// Every fifth label becomes the next digit.
data::Dataset with_wrong_labels(const data::Dataset& set)
{
    const Tensor wrong = remainder(arange(set.size()), 5) == 0;
    return {set.inputs(), where(wrong, remainder(set.targets() + 1, 10), set.targets())};
}

void study(const char* name, bool normalised, double p, const data::Dataset& few, const data::Dataset& others)
{
    constexpr int kStarts = 3;
    double losses[2] = {}, accuracies[2] = {};
    for (int start = 1; start <= kStarts; ++start) {
        manual_seed(static_cast<std::uint64_t>(start));
        Net net(normalised, p);
        optim::Adam adam{nn::parameters(net), {.lr = 1e-3}};
        data::Loader loader(few, {.batch_size = 50});
        for (int epoch = 0; epoch < 40; ++epoch) {
            nn::train(net);
            for (auto [x, labels] : loader) {
                Tape tape;
                const Tensor loss = cross_entropy(net(x), labels);
                adam.zero_grad();
                tape.backward(loss);
                adam.step();
            }
        }
        for (int i = 0; i < 2; ++i) {
            const train::Evaluation result = train::evaluate(net, i == 0 ? few : others, 10);
            losses[i] += result.loss / kStarts;
            accuracies[i] += result.accuracy() / kStarts;
        }
    }
    fmt::print("{:19}  {:.3f}  {:.3f}         {:.3f}  {:.3f}\n", name, losses[0], accuracies[0], losses[1],
               accuracies[1]);
}

}  // namespace

int main()
{
    const data::Dataset digits = data::digits().train;
    const data::Dataset few = with_wrong_labels(digits.rows(0, 500)), others = digits.rows(500, digits.size());
    fmt::print("                     few: loss, accuracy  others: loss, accuracy\n");
    study("neither", false, 0, few, others);
    study("dropout", false, 0.5, few, others);
    study("batch normalisation", true, 0, few, others);
    study("both", true, 0.5, few, others);
}
