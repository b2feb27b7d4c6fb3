#include <xgrad/error.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/integers.hpp>
#include <xgrad/ops/shape.hpp>

#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Tensor whole(std::initializer_list<std::int64_t> values)
{
    return from_values({static_cast<std::int64_t>(values.size())}, std::vector<std::int64_t>(values));
}

TEST(Gcd, HasNoSign)
{
    EXPECT_TENSOR_EQ(gcd(whole({12, -18, 0, 0}), whole({18, 12, -5, 0})), whole({6, 6, 5, 0}));
    EXPECT_TENSOR_EQ(gcd(whole({12, 9}), 6), whole({6, 3}));
    EXPECT_TENSOR_EQ(gcd(whole({kLeast}), 12), whole({4}));  // -2^63 and 12
}

TEST(Lcm, IsZeroBesideZero)
{
    EXPECT_TENSOR_EQ(lcm(whole({12, -18, 0, 4}), whole({18, 12, 5, 6})), whole({36, 36, 0, 12}));
}

TEST(Bitwise, WorksOnTwosComplement)
{
    // 5 = ...0101, -5 = ...1011, 3 = ...0011
    const Tensor a = whole({5, -5}), b = whole({3, 3});
    EXPECT_TENSOR_EQ(bitwise_and(a, b), whole({1, 3}));
    EXPECT_TENSOR_EQ(bitwise_or(a, b), whole({7, -5}));
    EXPECT_TENSOR_EQ(bitwise_xor(a, b), whole({6, -8}));
    EXPECT_TENSOR_EQ(bitwise_not(a), whole({-6, 4}));
    EXPECT_TENSOR_EQ(bitwise_and(reshape(a, {2, 1}), whole({1, 2, 4})),
                     from_values({2, 3}, std::vector<std::int64_t>{1, 0, 4, 1, 2, 0}));
}

TEST(Bitwise, OfBoolsIsLogic)
{
    const Tensor a = tensor({4}, {0, 0, 1, 1}, boolean), b = tensor({4}, {0, 1, 0, 1}, boolean);
    EXPECT_TENSOR_EQ(bitwise_and(a, b), tensor({4}, {0, 0, 0, 1}, boolean));
    EXPECT_TENSOR_EQ(bitwise_or(a, b), tensor({4}, {0, 1, 1, 1}, boolean));
    EXPECT_TENSOR_EQ(bitwise_xor(a, b), tensor({4}, {0, 1, 1, 0}, boolean));
    EXPECT_TENSOR_EQ(bitwise_not(a), tensor({4}, {1, 1, 0, 0}, boolean));
}

TEST(Shifts, RoundDownAndLoseAllBitsBeyondTheWidth)
{
    EXPECT_TENSOR_EQ(bitwise_left_shift(whole({5, -5, 1, 1, 1}), whole({1, 1, 63, 64, -1})),
                     whole({10, -10, kLeast, 0, 0}));
    EXPECT_TENSOR_EQ(bitwise_right_shift(whole({5, -5, -1, 7, -7}), whole({1, 1, 63, 64, -1})),
                     whole({2, -3, -1, 0, -1}));
}

TEST(Integers, OtherDtypesAndShapesAreRefused)
{
    EXPECT_THROW_TEXT(gcd(zeros({2}), zeros({2}, i64)), DtypeError,
                      "gcd: operands f32 (2,) and f32 (2,).\n  rule: both are i64.\n  try:  convert them: to(x, i64).");
    EXPECT_THROW(bitwise_and(zeros({2}, i64), 0.5), DtypeError);
    EXPECT_THROW(bitwise_left_shift(zeros({2}, boolean), zeros({2}, boolean)), DtypeError);
    EXPECT_THROW(bitwise_not(zeros({2})), DtypeError);
    EXPECT_THROW(lcm(zeros({2}, i64), zeros({3}, i64)), ShapeError);
    EXPECT_TENSOR_EQ(gcd(zeros({0, 3}, i64), 2), zeros({0, 3}, i64));
}

TEST(Integers, WorkUnderVmap)
{
    const Tensor a = from_values({2, 2}, std::vector<std::int64_t>{12, 9, 4, 10});
    const auto f = vmap([](const Tensor& row) { return gcd(row, whole({6, 3})); });
    EXPECT_TENSOR_EQ(f(a), from_values({2, 2}, std::vector<std::int64_t>{6, 3, 2, 1}));
}

}  // namespace
}  // namespace xgrad
