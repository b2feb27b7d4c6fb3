// W5, the two objectives of ADBench that scalar tapes are usually compared on: log-likelihood of a Gaussian mixture
// with full covariances and a Wishart prior, and a diagonal LSTM that predicts the next character. After the formulas
// and for the data files of ADBench (Srajer, Kukelova, Fitzgibbon, "A benchmark of selected algorithmic differentiation
// tools on some problems in computer vision and machine learning", 2018).
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "workloads.hpp"

namespace workloads::gmm {

/// d k n, then alphas (k), means (k, d), inverse covariance factors (k, d (d + 1) / 2), points (n, d), gamma m.
struct Instance {
    int d = 0, k = 0, n = 0, wishart_m = 0;
    double wishart_gamma = 0;
    Values parameters, points;

    int triangle() const { return d * (d + 1) / 2; }
    std::size_t parameter_count() const { return std::size_t(k) * (1 + d + triangle()); }
    double operations() const;
    double prior_constant() const;
};
Instance load(const std::string& path);

template <class T>
T logsumexp(const T* x, int n)
{
    using std::exp, std::log;
    T largest = x[0];
    for (int i = 1; i < n; ++i)
        if (largest < x[i]) largest = x[i];
    T sum(0.0);
    for (int i = 0; i < n; ++i) sum += exp(x[i] - largest);
    return log(sum) + largest;
}

/// || Q (x - mean) ||^2 for one component: q = diag(qd) c + L c with c = x - mean.
template <class T>
T squared_distance(int d, const double* x, const T* mean, const T* diagonal, const T* lower, T* c, T* q)
{
    for (int i = 0; i < d; ++i) c[i] = x[i] - mean[i];
    for (int i = 0; i < d; ++i) q[i] = diagonal[i] * c[i];
    for (int i = 0; i < d; ++i)
        for (int row = i + 1; row < d; ++row) q[row] += *lower++ * c[i];
    T sum = q[0] * q[0];
    for (int i = 1; i < d; ++i) sum += q[i] * q[i];
    return sum;
}

template <class T>
T f(const Instance& in, const T* p)
{
    using std::exp;
    const int d = in.d, k = in.k, n = in.n, triangle = in.triangle();
    const T *alphas = p, *means = p + k, *factors = means + std::size_t(k) * d;
    std::vector<T> diagonal(std::size_t(d) * k), log_det(k), c(d), q(d), term(k);
    for (int j = 0; j < k; ++j) {
        log_det[j] = T(0.0);
        for (int i = 0; i < d; ++i) {
            log_det[j] += factors[j * triangle + i];
            diagonal[j * d + i] = exp(factors[j * triangle + i]);
        }
    }
    T total(0.0);
    for (int s = 0; s < n; ++s) {
        for (int j = 0; j < k; ++j) {
            T distance = squared_distance(d, &in.points[std::size_t(s) * d], means + j * d, &diagonal[j * d],
                                          factors + j * triangle + d, c.data(), q.data());
            term[j] = alphas[j] + log_det[j] - 0.5 * distance;
        }
        total += logsumexp(term.data(), k);
    }
    T prior(0.0);
    const double gamma2 = in.wishart_gamma * in.wishart_gamma;
    for (int j = 0; j < k; ++j) {
        T frobenius(0.0);
        for (int i = 0; i < d; ++i) frobenius += diagonal[j * d + i] * diagonal[j * d + i];
        for (int i = d; i < triangle; ++i) frobenius += factors[j * triangle + i] * factors[j * triangle + i];
        prior += 0.5 * gamma2 * frobenius - double(in.wishart_m) * log_det[j];
    }
    T result = in.prior_constant() + total - double(n) * logsumexp(alphas, k);
    result += prior;
    return result;
}

}  // namespace workloads::gmm

namespace workloads::lstm {

/// l c b, then parameters: 8 l b of the cells, 3 b around them; start state (l, 2, b); sequence (c, b).
struct Instance {
    int l = 0, c = 0, b = 0;
    Values parameters, state, sequence;

    std::size_t cell_count() const { return std::size_t(8) * l * b; }
    std::size_t parameter_count() const { return cell_count() + std::size_t(3) * b; }
    double operations() const;
};
Instance load(const std::string& path);

template <class T>
T sigmoid(const T& x)
{
    using std::exp;
    return T(1.0 / (1.0 + exp(-x)));
}

/// One layer at one time step: hidden and cell are replaced.
template <class T>
void step(int b, const T* x, const T* weights, T* hidden, T* cell)
{
    using std::tanh;
    const T* bias = weights + std::size_t(4) * b;
    for (int i = 0; i < b; ++i) {
        T forget = sigmoid(T(x[i] * weights[i] + bias[i]));
        T in_gate = sigmoid(T(hidden[i] * weights[b + i] + bias[b + i]));
        T out_gate = sigmoid(T(x[i] * weights[2 * b + i] + bias[2 * b + i]));
        T change = tanh(hidden[i] * weights[3 * b + i] + bias[3 * b + i]);
        cell[i] = cell[i] * forget + in_gate * change;
        hidden[i] = out_gate * tanh(cell[i]);
    }
}

template <class T>
T f(const Instance& in, const T* p)
{
    using std::exp, std::log;
    const int l = in.l, b = in.b;
    const T *scale_in = p + in.cell_count(), *scale_out = scale_in + b, *bias_out = scale_out + b;
    std::vector<T> state(in.state.begin(), in.state.end()), y(b);
    T total(0.0);
    for (int t = 0; t + 1 < in.c; ++t) {
        const double *now = &in.sequence[std::size_t(t) * b], *following = now + b;
        for (int i = 0; i < b; ++i) y[i] = now[i] * scale_in[i];
        const T* x = y.data();
        for (int layer = 0; layer < l; ++layer) {
            T* hidden = &state[std::size_t(2) * b * layer];
            step(b, x, p + std::size_t(8) * b * layer, hidden, hidden + b);
            x = hidden;
        }
        T sum(0.0);
        for (int i = 0; i < b; ++i) {
            y[i] = x[i] * scale_out[i] + bias_out[i];
            sum += exp(y[i]);
        }
        sum += 2.0;
        T normalizer = log(sum);
        for (int i = 0; i < b; ++i) total += following[i] * (y[i] - normalizer);
    }
    return -total / double(b * (in.c - 1));
}

}  // namespace workloads::lstm
