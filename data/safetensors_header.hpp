#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/elements.hpp"
#include "data/regular_file.hpp"

namespace xgrad::data::detail {

inline constexpr std::uint64_t kSafetensorsPrefix = 8;  // the length of the header
inline constexpr std::uint64_t kSafetensorsLargestHeader = 100'000'000;
inline constexpr const char* kSafetensorsMetadata = "__metadata__";

/// A tensor of a .safetensors file, and where its bytes lie behind the header.
struct SafetensorsEntry {
    std::string name;
    StoredType type = StoredType::f32;
    std::vector<std::int64_t> sizes;
    std::int64_t numel = 0;
    std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> tensors;  // in their order, each within the data
    std::map<std::string, std::string> metadata;
};

/// Understands the header, which stands behind the prefix. Throws the file's DataError for whatever is malformed.
SafetensorsHeader parse_safetensors_header(const RegularFile& file, const std::string& text);

/// "tensor 'w'".
std::string tensor_place(const std::string& name);

/// What an entry has to be.
extern const char* const kSafetensorsRule;
extern const char* const kSafetensorsHint;

}  // namespace xgrad::data::detail
