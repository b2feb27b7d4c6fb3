#include <xgrad/error.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/recurrent.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <cmath>

#include "nn/check.hpp"

namespace xgrad::nn {
namespace {

using detail::CellParameters;
using detail::RecurrentLayer;
using detail::value_or_none;
using xgrad::detail::error_text;

using States = std::vector<Tensor>;  // h, and c of an LSTM
using Weights = std::vector<CellWeights>;

struct Sequence {
    Tensor output;
    States last;
};

/// What the kinds of networks differ in. x of `sequence` is (T, N, I).
struct Recurrence {
    const char* layer;
    Sequence (*sequence)(const Tensor& x, const States& first, const Weights&, bool bidirectional);
    States (*step)(const Tensor& x, const States& before, const CellWeights&);
};

const Recurrence kRnnTanh{
    "RNN",
    [](const Tensor& x, const States& s, const Weights& w, bool both) -> Sequence {
        const RecurrentOutput y = rnn_tanh(x, s[0], w, {.bidirectional = both});
        return {y.output, {y.h_n}};
    },
    [](const Tensor& x, const States& s, const CellWeights& w) -> States { return {rnn_tanh_cell(x, s[0], w)}; }};

const Recurrence kRnnRelu{
    "RNN",
    [](const Tensor& x, const States& s, const Weights& w, bool both) -> Sequence {
        const RecurrentOutput y = rnn_relu(x, s[0], w, {.bidirectional = both});
        return {y.output, {y.h_n}};
    },
    [](const Tensor& x, const States& s, const CellWeights& w) -> States { return {rnn_relu_cell(x, s[0], w)}; }};

const Recurrence kGru{
    "GRU",
    [](const Tensor& x, const States& s, const Weights& w, bool both) -> Sequence {
        const RecurrentOutput y = gru(x, s[0], w, {.bidirectional = both});
        return {y.output, {y.h_n}};
    },
    [](const Tensor& x, const States& s, const CellWeights& w) -> States { return {gru_cell(x, s[0], w)}; }};

const Recurrence kLstm{"LSTM",
                       [](const Tensor& x, const States& s, const Weights& w, bool both) -> Sequence {
                           const LstmOutput y = lstm(x, {s[0], s[1]}, w, {.bidirectional = both});
                           return {y.output, {y.h_n, y.c_n}};
                       },
                       [](const Tensor& x, const States& s, const CellWeights& w) -> States {
                           LstmState y = lstm_cell(x, {s[0], s[1]}, w);
                           return {std::move(y.h), std::move(y.c)};
                       }};

const Recurrence& rnn_kind(Nonlinearity f) { return f == Nonlinearity::tanh ? kRnnTanh : kRnnRelu; }

// ---- one direction of one layer, where samples have lengths of their own --------------------------------------------

/// Whether step t counts, (N, 1).
Tensor counts(const Tensor& lengths, std::int64_t t) { return unsqueeze(gt(lengths, t), 1); }

Sequence run_masked(const Recurrence& kind, const Tensor& x, States state, const CellWeights& weights,
                    const Tensor& lengths, bool backward)
{
    const std::int64_t steps = x.size(0);
    std::vector<Tensor> outputs(static_cast<std::size_t>(steps));
    for (std::int64_t i = 0; i < steps; ++i) {
        const std::int64_t t = backward ? steps - 1 - i : i;
        const Tensor active = counts(lengths, t);
        const States next = kind.step(select(x, 0, t), state, weights);
        for (std::size_t k = 0; k < state.size(); ++k)
            state[k] = where(active, next[k], state[k].defined() ? state[k] : zeros_like(next[k]));
        outputs[static_cast<std::size_t>(t)] = where(active, next[0], zeros_like(next[0]));
    }
    return {stack(outputs), std::move(state)};
}

// ---- a whole network ------------------------------------------------------------------------------------------------

/// State number `cell` of (L D, N, H), or undefined.
States of_cell(const States& states, std::int64_t cell)
{
    States own;
    for (const Tensor& s : states) own.push_back(s.defined() ? select(s, 0, cell) : s);
    return own;
}

/// One layer, of one or two directions. `first` is its part (D, N, H) of the states.
Sequence run_layer(const Recurrence& kind, const Tensor& x, const States& first, const Weights& weights,
                   const Tensor& lengths)
{
    if (!lengths.defined()) return kind.sequence(x, first, weights, weights.size() == 2);
    std::vector<Sequence> directions;
    for (std::size_t d = 0; d < weights.size(); ++d)
        directions.push_back(
            run_masked(kind, x, of_cell(first, static_cast<std::int64_t>(d)), weights[d], lengths, d == 1));
    if (directions.size() == 1) {
        for (Tensor& s : directions[0].last) s = unsqueeze(s, 0);
        return std::move(directions[0]);
    }
    Sequence both{cat({directions[0].output, directions[1].output}, -1), {}};
    for (std::size_t k = 0; k < first.size(); ++k)
        both.last.push_back(stack({directions[0].last[k], directions[1].last[k]}));
    return both;
}

void check_lengths(const char* layer, const Tensor& x, const Tensor& lengths)
{
    const auto refuse = [&](const std::string& what) {
        throw ShapeError(error_text(layer, what + " for x " + to_string(x.sizes()), "lengths: (N), each from 1 to T",
                                    "leave lengths out where all steps count"));
    };
    if (lengths.dtype() != i64)
        throw DtypeError(error_text(layer, "lengths " + describe(lengths), "lengths are i64", "to(lengths, i64)"));
    if (lengths.ndim() != 1 || lengths.numel() != x.size(1)) refuse("lengths of shape " + to_string(lengths.sizes()));
    for (const std::int64_t n : lengths.to_vector<std::int64_t>())
        if (n < 1 || n > x.size(0)) refuse("a length of " + std::to_string(n));
}

/// Layer by layer, where something happens between layers or samples differ in length; else in one call.
Sequence run_time_first(const Recurrence& kind, const RecurrentLayer& layer, Tensor x, const States& first,
                        const Weights& weights, const Tensor& lengths)
{
    const bool drop = layer.training && layer.options.dropout > 0;
    if (!lengths.defined() && !drop) return kind.sequence(x, first, weights, layer.options.bidirectional);
    const std::int64_t directions = layer.options.bidirectional ? 2 : 1;
    std::vector<States> last(first.size());
    for (std::int64_t l = 0; l < layer.options.num_layers; ++l) {
        const auto begin = weights.begin() + l * directions;
        States own;
        for (const Tensor& s : first) own.push_back(s.defined() ? narrow(s, 0, l * directions, directions) : s);
        Sequence y = run_layer(kind, x, own, Weights(begin, begin + directions), lengths);
        for (std::size_t k = 0; k < first.size(); ++k) last[k].push_back(y.last[k]);
        x = drop && l + 1 < layer.options.num_layers ? dropout(y.output, layer.options.dropout) : y.output;
    }
    Sequence all{x, {}};
    for (const States& parts : last) all.last.push_back(cat(parts));
    return all;
}

/// With the axes as the user has them: batch_first, or no batch at all.
Sequence run(const Recurrence& kind, const RecurrentLayer& layer, const Input& x, States first, const Tensor& lengths)
{
    detail::check_dtype(kind.layer, *x, layer.cells.front().weight_ih);
    if ((x->ndim() != 2 && x->ndim() != 3) || x->size(-1) != layer.input_size)
        throw ShapeError(error_text(kind.layer,
                                    "input of shape " + to_string(x->sizes()) + " into " + kind.layer + "(" +
                                        std::to_string(layer.input_size) + ", " + std::to_string(layer.hidden_size) +
                                        ")",
                                    layer.options.batch_first ? "x: (N, T, input_size) or (T, input_size)"
                                                              : "x: (T, N, input_size) or (T, input_size)",
                                    "check input_size, and batch_first of the layer"));
    Weights weights;
    for (const CellParameters& cell : layer.cells) weights.push_back(cell.values());
    const bool single = x->ndim() == 2, exchange = !single && layer.options.batch_first;
    const Tensor time_first = single ? unsqueeze(x, 1) : exchange ? transpose(x, 0, 1) : *x;
    if (lengths.defined()) check_lengths(kind.layer, time_first, lengths);
    if (single)
        for (Tensor& s : first)
            if (s.defined()) s = unsqueeze(s, 1);
    Sequence y = run_time_first(kind, layer, time_first, first, weights, lengths);
    if (single)
        for (Tensor& s : y.last) s = squeeze(s, 1);
    if (single) y.output = squeeze(y.output, 1);
    if (exchange) y.output = transpose(y.output, 0, 1);
    return y;
}

/// The parameters of one cell; all uniform in +-1/sqrt(hidden).
CellParameters new_cell(const std::string& layer, std::int64_t gates, std::int64_t in, std::int64_t hidden, bool bias)
{
    const double bound = 1 / std::sqrt(static_cast<double>(hidden));
    const auto parameter = [&](const char* name, Sizes sizes) {
        return Parameter(init::uniform(sizes, -bound, bound), layer + name);
    };
    CellParameters cell;
    cell.weight_ih = parameter(".weight_ih", {gates * hidden, in});
    cell.weight_hh = parameter(".weight_hh", {gates * hidden, hidden});
    if (!bias) return cell;
    cell.bias_ih = parameter(".bias_ih", {gates * hidden});
    cell.bias_hh = parameter(".bias_hh", {gates * hidden});
    return cell;
}

/// Moves the parameters of a new cell into the members of a cell layer.
template <class Layer>
void start_cell(Layer& layer, const char* name, std::int64_t gates, std::int64_t in, std::int64_t hidden, bool bias)
{
    detail::check_positive(name, "input_size", in);
    detail::check_positive(name, "hidden_size", hidden);
    CellParameters cell = new_cell(name, gates, in, hidden, bias);
    layer.weight_ih = std::move(cell.weight_ih), layer.weight_hh = std::move(cell.weight_hh);
    layer.bias_ih = std::move(cell.bias_ih), layer.bias_hh = std::move(cell.bias_hh);
}

template <class Cell>
CellWeights weights_of(const char* name, const Tensor& x, const Cell& cell)
{
    detail::check_dtype(name, x, cell.weight_ih);
    return {cell.weight_ih, cell.weight_hh, value_or_none(cell.bias_ih), value_or_none(cell.bias_hh)};
}

}  // namespace

namespace detail {

CellWeights CellParameters::values() const
{
    return {weight_ih, weight_hh, value_or_none(bias_ih), value_or_none(bias_hh)};
}

RecurrentLayer::RecurrentLayer(const char* layer, std::int64_t gates, std::int64_t in, std::int64_t hidden,
                               RecurrentOptions o)
    : input_size(in), hidden_size(hidden), options(o)
{
    check_positive(layer, "input_size", in);
    check_positive(layer, "hidden_size", hidden);
    check_positive(layer, "num_layers", o.num_layers);
    if (!(o.dropout >= 0 && o.dropout <= 1))
        throw ShapeError(error_text(layer, "dropout = " + std::to_string(o.dropout), "a probability, from 0 to 1",
                                    "it is the part that is dropped"));
    const std::int64_t directions = o.bidirectional ? 2 : 1;
    for (std::int64_t i = 0; i < o.num_layers * directions; ++i)
        cells.push_back(new_cell(layer, gates, i < directions ? in : directions * hidden, hidden, o.bias));
}

std::string RecurrentLayer::suffix(std::size_t cell) const
{
    const std::size_t directions = options.bidirectional ? 2 : 1;
    return "_l" + std::to_string(cell / directions) + (cell % directions == 1 ? "_reverse" : "");
}

}  // namespace detail

RNN::RNN(std::int64_t in, std::int64_t hidden, RecurrentOptions o) : RecurrentLayer("RNN", 1, in, hidden, o) {}

RecurrentOutput RNN::operator()(const Input& x, const Tensor& h_0, const Tensor& lengths) const
{
    Sequence y = run(rnn_kind(options.nonlinearity), *this, x, {h_0}, lengths);
    return {std::move(y.output), std::move(y.last[0])};
}

LSTM::LSTM(std::int64_t in, std::int64_t hidden, RecurrentOptions o) : RecurrentLayer("LSTM", 4, in, hidden, o) {}

LstmOutput LSTM::operator()(const Input& x, const LstmState& state_0, const Tensor& lengths) const
{
    Sequence y = run(kLstm, *this, x, {state_0.h, state_0.c}, lengths);
    return {std::move(y.output), std::move(y.last[0]), std::move(y.last[1])};
}

GRU::GRU(std::int64_t in, std::int64_t hidden, RecurrentOptions o) : RecurrentLayer("GRU", 3, in, hidden, o) {}

RecurrentOutput GRU::operator()(const Input& x, const Tensor& h_0, const Tensor& lengths) const
{
    Sequence y = run(kGru, *this, x, {h_0}, lengths);
    return {std::move(y.output), std::move(y.last[0])};
}

RNNCell::RNNCell(std::int64_t in, std::int64_t hidden, CellOptions o) : options(o)
{
    start_cell(*this, "RNNCell", 1, in, hidden, o.bias);
}

Tensor RNNCell::operator()(const Input& x, const Tensor& h) const
{
    const CellWeights w = weights_of("RNNCell", *x, *this);
    return options.nonlinearity == Nonlinearity::tanh ? rnn_tanh_cell(x, h, w) : rnn_relu_cell(x, h, w);
}

LSTMCell::LSTMCell(std::int64_t in, std::int64_t hidden, CellOptions o)
{
    start_cell(*this, "LSTMCell", 4, in, hidden, o.bias);
}

LstmState LSTMCell::operator()(const Input& x, const LstmState& state) const
{
    return lstm_cell(x, state, weights_of("LSTMCell", *x, *this));
}

GRUCell::GRUCell(std::int64_t in, std::int64_t hidden, CellOptions o)
{
    start_cell(*this, "GRUCell", 3, in, hidden, o.bias);
}

Tensor GRUCell::operator()(const Input& x, const Tensor& h) const
{
    return gru_cell(x, h, weights_of("GRUCell", *x, *this));
}

}  // namespace xgrad::nn
