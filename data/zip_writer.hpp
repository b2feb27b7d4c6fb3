#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/atomic_file.hpp"
#include "data/zip_format.hpp"

namespace xgrad::data::detail {

/// Writes a .zip file, member by member. Dates are 1980-01-01, so that the same content gives the same bytes.
class ZipWriter {
public:
    /// Numbers from `wide_from` on are written with 64 bits; tests lower it.
    ZipWriter(AtomicFile& file, bool compress, std::uint64_t wide_from = kElsewhere32)
        : file_(file), compress_(compress), wide_from_(wide_from)
    {
    }

    /// A member whose content is `head` and then `count` bytes.
    void add(const std::string& name, std::string_view head, const void* bytes, std::size_t count);

    /// The directory. Nothing may be added after it.
    void finish();

private:
    void write(std::string_view bytes);
    void deflate_content(std::string_view head, const void* bytes, std::size_t count);
    void add_to_directory(const std::string& name, std::uint16_t flags, std::uint32_t checksum,
                          std::uint64_t compressed, std::uint64_t size, std::uint64_t begin);

    AtomicFile& file_;
    bool compress_;
    std::uint64_t wide_from_;
    std::uint64_t position_ = 0, members_ = 0;
    std::string directory_;
};

}  // namespace xgrad::data::detail
