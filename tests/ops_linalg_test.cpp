#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();
const Tensor kA = tensor({2, 2}, {4, 7, 2, 6}, f64);  // det 10, inverse (0.6 -0.7; -0.2 0.4)
const Tensor kS = tensor({2, 2}, {2, 1, 1, 2}, f64);  // eigenvalues 1 and 3
const Tensor kOnes = tensor({2, 2}, {1, 1, 1, 1}, f64);
const Tensor kTall = tensor({3, 2}, {1, 0, 0, 2, 0, 0}, f64);
const Tensor kEye = tensor({2, 2}, {1, 0, 0, 1}, f64);

TEST(Linalg, InverseAndSolution)
{
    EXPECT_TENSOR_NEAR(linalg::inv(kA), tensor({2, 2}, {0.6, -0.7, -0.2, 0.4}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(linalg::solve(kA, tensor({2}, {11, 8}, f64)), tensor({2}, {1, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(linalg::solve(to(kA, f32), to(kA, f32)), to(kEye, f32), 1e-6);
    EXPECT_TENSOR_EQ(linalg::inv(zeros({0, 0}, f64)), zeros({0, 0}, f64));
    EXPECT_TENSOR_EQ(linalg::inv(zeros({0, 2, 2}, f64)), zeros({0, 2, 2}, f64));
    EXPECT_TENSOR_EQ(linalg::solve(kA, zeros({2, 0}, f64)), zeros({2, 0}, f64));
}

TEST(Linalg, SolutionFromTheRight)
{
    // X A = B for X = (1 2): B = (8 19). dB = gX A^-T: for gX = (1 0) the first row of A^-T, (0.6 -0.2); dA = -X^T dB.
    Tape tape;
    const Tensor a = tape.variable(kA), b = tape.variable(tensor({1, 2}, {8, 19}, f64));
    const Tensor x = linalg::solve(a, b, {.left = false});
    EXPECT_TENSOR_NEAR(x, tensor({1, 2}, {1, 2}, f64), 1e-14);
    tape.backward(x, tensor({1, 2}, {1, 0}, f64));
    EXPECT_TENSOR_NEAR(b.grad(), tensor({1, 2}, {0.6, -0.2}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(a.grad(), tensor({2, 2}, {-0.6, 0.2, -1.2, 0.4}, f64), 1e-14);
    EXPECT_THROW(linalg::solve(kA, tensor({2}, {1, 2}, f64), {.left = false}), ShapeError);
}

TEST(Linalg, GradientOfTheInverse)
{
    // L = sum Y: dA = -Y^T 1 Y^T = -(column sums of Y)^T (row sums of Y) = -(0.4, -0.3)^T (-0.1, 0.2)
    Tape tape;
    const Tensor a = tape.variable(kA);
    tape.backward(sum(linalg::inv(a)));
    EXPECT_TENSOR_NEAR(a.grad(), tensor({2, 2}, {0.04, -0.08, -0.03, 0.06}, f64), 1e-15);
}

TEST(Linalg, TriangularSystems)
{
    const Tensor upper = tensor({2, 2}, {2, 1, 99, 4}, f64), b = tensor({2, 1}, {4, 8}, f64);
    EXPECT_TENSOR_EQ(linalg::solve_triangular(upper, b, true), tensor({2, 1}, {1, 2}, f64));
    EXPECT_TENSOR_EQ(linalg::solve_triangular(upper, b, true, {.unitriangular = true}), tensor({2, 1}, {-4, 8}, f64));
    EXPECT_TENSOR_EQ(linalg::solve_triangular(upper, transpose(b), true, {.left = false}),
                     tensor({1, 2}, {2, 1.5}, f64));
    EXPECT_TENSOR_EQ(triangular_solve(b, upper, {.transpose = true}).solution, tensor({2, 1}, {2, 1.5}, f64));
    Tape tape;  // dA of the other triangle is 0
    const Tensor a = tape.variable(upper);
    tape.backward(sum(linalg::solve_triangular(a, b, true)));
    // x = (1, 2), dB = U^-T (1, 1) = (0.5, 0.125), dA = -dB x^T
    EXPECT_TENSOR_EQ(a.grad(), tensor({2, 2}, {-0.5, -1, 0, -0.25}, f64));
}

TEST(Linalg, Determinant)
{
    EXPECT_TENSOR_NEAR(linalg::det(kA), tensor(10, f64), 1e-15);
    EXPECT_TENSOR_EQ(linalg::det(zeros({0, 0}, f64)), tensor(1, f64));
    EXPECT_TENSOR_EQ(linalg::det(zeros({3, 0, 0}, f64)), ones({3}, f64));
    const linalg::SignAndLogdet y = linalg::slogdet(stack({kA, -kA, kA * tensor({2, 1}, {-1, 1}, f64), kOnes}));
    EXPECT_TENSOR_EQ(y.sign, tensor({4}, {1, 1, -1, 0}, f64));
    const double log10 = std::log(10.0);
    EXPECT_TENSOR_NEAR(y.logabsdet, tensor({4}, {log10, log10, log10, -kInfinity}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(logdet(stack({kA, kOnes})), tensor({2}, {log10, -kInfinity}, f64), 1e-15);
    EXPECT_TENSOR_EQ(logdet(tensor({1, 1}, {-2}, f64)), tensor(kNan, f64));
    Tape tape;
    const Tensor negative = tape.variable(tensor({1, 1}, {-2}, f64));
    tape.backward(logdet(negative));
    EXPECT_TENSOR_EQ(negative.grad(), tensor({1, 1}, {0}, f64));  // NaN does not depend on anything
}

TEST(Linalg, GradientOfTheDeterminantIsTheCofactorsAndZeroWhereItIsZero)
{
    // det A = a d - b c: dA = (d, -c; -b, a) = (6, -2; -7, 4)
    Tape tape;
    const Tensor a = tape.variable(stack({kA, kOnes}));
    tape.backward(sum(linalg::det(a)));
    EXPECT_TENSOR_NEAR(a.grad(), stack({tensor({2, 2}, {6, -2, -7, 4}, f64), zeros({2, 2}, f64)}), 1e-14);
}

TEST(Linalg, Cholesky)
{
    const Tensor a = tensor({2, 2}, {4, 99, 2, 10}, f64), l = tensor({2, 2}, {2, 0, 1, 3}, f64);  // 99 is not read
    EXPECT_TENSOR_EQ(linalg::cholesky(a), l);
    EXPECT_TENSOR_EQ(linalg::cholesky(transpose(a), {.upper = true}), transpose(l));
    EXPECT_TENSOR_NEAR(cholesky_solve(tensor({2, 1}, {6, 12}, f64), l), tensor({2, 1}, {1, 1}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(cholesky_solve(tensor({2, 1}, {6, 12}, f64), transpose(l), {.upper = true}),
                       tensor({2, 1}, {1, 1}, f64), 1e-15);
}

TEST(Linalg, EigenvaluesOfASymmetricMatrix)
{
    EXPECT_TENSOR_NEAR(linalg::eigvalsh(kS), tensor({2}, {1, 3}, f64), 1e-15);
    const auto [w, v] = linalg::eigh(kS);
    EXPECT_TENSOR_NEAR(w, tensor({2}, {1, 3}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(matmul(kS, v), v * w, 1e-14);
    EXPECT_TENSOR_NEAR(linalg::eigvalsh(tensor({2, 2}, {2, 99, 1, 2}, f64)), tensor({2}, {1, 3}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(linalg::eigvalsh(tensor({2, 2}, {2, 1, 99, 2}, f64), linalg::Uplo::upper),
                       tensor({2}, {1, 3}, f64), 1e-15);
    // d w_1 = v v^T with v = (1, 1) / sqrt 2; the sum of equal eigenvalues is smooth: its gradient is 1.
    Tape tape;
    const Tensor a = tape.variable(kS), b = tape.variable(kEye);
    tape.backward(select(linalg::eigvalsh(a), 0, 1) + sum(linalg::eigvalsh(b)));
    EXPECT_TENSOR_NEAR(a.grad(), kOnes * 0.5, 1e-15);
    EXPECT_TENSOR_NEAR(b.grad(), kEye, 1e-15);
}

TEST(Linalg, SingularValues)
{
    EXPECT_TENSOR_NEAR(linalg::svdvals(kTall), tensor({2}, {2, 1}, f64), 1e-15);
    for (const Tensor& x : {kTall, transpose(kTall), kA})
        for (const bool full : {false, true}) {
            const auto [u, s, vh] = linalg::svd(x, full);
            EXPECT_EQ(u.size(-1), full ? x.size(0) : 2);
            EXPECT_EQ(vh.size(-2), full ? x.size(1) : 2);
            EXPECT_TENSOR_NEAR(matmul(slice(u, 1, 0, 2) * s, slice(vh, 0, 0, 2)), x, 1e-14);
            EXPECT_TENSOR_NEAR(slice(slice(matmul(transpose(u), u), 0, 0, 2), 1, 0, 2), kEye, 1e-14);
        }
    EXPECT_TENSOR_EQ(linalg::svdvals(zeros({2, 0}, f64)), zeros({0}, f64));
    EXPECT_TENSOR_EQ(linalg::matrix_rank(stack({kA, kOnes, zeros({2, 2}, f64)})), tensor({3}, {2, 1, 0}, i64));
}

TEST(Linalg, QrOfTallAndWideMatrices)
{
    for (const Tensor& x : {kTall + 1, transpose(kTall + 1), kA}) {
        const auto [q, r] = linalg::qr(x);
        EXPECT_TENSOR_NEAR(matmul(q, r), x, 1e-14);
        EXPECT_TENSOR_NEAR(matmul(transpose(q), q), kEye, 1e-14);
        EXPECT_EQ(r.to_vector<double>()[static_cast<std::size_t>(x.size(1))], 0);
    }
}

TEST(Linalg, PseudoinverseAndLeastSquares)
{
    EXPECT_TENSOR_NEAR(linalg::pinv(kTall), tensor({2, 3}, {1, 0, 0, 0, 0.5, 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(linalg::pinv(kOnes), kOnes / 4, 1e-15);
    const linalg::LeastSquares y = linalg::lstsq(kTall, tensor({3, 1}, {3, 4, 5}, f64));
    EXPECT_TENSOR_NEAR(y.solution, tensor({2, 1}, {3, 2}, f64), 1e-14);
    EXPECT_TENSOR_NEAR(y.residuals, tensor({1}, {25}, f64), 1e-14);
    EXPECT_TENSOR_EQ(y.rank, tensor(2, i64));
    EXPECT_TENSOR_NEAR(linalg::lstsq(kOnes, tensor({2}, {1, 3}, f64)).solution, tensor({2}, {1, 1}, f64), 1e-14);
}

TEST(Linalg, PowersAndExponential)
{
    EXPECT_TENSOR_EQ(linalg::matrix_power(kS, 3), tensor({2, 2}, {14, 13, 13, 14}, f64));
    EXPECT_TENSOR_EQ(linalg::matrix_power(kS, 0), kEye);
    EXPECT_TENSOR_NEAR(linalg::matrix_power(kA, -1), linalg::inv(kA), 1e-15);
    // A nilpotent matrix: exp A = 1 + A. A rotation by pi: -1. Large norms are halved first: exp(20 1 1^T / 2).
    const Tensor nilpotent = tensor({2, 2}, {0, 3, 0, 0}, f64);
    EXPECT_TENSOR_NEAR(matrix_exp(nilpotent), kEye + nilpotent, 1e-15);
    const double pi = std::acos(-1.0);
    EXPECT_TENSOR_NEAR(matrix_exp(tensor({2, 2}, {0, -pi, pi, 0}, f64)), -kEye, 1e-14);
    const double e = (std::exp(20.0) - 1) / 2;
    EXPECT_TENSOR_NEAR(matrix_exp(kOnes * 10), kEye + kOnes * e, 1e-13);
    EXPECT_TENSOR_EQ(matrix_exp(full({1, 1}, kInfinity, f64)), full({1, 1}, kNan, f64));
    EXPECT_TENSOR_EQ(matrix_exp(zeros({0, 0}, f64)), zeros({0, 0}, f64));
    EXPECT_TENSOR_EQ(trace(kTall), tensor(3, f64));
}

TEST(Linalg, NormsOfMatrices)
{
    const Tensor x = tensor({2, 2}, {3, -4, 0, 0}, f64);
    const auto norm = [&](linalg::NormOrder ord) { return linalg::matrix_norm(x, ord).item(); };
    EXPECT_DOUBLE_EQ(norm("fro"), 5);
    EXPECT_DOUBLE_EQ(norm("nuc"), 5);
    EXPECT_DOUBLE_EQ(norm(2), 5);
    EXPECT_NEAR(norm(-2), 0, 1e-15);
    EXPECT_DOUBLE_EQ(norm(1), 4);
    EXPECT_DOUBLE_EQ(norm(-1), 3);
    EXPECT_DOUBLE_EQ(norm(kInfinity), 7);
    EXPECT_DOUBLE_EQ(norm(-kInfinity), 0);
    EXPECT_TRUE(linalg::matrix_norm(zeros({4, 2, 3}, f64), 1, {2, 0}, true).sizes() == Sizes({1, 2, 1}));
    EXPECT_DOUBLE_EQ(linalg::norm(x).item(), 5);
    EXPECT_DOUBLE_EQ(linalg::norm(x, 1).item(), 4);
    EXPECT_DOUBLE_EQ(linalg::norm(flatten(x), 1).item(), 7);
}

TEST(Linalg, BadInput)
{
    EXPECT_THROW_TEXT(
        linalg::inv(kOnes), LinalgError,
        "linalg.inv: the matrix of shape (2, 2) is singular.\n  rule: a matrix whose determinant is 0 has "
        "no inverse, and a system no one solution.\n  try:  use linalg::pinv or linalg::lstsq, or add a "
        "small multiple of the identity.");
    EXPECT_THROW_TEXT(
        linalg::cholesky(stack({kS, -kS})), LinalgError,
        "linalg.cholesky: matrix 1 of the batch of shape (2, 2, 2) is not positive definite.\n  rule: a "
        "symmetric matrix whose eigenvalues are all positive.\n  try:  check that it is symmetric, or add "
        "a small multiple of the identity.");
    EXPECT_THROW_TEXT(linalg::det(kTall), ShapeError,
                      "linalg.det: a tensor of shape (3, 2).\n  rule: as many rows as columns: (..., n, n).\n  try:  "
                      "transpose, slice or pad the matrix; linalg::pinv and linalg::lstsq take any.");
    const Tensor row = zeros({3}, f64), nan = full({2, 2}, kNan, f64);
    EXPECT_THROW(linalg::solve(kOnes, kA), LinalgError);
    EXPECT_THROW(linalg::matrix_power(kOnes, -1), LinalgError);
    EXPECT_THROW(linalg::svd(nan), LinalgError);
    EXPECT_THROW(linalg::inv(row), ShapeError);
    EXPECT_THROW(linalg::inv(to(kA, i64)), DtypeError);
    EXPECT_THROW(linalg::slogdet(kTall), ShapeError);
    EXPECT_THROW(linalg::solve(kA, row), ShapeError);
    EXPECT_THROW(linalg::solve(kA, to(kA, f32)), DtypeError);
    EXPECT_THROW(linalg::solve(zeros({2, 3, 3}, f64), zeros({4, 3, 1}, f64)), ShapeError);
    EXPECT_THROW(linalg::solve_triangular(kA, row, true), ShapeError);
    EXPECT_THROW(cholesky_solve(row, kA), ShapeError);
    EXPECT_THROW(triangular_solve(kTall, kA), ShapeError);
    EXPECT_THROW(linalg::eigh(kTall), ShapeError);
    EXPECT_THROW(linalg::svd(row), ShapeError);
    EXPECT_THROW(linalg::qr(row), ShapeError);
    EXPECT_THROW(linalg::lstsq(kTall, kA), ShapeError);
    EXPECT_THROW(matrix_exp(kTall), ShapeError);
    EXPECT_THROW(trace(row), ShapeError);
    EXPECT_THROW(linalg::matrix_norm(kA, 3), ShapeError);
    EXPECT_THROW(linalg::matrix_norm(kA, "max"), ShapeError);
    EXPECT_THROW(linalg::matrix_norm(kA, 1, {0, 0}), ShapeError);
    EXPECT_THROW(linalg::norm(zeros({2, 2, 2}, f64), 1), ShapeError);
    EXPECT_THROW(linalg::norm(row, "fro"), ShapeError);
}

TEST(Linalg, IterationsRefuseWhatIsNotFinite)
{
    // With an infinity LAPACK gives NaN, or, on some matrices of five columns, does not end.
    const Tensor a = tensor({2, 2, 3}, {1, 2, 3, 4, 5, 6, kInfinity, 2, 3, 4, 5, 6}, f64);
    EXPECT_THROW_TEXT(linalg::svdvals(a), LinalgError,
                      "linalg.svd: matrix 1 of the batch of shape (2, 2, 3) has no singular values that LAPACK finds.\n"
                      "  rule: a matrix of finite numbers.\n  try:  check it for NaN and infinities.");
    EXPECT_THROW(linalg::pinv(a), LinalgError);
    EXPECT_THROW(linalg::lstsq(a, zeros({2, 2, 1}, f64)), LinalgError);
    const Tensor half = tensor({2, 2}, {2, kNan, 0, 3}, f64);  // the upper triangle is not read
    EXPECT_TENSOR_EQ(linalg::eigvalsh(half), tensor({2}, {2, 3}, f64));
    EXPECT_THROW(linalg::eigvalsh(half, linalg::Uplo::upper), LinalgError);
    EXPECT_THROW(linalg::eigvalsh(Tensor()), ShapeError);
    EXPECT_THROW(linalg::svdvals(Tensor()), ShapeError);
}

TEST(Linalg, ALargeBatchGivesTheSameAsItsParts)
{
    const Tensor batch =
        expand(kA, {700, 2, 2}) + reshape(to(from_values({700}, std::vector<double>(700, 0.5)), f64), {700, 1, 1});
    EXPECT_TENSOR_EQ(select(linalg::inv(batch), 0, 699), linalg::inv(select(batch, 0, 699)));
}

}  // namespace
}  // namespace xgrad
