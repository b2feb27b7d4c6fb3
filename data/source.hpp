#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace xgrad::data::detail {

/// The bytes of a file, or of a block of memory, decompressed on the way when they begin as .gz does. Private to the
/// readers. Whatever is wrong with the file becomes a DataError that names reader, file and position.
class Source {
public:
    Source(const char* reader, std::string path);
    Source(const char* reader, std::string name, const std::uint8_t* bytes, std::size_t count);
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;
    ~Source();

    /// Reads `count` bytes, fewer only where the data end. Checks the checksum of .gz data when it reaches their end.
    std::size_t read(std::uint8_t* out, std::size_t count);

    /// Everything that is left, as text.
    std::string read_all();

    /// Bytes read so far, counted after decompression.
    std::uint64_t position() const noexcept;
    const std::string& name() const noexcept;

    /// Throws the DataError "reader: name, place: what" with the rule and what to try.
    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace xgrad::data::detail
