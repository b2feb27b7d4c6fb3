#pragma once
// An LSTM over a sequence. T: steps, N: batch, H: hidden. All arrays but the weight are contiguous; a sample's numbers are
// the same bits for any number of threads.
#include "autograd/kernels/recurrent_table.hpp"

namespace xgrad::kernels {

/// Step by step z = projected[t] + W h, c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c).
///   projected: (T, N, 4 H), the gates i, f, g, o one behind the other    w: (4 H, H)    h_0, c_0: (N, H); h_0 may be null for zeros
///   y: (T + 1, N, H), every step's h, then the last c
///   kept: (T, N, 5 H), what lstm_vjp reads, activated gates and c; or null
template <class T>
void lstm(const LstmSizes& size, const T* projected, const Matrix<T>& w, const T* h_0, const T* c_0, T* y, T* kept);

/// gprojected: (T, N, 4 H)    gh_0, gc_0: (N, H); gh_0 holds anything unless `wants_h_0`
template <class T>
void lstm_vjp(const LstmSizes& size, const T* gy, const Matrix<T>& w, const T* kept, const T* c_0, T* gprojected,
              T* gh_0, bool wants_h_0, T* gc_0);

/// gw (4 H, H) from gprojected, y and h_0, or null for zeros: the sum over all steps of gz^T h.
template <class T>
void lstm_weight_vjp(const LstmSizes& size, const T* gprojected, const T* y, const T* h_0, T* gw);

}  // namespace xgrad::kernels
