#pragma once

// Sums of products by Einstein's convention.

#include <xgrad/ops/join.hpp>

#include <string_view>

namespace xgrad {

/// Products of the operands summed over the letters that the result does not have: einsum("ij,jk->ik", {a, b}) is a
/// matrix product. As in PyTorch: a letter (a-z, A-Z) names an axis; twice in one operand it takes the diagonal; "..."
/// stands for axes without letters, which broadcast; axes of size 1 broadcast; spaces are skipped. Without "->" the
/// result has "..." and then the letters that appear once, capitals first, in the order of the alphabet. Operands are
/// multiplied from left to right, each letter summed as soon as no later operand has it. Throws ShapeError for an
/// equation that is none and for operands that do not fit it.
Tensor einsum(std::string_view equation, const TensorList& operands);

}  // namespace xgrad
