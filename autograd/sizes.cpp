#include <xgrad/error.hpp>
#include <xgrad/sizes.hpp>

#include <algorithm>

namespace xgrad {

std::string to_string(Sizes sizes)
{
    std::string text = "(";
    for (std::size_t i = 0; i < sizes.size(); ++i) text += (i ? ", " : "") + std::to_string(sizes[i]);
    return text + (sizes.size() == 1 ? ",)" : ")");
}

namespace detail {

void Dims::throw_too_many_axes(std::size_t count)
{
    throw ShapeError(error_text("tensor", "a shape of " + std::to_string(count) + " axes",
                                "a tensor has at most " + std::to_string(kMaxAxes) + " axes",
                                "merge axes with reshape"));
}

Dims broadcast_sizes(const char* operation, Sizes a, Sizes b)
{
    Dims out(std::max(a.size(), b.size()));
    for (std::size_t back = 1; back <= out.size(); ++back) {
        const std::int64_t x = back <= a.size() ? a[a.size() - back] : 1;
        const std::int64_t y = back <= b.size() ? b[b.size() - back] : 1;
        if (x != y && x != 1 && y != 1)
            throw ShapeError(error_text(operation, "shapes " + to_string(a) + " and " + to_string(b) + " do not fit",
                                        "aligned at the last axis, sizes must be equal or 1; here " +
                                            std::to_string(x) + " meets " + std::to_string(y),
                                        "reshape one operand so that the differing axis has size 1"));
        out[out.size() - back] = x == 1 ? y : x;
    }
    return out;
}

std::size_t normal_axis(const char* operation, std::int64_t axis, std::size_t ndim)
{
    const auto n = static_cast<std::int64_t>(ndim);
    if (axis < -n || axis >= n)
        throw ShapeError(error_text(
            operation,
            "axis " + std::to_string(axis) + " of a tensor with " + std::to_string(n) + (n == 1 ? " axis" : " axes"),
            "axes run from " + std::to_string(-n) + " to " + std::to_string(n - 1) +
                (n == 0 ? ", so a 0-dimensional tensor has none" : ""),
            "count the axes of the operand; -1 is the last one"));
    return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

std::int64_t checked_numel(const char* operation, Sizes sizes)
{
    std::int64_t product = 1;
    bool overflow = false, empty = false;
    for (const std::int64_t size : sizes) {
        if (size < 0)
            throw ShapeError(error_text(operation, "shape " + to_string(sizes) + " has a negative size",
                                        "every size is 0 or more", "check how the shape was computed"));
        empty |= size == 0;
        overflow |= __builtin_mul_overflow(product, std::max<std::int64_t>(size, 1), &product);
    }
    // 2^57 elements of 8 bytes with header and rounding still fit a signed 64-bit byte count.
    if (overflow || product > (std::int64_t{1} << 57))
        throw ShapeError(error_text(operation, "the number of elements of shape " + to_string(sizes) + " overflows",
                                    "the product of all sizes stays below 2^57", "use smaller or fewer axes"));
    return empty ? 0 : product;
}

}  // namespace detail
}  // namespace xgrad
