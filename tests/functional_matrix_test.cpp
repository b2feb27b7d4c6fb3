// Whole matrices of derivatives and functions over batches: jacobian, hessian, vmap.
#include <xgrad/error.hpp>
#include <xgrad/functional/checkpoint.hpp>
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/jacobian.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kX = tensor({2}, {1, 2}, f64);
const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);

TEST(Jacobian, OfAMatrixProductIsTheMatrix)
{
    // y = A x: dy/dx = A, dy_i/dA_jk = [i = j] x_k.
    const auto f = [](const Tensor& a, const Tensor& x) { return matmul(a, x); };
    const Tensor a = tensor({2, 2}, {1, 2, 3, 4}, f64);
    for (const bool forward : {false, true}) {
        EXPECT_TENSOR_EQ(jacobian(f, {.argnum = 1, .forward = forward})(a, kX), a);
        EXPECT_TENSOR_EQ(jacobian(f, {.forward = forward})(a, kX), tensor({2, 2, 2}, {1, 2, 0, 0, 0, 0, 1, 2}, f64));
    }
}

TEST(Jacobian, HasTheShapeOfTheValueThenOfTheArgument)
{
    const auto f = [](const Tensor& x) { return sum(x * x, 1); };  // (2, 3) -> (2)
    const Tensor wanted = tensor({2, 2, 3}, {2, 4, 6, 0, 0, 0, 0, 0, 0, 8, 10, 12}, f64);
    EXPECT_TENSOR_EQ(jacobian(f)(kMatrix), wanted);
    EXPECT_TENSOR_EQ(jacobian(f, {.forward = true})(kMatrix), wanted);
    EXPECT_TENSOR_EQ(jacobian(f)(zeros({0, 3}, f64)), zeros({0, 0, 3}, f64));
    EXPECT_TENSOR_EQ(jacobian(f, {.forward = true})(zeros({2, 0}, f64)), zeros({2, 2, 0}, f64));
    const Tensor c = ones({2}, f64);
    EXPECT_TENSOR_EQ(jacobian([&](const Tensor&) { return c; })(kX), zeros({2, 2}, f64));
    EXPECT_TENSOR_EQ(jacobian([&](const Tensor&) { return c; }, {.forward = true})(kX), zeros({2, 2}, f64));
}

TEST(Jacobian, OfAListIsAList)
{
    const auto f = [](const Tensors& x) { return x[0] * x[1]; };
    for (const bool forward : {false, true}) {
        const Tensors j = jacobian(f, {.forward = forward})({kX, tensor({2}, {3, 4}, f64)});
        EXPECT_TENSOR_EQ(j[0], tensor({2, 2}, {3, 0, 0, 4}, f64));
        EXPECT_TENSOR_EQ(j[1], tensor({2, 2}, {1, 0, 0, 2}, f64));
    }
}

TEST(Jacobian, IsDifferentiable)
{
    // J of x^2 is diag(2 x); the derivative of its sum is 2.
    for (const bool forward : {false, true}) {
        const auto trace = [&](const Tensor& x) {
            return sum(jacobian([](const Tensor& t) { return t * t; }, {.forward = forward})(x));
        };
        EXPECT_TENSOR_EQ(grad(trace)(kX), full({2}, 2, f64));
        EXPECT_TRUE(gradcheck(
            [&](const Tensor& x) { return jacobian([](const Tensor& t) { return sin(t); }, {.forward = forward})(x); },
            {kX}));
    }
}

TEST(Jacobian, SaysWhatItNeeds)
{
    const auto f = [](const Tensor& x) { return x; };
    EXPECT_THROW_TEXT((void)jacobian(f, {.argnum = 1})(kX), ShapeError,
                      "jacobian: argnum 1 for a function called with 1 arguments.\n"
                      "  rule: arguments are counted from 0.\n"
                      "  try:  correct argnum.");
    EXPECT_THROW((void)jacobian(f)(tensor({1}, {1}, i64)), DtypeError);
    EXPECT_THROW((void)jacobian([](const Tensor& x) { return x > 0; })(kX), DtypeError);
    EXPECT_THROW((void)hessian(f)(kX), ShapeError);
}

TEST(Hessian, OfAProductOfPowers)
{
    // f = x^2 y^3 at (1, 2): f_xx = 2 y^3 = 16, f_xy = 6 x y^2 = 24, f_yy = 6 x^2 y = 12.
    const auto f = [](const Tensor& x) {
        const Tensor a = select(x, 0, 0), b = select(x, 0, 1);
        return a * a * b * b * b;
    };
    EXPECT_TENSOR_EQ(hessian(f)(kX), tensor({2, 2}, {16, 24, 24, 12}, f64));
    EXPECT_TENSOR_EQ(jacobian(grad(f))(kX), hessian(f)(kX));
    EXPECT_TENSOR_EQ(jacobian(grad(f), {.forward = true})(kX), hessian(f)(kX));
    EXPECT_TENSOR_EQ(hessian([](const Tensor& x) { return sum(x); })(kMatrix), zeros({2, 3, 2, 3}, f64));
}

TEST(Hessian, OfAListHasABlockForEachPair)
{
    // f = sum(a^2 b): f_aa = diag(2 b), f_ab = diag(2 a), f_bb = 0.
    const auto f = [](const Tensors& x) { return sum(x[0] * x[0] * x[1]); };
    const auto h = hessian(f)({kX, tensor({2}, {3, 4}, f64)});
    EXPECT_TENSOR_EQ(h[0][0], tensor({2, 2}, {6, 0, 0, 8}, f64));
    EXPECT_TENSOR_EQ(h[0][1], tensor({2, 2}, {2, 0, 0, 4}, f64));
    EXPECT_TENSOR_EQ(h[1][0], h[0][1]);
    EXPECT_TENSOR_EQ(h[1][1], zeros({2, 2}, f64));
    const auto g = [](const Tensor& a, const Tensor& b) { return sum(a * b * b); };
    EXPECT_TENSOR_EQ(hessian(g, 1)(kX, kX), tensor({2, 2}, {2, 0, 0, 4}, f64));
}

// ---- vmap -----------------------------------------------------------------------------------------------------------

TEST(Vmap, MapsOverTheFirstAxis)
{
    const auto f = [](const Tensor& x) { return sum(x * x); };
    EXPECT_TENSOR_EQ(vmap(f)(kMatrix), tensor({2}, {14, 77}, f64));
    EXPECT_TENSOR_EQ(vmap(f, {.in_axes = {1}})(kMatrix), tensor({3}, {17, 29, 45}, f64));
    EXPECT_TENSOR_EQ(vmap(f, {.in_axes = {-1}})(kMatrix), tensor({3}, {17, 29, 45}, f64));
}

TEST(Vmap, SharesArgumentsWithoutAnAxisAndPlacesTheAxisOfTheValue)
{
    const auto f = [](const Tensor& x, const Tensor& w) { return x * w; };
    const Tensor w = tensor({3}, {1, 10, 100}, f64);
    EXPECT_TENSOR_EQ(vmap(f, {.in_axes = {0, kNoAxis}})(kMatrix, w), kMatrix * w);
    EXPECT_TENSOR_EQ(vmap(f, {.in_axes = {0, kNoAxis}, .out_axis = 1})(kMatrix, w), transpose(kMatrix * w));
    EXPECT_TENSOR_EQ(vmap(f, {.in_axes = {0, kNoAxis}, .out_axis = -1})(kMatrix, w), transpose(kMatrix * w));
    const auto outer = vmap([&](const Tensor& a) { return vmap([&](const Tensor& b) { return a * b; })(kX); });
    EXPECT_TENSOR_EQ(outer(w), tensor({3, 2}, {1, 2, 10, 20, 100, 200}, f64));
}

TEST(Vmap, ListsInAndOut)
{
    const auto f = [](const Tensors& x) { return Tensors{sum(x[0]), x[0] * x[1]}; };
    const Tensors y = vmap(f)(Tensors{kMatrix, kX});
    EXPECT_TENSOR_EQ(y[0], tensor({2}, {6, 15}, f64));
    EXPECT_TENSOR_EQ(y[1], tensor({2, 3}, {1, 2, 3, 8, 10, 12}, f64));
}

TEST(Vmap, ControlFlowMayDependOnTheValuesInALoop)
{
    const auto f = [](const Tensor& x) { return x.item() > 1.5 ? x * 10 : x; };
    EXPECT_TENSOR_EQ(vmap(f, {.loop = true})(kX), tensor({2}, {1, 20}, f64));
}

TEST(Vmap, IsDifferentiableAndGivesGradientsOfSamples)
{
    // Per-sample gradients of (w . x)^2 are 2 (w . x) x: w . x = 5 and 11 for the rows.
    const auto loss = [](const Tensor& w, const Tensor& x) { return square(sum(w * x)); };
    const Tensor w = kX, x = tensor({2, 2}, {1, 2, 3, 4}, f64);
    EXPECT_TENSOR_EQ(vmap(grad(loss), {.in_axes = {kNoAxis, 0}})(w, x), tensor({2, 2}, {10, 20, 66, 88}, f64));
    const auto total = [&](const Tensor& t) { return sum(vmap(loss, {.in_axes = {kNoAxis, 0}})(t, x)); };
    EXPECT_TENSOR_EQ(grad(total)(w), tensor({2}, {76, 108}, f64));
    const auto mapped = vmap([](const Tensor& t) { return t * t; });
    EXPECT_TENSOR_EQ(jacobian(mapped)(kX), tensor({2, 2}, {2, 0, 0, 4}, f64));
    EXPECT_TRUE(gradcheck([](const Tensor& t) { return vmap([](const Tensor& r) { return tanh(r) * sum(r); })(t); },
                          {kMatrix / 6}));
    EXPECT_TRUE(gradgradcheck([](const Tensor& t) { return vmap([](const Tensor& r) { return tanh(r) * sum(r); })(t); },
                              {kMatrix / 6}));
}

TEST(Vmap, SaysWhatItNeeds)
{
    const auto f = [](const Tensor& a, const Tensor& b) { return a * b; };
    EXPECT_THROW_TEXT((void)vmap(f)(kMatrix, tensor({3}, {1, 2, 3}, f64)), ShapeError,
                      "vmap: argument 1 of shape (3,) has 3 samples, others have 2.\n"
                      "  rule: all arguments have the same number of samples.\n"
                      "  try:  check in_axes; kNoAxis for an argument that all samples share.");
    EXPECT_THROW_TEXT((void)vmap(f, {.in_axes = {0}})(kX, kX), ShapeError,
                      "vmap: 1 in_axes for 2 arguments.\n"
                      "  rule: one axis for each argument, kNoAxis for one that has no samples.\n"
                      "  try:  give as many axes, or leave them out for axis 0 everywhere.");
    EXPECT_THROW_TEXT((void)vmap(f, {.in_axes = {0, 1}})(kX, kX), ShapeError,
                      "vmap: axis 1 of argument 1, which has shape (2,).\n"
                      "  rule: in_axes name axes of the arguments, or kNoAxis.\n"
                      "  try:  give the argument an axis of samples, or kNoAxis in its place.");
    EXPECT_THROW_TEXT((void)vmap(f)(zeros({0}, f64), zeros({0}, f64)), ShapeError,
                      "vmap: the axis of samples is empty.\n"
                      "  rule: the function is called once for each sample, at least once.\n"
                      "  try:  handle an empty batch before vmap.");
    EXPECT_THROW((void)vmap(f, {.in_axes = {kNoAxis, kNoAxis}})(kX, kX), ShapeError);
}

TEST(Composition, FormsOfForms)
{
    const auto f = [](const Tensor& x) { return sum(tanh(x) * x); };
    const auto kept = [&](const Tensor& x) { return checkpoint(f, x); };
    const Tensor v = tensor({2}, {1, -2}, f64);
    EXPECT_TENSOR_NEAR(hvp(kept, kX, v), hvp(f, kX, v), 1e-14);
    EXPECT_TENSOR_NEAR(jvp(grad(kept), kX, v).second, hvp(f, kX, v), 1e-14);
    EXPECT_TENSOR_NEAR(jacobian(vmap(f))(kMatrix), jacobian(vmap(kept))(kMatrix), 1e-14);
    EXPECT_TENSOR_NEAR(hessian(kept)(kX), jacobian(grad(f))(kX), 1e-14);
    const auto third = [&](const Tensor& x) {
        return sum(grad([&](const Tensor& t) { return sum(grad(kept)(t)); })(x));
    };
    const auto wanted = [&](const Tensor& x) { return sum(grad([&](const Tensor& t) { return sum(grad(f)(t)); })(x)); };
    EXPECT_TENSOR_NEAR(grad(third)(kX), grad(wanted)(kX), 1e-14);
}

}  // namespace
