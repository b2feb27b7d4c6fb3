// One idea: the chain rule holds for matrices, and a gradient has the shape of what it belongs to; that alone tells the
// order of the factors.
//   H = W X:  dL/dX = W^T dL/dH,  dL/dW = dL/dH X^T          W (2, 3), X (3, 2), H (2, 2)
// With o = h(a), a = W h^2 + b: dL/dh^2 = W^T diag(h'(a)) dL/do. S1:758 and S1:770 print diag(h'(a)) W^T dL/do, S3:334
// and S3:373 delta W g': the shapes do not fit unless W is square. Where there are several losses, each is done alone
// (S1:724): the rows of the Jacobian. tests/curriculum_derivations_test.cpp compares all layers' formulas with
// autograd.
// Lecture: S1:714-738, S1:752-781
// Prints:
//   dL/dW (2, 3): by autograd 1 1 0 2 2 0, dL/dH X^T 1 1 0 2 2 0
//   dL/dX (3, 2): by autograd 9 -2 12 -1 15 0, W^T dL/dH 9 -2 12 -1 15 0
//   Jacobian of W x: 1 2 3 4 5 6, of shape (2, 3): W itself
//   in the order of the slide:
//   matmul: shapes (2, 2) and (3, 2) do not fit.
//     rule: (m, k) x (k, n) -> (m, n): columns of the left equal rows of the right.
//     try:  transpose one operand, or check the layer's in_features.
//     more: for the line and the operands open the tape with xgrad::Tape tape{{.explain = true}}

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

std::string text(const Tensor& x) { return fmt::format("{}", fmt::join(x.to_vector<double>(), " ")); }

}  // namespace

int main()
{
    Tape tape;
    const Tensor w = tape.variable("W", tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64));
    const Tensor x = tape.variable("X", tensor({3, 2}, {1, 0, 1, 0, 0, 0}, f64));
    const Tensor upstream = tensor({2, 2}, {1, 2, 2, -1}, f64);  // dL/dH
    tape.backward(matmul(w, x), upstream);
    fmt::print("dL/dW {}: by autograd {}, dL/dH X^T {}\n", to_string(w.grad().sizes()), text(w.grad()),
               text(matmul(upstream, transpose(x))));
    fmt::print("dL/dX {}: by autograd {}, W^T dL/dH {}\n", to_string(x.grad().sizes()), text(x.grad()),
               text(matmul(transpose(w), upstream)));

    const Tensor constant = detach(w);
    const Tensor j = jacobian([&](const Tensor& v) { return matmul(constant, v); })(ones({3}, f64));
    fmt::print("Jacobian of W x: {}, of shape {}: W itself\n", text(j), to_string(j.sizes()));

    const Tensor slopes = diag(tensor({2}, {0.25, 0.1}, f64));  // diag(h'(a))
    try {
        matmul(slopes, transpose(w));
    } catch (const ShapeError& error) {
        fmt::print("in the order of the slide:\n{}\n", error.what());
    }
}
