#include "data/regular_file.hpp"

#include <xgrad/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "data/text.hpp"

namespace xgrad::data::detail {

// O_NONBLOCK: opening a pipe would wait for its writer before anybody could see that it is a pipe.
RegularFile::RegularFile(const char* reader, std::string path)
    : reader_(reader), path_(std::move(path)), descriptor_(open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC))
{
    struct stat status = {};
    if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
        const std::string reason = std::strerror(errno);
        if (descriptor_ >= 0) close(descriptor_);
        fail("", "cannot be opened: " + reason, "a readable file", "check the path and its permissions");
    }
    if (!S_ISREG(status.st_mode)) {
        close(descriptor_);
        fail("", "is no regular file", "a readable file", "check the path");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

RegularFile::~RegularFile() { close(descriptor_); }

void RegularFile::read(std::uint64_t position, void* out, std::uint64_t count) const
{
    auto* bytes = static_cast<unsigned char*>(out);
    while (count > 0) {
        const ssize_t got = pread(descriptor_, bytes, count, static_cast<off_t>(position));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            fail(byte_place(position), "cannot be read" + (got < 0 ? std::string(": ") + std::strerror(errno) : ""),
                 "the file does not change while it is read");
        bytes += got;
        position += static_cast<std::uint64_t>(got);
        count -= static_cast<std::uint64_t>(got);
    }
}

void RegularFile::fail(const std::string& place, const std::string& what, const std::string& rule,
                       const std::string& hint) const
{
    throw DataError(
        xgrad::detail::error_text(reader_, path_ + (place.empty() ? "" : ", " + place) + ": " + what, rule, hint));
}

void FileRange::read(void* out, std::size_t count)
{
    file_.read(next_, out, count);
    next_ += count;
}

void FileRange::fail(const std::string& place, const std::string& what, const std::string& rule,
                     const std::string& hint) const
{
    file_.fail(name_.empty() || place.empty() ? name_ + place : name_ + ", " + place, what, rule, hint);
}

}  // namespace xgrad::data::detail
