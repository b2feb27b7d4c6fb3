#include "data/elements.hpp"

#include <xgrad/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace xgrad::data::detail {
namespace {

static_assert(std::endian::native == std::endian::little, "elements of files are turned to little-endian");

void swap_bytes(unsigned char* bytes, std::size_t count, std::size_t element)
{
    for (unsigned char* end = bytes + count; bytes != end; bytes += element) std::reverse(bytes, bytes + element);
}

struct Half {
    std::uint16_t bits;
};
struct BFloat {
    std::uint16_t bits;
};

/// Every value of the 16-bit float of IEEE 754, also subnormal ones and NaN.
float widened(Half x)
{
    const std::uint32_t sign = std::uint32_t{x.bits & 0x8000U} << 16, exponent = x.bits >> 10 & 31U,
                        fraction = x.bits & 0x3FFU;
    if (exponent == 0) return std::copysign(static_cast<float>(fraction) * 0x1p-24F, sign ? -1.0F : 1.0F);
    const std::uint32_t wide = exponent == 31 ? 255 : exponent + 127 - 15;
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}
float widened(BFloat x) { return std::bit_cast<float>(std::uint32_t{x.bits} << 16); }
template <class Integer>
std::int64_t widened(Integer x)
{
    return x;
}

template <class From>
void widen(ByteStream& in, ByteOrder order, void* out, std::int64_t numel)
{
    using To = decltype(widened(From{}));
    auto* y = static_cast<To*>(out);
    From chunk[4096];
    while (numel > 0) {
        const std::int64_t count = std::min<std::int64_t>(numel, std::size(chunk));
        const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(From);
        in.read(chunk, bytes);
        if (order == ByteOrder::big) swap_bytes(reinterpret_cast<unsigned char*>(chunk), bytes, sizeof(From));
        y = std::transform(chunk, chunk + count, y, [](From x) { return widened(x); });
        numel -= count;
    }
}

/// Elements that take as many bytes in memory as in the file.
void copy(ByteStream& in, StoredType type, ByteOrder order, void* out, std::int64_t numel)
{
    const std::size_t element = bytes_of(type), bytes = static_cast<std::size_t>(numel) * element;
    in.read(out, bytes);
    if (order == ByteOrder::big) swap_bytes(static_cast<unsigned char*>(out), bytes, element);
    if (type == StoredType::boolean) {
        const auto* first = static_cast<const unsigned char*>(out);
        const auto* wrong = std::find_if(first, first + numel, [](unsigned char b) { return b > 1; });
        if (wrong != first + numel)
            in.fail("element " + std::to_string(wrong - first), "is " + std::to_string(*wrong), "a bool is 0 or 1");
    } else if (type == StoredType::u64) {
        const auto* first = static_cast<const std::int64_t*>(out);
        const auto* wrong = std::find_if(first, first + numel, [](std::int64_t x) { return x < 0; });
        if (wrong != first + numel)
            in.fail("element " + std::to_string(wrong - first),
                    "is " + std::to_string(static_cast<std::uint64_t>(*wrong)),
                    "integers become i64, which ends at 9223372036854775807", "write the values as f64");
    }
}

}  // namespace

std::size_t bytes_of(StoredType type)
{
    constexpr std::size_t kBytes[] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8};
    return kBytes[static_cast<std::size_t>(type)];
}

Dtype dtype_for(StoredType type)
{
    switch (type) {
        case StoredType::boolean:
            return xgrad::boolean;
        case StoredType::f16:
        case StoredType::bf16:
        case StoredType::f32:
            return xgrad::f32;
        case StoredType::f64:
            return xgrad::f64;
        default:
            return xgrad::i64;
    }
}

bool is_i64(double value) { return value >= -0x1p63 && value < 0x1p63 && value == std::trunc(value); }

std::optional<std::int64_t> numel_of(const std::vector<std::int64_t>& sizes)
{
    if (sizes.size() > xgrad::detail::kMaxAxes) return std::nullopt;
    try {
        return xgrad::detail::checked_numel("numel_of", sizes);
    } catch (const ShapeError&) {
        return std::nullopt;
    }
}

Tensor read_elements(ByteStream& in, StoredType type, ByteOrder order, Sizes sizes, std::int64_t numel)
{
    const Tensor y = xgrad::detail::empty(dtype_for(type), sizes, numel);
    void* out = xgrad::detail::mutable_data(y);
    switch (type) {
        case StoredType::i8:
            widen<std::int8_t>(in, order, out, numel);
            break;
        case StoredType::i16:
            widen<std::int16_t>(in, order, out, numel);
            break;
        case StoredType::i32:
            widen<std::int32_t>(in, order, out, numel);
            break;
        case StoredType::u8:
            widen<std::uint8_t>(in, order, out, numel);
            break;
        case StoredType::u16:
            widen<std::uint16_t>(in, order, out, numel);
            break;
        case StoredType::u32:
            widen<std::uint32_t>(in, order, out, numel);
            break;
        case StoredType::f16:
            widen<Half>(in, order, out, numel);
            break;
        case StoredType::bf16:
            widen<BFloat>(in, order, out, numel);
            break;
        case StoredType::boolean:
        case StoredType::i64:
        case StoredType::u64:
        case StoredType::f32:
        case StoredType::f64:
            copy(in, type, order, out, numel);
            break;
    }
    return y;
}

}  // namespace xgrad::data::detail
