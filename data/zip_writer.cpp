#include "data/zip_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <new>
#include <vector>

namespace xgrad::data::detail {
namespace {

constexpr std::uint16_t kVersion = 20, kVersion64 = 45;  // 2.0: deflate; 4.5: sizes of 64 bits
constexpr std::uint32_t kDate = 0x00210000;              // 1980-01-01, 0 o'clock

/// Numbers of 2, 4 or 8 bytes, one behind the other.
struct Record {
    std::string bytes;

    Record& number(std::uint64_t value, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
        return *this;
    }
    Record& u16(std::uint64_t value) { return number(value, 2); }
    Record& u32(std::uint64_t value) { return number(value, 4); }
    Record& u64(std::uint64_t value) { return number(value, 8); }
    Record& text(std::string_view value)
    {
        bytes += value;
        return *this;
    }
};

std::uint32_t checksum_of(std::string_view head, const void* bytes, std::size_t count)
{
    uLong checksum = crc32_z(0, reinterpret_cast<const Bytef*>(head.data()), head.size());
    // Given no address, which an empty tensor may have, zlib would begin again.
    if (count > 0) checksum = crc32_z(checksum, static_cast<const Bytef*>(bytes), count);
    return static_cast<std::uint32_t>(checksum);
}

struct Deflater {
    z_stream stream{};

    Deflater()
    {
        constexpr int kNoHeader = -15, kMemory = 8;
        if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kNoHeader, kMemory, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;
    ~Deflater() { deflateEnd(&stream); }
};

}  // namespace

void ZipWriter::write(std::string_view bytes)
{
    file_.write(bytes.data(), bytes.size());
    position_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::string_view head, const void* bytes, std::size_t count)
{
    const std::uint32_t checksum = checksum_of(head, bytes, count);
    const std::uint64_t size = head.size() + count, begin = position_;
    // Compressed bytes are counted when they are written, behind the header that says whether 64 bits are used.
    const std::uint64_t most = compress_ ? size + size / 1000 + 64 : size;
    const bool wide = most >= wide_from_;
    const std::uint16_t flags = kNameIsUtf8 | (compress_ ? kHasDescriptor : 0);
    const std::uint64_t known_size = compress_ ? 0 : size, known_checksum = compress_ ? 0 : checksum;
    Record header;
    header.u32(kLocalSignature).u16(wide ? kVersion64 : kVersion).u16(flags).u16(compress_ ? kDeflated : kStored);
    header.u32(kDate).u32(known_checksum);
    header.u32(wide ? kElsewhere32 : known_size).u32(wide ? kElsewhere32 : known_size);
    header.u16(name.size()).u16(wide ? 20 : 0).text(name);
    if (wide) header.u16(kZip64Extra).u16(16).u64(known_size).u64(known_size);
    write(header.bytes);
    const std::uint64_t start = position_;
    if (compress_) {
        deflate_content(head, bytes, count);
    } else {
        write(head);
        write({static_cast<const char*>(bytes), count});
    }
    const std::uint64_t compressed = position_ - start;
    if (compress_) {
        Record descriptor;
        descriptor.u32(kDescriptorSignature).u32(checksum).number(compressed, wide ? 8 : 4).number(size, wide ? 8 : 4);
        write(descriptor.bytes);
    }
    add_to_directory(name, flags, checksum, compressed, size, begin);
}

void ZipWriter::deflate_content(std::string_view head, const void* bytes, std::size_t count)
{
    Deflater deflater;
    std::vector<char> buffer(std::size_t{1} << 16);
    const auto run = [&](std::string_view content, bool last) {
        for (bool more = true; more;) {
            const std::size_t part = std::min<std::size_t>(content.size(), UINT_MAX);
            const int flush = last && part == content.size() ? Z_FINISH : Z_NO_FLUSH;
            deflater.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // zlib reads only
            deflater.stream.avail_in = static_cast<uInt>(part);
            do {
                deflater.stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
                deflater.stream.avail_out = static_cast<uInt>(buffer.size());
                deflate(&deflater.stream, flush);
                write({buffer.data(), buffer.size() - deflater.stream.avail_out});
            } while (deflater.stream.avail_out == 0);
            content.remove_prefix(part);
            more = !content.empty();
        }
    };
    run(head, false);
    run({static_cast<const char*>(bytes), count}, true);
}

void ZipWriter::add_to_directory(const std::string& name, std::uint16_t flags, std::uint32_t checksum,
                                 std::uint64_t compressed, std::uint64_t size, std::uint64_t begin)
{
    constexpr std::uint16_t kUnix = 3U << 8;
    constexpr std::uint64_t kPlainFile = 0100644ULL << 16;
    Record extra;
    const auto field = [&](std::uint64_t value) {
        if (value < wide_from_) return value;
        extra.u64(value);
        return std::uint64_t{kElsewhere32};
    };
    const std::uint64_t size_field = field(size), compressed_field = field(compressed), begin_field = field(begin);
    const std::size_t wide = extra.bytes.size();
    Record entry;
    entry.u32(kDirectorySignature).u16(kUnix | (wide ? kVersion64 : kVersion)).u16(wide ? kVersion64 : kVersion);
    entry.u16(flags).u16(compress_ ? kDeflated : kStored).u32(kDate).u32(checksum);
    entry.u32(compressed_field).u32(size_field).u16(name.size()).u16(wide ? wide + 4 : 0).u16(0);
    entry.u16(0).u16(0).u32(kPlainFile).u32(begin_field).text(name);
    if (wide) entry.u16(kZip64Extra).u16(wide).text(extra.bytes);
    directory_ += entry.bytes;
    ++members_;
}

void ZipWriter::finish()
{
    const std::uint64_t begin = position_, size = directory_.size();
    write(directory_);
    const bool wide =
        begin >= wide_from_ || size >= wide_from_ || members_ >= std::min<std::uint64_t>(wide_from_, kElsewhere16);
    Record end;
    if (wide) {
        const std::uint64_t at = position_;
        end.u32(kEnd64Signature).u64(kEnd64Bytes - 12).u16(kVersion64).u16(kVersion64).u32(0).u32(0);
        end.u64(members_).u64(members_).u64(size).u64(begin);
        end.u32(kLocator64Signature).u32(0).u64(at).u32(1);
    }
    const std::uint64_t members = wide ? kElsewhere16 : members_;
    end.u32(kEndSignature).u16(0).u16(0).u16(members).u16(members);
    end.u32(wide ? kElsewhere32 : size).u32(wide ? kElsewhere32 : begin).u16(0);
    write(end.bytes);
}

}  // namespace xgrad::data::detail
