// Networks over sequences.
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "benchmarks/training/training.hpp"

using namespace xgrad;

namespace bench {
namespace {

// The last output into a linear layer. x: (steps, batch, 64)
struct LastOutput {
    nn::LSTM lstm{64, 128};
    nn::Linear fc{128, 10};
    XGRAD_MODULE(LastOutput, lstm, fc)

    Tensor operator()(const Tensor& x) const { return fc(select(lstm(x).output, 0, -1)); }
};

// x + attention(norm1(x)), then x + ff2(gelu(ff1(norm2(x)))); without dropout and masks.
nn::TransformerEncoderLayer block()
{
    return {128,
            4,
            {.dim_feedforward = 512,
             .dropout = 0,
             .activation = TransformerActivation::gelu,
             .batch_first = true,
             .norm_first = true}};
}

}  // namespace

void add_sequences(Factories& factories)
{
    factories["lstm"] = [] {
        return classify<optim::Adam>(LastOutput(), optim::AdamOptions{.lr = 1e-3}, {32, 32, 64});
    };
    factories["transformer_block"] = [] {
        const Tensor input = nn::init::normal({16, 64, 128}, 0, 1), target = nn::init::normal({16, 64, 128}, 0, 1);
        const auto loss = [](const Tensor& y, const Tensor& t) { return nn::mse_loss(y, t); };
        return training<optim::AdamW>(block(), optim::AdamWOptions{.lr = 1e-3}, input, target, loss, "sequence");
    };
}

}  // namespace bench
