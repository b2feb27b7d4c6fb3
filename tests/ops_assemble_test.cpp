#include <xgrad/error.hpp>
#include <xgrad/ops/assemble.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kFive = tensor({5}, {0, 1, 2, 3, 4}, f64);
const Tensor kVector = tensor({2}, {1, 2}, f64), kOther = tensor({2}, {3, 4}, f64);
const Tensor kSquare = tensor({2, 2}, {5, 6, 7, 8}, f64);

void expect_parts(const std::vector<Tensor>& parts, const std::vector<Tensor>& wanted)
{
    ASSERT_EQ(parts.size(), wanted.size());
    for (std::size_t k = 0; k < parts.size(); ++k) EXPECT_TENSOR_EQ(parts[k], wanted[k]);
}

TEST(TensorSplit, FirstSectionsAreLargerByOne)
{
    expect_parts(tensor_split(kFive, 3), {tensor({2}, {0, 1}, f64), tensor({2}, {2, 3}, f64), tensor({1}, {4}, f64)});
    expect_parts(tensor_split(tensor({1}, {7}, f64), 2, -1), {tensor({1}, {7}, f64), zeros({0}, f64)});
    EXPECT_THROW_TEXT(tensor_split(kFive, 0), ShapeError,
                      "tensor_split: 0 sections.\n  rule: there are 1 to 16777216 sections.\n"
                      "  try:  give the number of parts; split takes the size of one.");
}

TEST(TensorSplit, IndicesAreReadAsThoseOfSlices)
{
    expect_parts(tensor_split(kFive, {1, -1}),
                 {tensor({1}, {0}, f64), tensor({3}, {1, 2, 3}, f64), tensor({1}, {4}, f64)});
    expect_parts(tensor_split(kFive, {3, 9}), {tensor({3}, {0, 1, 2}, f64), tensor({2}, {3, 4}, f64), zeros({0}, f64)});
    EXPECT_THROW(tensor_split(kFive, {1}, 1), ShapeError);
}

TEST(Stacks, JoinVectorsAndMatricesAlongTheirAxis)
{
    EXPECT_TENSOR_EQ(hstack({kVector, kOther}), tensor({4}, {1, 2, 3, 4}, f64));
    EXPECT_TENSOR_EQ(hstack({kSquare, kSquare}), tensor({2, 4}, {5, 6, 5, 6, 7, 8, 7, 8}, f64));
    EXPECT_TENSOR_EQ(vstack({kVector, kSquare}), tensor({3, 2}, {1, 2, 5, 6, 7, 8}, f64));
    EXPECT_TENSOR_EQ(dstack({kVector, kOther}), tensor({1, 2, 2}, {1, 3, 2, 4}, f64));
    EXPECT_TENSOR_EQ(column_stack({kVector, kSquare}), tensor({2, 3}, {1, 5, 6, 2, 7, 8}, f64));
    EXPECT_TENSOR_EQ(hstack({tensor(1, f64), tensor(2, f64)}), kVector);
    EXPECT_THROW_TEXT(vstack({}), ShapeError,
                      "vstack: the list is empty.\n  rule: there is at least one tensor.\n"
                      "  try:  leave the call out where there is nothing to join.");
}

TEST(BlockDiag, BlocksStandAlongTheDiagonal)
{
    EXPECT_TENSOR_EQ(block_diag({tensor(9, f64), kVector, tensor({2, 1}, {3, 4}, f64)}),
                     tensor({4, 4}, {9, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 0, 0, 0, 4}, f64));
    EXPECT_THROW_TEXT(block_diag({zeros({1, 1, 1})}), ShapeError,
                      "block_diag: a block of shape (1, 1, 1).\n  rule: a block has two axes or fewer.\n"
                      "  try:  join batches one by one, then stack them.");
    // L = sum(B^2) with x twice on the diagonal: dL/dx = 4 x.
    Tape tape;
    const Tensor x = tape.variable(kSquare);
    tape.backward(sum(square(block_diag({x, x}))));
    EXPECT_TENSOR_EQ(x.grad(), tensor({2, 2}, {20, 24, 28, 32}, f64));
}

TEST(CartesianProd, TheLastVectorRunsFastest)
{
    EXPECT_TENSOR_EQ(cartesian_prod({kVector, kOther}), tensor({4, 2}, {1, 3, 1, 4, 2, 3, 2, 4}, f64));
    EXPECT_TENSOR_EQ(cartesian_prod({kVector}), kVector);
    EXPECT_THROW(cartesian_prod({kSquare}), ShapeError);
}

TEST(Broadcast, AllGetOneShape)
{
    const Tensor column = tensor({2, 1}, {1, 2}, f64);
    expect_parts(broadcast_tensors({column, kOther}),
                 {tensor({2, 2}, {1, 1, 2, 2}, f64), tensor({2, 2}, {3, 4, 3, 4}, f64)});
    EXPECT_TENSOR_EQ(broadcast_to(kVector, {2, 2}), tensor({2, 2}, {1, 2, 1, 2}, f64));
    EXPECT_THROW(broadcast_tensors({kFive, kVector}), ShapeError);
}

TEST(Arrangement, RavelAndFlipsUnderNumPysNames)
{
    EXPECT_TENSOR_EQ(ravel(kSquare), tensor({4}, {5, 6, 7, 8}, f64));
    EXPECT_TENSOR_EQ(flipud(kSquare), tensor({2, 2}, {7, 8, 5, 6}, f64));
    EXPECT_TENSOR_EQ(fliplr(kSquare), tensor({2, 2}, {6, 5, 8, 7}, f64));
}

}  // namespace
}  // namespace xgrad
