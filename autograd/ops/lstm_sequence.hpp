#pragma once

// An LSTM over a sequence as one operation.

#include <xgrad/tensor.hpp>

namespace xgrad::detail {

/// The activated gates of z (..., 4 H).
struct LstmGates {
    Tensor i, f, g, o;
};
LstmGates lstm_gates(const Tensor& z);

/// h of every step, in the order of x, and the last c behind them: (T + 1, N, H). T, N and H are 1 or more.
///   x: (T, N, 4 H), W_ih x and the biases    w: (4 H, H), W_hh    h, c: (N, H), the first states; h undefined: zeros
/// `backwards`: from the last step to the first.
Tensor lstm_sequence(const Tensor& x, const Tensor& w, const Tensor& h, const Tensor& c, bool backwards);

}  // namespace xgrad::detail
