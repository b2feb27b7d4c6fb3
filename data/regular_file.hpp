#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad::data::detail {

/// What to try with a file that is damaged.
inline constexpr const char* kAgain = "write or download the file again";

/// A regular file of known size, read at any place. Private to the readers. Whatever is wrong becomes a DataError that
/// names reader, file and place.
class RegularFile {
public:
    RegularFile(const char* reader, std::string path);
    RegularFile(const RegularFile&) = delete;
    RegularFile& operator=(const RegularFile&) = delete;
    ~RegularFile();

    std::uint64_t size() const noexcept { return size_; }

    /// Reads exactly `count` bytes.
    void read(std::uint64_t position, void* out, std::uint64_t count) const;

    /// Throws the DataError "reader: path, place: what" with the rule and what to try.
    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint = kAgain) const;

private:
    const char* reader_;
    std::string path_;
    int descriptor_;
    std::uint64_t size_ = 0;
};

/// Bytes that are read in order, of which one knows how many there should be.
class ByteStream {
public:
    ByteStream() = default;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;
    virtual ~ByteStream() = default;

    virtual std::uint64_t size() const = 0;

    /// Reads exactly `count` bytes.
    virtual void read(void* out, std::size_t count) = 0;

    /// Throws the DataError for a place within these bytes.
    [[noreturn]] virtual void fail(const std::string& place, const std::string& what, const std::string& rule,
                                   const std::string& hint = kAgain) const = 0;
};

/// Some bytes of a file. `name` says in errors what they are; it may be empty.
class FileRange final : public ByteStream {
public:
    FileRange(const RegularFile& file, std::string name, std::uint64_t begin, std::uint64_t end)
        : file_(file), name_(std::move(name)), next_(begin), size_(end - begin)
    {
    }

    std::uint64_t size() const override { return size_; }
    void read(void* out, std::size_t count) override;
    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint = kAgain) const override;

private:
    const RegularFile& file_;
    std::string name_;
    std::uint64_t next_, size_;
};

}  // namespace xgrad::data::detail
