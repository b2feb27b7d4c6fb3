// The scalar programs that are timed, written once for double and for any active type T, and the points they are
// evaluated at. hand.hpp has the derivative of each, written out in plain doubles.
//
// No adjoint in them becomes zero or underflows: a tape that skips zero adjoints would look faster than it is.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace workloads {

using Values = std::vector<double>;

// W1   x = (x + y) z, half a million times: one statement a round. W1s: the same with a statement for each operation.
namespace chain {
constexpr int kRounds = 500'000;

inline Values inputs() { return {0.5, 1e-6, 1 - 1e-6}; }

template <class T>
T fused(const T* in)
{
    T x = in[0], y = in[1], z = in[2];
    for (int i = 0; i < kRounds; ++i) x = (x + y) * z;
    return x;
}

template <class T>
T split(const T* in)
{
    T x = in[0], y = in[1], z = in[2];
    for (int i = 0; i < kRounds; ++i) {
        x = x + y;
        x = x * z;
    }
    return x;
}
}  // namespace chain

// W2   mean squared error of a 3-16-16-1 network with tanh on every layer, over 100 samples; W2one over one sample.
// Parameters: for each layer the weights, row by row, then the biases.
namespace mlp {
constexpr int kIn = 3, kHidden = 16, kSamples = 100;
constexpr int kWeights0 = 0, kBias0 = kWeights0 + kIn * kHidden, kWeights1 = kBias0 + kHidden,
              kBias1 = kWeights1 + kHidden * kHidden, kWeights2 = kBias1 + kHidden, kBias2 = kWeights2 + kHidden,
              kParameters = kBias2 + 1;

struct Data {
    Values x, y;  // kIn numbers and one number a sample
};
Values inputs();
const Data& data();

/// tanh(W x + b), n_out rows of n_in.
template <class T, class X>
void dense(const T* weights, const T* bias, const X* x, int n_in, int n_out, T* y)
{
    using std::tanh;
    for (int o = 0; o < n_out; ++o) {
        T a = bias[o];
        for (int i = 0; i < n_in; ++i) a += weights[o * n_in + i] * x[i];
        y[o] = tanh(a);
    }
}

template <class T>
T f(const T* p, int samples)
{
    T loss(0.0);
    for (int s = 0; s < samples; ++s) {
        T h0[kHidden], h1[kHidden], y;
        dense(p + kWeights0, p + kBias0, &data().x[kIn * s], kIn, kHidden, h0);
        dense(p + kWeights1, p + kBias1, h0, kHidden, kHidden, h1);
        dense(p + kWeights2, p + kBias2, h1, kHidden, 1, &y);
        T error = y - data().y[s];
        loss += error * error;
    }
    return loss / double(samples);
}
}  // namespace mlp

// W3   the product of 1000 numbers.
namespace product {
constexpr int kFactors = 1000;

Values inputs();

template <class T>
T f(const T* x)
{
    T y = x[0];
    for (int i = 1; i < kFactors; ++i) y = y * x[i];
    return y;
}
}  // namespace product

// W4   x = sin(x) exp(-y) + log(1 + z^2) / sqrt(1 + x^2), summed over 100,000 rounds; y and z take 64 values each.
namespace mix {
constexpr int kRounds = 100'000, kCycle = 64;

Values inputs();

template <class T>
T f(const T* in)
{
    using std::exp, std::log, std::sin, std::sqrt;
    T x = in[0], sum(0.0);
    for (int i = 0; i < kRounds; ++i) {
        const T &y = in[1 + i % kCycle], &z = in[1 + kCycle + i % kCycle];
        x = sin(x) * exp(-y) + log(1.0 + z * z) / sqrt(1.0 + x * x);
        sum += x;
    }
    return sum;
}
}  // namespace mix

// W6   a function of 4 inputs and 20 operations in 10 statements, again and again at another point.
namespace small {
constexpr int kRepetitions = 1'000'000;

inline void inputs(int repetition, double* x)
{
    const double t = (repetition % 1024) / 1024.0;
    x[0] = 0.5 + t;
    x[1] = 1.5 - t;
    x[2] = 0.25 + 0.5 * t;
    x[3] = 0.75;
}

template <class T>
T f(const T* x)
{
    T a = x[0] * x[1] + x[2];
    T b = x[2] * x[3] - x[0];
    T c = a * b + x[1];
    T d = c * a - b;
    T e = d / (c * c + 1.0);
    T g = e * x[3] + a;
    T h = (g - b) * e;
    T i = h * h + g;
    T j = i * x[2] - h;
    return T(j * x[0]);
}
}  // namespace small

// tiny   f = (x + y) z with everything around it: tape opened, recorded, walked, gradients read, tape closed.
namespace tiny {
inline void inputs(int repetition, double* x)
{
    x[0] = -2 + repetition % 1024 / 1024.0;
    x[1] = 5;
    x[2] = -4;
}

template <class T>
T f(const T* x)
{
    return T((x[0] + x[1]) * x[2]);
}
}  // namespace tiny

}  // namespace workloads
