#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kMatrix = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
const Tensor kCube = reshape(arange(24), {2, 3, 4});
const Tensor kPair = tensor({2}, {0, 1}, i64);

TEST(Index, PositionsSlicesNewAxesAndEllipsis)
{
    EXPECT_TENSOR_EQ(index(kMatrix, {1}), tensor({3}, {4, 5, 6}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {-1, -1}), tensor(6, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {Slice{}, Slice{0, kToEnd, 2}}), tensor({2, 2}, {1, 3, 4, 6}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {kEllipsis, 0}), tensor({2}, {1, 4}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {kNewAxis, 0, kEllipsis, kNewAxis}), tensor({1, 3, 1}, {1, 2, 3}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {Slice{1, -5}}), zeros({0, 3}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {}), kMatrix);
}

TEST(Index, TensorsTakeThePlaceOfTheirAxes)
{
    EXPECT_TENSOR_EQ(index(kMatrix, {kPair, tensor({2}, {2, -1}, i64)}), tensor({2}, {3, 6}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {Slice{}, tensor({2, 1}, {2, 0}, i64)}), tensor({2, 2, 1}, {3, 1, 6, 4}, f64));
    // Neighbours: (2, [3, 4] -> 2) stays behind the first axis. x[1, 0, 0] = 12, x[1, 1, 1] = 17.
    EXPECT_TENSOR_EQ(index(kCube, {Slice{}, kPair, kPair}), tensor({2, 2}, {0, 5, 12, 17}, i64));
    // Apart: the broadcast axis comes first. y[k, j] = x[k, j, k].
    EXPECT_TENSOR_EQ(index(kCube, {kPair, Slice{}, kPair}), tensor({2, 3}, {0, 4, 8, 13, 17, 21}, i64));
    // A position goes away before, as in PyTorch: y[j, k] = x[1, j, k].
    EXPECT_TENSOR_EQ(index(kCube, {1, Slice{0, 2}, kPair}), tensor({2, 2}, {12, 13, 16, 17}, i64));
    EXPECT_TENSOR_EQ(index(kCube, {zeros({0}, i64)}), zeros({0, 3, 4}, i64));
}

TEST(Index, MasksStandForAsManyAxesAsTheyHave)
{
    EXPECT_TENSOR_EQ(index(kMatrix, {kMatrix > 4}), tensor({2}, {5, 6}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {Slice{}, tensor({3}, {1, 0, 1}, boolean)}), tensor({2, 2}, {1, 3, 4, 6}, f64));
    EXPECT_TENSOR_EQ(index(kMatrix, {tensor({2}, {0, 0}, boolean)}), zeros({0, 3}, f64));
    EXPECT_THROW_TEXT(index(kMatrix, {tensor({3}, {1, 0, 1}, boolean)}), ShapeError,
                      "index: a mask of shape (3,) at axis 0 of shape (2, 3).\n"
                      "  rule: a mask has the sizes of the axes that it stands for, one at least.\n"
                      "  try:  expand the mask, or use where.");
}

TEST(Index, GradientAddsUpWhereAPlaceRepeats)
{
    // Column 1 is read twice, with weights 1 and 3.
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    tape.backward(sum(index(x, {Slice{}, tensor({3}, {1, 0, 1}, i64)}) * tensor({3}, {1, 2, 3}, f64)));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 3}, {2, 4, 0, 2, 4, 0}, f64));
}

TEST(Index, BadItems)
{
    EXPECT_THROW_TEXT(index(kMatrix, {0, 0, 0}), ShapeError,
                      "index: 3 axes and 0 ellipses for shape (2, 3).\n"
                      "  rule: no more axes than the tensor has, and at most one ellipsis.\n"
                      "  try:  leave items out: whole axes follow by themselves.");
    EXPECT_THROW(index(kMatrix, {kEllipsis, kEllipsis}), ShapeError);
    EXPECT_THROW(index(kMatrix, {2}), ShapeError);
    EXPECT_THROW(index(kMatrix, {tensor({1}, {2}, i64)}), ShapeError);
    EXPECT_THROW(index(kMatrix, {kMatrix}), DtypeError);
    EXPECT_THROW(index(kMatrix, {kPair, tensor({3}, {0, 1, 2}, i64)}), ShapeError);
}

TEST(IndexPut, ReplacesOrAdds)
{
    EXPECT_TENSOR_EQ(index_put(kMatrix, {Slice{}, 1}, tensor({2}, {-1, -2}, f64)),
                     tensor({2, 3}, {1, -1, 3, 4, -2, 6}, f64));
    EXPECT_TENSOR_EQ(index_put(kMatrix, {kMatrix > 4}, 0), tensor({2, 3}, {1, 2, 3, 4, 0, 0}, f64));
    const Tensor twice = tensor({2}, {1, 1}, i64);
    EXPECT_TENSOR_EQ(index_put(kMatrix, {twice}, tensor({2, 1}, {10, 20}, f64), true),
                     tensor({2, 3}, {1, 2, 3, 34, 35, 36}, f64));
    EXPECT_TENSOR_EQ(index_put(kMatrix, {twice}, tensor({2, 1}, {10, 20}, f64)),
                     tensor({2, 3}, {1, 2, 3, 20, 20, 20}, f64));
    EXPECT_THROW(index_put(kMatrix, {0}, tensor({2}, {1, 2}, f64)), ShapeError);
    EXPECT_THROW(index_put(kMatrix, {0}, tensor({3}, {1, 2, 3}, f32)), DtypeError);
}

}  // namespace
}  // namespace xgrad
