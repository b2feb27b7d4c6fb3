#pragma once

// Recurrent networks, a step at a time (cells) and over sequences. Formulas, order of the gates and shapes are PyTorch's.
// All tensors are of one floating dtype. Throws ShapeError where shapes do not fit, DtypeError for other dtypes.
//
// T: steps, N: batch, I: input size, H: hidden size, G: gates (1 for rnn, 4 for lstm, 3 for gru).

#include <xgrad/record.hpp>

#include <vector>

namespace xgrad {

/// What a cell learns; the gates' rows lie one behind the other, lstm: input, forget, cell, output; gru: reset, update,
/// new.
struct CellWeights {
    Tensor weight_ih;                   ///< (G H, I)
    Tensor weight_hh;                   ///< (G H, H), or (G H, P) with weight_hr
    Tensor bias_ih = {}, bias_hh = {};  ///< (G H), or undefined
    Tensor weight_hr = {};              ///< (P, H): an lstm's output h is projected to P numbers; or undefined
};

struct LstmState {
    Tensor h, c;
};

// One step: x (N, I), the state before it and the one after it (N, H); without the axis N for one sample. An undefined
// state is zeros.

/// tanh(W_ih x + b_ih + W_hh h + b_hh) (Elman 1990); and the same with relu.
Tensor rnn_tanh_cell(const Input& x, const Input& h, const CellWeights& weights);
Tensor rnn_relu_cell(const Input& x, const Input& h, const CellWeights& weights);

/// c' = f c + i g, h' = o tanh(c'), with the gates i, f, o = sigmoid(...) and g = tanh(...) (Hochreiter and Schmidhuber
/// 1997).
LstmState lstm_cell(const Input& x, const LstmState& state, const CellWeights& weights);

/// h' = (1 - z) n + z h, with r, z = sigmoid(...) and n = tanh(W_in x + b_in + r (W_hn h + b_hn)) (Cho et al. 2014).
Tensor gru_cell(const Input& x, const Input& h, const CellWeights& weights);

struct RecurrentOptions {
    bool bidirectional = false;  ///< a second network runs from the last step to the first; outputs side by side
    bool batch_first = false;    ///< x and output are (N, T, ...) instead of (T, N, ...)
};

/// The last layer's output at every step, (T, N, D H), and the last states of all networks, (L D, N, H); D is 2 when
/// bidirectional, else 1. Without the axis N for an x without it.
struct RecurrentOutput {
    Tensor output, h_n;
};
struct LstmOutput {
    Tensor output, h_n, c_n;
};

/// x: (T, N, I) or (T, I)   h_0: (L D, N, H) or (L D, H), or undefined for zeros
/// weights: one entry a network: layer by layer; forward, then backward when bidirectional
/// Throws ShapeError also for a sequence without steps.
RecurrentOutput rnn_tanh(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                         RecurrentOptions options = {});
RecurrentOutput rnn_relu(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                         RecurrentOptions options = {});
RecurrentOutput gru(const Input& x, const Tensor& h_0, const std::vector<CellWeights>& weights,
                    RecurrentOptions options = {});
LstmOutput lstm(const Input& x, const LstmState& state_0, const std::vector<CellWeights>& weights,
                RecurrentOptions options = {});

}  // namespace xgrad
