#pragma once

// Recurrent layers: one step (cells) and whole sequences. Formulas, order of the gates, names and shapes of the weights are
// PyTorch's; weights and biases start uniform in +-1/sqrt(hidden_size).
//
// T: steps, N: batch, I: input_size, H: hidden_size, L: layers, D: 2 when bidirectional, else 1, G: gates (1 for RNN, 4
// for LSTM, 3 for GRU).

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/random.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::nn {

enum class Nonlinearity : unsigned char { tanh, relu };

struct RecurrentOptions {
    std::int64_t num_layers = 1;
    bool bias = true;
    bool batch_first = false;    ///< x and output are (N, T, ...) instead of (T, N, ...)
    double dropout = 0;          ///< of every layer's output but the last one's, in training
    bool bidirectional = false;  ///< a second network runs from the last step to the first; outputs side by side
    Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< of RNN
};

namespace detail {

struct CellParameters {
    Parameter weight_ih, weight_hh, bias_ih, bias_hh;  // biases: undefined without them
    CellWeights values() const;
};

/// The parameters of a network's layers and directions, in the order layer by layer; forward, then backward.
struct RecurrentLayer {
    std::int64_t input_size, hidden_size;
    RecurrentOptions options;
    std::vector<CellParameters> cells;
    bool training = true;

    /// Each parameter under PyTorch's name: weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_ih_l0_reverse, ...
    template <class F>
    void xgrad_each(F f)
    {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string end = suffix(i);
            f("weight_ih" + end, cells[i].weight_ih);
            f("weight_hh" + end, cells[i].weight_hh);
            f("bias_ih" + end, cells[i].bias_ih);
            f("bias_hh" + end, cells[i].bias_hh);
        }
    }

protected:
    RecurrentLayer(const char* layer, std::int64_t gates, std::int64_t input_size, std::int64_t hidden_size,
                   RecurrentOptions options);

private:
    std::string suffix(std::size_t cell) const;
};

}  // namespace detail

// Sequences. x: (T, N, I), or (T, I) for one sample. States before the first step and after the last: (L D, N, H), undefined
// for zeros. Output: (T, N, D H), the last layer's at every step.
//
// `lengths`, i64 of shape (N), says how many steps of each sample count; undefined: all. Behind them the output is 0, the
// last states are those of the last step that counts, and the backward direction begins there: what PyTorch does with
// packed sequences, by masks. Throw ShapeError where shapes do not fit, or a length is outside [1, T]; DtypeError unless x
// has the parameters' dtype.

/// tanh or relu of W_ih x + b_ih + W_hh h + b_hh (Elman 1990).
struct RNN : detail::RecurrentLayer {
    RNN(std::int64_t input_size, std::int64_t hidden_size, RecurrentOptions options = {});
    RecurrentOutput operator()(const Input& x, const Tensor& h_0 = {}, const Tensor& lengths = {}) const;
};

/// Source: Hochreiter and Schmidhuber (1997), with forget gates (Gers et al. 2000).
struct LSTM : detail::RecurrentLayer {
    LSTM(std::int64_t input_size, std::int64_t hidden_size, RecurrentOptions options = {});
    LstmOutput operator()(const Input& x, const LstmState& state_0 = {}, const Tensor& lengths = {}) const;
};

/// Source: Cho et al. (2014).
struct GRU : detail::RecurrentLayer {
    GRU(std::int64_t input_size, std::int64_t hidden_size, RecurrentOptions options = {});
    RecurrentOutput operator()(const Input& x, const Tensor& h_0 = {}, const Tensor& lengths = {}) const;
};

// One step: x (N, I), states (N, H), undefined for zeros; without the axis N for one sample. Errors as above.

struct CellOptions {
    bool bias = true;
    Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< of RNNCell
};

struct RNNCell {
    RNNCell(std::int64_t input_size, std::int64_t hidden_size, CellOptions options = {});
    Tensor operator()(const Input& x, const Tensor& h = {}) const;

    Parameter weight_ih, weight_hh, bias_ih, bias_hh;
    CellOptions options;
    XGRAD_MODULE(RNNCell, weight_ih, weight_hh, bias_ih, bias_hh, options)
};

struct LSTMCell {
    LSTMCell(std::int64_t input_size, std::int64_t hidden_size, CellOptions options = {});
    LstmState operator()(const Input& x, const LstmState& state = {}) const;

    Parameter weight_ih, weight_hh, bias_ih, bias_hh;
    XGRAD_MODULE(LSTMCell, weight_ih, weight_hh, bias_ih, bias_hh)
};

struct GRUCell {
    GRUCell(std::int64_t input_size, std::int64_t hidden_size, CellOptions options = {});
    Tensor operator()(const Input& x, const Tensor& h = {}) const;

    Parameter weight_ih, weight_hh, bias_ih, bias_hh;
    XGRAD_MODULE(GRUCell, weight_ih, weight_hh, bias_ih, bias_hh)
};

}  // namespace xgrad::nn
