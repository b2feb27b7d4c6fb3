// Back-propagation derived by hand, as lectures write it down, against the gradients of the tape. S0 to S4 name the lectures:
// S0 CMU 18-661, S1 Western CS4442, S2 Marquette, S3 Northeastern DS 4400, S4 Berkeley INFO 251. Where a slide has a slip, the
// test says so and takes the right form.
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <vector>

#include "tests/expect_tensor.hpp"

namespace xgrad {
namespace {

constexpr double kClose = 1e-13;

/// Numbers between -1 and 1 that look random, the same every time.
Tensor numbers(std::initializer_list<std::int64_t> sizes, int seed)
{
    const Sizes shape(sizes);
    std::int64_t count = 1;
    for (const std::int64_t n : shape) count *= n;
    std::vector<double> values;
    for (std::int64_t i = 0; i < count; ++i) values.push_back(std::sin(1.7 * static_cast<double>(i) + seed));
    return reshape(from_values({count}, values), shape);
}

double g(double u) { return 1 / (1 + std::exp(-u)); }
double slope(double u) { return g(u) * (1 - g(u)); }

/// T(i, j) of a matrix.
double at(const Tensor& m, std::int64_t i, std::int64_t j)
{
    return m.to_vector<double>()[static_cast<std::size_t>(i * m.size(1) + j)];
}
double at(const Tensor& v, std::int64_t i) { return v.to_vector<double>()[static_cast<std::size_t>(i)]; }

// H1 (S0:226-316), unit by unit. u_j = sum_i x_i w_ij + b_j (the slide prints b_i), y_j = g(u_j), u_k = sum_j y_j w_jk + b_k,
// z_k = g(u_k), E = 1/2 sum_k (z_k - t_k)^2. Then delta_k = (z_k - t_k) g'(u_k), dE/dw_jk = delta_k y_j,
// delta_j = g'(u_j) sum_k delta_k w_jk, dE/dw_ij = delta_j x_i, and the biases' derivatives are the deltas.
TEST(HandDerived, UnitByUnit)
{
    const Tensor x = numbers({3}, 1), t = numbers({2}, 2);
    Tape tape;
    const Tensor wij = tape.variable(numbers({3, 4}, 3)), bj = tape.variable(numbers({4}, 4));
    const Tensor wjk = tape.variable(numbers({4, 2}, 5)), bk = tape.variable(numbers({2}, 6));
    const Tensor y = sigmoid(matmul(x, wij) + bj), z = sigmoid(matmul(y, wjk) + bk);
    tape.backward(sum(square(z - t)) / 2);

    std::vector<double> uj(4), yj(4), uk(2), delta_k(2), delta_j(4);
    for (int j = 0; j < 4; ++j) {
        uj[j] = at(bj, j);
        for (int i = 0; i < 3; ++i) uj[j] += at(x, i) * at(wij, i, j);
        yj[j] = g(uj[j]);
    }
    for (int k = 0; k < 2; ++k) {
        uk[k] = at(bk, k);
        for (int j = 0; j < 4; ++j) uk[k] += yj[j] * at(wjk, j, k);
        delta_k[k] = (g(uk[k]) - at(t, k)) * slope(uk[k]);
    }
    for (int j = 0; j < 4; ++j) {
        for (int k = 0; k < 2; ++k) delta_j[j] += delta_k[k] * at(wjk, j, k);
        delta_j[j] *= slope(uj[j]);
    }
    for (int k = 0; k < 2; ++k) {
        EXPECT_NEAR(at(bk.grad(), k), delta_k[k], kClose);
        for (int j = 0; j < 4; ++j) EXPECT_NEAR(at(wjk.grad(), j, k), delta_k[k] * yj[j], kClose);
    }
    for (int j = 0; j < 4; ++j) {
        EXPECT_NEAR(at(bj.grad(), j), delta_j[j], kClose);
        for (int i = 0; i < 3; ++i) EXPECT_NEAR(at(wij.grad(), i, j), delta_j[j] * at(x, i), kClose);
    }
}

// H2 (S0:371-397), rows of samples: U = Y W. Delta of the last layer is (Z - T) .* g'(U); then
// Delta^(l-1) = (Delta^(l) W^T) .* g'(U^(l-1)), dE/dW = Y^T Delta. S0:396 has the column (W Delta)^T beside the row u, and
// S0:409 leaves g'(u) y_j out of dE/dw_jk.
TEST(HandDerived, RowsOfSamples)
{
    const Tensor x = numbers({5, 3}, 1), t = numbers({5, 2}, 2);
    Tape tape;
    const Tensor w1 = tape.variable(numbers({3, 4}, 3)), w2 = tape.variable(numbers({4, 2}, 4));
    const Tensor u1 = matmul(x, w1), y = tanh(u1), u2 = matmul(y, w2), z = tanh(u2);
    tape.backward(sum(square(z - t)) / 2);
    const NoGrad by_hand;
    const Tensor delta2 = (z - t) * (1 - square(z));
    const Tensor delta1 = matmul(delta2, transpose(w2)) * (1 - square(y));
    EXPECT_TENSOR_NEAR(w2.grad(), matmul(transpose(y), delta2), kClose);
    EXPECT_TENSOR_NEAR(w1.grad(), matmul(transpose(x), delta1), kClose);
}

// H3 (S1:429-452, 723-735), columns: h = h(W3 h(W2 h(W1 x + b1) + b2) + b3). For a product H = W X:
// dL/dX = W^T dL/dH and dL/dW = dL/dH X^T; a gradient has the shape of what it belongs to. W(r, c) leads from unit c to unit
// r, as S1:433 and nn::Linear have it; in H2 it is the other way round.
TEST(HandDerived, ColumnsThroughThreeLayers)
{
    const Tensor x = numbers({3, 1}, 1), weights = numbers({2, 1}, 9);
    Tape tape;
    const Tensor w1 = tape.variable(numbers({4, 3}, 2)), b1 = tape.variable(numbers({4, 1}, 3));
    const Tensor w2 = tape.variable(numbers({3, 4}, 4)), b2 = tape.variable(numbers({3, 1}, 5));
    const Tensor w3 = tape.variable(numbers({2, 3}, 6)), b3 = tape.variable(numbers({2, 1}, 7));
    const Tensor h1 = tanh(matmul(w1, x) + b1), h2 = tanh(matmul(w2, h1) + b2), h3 = tanh(matmul(w3, h2) + b3);
    tape.backward(sum(h3 * weights));
    const NoGrad by_hand;
    const Tensor a3 = weights * (1 - square(h3)), gh2 = matmul(transpose(w3), a3);
    const Tensor a2 = gh2 * (1 - square(h2)), gh1 = matmul(transpose(w2), a2);
    const Tensor a1 = gh1 * (1 - square(h1));
    EXPECT_TENSOR_NEAR(w3.grad(), matmul(a3, transpose(h2)), kClose);
    EXPECT_TENSOR_NEAR(w2.grad(), matmul(a2, transpose(h1)), kClose);
    EXPECT_TENSOR_NEAR(w1.grad(), matmul(a1, transpose(x)), kClose);
    EXPECT_TENSOR_NEAR(b3.grad(), a3, kClose);
    EXPECT_TENSOR_NEAR(b2.grad(), a2, kClose);
    EXPECT_TENSOR_NEAR(b1.grad(), a1, kClose);
}

// H4 (S1:752-781): with o = h(a3), a3 = W3 h2: dL/dh2 = W3^T diag(h'(a3)) dL/do. The slide has the factors the other way
// round, diag(h'(a3)) W3^T dL/do, which are of shapes (2 x 2) (3 x 2) and cannot be multiplied.
TEST(HandDerived, LayerAsADiagonalMatrix)
{
    const Tensor w3 = numbers({2, 3}, 1), go = numbers({2, 1}, 2);
    Tape tape;
    const Tensor h2 = tape.variable(numbers({3, 1}, 3));
    const Tensor o = sigmoid(matmul(w3, h2));
    tape.backward(sum(o * go));
    const NoGrad by_hand;
    const Tensor diagonal = o * (1 - o) * eye(2, f64);  // column times unit matrix: row i has h'(a3_i) on the diagonal
    EXPECT_TENSOR_NEAR(h2.grad(), matmul(matmul(transpose(w3), diagonal), go), kClose);
}

Tensor with_bias(const Tensor& a) { return cat({ones({1, a.size(1)}, f64), a}, 0); }
Tensor without_bias(const Tensor& a) { return slice(a, 0, 1); }
Tensor cross_entropy_of(const Tensor& a, const Tensor& y) { return -sum(y * log(a) + (1 - y) * log(1 - a)); }

// H5 (S2:377-468): a(1) = x, z(l+1) = Theta(l) a(l) with the bias as a(l)_0 = 1 and column 0 of Theta, a = g(z), cost
// J = -sum y log a + (1 - y) log(1 - a). delta(3) = a(3) - y, delta(2) = Theta(2)^T delta(3) .* a(2) .* (1 - a(2)) without its
// entry 0, dJ/dTheta(l) = delta(l+1) a(l)^T. S2:113, 362 and 420 leave the minus out, and delta is y - a in S2:430: the
// derivative of -J, with which the update of S2:440 would climb; S2:455 has a - y. L is the loss and the number of layers there
// (S2:107, 111), and the last delta has the number L + 1 in S2:430, L in S2:455.
TEST(HandDerived, ThetaWithItsBiasColumn)
{
    const Tensor x = numbers({3, 1}, 1), y = tensor({2, 1}, {1, 0}, f64);
    Tape tape;
    const Tensor theta1 = tape.variable(numbers({4, 4}, 2)), theta2 = tape.variable(numbers({2, 5}, 3));
    const Tensor a1 = with_bias(x), a2 = with_bias(sigmoid(matmul(theta1, a1))), a3 = sigmoid(matmul(theta2, a2));
    tape.backward(cross_entropy_of(a3, y));
    const NoGrad by_hand;
    const Tensor delta3 = a3 - y, delta2 = without_bias(matmul(transpose(theta2), delta3) * a2 * (1 - a2));
    EXPECT_TENSOR_NEAR(theta2.grad(), matmul(delta3, transpose(a2)), kClose);
    EXPECT_TENSOR_NEAR(theta1.grad(), matmul(delta2, transpose(a1)), kClose);
    EXPECT_TENSOR_NEAR(-delta3, y - a3, 0);
}

// H6 (S2:555-582, S3:416-441): Delta(l) += delta(l+1) a(l)^T over the samples; D = Delta / m + lambda / m Theta, the bias
// column without the second term. The cost is the mean over samples plus lambda / (2 m) times the squares (S2:577 prints the
// gradient lambda Theta, without 1 / m; S3:438 steps along Delta itself, the gradient of the sum).
TEST(HandDerived, AccumulatedOverABatchWithDecay)
{
    constexpr double kLambda = 0.3;
    const Tensor x = numbers({6, 3}, 1), t = numbers({6, 2}, 2);
    const Tensor y = (t + 1) / 2;
    Tape tape;
    const Tensor theta1 = tape.variable(numbers({4, 4}, 3)), theta2 = tape.variable(numbers({2, 5}, 4));
    const Tensor columns = transpose(x), labels = transpose(y);
    const Tensor a2 = sigmoid(matmul(theta1, with_bias(columns))), a3 = sigmoid(matmul(theta2, with_bias(a2)));
    const Tensor squares = sum(square(slice(theta1, 1, 1))) + sum(square(slice(theta2, 1, 1)));
    tape.backward(cross_entropy_of(a3, labels) / 6 + kLambda / 12 * squares);

    const NoGrad by_hand;
    Tensor total1 = zeros({4, 4}, f64), total2 = zeros({2, 5}, f64);
    for (int i = 0; i < 6; ++i) {
        const Tensor one = narrow(columns, 1, i, 1), label = narrow(labels, 1, i, 1), b1 = with_bias(one);
        const Tensor b2 = with_bias(sigmoid(matmul(theta1, b1))), b3 = sigmoid(matmul(theta2, b2));
        const Tensor delta3 = b3 - label, delta2 = without_bias(matmul(transpose(theta2), delta3) * b2 * (1 - b2));
        total1 = total1 + matmul(delta2, transpose(b1));
        total2 = total2 + matmul(delta3, transpose(b2));
    }
    const auto decayed = [](const Tensor& theta) {
        return cat({zeros({theta.size(0), 1}, f64), kLambda / 6 * slice(theta, 1, 1)}, 1);
    };
    EXPECT_TENSOR_NEAR(theta1.grad(), total1 / 6 + decayed(theta1), kClose);
    EXPECT_TENSOR_NEAR(theta2.grad(), total2 / 6 + decayed(theta2), kClose);
}

// H7 (S3:291-377): z[l] = W[l] a[l-1] + b[l], delta[l] = dL/dz[l]. For sigmoid and cross entropy delta[L] = a[L] - y, since
// dL/da = (a - y) / (a (1 - a)) and da/dz = a (1 - a). dW[3] = delta[3] a[2]^T; delta[2] = W[3]^T delta[3] .* g'(z[2]) (S3:334
// and 373 have delta W, untransposed, and S3:205 no g'); dW[2] = delta[2] a[1]^T, db[2] = delta[2].
TEST(HandDerived, DeltaOfSigmoidAndCrossEntropy)
{
    const Tensor a1 = numbers({3, 1}, 1), y = tensor({1, 1}, {1}, f64);
    Tape tape;
    const Tensor w2 = tape.variable(numbers({2, 3}, 2)), b2 = tape.variable(numbers({2, 1}, 3));
    const Tensor w3 = tape.variable(numbers({1, 2}, 4)), b3 = tape.variable(numbers({1, 1}, 5));
    const Tensor a2 = sigmoid(matmul(w2, a1) + b2), z3 = matmul(w3, a2) + b3;
    tape.backward(sum(binary_cross_entropy_with_logits(z3, y)));
    const NoGrad by_hand;
    const Tensor delta3 = sigmoid(z3) - y, delta2 = matmul(transpose(w3), delta3) * a2 * (1 - a2);
    EXPECT_TENSOR_NEAR(w3.grad(), matmul(delta3, transpose(a2)), kClose);
    EXPECT_TENSOR_NEAR(b3.grad(), delta3, kClose);
    EXPECT_TENSOR_NEAR(w2.grad(), matmul(delta2, transpose(a1)), kClose);
    EXPECT_TENSOR_NEAR(b2.grad(), delta2, kClose);
}

// H8 (S3:214-288, a whiteboard): dL/dw[1]_11 = dL/dyh dyh/da[2]_1 da[2]_1/dw[1]_11
//   = [y / yh - (1 - y) / (1 - yh)] [yh (1 - yh) W[2]_11] [a[2]_1 (1 - a[2]_1) a[1]_1] = (y - yh) W[2]_11 ...
// That is the derivative of L = y log yh + (1 - y) log(1 - yh), as written there: the negative of the loss. S3:254 counts W
// from unit to unit the other way round than S3:299, and S3:226, theta - error (h - y) x, calls the learning rate error.
TEST(HandDerived, OneWeightOnTheWhiteboard)
{
    const double y = 1, a11 = 0.8, a12 = -0.4, w12_bias = 0.1;
    Tape tape;
    const Tensor w = tape.variable(tensor({2, 2}, {0.3, -0.2, 0.5, 0.7}, f64));  // (unit, input)
    const Tensor v = tensor({2}, {0.9, -1.1}, f64), input = tensor({2}, {a11, a12}, f64);
    const Tensor a2 = sigmoid(matmul(w, input) + w12_bias), yh = sigmoid(matmul(v, a2));
    tape.backward(y * log(yh) + (1 - y) * log(1 - yh));
    const double a21 = at(a2, 0), out = yh.item();
    EXPECT_NEAR(at(w.grad(), 0, 0), (y - out) * 0.9 * a21 * (1 - a21) * a11, kClose);
    EXPECT_NEAR(at(w.grad(), 0, 0), (y / out - (1 - y) / (1 - out)) * out * (1 - out) * 0.9 * a21 * (1 - a21) * a11,
                kClose);
}

// H9 (S3:379-386), a chain x -> a0 -> a1 -> yh: a0 = g(w0 x), a1 = g(w1 a0) (printed w1 x), yh = g(w2 a1), with the minus that
// the slide's L lacks: dL/dw2 = (yh - y) a1, dL/dw1 = (yh - y) w2 a1 (1 - a1) a0,
// dL/dw0 = (yh - y) w2 a1 (1 - a1) w1 a0 (1 - a0) x.
TEST(HandDerived, ChainOfThreeWeights)
{
    const double x = 1.5, y = 0, w0 = 0.4, w1 = -0.7, w2 = 1.2;
    Tape tape;
    const Tensor v0 = tape.variable(tensor(w0, f64)), v1 = tape.variable(tensor(w1, f64)),
                 v2 = tape.variable(tensor(w2, f64));
    const Tensor out = sigmoid(v2 * sigmoid(v1 * sigmoid(v0 * x)));
    tape.backward(-(y * log(out) + (1 - y) * log(1 - out)));
    const double a0 = g(w0 * x), a1 = g(w1 * a0), delta = g(w2 * a1) - y;
    EXPECT_NEAR(v2.grad().item(), delta * a1, kClose);
    EXPECT_NEAR(v1.grad().item(), delta * w2 * a1 * (1 - a1) * a0, kClose);
    EXPECT_NEAR(v0.grad().item(), delta * w2 * a1 * (1 - a1) * w1 * a0 * (1 - a0) * x, kClose);
}

// H10 (S4:117-173), two-layer regression: L = 1/2 (y - sum_i v_i f(w_i x))^2, e = y - yh. dL/dv_i = -e f(w_i x) and
// dL/dw_i = -e v_i f'(w_i x) x.
TEST(HandDerived, TwoLayerRegression)
{
    const Tensor x = numbers({3}, 1);
    Tape tape;
    const Tensor w = tape.variable(numbers({4, 3}, 2)), v = tape.variable(numbers({4}, 3));
    const Tensor f = sigmoid(matmul(w, x)), e = 0.25 - matmul(v, f);
    tape.backward(square(e) / 2);
    const NoGrad by_hand;
    EXPECT_TENSOR_NEAR(v.grad(), -e * f, kClose);
    EXPECT_TENSOR_NEAR(w.grad(), outer(-e * v * f * (1 - f), x), kClose);
}

// S4:213 prints delta = Y (1 - Y) (Yh - Y), which is 0 for every label: the slope is taken at the target. Meant is
// Yh (1 - Yh) (Yh - Y) for the squared loss, -0.009 at Yh = 0.9, Y = 1; for cross entropy, the cost stated there (without its
// minus), Yh - Y = -0.1. The update + eta delta x (S4:223) has the wrong sign, too: it climbs.
TEST(HandDerived, SlopeIsTakenAtTheOutputNotAtTheTarget)
{
    const double u = std::log(9.0);  // sigmoid(u) = 0.9
    for (const bool squared : {true, false}) {
        Tape tape;
        const Tensor z = tape.variable(tensor(u, f64)), out = sigmoid(z);
        tape.backward(squared ? square(out - 1) / 2 : -log(out));
        EXPECT_NEAR(z.grad().item(), squared ? -0.009 : -0.1, kClose);
    }
}

}  // namespace
}  // namespace xgrad
