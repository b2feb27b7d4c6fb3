#include <xgrad/ops/recurrent.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>

#include "autograd/ops/lstm_sequence.hpp"
#include "autograd/recording.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

/// One kind of network. `step` takes W_ih x + b_ih of one step; a state without cell leaves c undefined.
struct Kind {
    const char *name, *cell_name;
    std::int64_t gates;
    bool has_cell;
    LstmState (*step)(const Tensor& projected, const LstmState& state, const CellWeights& weights);
};

Tensor from_state(const LstmState& state, const CellWeights& w) { return linear(state.h, w.weight_hh, w.bias_hh); }

LstmState tanh_step(const Tensor& projected, const LstmState& state, const CellWeights& w)
{
    return {tanh(projected + from_state(state, w)), {}};
}

LstmState relu_step(const Tensor& projected, const LstmState& state, const CellWeights& w)
{
    return {relu(projected + from_state(state, w)), {}};
}

LstmState lstm_step(const Tensor& projected, const LstmState& state, const CellWeights& w)
{
    const auto [i, f, g, o] = detail::lstm_gates(projected + from_state(state, w));
    const Tensor c = f * state.c + i * g, h = o * tanh(c);
    return {w.weight_hr.defined() ? linear(h, w.weight_hr) : h, c};
}

LstmState gru_step(const Tensor& projected, const LstmState& state, const CellWeights& w)
{
    const std::vector<Tensor> x = chunk(projected, 3, -1), h = chunk(from_state(state, w), 3, -1);
    const Tensor r = sigmoid(x[0] + h[0]), z = sigmoid(x[1] + h[1]), n = tanh(x[2] + r * h[2]);
    return {n + z * (state.h - n), {}};
}

constexpr Kind kTanh{"rnn_tanh", "rnn_tanh_cell", 1, false, tanh_step},
    kRelu{"rnn_relu", "rnn_relu_cell", 1, false, relu_step}, kLstm{"lstm", "lstm_cell", 4, true, lstm_step},
    kGru{"gru", "gru_cell", 3, false, gru_step};

// ---- checks ---------------------------------------------------------------------------------------------------------

void check_shape(const char* operation, const std::string& what, const Tensor& x, Sizes wanted)
{
    if (!(x.sizes() == wanted))
        throw ShapeError(error_text(operation, what + " of shape " + to_string(x.sizes()),
                                    what + " has the shape " + to_string(wanted) + " here",
                                    "sizes follow from the last axis of x, weight_hh and the number of networks"));
}

void check_dtype(const char* operation, const Tensor& x, const Tensor& other)
{
    if (other.defined() && other.dtype() != x.dtype())
        throw DtypeError(error_text(operation, describe(other) + " beside x " + describe(x),
                                    "x, states and weights are of one dtype",
                                    "convert the input with to(x, dtype), or the module"));
}

struct CellSizes {
    std::int64_t hidden, output;  // output: that of h
};

/// The sizes of a network over `input` numbers, where all weights fit.
CellSizes check_weights(const char* name, const Kind& kind, const CellWeights& w, const Tensor& x, std::int64_t input)
{
    if (!w.weight_ih.defined() || !w.weight_hh.defined() || w.weight_hh.ndim() != 2)
        throw ShapeError(error_text(name, "a network without weight_ih or weight_hh",
                                    "weight_ih: (gates * hidden, input), weight_hh: (gates * hidden, hidden)",
                                    "give both"));
    for (const Tensor* t : {&w.weight_ih, &w.weight_hh, &w.bias_ih, &w.bias_hh, &w.weight_hr}) check_dtype(name, x, *t);
    if (w.weight_hr.defined() && (!kind.has_cell || w.weight_hr.ndim() != 2))
        throw ShapeError(error_text(name, "weight_hr of shape " + to_string(w.weight_hr.sizes()),
                                    "weight_hr: (projection, hidden), in an lstm alone", "leave it undefined"));
    const bool projects = w.weight_hr.defined();
    const std::int64_t output = w.weight_hh.sizes()[1], hidden = projects ? w.weight_hr.sizes()[1] : output;
    check_shape(name, "weight_ih", w.weight_ih, {kind.gates * hidden, input});
    check_shape(name, "weight_hh", w.weight_hh, {kind.gates * hidden, output});
    if (projects) check_shape(name, "weight_hr", w.weight_hr, {output, hidden});
    if (w.bias_ih.defined()) check_shape(name, "bias_ih", w.bias_ih, {kind.gates * hidden});
    if (w.bias_hh.defined()) check_shape(name, "bias_hh", w.bias_hh, {kind.gates * hidden});
    return {hidden, output};
}

void check_input(const char* operation, const Tensor& x, std::size_t axes)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "x " + describe(x), "x is f32 or f64", "convert it first: to(x, f32)"));
    if (x.ndim() != axes && x.ndim() + 1 != axes)
        throw ShapeError(
            error_text(operation, "x of shape " + to_string(x.sizes()),
                       axes == 3 ? "x: (steps, batch, input) or (steps, input)" : "x: (batch, input) or (input)",
                       "reshape it to these axes"));
}

/// A state of the shape, zeros where it is undefined.
Tensor state_or_zeros(const char* operation, const char* what, const Tensor& state, const Tensor& x, Sizes sizes)
{
    if (!state.defined()) return zeros(sizes, x.dtype());
    check_dtype(operation, x, state);
    check_shape(operation, what, state, sizes);
    return state;
}

// ---- a step, a sequence, layers -------------------------------------------------------------------------------------

LstmState cell(const Kind& kind, const Input& x, const LstmState& given, const CellWeights& w)
{
    check_input(kind.cell_name, *x, 2);
    const CellSizes size = check_weights(kind.cell_name, kind, w, *x, x->sizes().back());
    Dims h = x->sizes(), c = h;
    h.back() = size.output, c.back() = size.hidden;
    LstmState state{state_or_zeros(kind.cell_name, "h", given.h, *x, h), {}};
    if (kind.has_cell) state.c = state_or_zeros(kind.cell_name, "c", given.c, *x, c);
    return kind.step(linear(x, w.weight_ih, w.bias_ih), state, w);
}

struct Sequence {
    Tensor output;  // (T, N, H)
    LstmState last;
};

/// Whether the steps of a network are one operation. Explaining tapes show each step.
bool runs_as_one(const Kind& kind, const LstmState& state, const CellWeights& w)
{
    const detail::Recording* const tape = detail::running();
    return &kind == &kLstm && !w.weight_hr.defined() && !(tape && tape->explains()) && state.h.numel() > 0;
}

/// state.h is undefined for zeros.
Sequence run_as_one(const Tensor& x, const LstmState& state, const CellWeights& w, bool backwards)
{
    const Tensor bias = !w.bias_hh.defined() ? w.bias_ih : w.bias_ih.defined() ? w.bias_ih + w.bias_hh : w.bias_hh;
    const Tensor projected = linear(x, w.weight_ih, bias);
    const Tensor y = detail::lstm_sequence(projected, w.weight_hh, state.h, state.c, backwards);
    const std::int64_t steps = x.sizes()[0];
    return {narrow(y, 0, 0, steps), {select(y, 0, backwards ? 0 : steps - 1), select(y, 0, steps)}};
}

/// One network over x: (T, N, I), from the first step to the last or backwards. W_ih meets all steps in one product.
/// `from_zeros`: state.h is zeros.
Sequence run_network(const Kind& kind, const Tensor& x, LstmState state, const CellWeights& w, bool backwards,
                     bool from_zeros)
{
    if (runs_as_one(kind, state, w)) return run_as_one(x, {from_zeros ? Tensor() : state.h, state.c}, w, backwards);
    const Tensor projected = linear(x, w.weight_ih, w.bias_ih);
    const std::int64_t steps = x.sizes()[0];
    std::vector<Tensor> outputs;
    for (std::int64_t i = 0; i < steps; ++i) {
        state = kind.step(select(projected, 0, backwards ? steps - 1 - i : i), state, w);
        outputs.push_back(state.h);
    }
    if (backwards) std::reverse(outputs.begin(), outputs.end());
    return {stack(outputs, 0), state};
}

/// All layers over x: (T, N, I), with states (L D, N, H).
LstmOutput run_layers(const Kind& kind, const Tensor& x, const LstmState& state_0,
                      const std::vector<CellWeights>& weights, std::size_t directions)
{
    const std::int64_t batch = x.sizes()[1], networks = static_cast<std::int64_t>(weights.size());
    const CellSizes size = check_weights(kind.name, kind, weights[0], x, x.sizes()[2]);
    const Tensor h_0 = state_or_zeros(kind.name, "h_0", state_0.h, x, {networks, batch, size.output});
    Tensor c_0;
    if (kind.has_cell) c_0 = state_or_zeros(kind.name, "c_0", state_0.c, x, {networks, batch, size.hidden});
    std::vector<Tensor> h_n, c_n;
    Tensor layer = x;
    for (std::size_t first = 0; first < weights.size(); first += directions) {
        std::vector<Tensor> outputs;
        for (std::size_t d = 0; d < directions; ++d) {
            const std::size_t i = first + d;
            const CellSizes own = check_weights(kind.name, kind, weights[i], x, layer.sizes()[2]);
            if (own.hidden != size.hidden || own.output != size.output)
                throw ShapeError(error_text(kind.name,
                                            "network " + std::to_string(i) + " of hidden size " +
                                                std::to_string(own.hidden) + " beside " + std::to_string(size.hidden),
                                            "all layers and directions have one hidden size", "check the weights"));
            const LstmState start{select(h_0, 0, i), c_0.defined() ? select(c_0, 0, i) : c_0};
            const Sequence run = run_network(kind, layer, start, weights[i], d == 1, !state_0.h.defined());
            outputs.push_back(run.output);
            h_n.push_back(run.last.h);
            c_n.push_back(run.last.c);
        }
        layer = directions == 1 ? outputs[0] : cat(outputs, 2);
    }
    return {layer, stack(h_n, 0), kind.has_cell ? stack(c_n, 0) : Tensor()};
}

Tensor unsqueeze_if_any(const Tensor& x, std::int64_t axis) { return x.defined() ? unsqueeze(x, axis) : x; }
Tensor squeeze_if_any(const Tensor& x, std::int64_t axis) { return x.defined() ? squeeze(x, axis) : x; }

LstmOutput run(const Kind& kind, const Input& x, const LstmState& state_0, const std::vector<CellWeights>& weights,
               RecurrentOptions options)
{
    check_input(kind.name, *x, 3);
    const std::size_t directions = options.bidirectional ? 2 : 1;
    if (weights.empty() || weights.size() % directions != 0)
        throw ShapeError(error_text(kind.name, std::to_string(weights.size()) + " networks",
                                    "one network a layer, two when bidirectional", "give weights for each of them"));
    const bool batched = x->ndim() == 3;
    const Tensor steps_first = !batched ? unsqueeze(x, 1) : options.batch_first ? transpose(x, 0, 1) : *x;
    if (steps_first.sizes()[0] == 0)
        throw ShapeError(error_text(kind.name, "x of shape " + to_string(x->sizes()) + " has no steps",
                                    "a sequence has one step or more", "leave empty sequences out"));
    if (batched) {
        LstmOutput y = run_layers(kind, steps_first, state_0, weights, directions);
        if (options.batch_first) y.output = transpose(y.output, 0, 1);
        return y;
    }
    const LstmState of_one{unsqueeze_if_any(state_0.h, 1), unsqueeze_if_any(state_0.c, 1)};
    const LstmOutput y = run_layers(kind, steps_first, of_one, weights, directions);
    return {squeeze(y.output, 1), squeeze(y.h_n, 1), squeeze_if_any(y.c_n, 1)};
}

RecurrentOutput run_without_cell(const Kind& kind, const Input& x, const Tensor& h_0,
                                 const std::vector<CellWeights>& weights, RecurrentOptions options)
{
    const LstmOutput y = run(kind, x, {h_0, {}}, weights, options);
    return {y.output, y.h_n};
}

}  // namespace

Tensor rnn_tanh_cell(const Input& x, const Input& h, const CellWeights& weights)
{
    return cell(kTanh, x, {*h, {}}, weights).h;
}

Tensor rnn_relu_cell(const Input& x, const Input& h, const CellWeights& weights)
{
    return cell(kRelu, x, {*h, {}}, weights).h;
}

LstmState lstm_cell(const Input& x, const LstmState& state, const CellWeights& weights)
{
    return cell(kLstm, x, state, weights);
}

Tensor gru_cell(const Input& x, const Input& h, const CellWeights& weights)
{
    return cell(kGru, x, {*h, {}}, weights).h;
}

RecurrentOutput rnn_tanh(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                         RecurrentOptions options)
{
    return run_without_cell(kTanh, x, h_0, weights, options);
}

RecurrentOutput rnn_relu(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                         RecurrentOptions options)
{
    return run_without_cell(kRelu, x, h_0, weights, options);
}

RecurrentOutput gru(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                    RecurrentOptions options)
{
    return run_without_cell(kGru, x, h_0, weights, options);
}

LstmOutput lstm(const Input& x, const LstmState& state_0, const std::vector<CellWeights>& weights,
                RecurrentOptions options)
{
    return run(kLstm, x, state_0, weights, options);
}

}  // namespace xgrad
