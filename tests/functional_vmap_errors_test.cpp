// vmap in one batch: what it says, and what an exception leaves.
#include <xgrad/error.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <stdexcept>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

const Tensor kX = tensor({2}, {1, 2}, f64);
const Tensor kMatrix = tensor({2, 3}, {0.5, -1.25, 2, 0.75, -0.625, 1.5}, f64);

TEST(VmapBatch, SaysThatItemStandsForManyNumbers)
{
    const auto f = [](const Tensor& x) { return x.item() > 1.5 ? x * 10 : x; };
    EXPECT_THROW_TEXT(
        (void)vmap(f)(kX), TapeError,
        "item: the value stands for those of all 2 samples of a vmap.\n"
        "  rule: vmap calls the function once, for all samples, so its way cannot depend on the value of one.\n"
        "  try:  choose with where(condition, a, b), or call vmap(f, {.loop = true}).");
    EXPECT_THROW((void)vmap([](const Tensor& x) { return x * x.scalar(0).value(); })(kMatrix), TapeError);
    EXPECT_TENSOR_EQ(vmap(f, {.loop = true})(kX), tensor({2}, {1, 20}, f64));
    EXPECT_TENSOR_EQ(vmap([](const Tensor& x) { return where(x > 1.5, x * 10, x); })(kX), tensor({2}, {1, 20}, f64));
}

TEST(VmapBatch, AValueThatEscapesCannotBeRead)
{
    Tensor kept;
    (void)vmap([&](const Tensor& x) {
        kept = x;
        return x;
    })(kX);
    try {
        (void)to_string(kept);
        FAIL() << "no exception";
    } catch (const TapeError& error) {
        EXPECT_STREQ(error.what(),
                     "vmap: the elements of a batched value are read.\n"
                     "  rule: inside the function under vmap, a value stands for that of each sample: operations work "
                     "on it, and it cannot leave but as a result.\n"
                     "  try:  return the value, or call vmap(f, {.loop = true}), which calls f once for each sample.");
    }
}

TEST(VmapBatch, ErrorsSpeakOfTheShapeOfASample)
{
    EXPECT_THROW_TEXT((void)vmap([](const Tensor& x) { return x + kX; })(kMatrix), ShapeError,
                      "add: shapes (3,) and (2,) do not fit.\n"
                      "  rule: aligned at the last axis, sizes must be equal or 1; here 3 meets 2.\n"
                      "  try:  reshape one operand so that the differing axis has size 1.");
    EXPECT_THROW_TEXT((void)vmap([](const Tensor& x) { return x; }, {.out_axis = 5})(kMatrix), ShapeError,
                      "vmap: axis 5 of a tensor with 2 axes.\n"
                      "  rule: axes run from -2 to 1.\n"
                      "  try:  count the axes of the operand; -1 is the last one.");
}

TEST(VmapBatch, AnExceptionLeavesTapeAndLevelsAsTheyWere)
{
    Tape tape;
    const Tensor x = tape.variable(kMatrix);
    EXPECT_THROW((void)vmap([](const Tensor& r) -> Tensor {
                     (void)(r * 2);
                     throw std::runtime_error("stop");
                 })(x),
                 std::runtime_error);
    const Tensor y = sum(x * x) + sum(rand({2}, {f64}));  // not drawn for samples
    EXPECT_EQ(y.ndim(), 0u);
    tape.backward(y);
    EXPECT_TENSOR_EQ(x.grad(), kMatrix * 2);
}

}  // namespace
