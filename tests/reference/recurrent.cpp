#include "tests/reference/binding.hpp"

#include <xgrad/ops/recurrent.hpp>

namespace xgrad::reference {
namespace {

/// nn.RNN and its kin take sizes that their weights show as well.
void read_sizes(const Call& c)
{
    (void)c.integer("input_size");
    (void)c.integer("hidden_size");
    (void)c.flag("bias", true);
    if (c.number("dropout", 0) != 0) throw CallError("results of dropout are random");
}

CellWeights weights_of(const Call& c, const std::string& suffix)
{
    return {.weight_ih = c.tensor("weight_ih" + suffix),
            .weight_hh = c.tensor("weight_hh" + suffix),
            .bias_ih = c.tensor_if_any("bias_ih" + suffix),
            .bias_hh = c.tensor_if_any("bias_hh" + suffix),
            .weight_hr = c.tensor_if_any("weight_hr" + suffix)};
}

struct Networks {
    explicit Networks(const Call& c)
        : options{.bidirectional = c.flag("bidirectional", false), .batch_first = c.flag("batch_first", false)}
    {
        read_sizes(c);
        (void)c.integer("proj_size", 0);
        for (std::int64_t layer = 0; layer < c.integer("num_layers", 1); ++layer) {
            const std::string suffix = "_l" + std::to_string(layer);
            weights.push_back(weights_of(c, suffix));
            if (options.bidirectional) weights.push_back(weights_of(c, suffix + "_reverse"));
        }
    }
    RecurrentOptions options;
    std::vector<CellWeights> weights;
};

Outputs outputs(const RecurrentOutput& y) { return std::vector<Tensor>{y.output, y.h_n}; }

Outputs rnn_of(const Call& c)
{
    const Networks n(c);
    const auto run = c.text("nonlinearity", "tanh") == "relu" ? rnn_relu : rnn_tanh;
    return outputs(run(c.tensor("input"), c.tensor_if_any("h_0"), n.weights, n.options));
}

Outputs gru_of(const Call& c)
{
    const Networks n(c);
    return outputs(gru(c.tensor("input"), c.tensor_if_any("h_0"), n.weights, n.options));
}

Outputs lstm_of(const Call& c)
{
    const Networks n(c);
    const LstmState state{c.tensor_if_any("h_0"), c.tensor_if_any("c_0")};
    const LstmOutput y = lstm(c.tensor("input"), state, n.weights, n.options);
    return std::vector<Tensor>{y.output, y.h_n, y.c_n};
}

Outputs rnn_cell_of(const Call& c)
{
    read_sizes(c);
    const auto run = c.text("nonlinearity", "tanh") == "relu" ? rnn_relu_cell : rnn_tanh_cell;
    return run(c.tensor("input"), c.tensor_if_any("h_0"), weights_of(c, ""));
}

Outputs gru_cell_of(const Call& c)
{
    read_sizes(c);
    return gru_cell(c.tensor("input"), c.tensor_if_any("h_0"), weights_of(c, ""));
}

Outputs lstm_cell_of(const Call& c)
{
    read_sizes(c);
    const LstmState state{c.tensor_if_any("h_0"), c.tensor_if_any("c_0")};
    const LstmState y = lstm_cell(c.tensor("input"), state, weights_of(c, ""));
    return std::vector<Tensor>{y.h, y.c};
}

constexpr Binding kRows[] = {
    {"nn.RNN", rnn_of},          {"nn.LSTM", lstm_of},        {"nn.GRU", gru_of},
    {"nn.RNNCell", rnn_cell_of}, {"nn.GRUCell", gru_cell_of}, {"nn.LSTMCell", lstm_cell_of},
};

}  // namespace

Bindings recurrent_bindings() { return kRows; }

}  // namespace xgrad::reference
