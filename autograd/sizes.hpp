#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace xgrad {

/// A read-only list of sizes, strides, axes or indices: a pointer and a count, valid as long as what it was made from.
/// Takes `{2, 3}`, a std::vector and the sizes of a tensor alike.
class Sizes {
public:
    constexpr Sizes() = default;
    constexpr Sizes(const std::int64_t* first, std::size_t count) : first_(first), count_(count) {}
    Sizes(std::initializer_list<std::int64_t> list) : first_(std::data(list)), count_(list.size()) {}
    Sizes(const std::vector<std::int64_t>& list) : first_(list.data()), count_(list.size()) {}

    const std::int64_t* begin() const { return first_; }
    const std::int64_t* end() const { return first_ + count_; }
    const std::int64_t* data() const { return first_; }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::int64_t operator[](std::size_t i) const { return first_[i]; }
    std::int64_t back() const { return first_[count_ - 1]; }

    std::vector<std::int64_t> vector() const { return {begin(), end()}; }

    friend bool operator==(Sizes a, Sizes b)
    {
        if (a.count_ != b.count_) return false;
        for (std::size_t i = 0; i < a.count_; ++i)
            if (a.first_[i] != b.first_[i]) return false;
        return true;
    }

private:
    const std::int64_t* first_ = nullptr;
    std::size_t count_ = 0;
};

/// "(2, 3)", "(5,)" or "()".
std::string to_string(Sizes sizes);

namespace detail {

using Dims = std::vector<std::int64_t>;

/// The shape both broadcast to, aligned at the last axis (NumPy's rule). Throws ShapeError naming `operation`.
Dims broadcast_sizes(const char* operation, Sizes a, Sizes b);

/// `axis` counted from the front; negative ones count from the back. Throws ShapeError when outside [-ndim, ndim).
std::size_t normal_axis(const char* operation, std::int64_t axis, std::size_t ndim);

/// Product of the sizes. Throws ShapeError when one is negative or the product does not fit 63 bits.
std::int64_t checked_numel(const char* operation, Sizes sizes);

}  // namespace detail
}  // namespace xgrad
