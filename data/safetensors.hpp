#pragma once

#include <xgrad/tensor.hpp>

#include <map>
#include <string>

namespace xgrad::data {

/// The content of a .safetensors file.
struct Safetensors {
    NamedTensors tensors;  // in the order of the file's header
    std::map<std::string, std::string> metadata;
};

/// Reads F32, F64, I64 and BOOL tensors, F16 and BF16 as f32, the other integers as i64, all without loss; nothing of
/// the file is executed. Whatever is malformed, of another type, or a U64 beyond i64 throws a DataError that names the
/// file and the place in it. Memory is bounded by eight times the size of the file, and taken for elements after the
/// whole header was checked.
/// Format: github.com/huggingface/safetensors, README, section Format.
Safetensors read_safetensors(const std::string& path);

/// Writes the tensors in their order. The file stands under its name only when it is complete. Throws DataError when
/// it cannot be written, std::invalid_argument for a name that is empty, stands twice or is no UTF-8, and for a header
/// beyond the 100 MB that the format allows.
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace xgrad::data
