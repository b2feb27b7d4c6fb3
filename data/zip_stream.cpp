#include <zlib.h>

#include <algorithm>
#include <climits>

#include "data/text.hpp"
#include "data/zip_format.hpp"
#include "data/zip_reader.hpp"

namespace xgrad::data::detail {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr const char* kRule = "the content of a member has the size and the checksum that the directory says";

}  // namespace

ZipStream::ZipStream(const RegularFile& file, const ZipMember& member)
    : file_(file), member_(member), left_(member.compressed), position_(member.begin), checksum_(crc32_z(0, nullptr, 0))
{
    if (member.method != kDeflated) return;
    buffer_.resize(kChunk);
    inflater_ = std::make_unique<z_stream>();
    if (inflateInit2(inflater_.get(), -15) != Z_OK)  // negative: without a header of zlib
        fail("", "zlib cannot start", "zlib has memory", "free some memory");
}

ZipStream::~ZipStream()
{
    if (inflater_) inflateEnd(inflater_.get());
}

void ZipStream::refill()
{
    const std::uint64_t count = std::min<std::uint64_t>(left_, kChunk);
    file_.read(position_, buffer_.data(), count);
    position_ += count;
    left_ -= count;
    inflater_->next_in = buffer_.data();
    inflater_->avail_in = static_cast<uInt>(count);
}

void ZipStream::read(void* out, std::size_t count)
{
    auto* bytes = static_cast<unsigned char*>(out);
    if (member_.method == kStored) {
        if (count > left_) fail("", "the content is shorter than it says", kRule);
        file_.read(position_, bytes, count);
        position_ += count;
        left_ -= count;
    }
    for (std::size_t done = 0; member_.method == kDeflated && done < count;) {
        if (ended_) fail("", "the compressed data hold less than they should", kRule);
        const auto room = static_cast<uInt>(std::min<std::size_t>(count - done, UINT_MAX));
        inflater_->next_out = bytes + done;
        inflater_->avail_out = room;
        ended_ = inflate_some();
        done += room - inflater_->avail_out;
    }
    checksum_ = crc32_z(checksum_, bytes, count);
}

// True when the compressed data have ended.
bool ZipStream::inflate_some()
{
    if (inflater_->avail_in == 0) refill();
    // Also without more bytes: zlib may hold the last bits and have had no room for what they mean.
    const int code = inflate(inflater_.get(), Z_NO_FLUSH);
    if (code == Z_STREAM_END) return true;
    if (code == Z_BUF_ERROR) fail("", "the compressed data end early", kRule);
    if (code != Z_OK) {
        const std::string reason = inflater_->msg ? inflater_->msg : "invalid code";
        fail(byte_place(position_ - inflater_->avail_in) + " of the file",
             "the compressed data are damaged (" + reason + ")", kRule);
    }
    return false;
}

void ZipStream::finish()
{
    if (member_.method == kDeflated) {
        unsigned char more = 0;
        while (!ended_) {
            inflater_->next_out = &more;
            inflater_->avail_out = 1;
            ended_ = inflate_some();
            if (inflater_->avail_out == 0) fail("", "the compressed data hold more than they should", kRule);
        }
        left_ += inflater_->avail_in;
    }
    if (left_ != 0) fail("", std::to_string(left_) + " bytes stand behind the end of its compressed data", kRule);
    if (checksum_ != member_.checksum) fail("", "the checksum is wrong", kRule);
}

void ZipStream::fail(const std::string& place, const std::string& what, const std::string& rule,
                     const std::string& hint) const
{
    file_.fail("member '" + shown(member_.name) + "'" + (place.empty() ? "" : ", " + place), what, rule, hint);
}

}  // namespace xgrad::data::detail
