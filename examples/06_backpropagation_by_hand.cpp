// One idea: autograd computes what one derives by hand. A network with one hidden layer in the usual notation:
//   u_j = b_j + sum_i x_i w_ij,  y_j = g(u_j),   u_k = b_k + sum_j y_j w_jk,  z_k = g(u_k),   g the sigmoid
//   E = 1/2 sum_k (z_k - t_k)^2
//   delta_k = (z_k - t_k) g'(u_k),   delta_j = g'(u_j) sum_k delta_k w_jk
//   dE/dw_jk = delta_k y_j,  dE/db_k = delta_k,   dE/dw_ij = delta_j x_i,  dE/db_j = delta_j
// Prints:
//   dE/dw_jk by hand      0.0837 -0.0721 0.0602 -0.0519
//   dE/dw_jk by autograd  0.0837 -0.0721 0.0602 -0.0519
//   dE/dw_ij by hand      0.0168 0.0060 -0.0084 -0.0030 0.0336 0.0120
//   dE/dw_ij by autograd  0.0168 0.0060 -0.0084 -0.0030 0.0336 0.0120
//   largest difference below 1e-15: true

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace xgrad;

namespace {

constexpr int kInputs = 3, kHidden = 2, kOutputs = 2;
const std::vector<double> x{1, -0.5, 2}, t{0, 1};
const std::vector<double> w_ij{0.1, -0.4, 0.8, 0.3, 0.25, 0.2}, b_j{0.1, -0.2};  // w_ij[i * kHidden + j]
const std::vector<double> w_jk{0.3, -0.2, 0.6, 0.5}, b_k{0.05, -0.1};            // w_jk[j * kOutputs + k]

struct Gradients {
    std::vector<double> w_ij, b_j, w_jk, b_k;
};

double g(double u) { return 1 / (1 + std::exp(-u)); }

Gradients by_hand()
{
    std::vector<double> y(kHidden), z(kOutputs), delta_j(kHidden), delta_k(kOutputs);
    for (int j = 0; j < kHidden; ++j) {
        double u = b_j[j];
        for (int i = 0; i < kInputs; ++i) u += x[i] * w_ij[i * kHidden + j];
        y[j] = g(u);
    }
    for (int k = 0; k < kOutputs; ++k) {
        double u = b_k[k];
        for (int j = 0; j < kHidden; ++j) u += y[j] * w_jk[j * kOutputs + k];
        z[k] = g(u);
        delta_k[k] = (z[k] - t[k]) * z[k] * (1 - z[k]);  // g' = g (1 - g)
    }
    Gradients d{std::vector<double>(w_ij.size()), {}, std::vector<double>(w_jk.size()), delta_k};
    for (int j = 0; j < kHidden; ++j) {
        double blame = 0;
        for (int k = 0; k < kOutputs; ++k) {
            blame += delta_k[k] * w_jk[j * kOutputs + k];
            d.w_jk[j * kOutputs + k] = delta_k[k] * y[j];
        }
        delta_j[j] = y[j] * (1 - y[j]) * blame;
        for (int i = 0; i < kInputs; ++i) d.w_ij[i * kHidden + j] = delta_j[j] * x[i];
    }
    d.b_j = delta_j;
    return d;
}

Gradients by_autograd()
{
    Tape tape;
    const Tensor wij = tape.variable("w_ij", from_values({kInputs, kHidden}, w_ij));
    const Tensor bj = tape.variable("b_j", from_values({kHidden}, b_j));
    const Tensor wjk = tape.variable("w_jk", from_values({kHidden, kOutputs}, w_jk));
    const Tensor bk = tape.variable("b_k", from_values({kOutputs}, b_k));
    const Tensor y = sigmoid(matmul(from_values({kInputs}, x), wij) + bj);
    const Tensor z = sigmoid(matmul(y, wjk) + bk);
    tape.backward(sum(square(z - from_values({kOutputs}, t))) / 2);
    return {wij.grad().to_vector<double>(), bj.grad().to_vector<double>(), wjk.grad().to_vector<double>(),
            bk.grad().to_vector<double>()};
}

double difference(const std::vector<double>& a, const std::vector<double>& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

}  // namespace

int main()
{
    const Gradients hand = by_hand(), autograd = by_autograd();
    fmt::print("dE/dw_jk by hand      {:.4f}\ndE/dw_jk by autograd  {:.4f}\n", fmt::join(hand.w_jk, " "),
               fmt::join(autograd.w_jk, " "));
    fmt::print("dE/dw_ij by hand      {:.4f}\ndE/dw_ij by autograd  {:.4f}\n", fmt::join(hand.w_ij, " "),
               fmt::join(autograd.w_ij, " "));
    const double largest = std::max({difference(hand.w_ij, autograd.w_ij), difference(hand.b_j, autograd.b_j),
                                     difference(hand.w_jk, autograd.w_jk), difference(hand.b_k, autograd.b_k)});
    fmt::print("largest difference below 1e-15: {}\n", largest < 1e-15);
}
