#include <xgrad/error.hpp>
#include <xgrad/ops/compare.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

TEST(Equal, ShapeAndElements)
{
    const Tensor x = tensor({2}, {1, 2}, f64);
    EXPECT_TRUE(equal(x, tensor({2}, {1, 2}, i64)));
    EXPECT_FALSE(equal(x, tensor({2}, {1, 3}, f64)));
    EXPECT_FALSE(equal(x, tensor({2, 1}, {1, 2}, f64)));
    EXPECT_FALSE(equal(tensor(NAN, f64), tensor(NAN, f64)));
    EXPECT_TRUE(equal(zeros({0}), zeros({0})));
}

TEST(IsClose, WithinTolerancesOrOneInfinity)
{
    const Tensor a = tensor({5}, {1, 1, INFINITY, INFINITY, NAN}, f64);
    const Tensor b = tensor({5}, {1 + 9e-6, 1 + 2e-5, INFINITY, 1, NAN}, f64);
    EXPECT_TENSOR_EQ(isclose(a, b), tensor({5}, {1, 0, 1, 0, 0}, boolean));
    EXPECT_TENSOR_EQ(isclose(a, b, {.rtol = 1e-4, .equal_nan = true}), tensor({5}, {1, 1, 1, 0, 1}, boolean));
    EXPECT_TENSOR_EQ(isclose(tensor({2}, {3, 4}, i64), tensor(3, i64)), tensor({2}, {1, 0}, boolean));
    EXPECT_TRUE(allclose(a, b, {.rtol = INFINITY, .equal_nan = true}) == false);  // the fourth: infinity and 1
    EXPECT_TRUE(allclose(b, b, {.equal_nan = true}));
    EXPECT_THROW_TEXT(isclose(a, b, {.rtol = -1}), ShapeError,
                      "isclose: rtol -1.000000 and atol 0.000000.\n  rule: tolerances are 0 or more.\n"
                      "  try:  compare with eq for no tolerance.");
}

TEST(IsIn, ElementsOfASet)
{
    const Tensor x = tensor({2, 2}, {1, 5, 3, 9}, i64), set = tensor({3}, {9, 1, 4}, i64);
    EXPECT_TENSOR_EQ(isin(x, set), tensor({2, 2}, {1, 0, 0, 1}, boolean));
    EXPECT_TENSOR_EQ(isin(x, set, true), tensor({2, 2}, {0, 1, 1, 0}, boolean));
    EXPECT_TENSOR_EQ(isin(x, zeros({0}, i64)), zeros({2, 2}, boolean));
    EXPECT_TENSOR_EQ(isin(tensor({1}, {NAN}, f64), tensor({1}, {NAN}, f64)), tensor({1}, {0}, boolean));
}

TEST(Bucketize, CountsBoundariesBelow)
{
    const Tensor x = tensor({3}, {0, 2, 7}, f64), boundaries = tensor({3}, {1, 2, 5}, f64);
    EXPECT_TENSOR_EQ(bucketize(x, boundaries), tensor({3}, {0, 1, 3}, i64));
    EXPECT_TENSOR_EQ(bucketize(x, boundaries, true), tensor({3}, {0, 2, 3}, i64));
}

}  // namespace
}  // namespace xgrad
