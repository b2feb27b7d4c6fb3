#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/regular_file.hpp"

struct z_stream_s;  // of zlib

namespace xgrad::data::detail {

/// A file inside a .zip file, and where its bytes lie.
struct ZipMember {
    std::string name;
    std::uint16_t flags, method;
    std::uint32_t checksum;
    std::uint64_t compressed, size;  // bytes in the file, and of the content
    std::uint64_t header, begin;     // where its header and its bytes begin
};

/// The members of a .zip file, in the order of its directory. Throws the file's DataError unless directory, headers
/// before the members and sizes agree, names are unique, and every byte of the file belongs to one part of it.
std::vector<ZipMember> read_zip_directory(const RegularFile& file);

/// The content of a member, decompressed on the way.
class ZipStream final : public ByteStream {
public:
    ZipStream(const RegularFile& file, const ZipMember& member);
    ~ZipStream() override;

    std::uint64_t size() const override { return member_.size; }
    void read(void* out, std::size_t count) override;
    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint = kAgain) const override;

    /// To be called when everything was read: throws unless the bytes are used up and the checksum is right.
    void finish();

private:
    bool inflate_some();
    void refill();

    const RegularFile& file_;
    const ZipMember& member_;
    std::uint64_t left_;  // bytes in the file that were not read yet
    std::uint64_t position_;
    unsigned long checksum_;
    std::unique_ptr<z_stream_s> inflater_;
    bool ended_ = false;  // the compressed data say so themselves
    std::vector<unsigned char> buffer_;
};

}  // namespace xgrad::data::detail
