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

constexpr std::size_t kMaxAxes = 64;

/// A list of sizes that is being made. In place, since shapes are computed in every operation; at most kMaxAxes long.
class Dims {
public:
    Dims() = default;
    explicit Dims(std::size_t count, std::int64_t value = 0) : count_(checked(count))
    {
        for (std::size_t i = 0; i < count; ++i) values_[i] = value;
    }
    Dims(Sizes sizes) : count_(checked(sizes.size()))
    {
        for (std::size_t i = 0; i < count_; ++i) values_[i] = sizes[i];
    }
    Dims(const Dims& other) : Dims(Sizes(other)) {}
    Dims& operator=(const Dims& other)
    {
        count_ = other.count_;
        for (std::size_t i = 0; i < count_; ++i) values_[i] = other.values_[i];
        return *this;
    }

    operator Sizes() const { return {values_, count_}; }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    std::int64_t& operator[](std::size_t i) { return values_[i]; }
    std::int64_t operator[](std::size_t i) const { return values_[i]; }
    std::int64_t* data() { return values_; }
    std::int64_t* begin() { return values_; }
    std::int64_t* end() { return values_ + count_; }
    const std::int64_t* begin() const { return values_; }
    const std::int64_t* end() const { return values_ + count_; }
    std::int64_t& back() { return values_[count_ - 1]; }
    void push_back(std::int64_t value)
    {
        checked(count_ + 1);
        values_[count_++] = value;
    }
    void insert(std::size_t at, std::int64_t value)
    {
        push_back(value);
        for (std::size_t i = count_ - 1; i > at; --i) values_[i] = values_[i - 1];
        values_[at] = value;
    }
    void erase(std::size_t at)
    {
        --count_;
        for (std::size_t i = at; i < count_; ++i) values_[i] = values_[i + 1];
    }

private:
    static std::size_t checked(std::size_t count)
    {
        if (count > kMaxAxes) throw_too_many_axes(count);
        return count;
    }
    [[noreturn]] static void throw_too_many_axes(std::size_t count);

    std::int64_t values_[kMaxAxes];
    std::size_t count_ = 0;
};

/// Axis numbers in few bytes, for keeping them in a vjp.
class PackedAxes {
public:
    explicit PackedAxes(const Dims& axes) : count_(static_cast<std::uint8_t>(axes.size()))
    {
        for (std::size_t i = 0; i < count_; ++i) axes_[i] = static_cast<std::uint8_t>(axes[i]);
    }
    Dims unpack() const
    {
        Dims axes(count_);
        for (std::size_t i = 0; i < count_; ++i) axes[i] = axes_[i];
        return axes;
    }

private:
    std::uint8_t count_;
    std::uint8_t axes_[kMaxAxes];
};

/// The shape both broadcast to, aligned at the last axis (NumPy's rule). Throws ShapeError naming `operation`.
Dims broadcast_sizes(const char* operation, Sizes a, Sizes b);

/// `axis` counted from the front; negative ones count from the back. Throws ShapeError when outside [-ndim, ndim).
std::size_t normal_axis(const char* operation, std::int64_t axis, std::size_t ndim);

/// Product of the sizes. Throws ShapeError when one is negative or the product does not fit 63 bits.
std::int64_t checked_numel(const char* operation, Sizes sizes);

}  // namespace detail
}  // namespace xgrad
