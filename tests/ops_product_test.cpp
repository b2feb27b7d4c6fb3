#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/tape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();
const Tensor kA = tensor({2, 2}, {5, 6, 7, 8}, f64), kB = tensor({2, 2}, {1, 2, 3, 4}, f64);
const Tensor kV = tensor({2}, {1, 10}, f64);

TEST(Product, NamesOfMatmulForOneShapeEach)
{
    EXPECT_TENSOR_EQ(mm(kA, kB), matmul(kA, kB));
    EXPECT_TENSOR_EQ(bmm(unsqueeze(kA, 0), unsqueeze(kB, 0)), unsqueeze(matmul(kA, kB), 0));
    EXPECT_TENSOR_EQ(mv(kB, kV), tensor({2}, {21, 43}, f64));
    EXPECT_TENSOR_EQ(dot(kV, kV), tensor(101, f64));
    EXPECT_TENSOR_EQ(vdot(kV, kV), tensor(101, f64));
    EXPECT_TENSOR_EQ(outer(kV, tensor({3}, {1, 2, 3}, f64)), tensor({2, 3}, {1, 2, 3, 10, 20, 30}, f64));
    EXPECT_TENSOR_EQ(inner(kB, kV), tensor({2}, {21, 43}, f64));
    EXPECT_TENSOR_EQ(inner(kB, tensor(2, f64)), kB * 2);
    EXPECT_TENSOR_EQ(dot(zeros({0}, f64), zeros({0}, f64)), tensor(0, f64));
}

TEST(Product, MatmulAndLinearOverNothingBesideABatch)
{
    EXPECT_TENSOR_EQ(matmul(zeros({3, 2, 0}, f64), zeros({0, 2}, f64)), zeros({3, 2, 2}, f64));
    EXPECT_TENSOR_EQ(linear(zeros({3, 2, 0}, f64), zeros({2, 0}, f64), kV), expand(kV, {3, 2, 2}));
    Tape tape;
    const Tensor a = tape.variable(zeros({3, 2, 0}, f64)), b = tape.variable(zeros({0, 2}, f64));
    tape.backward(sum(matmul(a, b)));
    EXPECT_TENSOR_EQ(a.grad(), zeros({3, 2, 0}, f64));
    EXPECT_TENSOR_EQ(b.grad(), zeros({0, 2}, f64));
}

TEST(Product, AddedToSomething)
{
    // A B = (23 34; 31 46)
    EXPECT_TENSOR_EQ(addmm(kV, kA, kB, {.beta = 10, .alpha = 2}), tensor({2, 2}, {56, 168, 72, 192}, f64));
    EXPECT_TENSOR_EQ(addmm(full({2, 2}, kNan, f64), kA, kB, {.beta = 0}), matmul(kA, kB));
    EXPECT_TENSOR_EQ(addmv(kV, kB, kV), tensor({2}, {22, 53}, f64));
    EXPECT_TENSOR_EQ(addr(kB, kV, kV), tensor({2, 2}, {2, 12, 13, 104}, f64));
    const Tensor batch = stack({kA, kB});
    EXPECT_TENSOR_EQ(baddbmm(kV, batch, batch), matmul(batch, batch) + kV);
    EXPECT_TENSOR_EQ(addbmm(kV, batch, batch), sum(matmul(batch, batch), 0) + kV);
    const Tensor n = to(kA, i64);
    EXPECT_TENSOR_EQ(addmm(n, n, to(kB, i64), {.alpha = 2}), tensor({2, 2}, {51, 74, 69, 100}, i64));
}

TEST(Product, GradientOfAddmm)
{
    // L = sum(beta x + alpha A B): dx = beta in each row and column of its own, here 2 rows share x: 2 beta.
    //   dA = alpha 1 B^T, the row sums of B = (3, 7) in every row, times alpha.
    Tape tape;
    const Tensor x = tape.variable(kV), a = tape.variable(kA);
    tape.backward(sum(addmm(x, a, kB, {.beta = 10, .alpha = 2})));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2}, {20, 20}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2, 2}, {6, 14, 6, 14}, f64));
}

TEST(Product, Tensordot)
{
    const Tensor cube = tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, f64);
    // sum_jk cube[i, j, k] B[j, k] = (1 + 4 + 9 + 16, 5 + 12 + 21 + 32)
    EXPECT_TENSOR_EQ(tensordot(cube, kB), tensor({2}, {30, 70}, f64));
    EXPECT_TENSOR_EQ(tensordot(kA, kB, {1}, {0}), matmul(kA, kB));
    EXPECT_TENSOR_EQ(tensordot(kA, kB, {0}, {-1}), transpose(matmul(kB, kA)));
    EXPECT_TRUE(tensordot(cube, kB, 0).sizes() == Sizes({2, 2, 2, 2, 2}));
    EXPECT_TENSOR_EQ(tensordot(zeros({2, 0}, f64), zeros({0, 3}, f64), 1), zeros({2, 3}, f64));
}

TEST(Product, Kron)
{
    EXPECT_TENSOR_EQ(kron(kB, kV), tensor({2, 4}, {1, 10, 2, 20, 3, 30, 4, 40}, f64));
    EXPECT_TENSOR_EQ(kron(tensor(3, f64), kV), kV * 3);
}

TEST(Product, Bilinear)
{
    // x1 W x2 with W = A, then with B: (1 10) A (1 10)^T = 5 + 60 + 70 + 800, B: 1 + 20 + 30 + 400; bias (1 10).
    const Tensor w = stack({kA, kB});
    EXPECT_TENSOR_EQ(bilinear(kV, kV, w, kV), tensor({2}, {936, 461}, f64));
    EXPECT_TENSOR_EQ(bilinear(unsqueeze(kV, 0), unsqueeze(kV, 0), w), tensor({1, 2}, {935, 451}, f64));
}

TEST(MultiDot, MultipliesInTheBestOrderAndDropsVectorAxes)
{
    const Tensor ones_row = ones({2}, f64);
    EXPECT_TENSOR_EQ(linalg::multi_dot({kA, kB}), matmul(kA, kB));
    EXPECT_TENSOR_EQ(linalg::multi_dot({ones_row, kA, kB, kV}), dot(matmul(ones_row, kA), matmul(kB, kV)));
    EXPECT_TENSOR_EQ(linalg::multi_dot({kA, kB, kA, kB}), matmul(matmul(kA, kB), matmul(kA, kB)));
}

TEST(Cross, IsTheVectorProduct)
{
    const Tensor x = tensor({3}, {1, 0, 0}, f64), y = tensor({3}, {0, 1, 0}, f64), z = tensor({3}, {0, 0, 1}, f64);
    EXPECT_TENSOR_EQ(linalg::cross(x, y), z);
    EXPECT_TENSOR_EQ(linalg::cross(y, x), -z);
    EXPECT_TENSOR_EQ(linalg::cross(stack({x, y, z}, 1), unsqueeze(x, 1), 0), stack({zeros({3}, f64), -z, y}, 1));
}

TEST(VectorNorm, OfEachOrder)
{
    const Tensor x = tensor({2, 2}, {3, -4, 0, 0}, f64);
    EXPECT_TENSOR_EQ(linalg::vector_norm(x), tensor(5, f64));
    EXPECT_TENSOR_EQ(linalg::vector_norm(x, 1, 1), tensor({2}, {7, 0}, f64));
    EXPECT_TENSOR_EQ(linalg::vector_norm(x, 0, 1, true), tensor({2, 1}, {2, 0}, f64));
    EXPECT_TENSOR_EQ(linalg::vector_norm(x, kInfinity, 1), tensor({2}, {4, 0}, f64));
    EXPECT_TENSOR_EQ(linalg::vector_norm(x, -kInfinity, 1), tensor({2}, {3, 0}, f64));
    EXPECT_TENSOR_NEAR(linalg::vector_norm(x, 3, 1), pow(tensor({2}, {91, 0}, f64), 1.0 / 3), 1e-15);
    EXPECT_TENSOR_EQ(linalg::vector_norm(zeros({0}, f64)), tensor(0, f64));
}

TEST(VectorNorm, GradientPointsAlongTheVectorAndIsZeroAtZero)
{
    // d|x| = x / |x| = (3, -4) / 5; the norm of (0, 0) has a kink at 0, where 0 is chosen.
    for (const double ord : {2.0, 1.0, 3.0, 1.5, kInfinity}) {
        Tape tape;
        const Tensor x = tape.variable(tensor({2, 2}, {3, -4, 0, 0}, f64));
        tape.backward(sum(linalg::vector_norm(x, ord, 1)));
        EXPECT_TENSOR_EQ(select(x.grad(), 0, 1), zeros({2}, f64));
        if (ord == 2) {
            EXPECT_TENSOR_NEAR(select(x.grad(), 0, 0), tensor({2}, {0.6, -0.8}, f64), 1e-15);
        }
    }
    Tape tape;
    const Tensor x = tape.variable(tensor({3}, {2, -2, 1}, f64));  // equal extrema share
    tape.backward(linalg::vector_norm(x, kInfinity));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3}, {0.5, -0.5, 0}, f64));
}

TEST(Distance, BetweenRows)
{
    const Tensor x = tensor({2, 2}, {0, 0, 3, 4}, f64), y = tensor({1, 2}, {3, 4}, f64);
    EXPECT_TENSOR_EQ(cdist(x, y), tensor({2, 1}, {5, 0}, f64));
    EXPECT_TENSOR_EQ(cdist(x, y, 1), tensor({2, 1}, {7, 0}, f64));
    EXPECT_TENSOR_NEAR(pairwise_distance(x, y, {.eps = 0}), tensor({2}, {5, 0}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(cosine_similarity(x, y), tensor({2}, {0, 1}, f64), 1e-15);
}

TEST(Product, BadInput)
{
    const Tensor row = zeros({3}, f64);
    EXPECT_THROW_TEXT(mm(kA, row), ShapeError,
                      "mm: shapes (2, 2) and (3,) do not fit.\n  rule: (m, k) x (k, n) -> (m, n).\n"
                      "  try:  use matmul, which takes vectors and batches and broadcasts.");
    EXPECT_THROW(bmm(zeros({2, 2, 2}), zeros({3, 2, 2})), ShapeError);
    EXPECT_THROW(mv(kA, row), ShapeError);
    EXPECT_THROW(dot(kV, row), ShapeError);
    EXPECT_THROW(outer(kA, row), ShapeError);
    EXPECT_THROW(inner(kA, row), ShapeError);
    EXPECT_THROW(addmm(row, kA, kB), ShapeError);
    EXPECT_THROW(addmm(zeros({2, 2, 2}), kA, kB), ShapeError);
    EXPECT_THROW_TEXT(addmm(to(kA, i64), to(kA, i64), to(kB, i64), {.alpha = 0.5}), DtypeError,
                      "addmm: factor 0.500000 beside a tensor i64 (2, 2).\n  rule: integers are multiplied by whole "
                      "numbers.\n  try:  convert first: to(x, f32).");
    EXPECT_THROW(tensordot(kA, row, 1), ShapeError);
    EXPECT_THROW(tensordot(kA, kB, 3), ShapeError);
    EXPECT_THROW(tensordot(kA, kB, {0, 0}, {0, 1}), ShapeError);
    EXPECT_THROW(tensordot(kA, kB, {0, 1}, {0}), ShapeError);
    EXPECT_THROW(bilinear(kV, kV, kA), ShapeError);
    EXPECT_THROW(linalg::multi_dot({kA}), ShapeError);
    EXPECT_THROW(linalg::multi_dot({kA, row, kB}), ShapeError);
    EXPECT_THROW(linalg::cross(kV, kV), ShapeError);
    EXPECT_THROW(linalg::vector_norm(to(kA, i64)), DtypeError);
    EXPECT_THROW(linalg::vector_norm(zeros({0}, f64), kInfinity), ShapeError);
    EXPECT_THROW(cdist(kV, kA), ShapeError);
    EXPECT_THROW(cdist(kA, kA, -1), ShapeError);
}

}  // namespace
}  // namespace xgrad
