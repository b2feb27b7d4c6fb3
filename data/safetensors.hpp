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

/// Reads F32, F64, I64 and BOOL tensors; nothing of the file is executed. Whatever is malformed or of another type
/// throws a DataError that names the file and the place in it. Memory is bounded by the size of the file.
/// Format: github.com/huggingface/safetensors, README, section Format.
Safetensors read_safetensors(const std::string& path);

/// Writes the tensors in their order. The file stands under its name only when it is complete. Throws DataError when
/// it cannot be written, std::invalid_argument for a name that is empty, stands twice or is no UTF-8.
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace xgrad::data
