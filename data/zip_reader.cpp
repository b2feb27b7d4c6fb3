#include "data/zip_reader.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "data/text.hpp"
#include "data/zip_format.hpp"

namespace xgrad::data::detail {
namespace {

constexpr const char* kFormat =
    "a .zip file is members, each behind a header, then a directory of them, then a record of its end";
constexpr const char* kAgree = "directory, header and size of a member agree";
constexpr std::uint64_t kLargestRatio = 1032;  // deflate: 258 bytes for two bits

/// Takes numbers off the front of some bytes. Reading beyond their end gives `good` = false.
struct Fields {
    const unsigned char* next;
    std::size_t left;
    bool good = true;

    explicit Fields(std::string_view bytes)
        : next(reinterpret_cast<const unsigned char*>(bytes.data())), left(bytes.size())
    {
    }

    std::uint64_t number(std::size_t bytes)
    {
        std::uint64_t value = 0;
        good = good && bytes <= left;
        if (!good) return 0;
        for (std::size_t i = bytes; i-- > 0;) value = value << 8 | next[i];
        next += bytes;
        left -= bytes;
        return value;
    }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }

    std::string_view text(std::size_t bytes)
    {
        good = good && bytes <= left;
        if (!good) return {};
        const std::string_view result(reinterpret_cast<const char*>(next), bytes);
        next += bytes;
        left -= bytes;
        return result;
    }
};

/// Where the directory lies.
struct Directory {
    std::uint64_t members, begin, end;
};

/// Replaces the fields that say "elsewhere", in this order, by the numbers of the extra field for 64 bits. False when
/// there are not enough of them.
bool resolve_zip64(std::string_view extra, std::initializer_list<std::uint64_t*> fields)
{
    std::string_view numbers;
    Fields all(extra);
    while (all.left > 0) {
        const std::uint16_t id = all.u16(), length = all.u16();
        const std::string_view content = all.text(length);
        if (!all.good) return false;
        if (id == kZip64Extra) numbers = content;
    }
    Fields wide(numbers);
    for (std::uint64_t* field : fields)
        if (*field == kElsewhere32) *field = wide.u64();
    return wide.good;
}

class DirectoryReader {
public:
    explicit DirectoryReader(const RegularFile& file) : file_(file) {}

    std::vector<ZipMember> read()
    {
        const Directory directory = find();
        const std::string bytes = part(directory.begin, directory.end - directory.begin);
        std::vector<ZipMember> members = list(directory, bytes);
        for (ZipMember& m : members) check_header(m);
        check_layout(members, directory.begin);
        return members;
    }

private:
    std::string part(std::uint64_t begin, std::uint64_t count) const
    {
        std::string bytes(count, '\0');
        file_.read(begin, bytes.data(), count);
        return bytes;
    }

    [[noreturn]] void fail_end(std::uint64_t position, const std::string& what) const
    {
        file_.fail(byte_place(position), what, kFormat);
    }

    [[noreturn]] void fail(const ZipMember& m, const std::string& what, const char* rule = kAgree,
                           const char* hint = kAgain) const
    {
        file_.fail("member '" + shown(m.name) + "'", what, rule, hint);
    }

    // The record of the end is the last thing in the file, followed by a comment of the length that it says.
    Directory find() const
    {
        const std::uint64_t count = std::min<std::uint64_t>(file_.size(), kEndBytes + 65535);
        const std::uint64_t start = file_.size() - count;
        const std::string tail = part(start, count);
        for (std::size_t back = kEndBytes; back <= count; ++back) {
            const std::size_t at = count - back;
            Fields fields(std::string_view(tail).substr(at));
            if (fields.u32() != kEndSignature) continue;
            fields.text(16);
            if (fields.u16() == back - kEndBytes) return read_end(start + at, std::string_view(tail).substr(at));
        }
        fail_end(0, "the file has no end of a .zip file");
    }

    Directory read_end(std::uint64_t position, std::string_view bytes) const
    {
        Fields end(bytes.substr(4));
        const std::uint16_t disk = end.u16(), first_disk = end.u16(), here = end.u16(), members = end.u16();
        const std::uint32_t size = end.u32(), begin = end.u32();
        Directory directory{members, begin, std::uint64_t{begin} + size};
        if (disk != first_disk || here != members || (disk != 0 && disk != kElsewhere16))
            fail_end(position, "the archive has several parts");
        std::uint64_t expected_end = position;
        const bool wide = read_end64(position, directory, expected_end);
        const bool agree = !wide || ((members == kElsewhere16 || members == directory.members) &&
                                     (begin == kElsewhere32 || begin == directory.begin) &&
                                     (size == kElsewhere32 || size == directory.end - directory.begin));
        if (!agree) fail_end(position, "the two records of the end do not agree");
        if (directory.end != expected_end || directory.begin > directory.end ||
            directory.members > (directory.end - directory.begin) / kDirectoryBytes)
            fail_end(position, "the directory of " + std::to_string(directory.members) +
                                   " members does not fit between byte " + std::to_string(directory.begin) +
                                   " and this one");
        return directory;
    }

    // The record with 64-bit numbers stands before the other one when its locator does. False when it does not.
    bool read_end64(std::uint64_t position, Directory& directory, std::uint64_t& expected_end) const
    {
        if (position < kEnd64Bytes + kLocator64Bytes) return false;
        const std::string bytes = part(position - kLocator64Bytes, kLocator64Bytes);
        Fields locator(bytes);
        if (locator.u32() != kLocator64Signature) return false;
        const std::uint32_t disk = locator.u32();
        const std::uint64_t at = locator.u64();
        if (disk != 0 || locator.u32() > 1) fail_end(position, "the archive has several parts");
        if (at != position - kLocator64Bytes - kEnd64Bytes)
            fail_end(position - kLocator64Bytes, "the 64-bit record of the end does not stand before this byte");
        const std::string record = part(at, kEnd64Bytes);
        Fields end(record);
        const bool known = end.u32() == kEnd64Signature && end.u64() == kEnd64Bytes - 12;
        end.text(4);  // versions
        const std::uint32_t this_disk = end.u32(), first_disk = end.u32();
        const std::uint64_t here = end.u64(), members = end.u64(), size = end.u64(), begin = end.u64();
        if (!known || this_disk != 0 || first_disk != 0 || here != members || begin > at || size > at)
            fail_end(at, "is no 64-bit record of the end of this file");
        directory = {members, begin, begin + size};
        expected_end = at;
        return true;
    }

    std::vector<ZipMember> list(const Directory& directory, std::string_view bytes) const
    {
        std::vector<ZipMember> members;
        std::set<std::string_view> names;
        Fields fields(bytes);
        for (std::uint64_t i = 0; i < directory.members; ++i) {
            const std::uint64_t position = directory.end - fields.left;
            ZipMember m{};
            const std::string_view name = read_entry(fields, m);
            if (!fields.good) fail_end(position, "an entry of the directory is damaged");
            check_entry(m);
            if (!names.insert(name).second) fail(m, "stands twice", "names are unique");
            members.push_back(std::move(m));
        }
        if (fields.left != 0)
            fail_end(directory.end - fields.left,
                     std::to_string(fields.left) + " bytes of the directory belong to no member");
        return members;
    }

    static std::string_view read_entry(Fields& fields, ZipMember& m)
    {
        fields.good = fields.u32() == kDirectorySignature && fields.good;
        fields.text(4);  // versions
        m.flags = fields.u16();
        m.method = fields.u16();
        fields.text(4);  // time and date
        m.checksum = fields.u32();
        m.compressed = fields.u32();
        m.size = fields.u32();
        const std::uint16_t name_length = fields.u16(), extra_length = fields.u16(), comment_length = fields.u16();
        const std::uint16_t disk = fields.u16();
        fields.text(6);  // attributes
        m.header = fields.u32();
        const std::string_view name = fields.text(name_length), extra = fields.text(extra_length);
        fields.text(comment_length);
        fields.good = fields.good && disk == 0 && resolve_zip64(extra, {&m.size, &m.compressed, &m.header});
        m.name = name;
        return name;
    }

    void check_entry(const ZipMember& m) const
    {
        constexpr std::uint16_t kStrongEncryption = 1U << 6, kHiddenHeaders = 1U << 13, kPatch = 1U << 5;
        if (m.flags & (kEncrypted | kStrongEncryption | kHiddenHeaders))
            fail(m, "is encrypted", "members are not encrypted", "write the file without a password");
        if ((m.method != kStored && m.method != kDeflated) || (m.flags & kPatch))
            fail(m, "is compressed by method " + std::to_string(m.method), "members are stored (0) or deflated (8)",
                 "write the file with numpy.savez or numpy.savez_compressed");
        const bool ascii = std::all_of(m.name.begin(), m.name.end(), [](char c) { return c > 0; });
        if (!ascii && !((m.flags & kNameIsUtf8) && is_utf8(m.name) && m.name.find('\0') == std::string::npos))
            fail(m, "has a name that is no text", "names are ASCII, or UTF-8 and marked so, without zero bytes");
        const bool possible = m.method == kStored ? m.size == m.compressed : m.size / kLargestRatio <= m.compressed;
        if (!possible)
            fail(m, std::to_string(m.size) + " bytes cannot lie in " + std::to_string(m.compressed),
                 "deflate holds at most 1032 bytes in one");
    }

    // What stands before the member says the same as the directory. Sets `begin`.
    void check_header(ZipMember& m) const
    {
        const std::uint64_t end = file_.size();
        if (m.header > end || end - m.header < kLocalBytes) fail(m, "begins beyond the end of the file");
        const std::string fixed = part(m.header, kLocalBytes);
        Fields fields(fixed);
        const bool begins = fields.u32() == kLocalSignature;
        fields.text(2);  // version
        const std::uint16_t flags = fields.u16(), method = fields.u16();
        fields.text(4);  // time and date
        const std::uint32_t checksum = fields.u32();
        std::uint64_t compressed = fields.u32(), size = fields.u32();
        const std::uint16_t name_length = fields.u16(), extra_length = fields.u16();
        const std::uint64_t rest = std::uint64_t{name_length} + extra_length;
        if (!begins || rest > end - m.header - kLocalBytes)
            fail(m, "has no header at byte " + std::to_string(m.header));
        const std::string names = part(m.header + kLocalBytes, rest);
        const std::string_view name = std::string_view(names).substr(0, name_length);
        bool agrees = resolve_zip64(std::string_view(names).substr(name_length), {&size, &compressed});
        agrees = agrees && name == m.name && flags == m.flags && method == m.method;
        const bool same = checksum == m.checksum && compressed == m.compressed && size == m.size;
        const bool later = (flags & kHasDescriptor) && checksum == 0 && compressed == 0 && size == 0;
        if (!agrees || !(same || later)) fail(m, "has another header at byte " + std::to_string(m.header));
        m.begin = m.header + kLocalBytes + rest;
        if (m.compressed > end - m.begin) fail(m, "has more bytes than the file");
    }

    // The members lie one behind the other and fill the file up to the directory.
    void check_layout(const std::vector<ZipMember>& members, std::uint64_t directory) const
    {
        std::vector<const ZipMember*> order;
        for (const ZipMember& m : members) order.push_back(&m);
        std::sort(order.begin(), order.end(),
                  [](const ZipMember* a, const ZipMember* b) { return a->header < b->header; });
        std::uint64_t next = order.empty() ? directory : order.front()->header;
        if (next != 0) fail_end(0, std::to_string(next) + " bytes belong to no member");
        for (std::size_t i = 0; i < order.size(); ++i) {
            const ZipMember& m = *order[i];
            const std::uint64_t end = m.begin + m.compressed;
            next = i + 1 < order.size() ? order[i + 1]->header : directory;
            if (end > next) fail(m, "overlaps what follows it", "every byte of the file is used once");
            if (m.flags & kHasDescriptor)
                check_descriptor(m, end, next - end);
            else if (end != next)
                fail_end(end, std::to_string(next - end) + " bytes belong to no member");
        }
    }

    // Behind a member whose sizes were not known beforehand: its checksum and sizes, in 4 or 8 bytes, with or without
    // a signature.
    void check_descriptor(const ZipMember& m, std::uint64_t begin, std::uint64_t count) const
    {
        bool good = count == 12 || count == 16 || count == 20 || count == 24;
        if (good) {
            const std::string bytes = part(begin, count);
            Fields fields(bytes);
            if (count % 8 == 0) good = fields.u32() == kDescriptorSignature;
            const std::size_t width = count >= 20 ? 8 : 4;
            good = good && fields.u32() == m.checksum && fields.number(width) == m.compressed &&
                   fields.number(width) == m.size;
        }
        if (!good) fail(m, "has another descriptor at byte " + std::to_string(begin));
    }

    const RegularFile& file_;
};

}  // namespace

std::vector<ZipMember> read_zip_directory(const RegularFile& file) { return DirectoryReader(file).read(); }

}  // namespace xgrad::data::detail
