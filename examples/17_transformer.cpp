// One idea: attention alone does not know the order of its inputs; positions have to be added to them.
// A transformer learns to write a sequence of 8 symbols backwards. With positional encoding it does so, and position i
// attends to position 7 - i. Without, it sees which symbols there are and has to guess where they belong.
// Prints:
//   with positions:    accuracy 1.00
//   without positions: accuracy 0.3...
//   positions 0 to 7 attend most to 7 6 5 4 3 2 1 0

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

constexpr std::int64_t kSymbols = 10, kLength = 8, kWidth = 32;

struct Transformer {
    nn::Embedding embedding{kSymbols, kWidth};
    nn::PositionalEncoding positions{kWidth, {.max_len = kLength, .dropout = 0, .batch_first = true}};
    nn::TransformerEncoderLayer layer{kWidth, 2, {.dim_feedforward = 64, .dropout = 0, .batch_first = true}};
    nn::Linear output{kWidth, kSymbols};
    bool with_positions = true;
    XGRAD_MODULE(Transformer, embedding, positions, layer, output, with_positions)

    Tensor embed(const Tensor& symbols) const
    {
        return with_positions ? positions(embedding(symbols)) : embedding(symbols);
    }
    Tensor operator()(const Tensor& symbols) const { return output(layer(embed(symbols))); }  // (n, 8, 10)
};

Tensor draw(std::int64_t n) { return randint(0, kSymbols, {n, kLength}); }

Transformer learned(bool with_positions)
{
    manual_seed(1);
    Transformer model{.with_positions = with_positions};
    optim::Adam adam{nn::parameters(model), {.lr = 3e-3}};
    for (int step = 0; step < 300; ++step) {
        const Tensor symbols = draw(64);
        Tape tape;
        const Tensor loss = cross_entropy(flatten(model(symbols), 0, 1), flatten(flip(symbols, 1)));
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    return model;
}

double accuracy(const Transformer& model, const Tensor& symbols)
{
    return mean(to(argmax(model(symbols), -1) == flip(symbols, 1), f32)).item();
}

}  // namespace

int main()
{
    const Transformer with = learned(true), without = learned(false);
    const Tensor symbols = draw(500);
    fmt::print("with positions:    accuracy {:.2f}\n", accuracy(with, symbols));
    fmt::print("without positions: accuracy {:.2f}\n", accuracy(without, symbols));

    const Tensor x = with.embed(symbols), weights = with.layer.self_attn(x, x, x).weights;  // (n, 8, 8)
    fmt::print("positions 0 to 7 attend most to {}\n",
               fmt::join(argmax(mean(weights, 0), -1).to_vector<std::int64_t>(), " "));
}
