#pragma once

// What layers check of their arguments. Private to nn.

#include <xgrad/parameter.hpp>
#include <xgrad/tensor.hpp>

namespace xgrad::nn::detail {

/// Throws ShapeError unless `number`, which is called `what`, is at least 1.
void check_positive(const char* layer, const char* what, std::int64_t number);

/// Throws DtypeError unless x is of the parameters' dtype.
void check_dtype(const char* layer, const Tensor& x, const Parameter& weight);
void check_dtype(const char* layer, const Tensor& x, Dtype own);

/// What an operation takes as "none" where the layer has no such parameter: an undefined tensor.
const Tensor& value_or_none(const Parameter& parameter);

}  // namespace xgrad::nn::detail
