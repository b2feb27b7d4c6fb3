#pragma once

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>

namespace xgrad {

/// Shapes, axes, indices, sizes or options that do not fit an operation, and tensors that are undefined.
struct ShapeError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// Element types that do not fit an operation.
struct DtypeError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// A tape used against its rules: ended, of another thread, consumed, overwritten values.
struct TapeError : std::logic_error {
    using std::logic_error::logic_error;
};

/// A file or stream that is not what it should be.
struct DataError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A value that is NaN or infinite where a tape was asked to watch for them.
struct AnomalyError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A matrix that an operation of linear algebra cannot take: singular, not positive definite, not finite.
struct LinalgError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Memory that the system does not give. A std::bad_alloc that says how much was asked for.
class MemoryError : public std::bad_alloc {
public:
    explicit MemoryError(const std::string& text) : text_(text) {}
    const char* what() const noexcept override { return text_.what(); }

private:
    std::runtime_error text_;  // for its text, whose copies throw nothing
};

namespace detail {

[[noreturn]] void throw_out_of_memory(std::size_t bytes);

/// "operation: what.\n  rule: ...\n  try:  ..." : the one form of every error text of the library.
std::string error_text(const char* operation, const std::string& what, const std::string& rule,
                       const std::string& hint);

}  // namespace detail
}  // namespace xgrad
