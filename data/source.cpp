#include "data/source.hpp"

#include <xgrad/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <vector>

namespace xgrad::data::detail {

namespace {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr const char* kDamaged = "download or copy the file again";

}  // namespace

struct Source::State {
    const char* reader;
    std::string name;
    std::unique_ptr<std::FILE, CloseFile> file;  // null for a block of memory
    std::vector<std::uint8_t> buffer;
    const std::uint8_t* next = nullptr;  // what was fetched and not consumed yet
    std::size_t available = 0;
    bool compressed = false, ended = false;
    std::uint64_t fetched = 0, position = 0;
    z_stream inflater{};

    State(const char* reader_name, std::string source_name) : reader(reader_name), name(std::move(source_name)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State()
    {
        if (compressed) inflateEnd(&inflater);
    }

    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint) const
    {
        throw DataError(
            xgrad::detail::error_text(reader, name + (place.empty() ? "" : ", " + place) + ": " + what, rule, hint));
    }

    std::string byte_in_file() const { return "byte " + std::to_string(fetched - available) + " of the file"; }

    // Fetches another chunk when nothing is left. False at the end of the file.
    bool refill()
    {
        if (available > 0 || !file) return available > 0;
        available = std::fread(buffer.data(), 1, buffer.size(), file.get());
        next = buffer.data();
        fetched += available;
        if (available == 0 && std::ferror(file.get())) {
            fail(byte_in_file(), std::string("cannot be read: ") + std::strerror(errno), "a regular, readable file",
                 "check the path, it may be a folder");
        }
        return available > 0;
    }

    void begin()
    {
        refill();
        compressed = available >= 2 && next[0] == 0x1F && next[1] == 0x8B;
        if (compressed && inflateInit2(&inflater, 15 + 16) != Z_OK) {  // 16: with the header and checksum of gzip
            compressed = false;
            fail("", "zlib cannot start", "zlib has memory", "free some memory");
        }
    }

    std::size_t read_plain(std::uint8_t* out, std::size_t count)
    {
        std::size_t done = 0;
        while (done < count && refill()) {
            const std::size_t part = std::min(count - done, available);
            std::memcpy(out + done, next, part);
            next += part;
            available -= part;
            done += part;
        }
        return done;
    }

    std::size_t read_compressed(std::uint8_t* out, std::size_t count)
    {
        std::size_t done = 0;
        while (done < count && !ended) {
            if (!refill())
                fail(byte_in_file(), "the compressed data end early", "a .gz file ends with a checksum and a length",
                     kDamaged);
            const std::size_t room = std::min<std::size_t>(count - done, INT_MAX);
            inflater.next_in = const_cast<Bytef*>(next);  // zlib reads only
            inflater.avail_in = static_cast<uInt>(std::min<std::size_t>(available, INT_MAX));
            inflater.next_out = out + done;
            inflater.avail_out = static_cast<uInt>(room);
            const std::size_t offered = inflater.avail_in;
            const int code = inflate(&inflater, Z_NO_FLUSH);
            next += offered - inflater.avail_in;
            available -= offered - inflater.avail_in;
            done += room - inflater.avail_out;
            if (code == Z_STREAM_END) {
                next_member();
            } else if (code != Z_OK) {
                const std::string reason = inflater.msg ? inflater.msg : "invalid code";
                fail(byte_in_file(), "the compressed data are damaged (" + reason + ")",
                     "what .gz data say and their checksum agree", kDamaged);
            }
        }
        return done;
    }

    // A .gz file may be several compressed parts one after the other; anything else behind the end is an error.
    void next_member()
    {
        if (!refill()) {
            ended = true;
        } else if (next[0] == 0x1F) {
            inflateReset(&inflater);
        } else {
            fail(byte_in_file(), "there are bytes after the end of the compressed data",
                 "a .gz file ends with a checksum and a length", kDamaged);
        }
    }
};

Source::Source(const char* reader, std::string path) : state_(std::make_unique<State>(reader, std::move(path)))
{
    state_->file.reset(std::fopen(state_->name.c_str(), "rb"));
    if (!state_->file) {
        fail("", std::string("cannot be opened: ") + std::strerror(errno), "a readable file",
             "check the path and its permissions");
    }
    state_->buffer.resize(kChunk);
    state_->begin();
}

Source::Source(const char* reader, std::string name, const std::uint8_t* bytes, std::size_t count)
    : state_(std::make_unique<State>(reader, std::move(name)))
{
    state_->next = bytes;
    state_->available = state_->fetched = count;
    state_->begin();
}

Source::~Source() = default;

std::size_t Source::read(std::uint8_t* out, std::size_t count)
{
    const std::size_t done = state_->compressed ? state_->read_compressed(out, count) : state_->read_plain(out, count);
    state_->position += done;
    return done;
}

std::string Source::read_all()
{
    std::string text;
    for (std::size_t got = kChunk; got == kChunk;) {
        const std::size_t size = text.size();
        text.resize(size + kChunk);
        got = read(reinterpret_cast<std::uint8_t*>(text.data() + size), kChunk);
        text.resize(size + got);
    }
    return text;
}

std::uint64_t Source::position() const noexcept { return state_->position; }
const std::string& Source::name() const noexcept { return state_->name; }

void Source::fail(const std::string& place, const std::string& what, const std::string& rule,
                  const std::string& hint) const
{
    state_->fail(place, what, rule, hint);
}

}  // namespace xgrad::data::detail
