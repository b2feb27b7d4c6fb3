#pragma once

#include <xgrad/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::data {

/// Element types of the IDX format, with the codes that its files use.
enum class IdxType : std::uint8_t { u8 = 0x08, i8 = 0x09, i16 = 0x0B, i32 = 0x0C, f32 = 0x0D, f64 = 0x0E };

/// Bytes an element.
std::size_t size_of(IdxType type);
/// "u8", "i8", "i16", "i32", "f32" or "f64".
const char* name_of(IdxType type);

/// What an IDX file holds: elements in row-major order and in the byte order of this machine.
struct IdxArray {
    IdxType type = IdxType::u8;
    std::vector<std::int64_t> sizes;
    std::vector<std::uint8_t> bytes;
};

/// Reads an IDX file (the format of MNIST), plain or .gz. The header is not believed: memory grows with the bytes that
/// are really there. Throws DataError, naming file and position, for a file that is missing, cut off, damaged, of
/// another format, or longer than its header says. Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of
/// handwritten digits", section "File formats".
IdxArray read_idx(const std::string& path);

/// The elements as a tensor of the given dtype. Throws DtypeError for bool, DataError for a fraction as i64.
Tensor to_tensor(const IdxArray& array, Dtype dtype);

}  // namespace xgrad::data
