// Values: making them, reading them, sharing storage, and what is refused.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/tensor.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

TEST(Tensor, IsOnePointerWideAndCopiesShareTheValue)
{
    static_assert(sizeof(Tensor) == sizeof(void*));
    const Tensor a = tensor({2, 2}, {1, 2, 3, 4});
    const Tensor b = a;
    EXPECT_EQ(a.data<float>(), b.data<float>());
    Tensor c = b;
    c = zeros({1});
    EXPECT_TENSOR_EQ(b, tensor({2, 2}, {1, 2, 3, 4}));
}

TEST(Tensor, DataIsAlignedTo64Bytes)
{
    for (std::int64_t n = 1; n < 40; ++n)
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(zeros({n, 1, 1}).raw()) % 64, 0u) << n;
}

TEST(Tensor, KnowsItsShapeAndStrides)
{
    const Tensor a = zeros({2, 3, 4}, i64);
    EXPECT_EQ(a.dtype(), i64);
    EXPECT_EQ(a.ndim(), 3u);
    EXPECT_EQ(a.numel(), 24);
    EXPECT_EQ(a.size(1), 3);
    EXPECT_EQ(a.size(-1), 4);
    EXPECT_EQ(a.strides().vector(), (std::vector<std::int64_t>{12, 4, 1}));
    EXPECT_TRUE(a.is_contiguous());
    EXPECT_FALSE(transpose(a, 0, 2).is_contiguous());
}

TEST(Tensor, NumbersTakeTheDefaultDtype)
{
    EXPECT_EQ(tensor(1.5).dtype(), f32);
    set_default_dtype(f64);
    EXPECT_EQ(tensor({2}, {1, 2}).dtype(), f64);
    set_default_dtype(f32);
    EXPECT_EQ(ones({2}).dtype(), f32);
    EXPECT_THROW_TEXT(set_default_dtype(i64), DtypeError,
                      "set_default_dtype: got i64.\n"
                      "  rule: the default dtype is f32 or f64.\n"
                      "  try:  set_default_dtype(f64).");
}

TEST(Tensor, EmptyAndZeroDimensionalOnesWork)
{
    EXPECT_EQ(zeros({0, 3}).numel(), 0);
    EXPECT_TENSOR_EQ(sum(zeros({0, 3})), tensor(0));
    EXPECT_TENSOR_EQ(exp(zeros({2, 0})), zeros({2, 0}));
    EXPECT_EQ(tensor(2.5).ndim(), 0u);
    EXPECT_EQ(tensor(2.5).item(), 2.5);
    EXPECT_EQ(to_string(zeros({0, 3})), "tensor({0, 3}, {}) f32");
}

TEST(Tensor, WrongNumberOfValuesIsRefused)
{
    EXPECT_THROW_TEXT((void)tensor({2, 3}, {1, 2}), ShapeError,
                      "tensor: shape (2, 3) holds 6 elements, 2 were given.\n"
                      "  rule: one value an element, in row-major order.\n"
                      "  try:  correct the shape or the list.");
}

TEST(Tensor, NegativeSizesAndProductsThatOverflowAreRefused)
{
    EXPECT_THROW((void)zeros({2, -1}), ShapeError);
    const std::int64_t huge = std::int64_t{1} << 40;
    EXPECT_THROW((void)zeros({huge, huge}), ShapeError);
    EXPECT_THROW((void)expand(zeros({1}), {huge, huge}), ShapeError);
    EXPECT_EQ(zeros({0, huge}).numel(), 0);
}

TEST(Tensor, MoreBytesThanTheMachineHasThrowsBadAlloc)
{
    EXPECT_THROW_TEXT((void)zeros({std::int64_t{1} << 50}), MemoryError,  // two parts of 2^51 and the header
                      "memory: the system does not give 5629499534213120 bytes.\n"
                      "  rule: values, gradients and what tapes keep fit in memory together.\n"
                      "  try:  check the sizes; use smaller ones, or keep less with checkpoint.");
    EXPECT_THROW((void)zeros({std::int64_t{1} << 50}), std::bad_alloc);
    EXPECT_THROW((void)zeros({std::numeric_limits<std::int64_t>::max() / 2}, f64), std::exception);
}

TEST(Tensor, AxesOutOfRangeAreRefused)
{
    const Tensor a = zeros({2, 3});
    EXPECT_THROW((void)a.size(2), ShapeError);
    EXPECT_THROW((void)a.size(-3), ShapeError);
    EXPECT_THROW((void)sum(a, 2), ShapeError);
    EXPECT_THROW((void)sum(a, {0, 0}), ShapeError);
    EXPECT_THROW((void)transpose(a, 0, -3), ShapeError);
    EXPECT_THROW((void)permute(a, {0, 0}), ShapeError);
    EXPECT_THROW((void)flatten(a, 1, 0), ShapeError);
}

TEST(Tensor, MoreThan64AxesAreRefused)
{
    const std::vector<std::int64_t> many(65, 1);
    EXPECT_THROW((void)zeros(many), ShapeError);
    const std::vector<std::int64_t> most(64, 1);
    EXPECT_EQ(exp(zeros(most)).ndim(), 64u);
}

TEST(Tensor, ElementsAreReadByTheirOwnType)
{
    const Tensor a = tensor({2}, {1, 2}, i64);
    EXPECT_EQ(a.data<std::int64_t>()[1], 2);
    EXPECT_THROW_TEXT((void)a.data<float>(), DtypeError,
                      "data: elements of type f32 of a tensor of i64.\n"
                      "  rule: the element type is the tensor's.\n"
                      "  try:  convert first: to(x, dtype).");
    EXPECT_EQ(transpose(tensor({2, 2}, {1, 2, 3, 4})).to_vector<float>(), (std::vector<float>{1, 3, 2, 4}));
}

TEST(Tensor, ItemNeedsOneElement)
{
    EXPECT_EQ(tensor({1, 1}, {3}).item(), 3);
    EXPECT_THROW_TEXT((void)zeros({2}).item(), ShapeError,
                      "item: the shape is (2,).\n"
                      "  rule: exactly one element is needed.\n"
                      "  try:  reduce it first, for example sum(x), or read x.scalar(i, j).");
}

TEST(Tensor, ElementsLeaveAsScalars)
{
    const Tensor a = tensor({2, 3}, {1, 2, 3, 4, 5, 6});
    EXPECT_EQ(a.scalar(1, -1).value(), 6);
    EXPECT_EQ(transpose(a).scalar(0, 1).value(), 4);
    EXPECT_THROW_TEXT((void)a.scalar(2, 0), ShapeError,
                      "scalar: index (2, 0) into shape (2, 3).\n"
                      "  rule: one index for each axis, from -size to size - 1.\n"
                      "  try:  check the indices.");
    EXPECT_THROW((void)a.scalar(0), ShapeError);
    EXPECT_THROW((void)a.scalar(0, -4), ShapeError);
    EXPECT_THROW((void)tensor({1}, {1}, i64).scalar(0), DtypeError);
}

TEST(Tensor, UndefinedOneThrowsOnEveryUse)
{
    const Tensor a;
    EXPECT_FALSE(a.defined());
    EXPECT_THROW((void)a.numel(), ShapeError);
    EXPECT_THROW((void)exp(a), ShapeError);
    EXPECT_THROW((void)(a + tensor(1)), ShapeError);
    EXPECT_THROW((void)sum(a), ShapeError);
    EXPECT_EQ(to_string(a), "tensor undefined");
    Tape tape;
    EXPECT_THROW((void)tape.variable(a), ShapeError);
    EXPECT_THROW(tape.backward(a), ShapeError);
}

TEST(Tensor, MovedFromOneIsUndefined)
{
    Tensor a = ones({2});
    const Tensor b = std::move(a);
    EXPECT_FALSE(a.defined());
    EXPECT_TENSOR_EQ(b, ones({2}));
}

TEST(Tensor, ViewsShareStorageAndKeepItAlive)
{
    Tensor view;
    {
        const Tensor a = tensor({2, 3}, {1, 2, 3, 4, 5, 6});
        view = transpose(a);
        EXPECT_EQ(view.data<float>(), a.data<float>());
    }
    EXPECT_TENSOR_EQ(contiguous(view), tensor({3, 2}, {1, 4, 2, 5, 3, 6}));
}

TEST(Tensor, OperationsNeverChangeTheirInputs)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({3}, {1, 2, 3})), b = tape.variable(tensor({3}, {4, 5, 6}));
    const Tensor y = a * b + a;
    tape.backward(sum(y * y));
    EXPECT_TENSOR_EQ(a, tensor({3}, {1, 2, 3}));
    EXPECT_TENSOR_EQ(b, tensor({3}, {4, 5, 6}));
    EXPECT_TENSOR_EQ(y, tensor({3}, {5, 12, 21}));
}

TEST(Tensor, GradThatSomebodyHoldsIsNotOverwritten)
{
    Tape tape;
    const Tensor a = tape.variable(tensor({2}, {1, 2}));
    tape.backward(sum(a * a));
    const Tensor before = a.grad();
    tape.backward(sum(a * a));
    EXPECT_TENSOR_EQ(before, tensor({2}, {2, 4}));
    EXPECT_TENSOR_EQ(a.grad(), tensor({2}, {4, 8}));
}

TEST(Tensor, DtypesPromote)
{
    const Tensor single = ones({1}), wide = ones({1}, f64), whole = ones({1}, i64), yes = ones({1}, boolean);
    EXPECT_EQ((single + wide).dtype(), f64);
    EXPECT_EQ((single + whole).dtype(), f32);
    EXPECT_EQ((whole + yes).dtype(), i64);
    EXPECT_EQ((single * 2.5).dtype(), f32);
    EXPECT_EQ((whole * 2).dtype(), i64);
    EXPECT_EQ((whole * 2.5).dtype(), f32);
    EXPECT_EQ((whole / whole).dtype(), f32);
    EXPECT_EQ((single < wide).dtype(), boolean);
}

TEST(Tensor, GradientsOfMixedDtypesHaveTheDtypeOfTheirLeaf)
{
    Tape tape;
    const Tensor single = tape.variable(tensor({2}, {1, 2}, f32)), wide = tape.variable(tensor({2}, {3, 4}, f64));
    tape.backward(sum(single * wide));
    EXPECT_TENSOR_EQ(single.grad(), tensor({2}, {3, 4}, f32));
    EXPECT_TENSOR_EQ(wide.grad(), tensor({2}, {1, 2}, f64));
}

TEST(Tensor, TextIsShortenedInTheMiddle)
{
    EXPECT_EQ(to_string(tensor({2, 2}, {1, 2.5, -3, 4})), "tensor({2, 2}, {1, 2.5, -3, 4}) f32");
    EXPECT_EQ(to_string(tensor(0.5, f64)), "tensor({}, {0.5}) f64");
    EXPECT_EQ(to_string(zeros({30})),
              "tensor({30}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ..., 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) f32");
}

}  // namespace
