#pragma once

#include <xgrad/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "data/regular_file.hpp"

namespace xgrad::data::detail {

/// Element types of files whose values a tensor holds exactly: floats up to 32 bits as f32, integers as i64.
enum class StoredType : std::uint8_t { boolean, i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64 };
enum class ByteOrder : std::uint8_t { little, big };

std::size_t bytes_of(StoredType type);
Dtype dtype_for(StoredType type);

/// Whether i64 holds the value.
bool is_i64(double value);

/// Product of the sizes; nothing when there are more axes or elements than a tensor can have.
std::optional<std::int64_t> numel_of(const std::vector<std::int64_t>& sizes);

/// A tensor of the next `numel` elements of the stream, in their order; `numel` must be the product of the sizes.
/// Throws the stream's DataError for a boolean that is neither 0 nor 1 and for an integer beyond i64. The caller has
/// checked that the bytes are there: memory is taken before they are read.
Tensor read_elements(ByteStream& in, StoredType type, ByteOrder order, Sizes sizes, std::int64_t numel);

}  // namespace xgrad::data::detail
