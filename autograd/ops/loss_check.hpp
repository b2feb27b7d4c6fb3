#pragma once

// What all losses do with their elements at the end, and the checks that they share.

#include <xgrad/ops/loss.hpp>

namespace xgrad::detail {

/// The losses of single elements as the caller wants them.
Tensor reduce_losses(const Tensor& losses, Reduction reduction);

/// Throws DtypeError unless one of the operands is floating, and ShapeError unless they broadcast.
void check_pair(const char* operation, const Tensor& a, const Tensor& b);

/// The same for operands that must have one shape.
void check_same_sizes(const char* operation, const Tensor& x, const Tensor& target);

/// Throws ShapeError unless the option's value is right: "operation: name value.\n  rule: ...".
void check_option(const char* operation, const char* name, double value, bool is_right, const char* rule,
                  const char* hint);

/// Whether every element lies between two numbers; NaN does not.
bool lies_between(const Tensor& x, double low, double high);

}  // namespace xgrad::detail
