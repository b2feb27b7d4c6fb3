#pragma once

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>

namespace xgrad::data::detail {

/// A file that stands under its name only when it is complete: written beside it, flushed to the disk, then renamed. A
/// writer that fails or dies leaves what stood there before. Private to the writers; errors are DataErrors that name
/// the writer and the file.
class AtomicFile {
public:
    AtomicFile(const char* writer, std::string path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();  // without commit(): removes what was written

    void write(const void* bytes, std::size_t count);
    void commit();

private:
    [[noreturn]] void fail(const char* what) const;

    struct CloseFile {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    const char* writer_;
    std::string path_, temporary_;
    std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace xgrad::data::detail
