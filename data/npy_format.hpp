#pragma once

#include <xgrad/tensor.hpp>

#include <string>

#include "data/regular_file.hpp"

namespace xgrad::data::detail {

/// Reads an .npy file that fills the stream.
Tensor read_npy(ByteStream& in);

/// Everything that stands before the elements of `x` in an .npy file.
std::string npy_header(const Tensor& x);

}  // namespace xgrad::data::detail
