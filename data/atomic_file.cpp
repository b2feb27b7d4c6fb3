#include "data/atomic_file.hpp"

#include <xgrad/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace xgrad::data::detail {
namespace {

/// A name beside `path` that no other writer uses.
std::string temporary_name(const std::string& path)
{
    static std::atomic<unsigned> count{0};
    return path + ".part-" + std::to_string(getpid()) + "-" + std::to_string(count.fetch_add(1));
}

}  // namespace

AtomicFile::AtomicFile(const char* writer, std::string path)
    : writer_(writer), path_(std::move(path)), temporary_(temporary_name(path_))
{
    const int descriptor = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0) fail("cannot be written");
    file_.reset(fdopen(descriptor, "wb"));
    if (file_) return;
    close(descriptor);
    unlink(temporary_.c_str());
    fail("cannot be written");
}

AtomicFile::~AtomicFile()
{
    if (file_) unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t count)
{
    if (count > 0 && std::fwrite(bytes, 1, count, file_.get()) != count) fail("cannot be written");
}

void AtomicFile::commit()
{
    if (std::fflush(file_.get()) != 0 || fsync(fileno(file_.get())) != 0) fail("cannot be written");
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be replaced");
    file_.reset();
}

void AtomicFile::fail(const char* what) const
{
    throw DataError(xgrad::detail::error_text(writer_, path_ + ": " + what + ": " + std::strerror(errno),
                                              "a path in an existing folder that may be written, with room on the disk",
                                              "check the path, its permissions and the free space"));
}

}  // namespace xgrad::data::detail
