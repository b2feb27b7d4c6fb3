#pragma once

// Numbers of the .zip format, shared by reader and writer. All numbers in a file are little-endian.
// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3, sections 4.3 to 4.5.

#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad::data::detail {

inline constexpr std::uint32_t kLocalSignature = 0x04034B50, kDescriptorSignature = 0x08074B50,
                               kDirectorySignature = 0x02014B50, kEndSignature = 0x06054B50,
                               kEnd64Signature = 0x06064B50, kLocator64Signature = 0x07064B50;

// Bytes of each part without names, extra fields and comments.
inline constexpr std::size_t kLocalBytes = 30, kDirectoryBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                             kLocator64Bytes = 20;

inline constexpr std::uint16_t kEncrypted = 1, kHasDescriptor = 1U << 3, kNameIsUtf8 = 1U << 11;  // flags
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;                                        // methods
inline constexpr std::uint16_t kZip64Extra = 1;

// In a field of 16 or 32 bits: the number stands in a field of 64 bits elsewhere.
inline constexpr std::uint16_t kElsewhere16 = 0xFFFF;
inline constexpr std::uint32_t kElsewhere32 = 0xFFFFFFFF;

}  // namespace xgrad::data::detail
