#include <xgrad/error.hpp>
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

const Tensor kA = tensor({2, 2}, {5, 6, 7, 8}, f64), kB = tensor({2, 2}, {1, 2, 3, 4}, f64);
const Tensor kV = tensor({2}, {1, 10}, f64);
const Tensor kCube = tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, f64);

TEST(Einsum, OfOneOperand)
{
    EXPECT_TENSOR_EQ(einsum("ij", {kA}), kA);
    EXPECT_TENSOR_EQ(einsum("ba", {kA}), transpose(kA));  // without a result: letters in the order of the alphabet
    EXPECT_TENSOR_EQ(einsum("aB", {kA}), transpose(kA));  // capitals first
    EXPECT_TENSOR_EQ(einsum("ij->", {kA}), tensor(26, f64));
    EXPECT_TENSOR_EQ(einsum(" i j -> j ", {kA}), tensor({2}, {12, 14}, f64));
    EXPECT_TENSOR_EQ(einsum("ii", {kA}), tensor(13, f64));
    EXPECT_TENSOR_EQ(einsum("ii->i", {kA}), tensor({2}, {5, 8}, f64));
    EXPECT_TENSOR_EQ(einsum("iii->i", {kCube}), tensor({2}, {1, 8}, f64));
    EXPECT_TENSOR_EQ(einsum("iji->ji", {kCube}), tensor({2, 2}, {1, 6, 3, 8}, f64));
    EXPECT_TENSOR_EQ(einsum("i...->...", {kCube}), sum(kCube, 0));
    EXPECT_TENSOR_EQ(einsum("...i->i", {kCube}), sum(kCube, {0, 1}));
    EXPECT_TENSOR_EQ(einsum("...", {kCube}), kCube);
    EXPECT_TENSOR_EQ(einsum("->", {tensor(3, f64)}), tensor(3, f64));
}

TEST(Einsum, OfSeveralOperands)
{
    EXPECT_TENSOR_EQ(einsum("ij,jk", {kA, kB}), matmul(kA, kB));
    EXPECT_TENSOR_EQ(einsum("ij,jk->ki", {kA, kB}), transpose(matmul(kA, kB)));
    EXPECT_TENSOR_EQ(einsum("i,j->ji", {kV, kV}), unsqueeze(kV, 1) * kV);
    EXPECT_TENSOR_EQ(einsum("i,ij,j", {kV, kB, kV}), tensor(451, f64));
    EXPECT_TENSOR_EQ(einsum("ii,i->i", {kB, kV}), tensor({2}, {1, 40}, f64));
    EXPECT_TENSOR_EQ(einsum("bij,bjk->bik", {kCube, kCube}), matmul(kCube, kCube));
    EXPECT_TENSOR_EQ(einsum("...ij,jk->...ik", {kCube, kB}), matmul(kCube, kB));
    EXPECT_TENSOR_EQ(einsum("ij,...jk", {kA, kCube}), matmul(kA, kCube));
    EXPECT_TENSOR_EQ(einsum("ij,k->i", {kA, kV}), tensor({2}, {121, 165}, f64));
    EXPECT_TENSOR_EQ(einsum(",i->i", {tensor(2, f64), kV}), kV * 2);
    EXPECT_TENSOR_EQ(einsum("ij,ij->", {kA, expand(kV, {1, 2})}), tensor(152, f64));  // an axis of size 1 broadcasts
    EXPECT_TENSOR_EQ(einsum("ij,jk->ik", {zeros({2, 0}, f64), zeros({0, 3}, f64)}), zeros({2, 3}, f64));
    EXPECT_TENSOR_EQ(einsum("ij,jk->ik", {to(kA, i64), to(kB, i64)}), tensor({2, 2}, {23, 34, 31, 46}, i64));
}

TEST(Einsum, GradientOfAQuadraticForm)
{
    // L = v^T B v: dB = v v^T, dv = (B + B^T) v = (2 5; 5 8) (1 10)^T
    Tape tape;
    const Tensor v = tape.variable(kV), b = tape.variable(kB);
    tape.backward(einsum("i,ij,j->", {v, b, v}));
    EXPECT_TENSOR_EQ(b.grad(), tensor({2, 2}, {1, 10, 10, 100}, f64));
    EXPECT_TENSOR_EQ(v.grad(), tensor({2}, {52, 85}, f64));
}

std::string text_of(std::string_view equation, const std::vector<Tensor>& operands)
{
    try {
        (void)einsum(equation, operands);
    } catch (const ShapeError& error) {
        const std::string text = error.what();
        return text.substr(0, text.find("\n  try:"));
    }
    return "throws no ShapeError";
}

TEST(Einsum, BadEquationsSayWhatIsWrong)
{
    EXPECT_THROW_TEXT(einsum("i1->i", {kA}), ShapeError,
                      "einsum: \"i1->i\": the character '1'.\n  rule: letters a-z and A-Z, \"...\", commas between "
                      "operands, one \"->\" before the result.\n  try:  write it as in einsum(\"...ij,...jk->...ik\", "
                      "{a, b}).");
    EXPECT_EQ(text_of("ij,jk->ik", {kA}),
              "einsum: \"ij,jk->ik\": 2 operands in the equation and 1 given.\n"
              "  rule: one list of letters for each operand, separated by commas.");
    EXPECT_EQ(text_of("i->i", {kA}),
              "einsum: \"i->i\": 1 letters for an operand of shape (2, 2).\n"
              "  rule: an operand has a letter for each axis; \"...\" stands for the axes without one.");
    EXPECT_EQ(text_of("ij->ik", {kA}),
              "einsum: \"ij->ik\": the result \"ik\".\n"
              "  rule: each letter of the result appears in it once, and in some operand.");
    EXPECT_EQ(text_of("ij->ii", {kA}),
              "einsum: \"ij->ii\": the result \"ii\".\n"
              "  rule: each letter of the result appears in it once, and in some operand.");
    EXPECT_EQ(text_of("ij,jk", {kA, zeros({3, 2}, f64)}),
              "einsum: \"ij,jk\": operand 1 of shape (3, 2) has size 3 along axis 0, where another has 2.\n"
              "  rule: axes of one letter have one size, or 1.");
    EXPECT_EQ(text_of("ii", {zeros({1, 3}, f64)}),
              "einsum: \"ii\": a diagonal of operand 0 of shape (1, 3).\n"
              "  rule: a letter that an operand has twice stands for axes of one size.");
    EXPECT_EQ(text_of("...i...", {kA}),
              "einsum: \"...i...\": \"...\" twice in \"...i...\".\n"
              "  rule: an operand and the result have it once.");
    for (const char* equation : {"i.j", "ij->i->j", "ij,", "i-j", "", "ijk...", "....ij"})
        EXPECT_THROW(einsum(equation, {kA}), ShapeError) << equation;
}

}  // namespace
}  // namespace xgrad
