// One idea: training repeats five steps: forward, error, back, gradients, update.
// The network of the slides: u_j = sum_i x_i w_ij + b_j (S0:265 prints b_i), y_j = g(u_j), u_k = sum_j y_j w_jk + b_k,
// z_k = g(u_k), E = 1/2 sum_k (z_k - t_k)^2; 2 inputs, 2 hidden units, 1 output; g the sigmoid, eta = 2.
//   delta_k = (z_k - t_k) g'(u_k),  delta_j = g'(u_j) sum_k delta_k w_jk
//   dE/dw_jk = delta_k y_j,         dE/dw_ij = delta_j x_i
// (S3:205 leaves g' out of delta_j, "approximately".) The deltas are the gradients of u, which retain_grad keeps.
// examples/06 derives all of them by hand.
// Lecture: S0:212-316, S2:475-582, S3:416-441
// Prints:
//   1 forward    y_j 0.6225 0.5744  z 0.6044
//   2 error      E 0.0782
//   3 back       delta_k -0.0946  delta_j -0.0111 0.0116
//   4 gradients  dE/dw_jk -0.0589 -0.0543  dE/dw_ij -0.0111 0.0116 -0.0222 0.0231
//   5 update     w_jk 0.6177 -0.3913  w_ij 0.5222 -0.1231 0.0445 0.1538
//   after 10 rounds E 0.0091
//   after 100 rounds E 0.0007

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

std::string text(const Tensor& x) { return fmt::format("{:.4f}", fmt::join(x.to_vector<double>(), " ")); }

}  // namespace

int main()
{
    Parameter w_ij(tensor({2, 2}, {0.5, -0.1, 0, 0.2}, f64)), b_j(zeros({2}, f64));
    Parameter w_jk(tensor({2, 1}, {0.5, -0.5}, f64)), b_k(tensor({1}, {0.4}, f64));
    const Tensor x = tensor({1, 2}, {1, 2}, f64), t = ones({1, 1}, f64);
    optim::SGD sgd{{w_ij, b_j, w_jk, b_k}, {.lr = 2}};

    for (int round = 1; round <= 100; ++round) {
        Tape tape;
        const Tensor u_j = matmul(x, w_ij) + b_j, y_j = sigmoid(u_j);
        const Tensor u_k = matmul(y_j, w_jk) + b_k, z = sigmoid(u_k);
        const Tensor e = mse_loss(z, t, {.half = true, .reduction = Reduction::sum});
        retain_grad(u_j);
        retain_grad(u_k);
        sgd.zero_grad();
        tape.backward(e);
        sgd.step();
        if (round == 1) {
            fmt::print("1 forward    y_j {}  z {}\n2 error      E {}\n", text(y_j), text(z), text(e));
            fmt::print("3 back       delta_k {}  delta_j {}\n", text(u_k.grad()), text(u_j.grad()));
            fmt::print("4 gradients  dE/dw_jk {}  dE/dw_ij {}\n", text(w_jk.grad()), text(w_ij.grad()));
            fmt::print("5 update     w_jk {}  w_ij {}\n", text(w_jk.value()), text(w_ij.value()));
        }
        if (round == 10 || round == 100) fmt::print("after {} rounds E {}\n", round, text(e));
    }
}
