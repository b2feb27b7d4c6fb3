// One idea: a gradient derived by hand is checked against autograd and against numbers, and a wrong one is told its mistake.
// Logistic regression with a penalty on the weights, n = 4 samples:
//   a = g(x W + b),   L = -1/n sum (y log a + (1 - y) log(1 - a)) + lambda/(2n) |W|^2
//   delta = (a - y)/n,   dW = x^T delta + lambda/n W,   db = sum of delta over the samples
// Lectures and exercises have each of these mistakes. EXPECT_GRADIENTS of <xgrad/testing/gradient.hpp> does the same in tests.
// Prints:
//   as derived                     W: none                          b: none
//   delta = (y - a)/n              W: sign_flipped                  b: sign_flipped
//   delta = a - y                  W: one_over_n_missing            b: one_over_n_missing
//   delta = (a - y) a (1 - a)/n    W: slope_twice                   b: slope_twice
//   dW = x^T delta                 W: penalty_missing               b: none
//   dW = x^T delta + lambda W      W: lambda_against_lambda_over_n  b: none
//   db = ... + lambda/n b          W: none                          b: bias_regularised
//
//   1 of 2 gradients by hand is wrong
//   W is wrong at element 0: by hand -0.0419315, autograd -0.154432, numeric -0.154432 (error 0.44).
//     lambda against lambda/n: by hand the penalty gives 0.3 W, in the loss 0.075 W, which is 1/4 of it
//     (n = 4, the size of axis 0 of a constant (4, 2)). lambda/(2n) |W|^2 has the gradient lambda/n W.
//   b is right: largest error ....

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

const Tensor x = tensor({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}, f64), y = tensor({4, 1}, {0, 1, 1, 1}, f64);
const Tensor w = tensor({2, 1}, {0.5, -0.25}, f64), b = tensor({1}, {0.1}, f64);
constexpr double lambda = 0.3, n = 4;

Tensor loss(const Tensor& weights, const Tensor& bias)
{
    const Tensor a = sigmoid(matmul(x, weights) + bias);
    return -sum(y * log(a) + (1 - y) * log(1 - a)) / n + lambda / (2 * n) * sum(square(weights));
}

CheckReport check(const char* what, const Tensor& dw, const Tensor& db)
{
    const CheckReport report = check_by_hand(loss, {{"W", w}, {"b", b}}, {{"W", dw}, {"b", db}});
    fmt::print("{:29}  W: {:28}  b: {}\n", what, name_of(report["W"].mistake()), name_of(report["b"].mistake()));
    return report;
}

/// What follows from delta.
void check_delta(const char* what, const Tensor& delta)
{
    check(what, matmul(transpose(x), delta) + lambda / n * w, sum(delta, 0));
}

}  // namespace

int main()
{
    const Tensor a = sigmoid(matmul(x, w) + b), delta = (a - y) / n;
    const Tensor data = matmul(transpose(x), delta), db = sum(delta, 0);
    check_delta("as derived", delta);
    check_delta("delta = (y - a)/n", -delta);
    check_delta("delta = a - y", a - y);
    check_delta("delta = (a - y) a (1 - a)/n", delta * a * (1 - a));
    check("dW = x^T delta", data, db);
    const CheckReport report = check("dW = x^T delta + lambda W", data + lambda * w, db);
    check("db = ... + lambda/n b", data + lambda / n * w, db + lambda / n * b);
    fmt::print("\n{}", report.message);
}
