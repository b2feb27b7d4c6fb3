#include <xgrad/data/idx.hpp>

#include "data/elements.hpp"
#include "data/source.hpp"

#include <xgrad/error.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace xgrad::data {

namespace {

using detail::Source;

constexpr const char* kFormat =
    "an IDX file is 0, 0, a type code, the number of axes, a big-endian 32-bit size for each axis, then the elements";
constexpr const char* kDamaged = "download or copy the file again";

std::string byte(std::uint64_t position) { return "byte " + std::to_string(position); }

void read_exactly(Source& source, std::uint8_t* out, std::size_t count, const char* what)
{
    const std::uint64_t start = source.position();
    const std::size_t got = source.read(out, count);
    if (got < count) {
        source.fail(byte(start + got), std::string("the file ends within ") + what, kFormat, kDamaged);
    }
}

IdxType read_type(Source& source, std::size_t& axes)
{
    std::uint8_t magic[4];
    read_exactly(source, magic, 4, "the first four bytes");
    constexpr IdxType known[] = {IdxType::u8, IdxType::i8, IdxType::i16, IdxType::i32, IdxType::f32, IdxType::f64};
    const auto type = static_cast<IdxType>(magic[2]);
    if (magic[0] != 0 || magic[1] != 0 || std::find(std::begin(known), std::end(known), type) == std::end(known)) {
        char hex[16];
        std::snprintf(hex, sizeof hex, "%02x %02x %02x %02x", magic[0], magic[1], magic[2], magic[3]);
        source.fail("byte 0", std::string("begins with ") + hex + ", not with the magic number of IDX", kFormat,
                    "check that it is the file you mean");
    }
    axes = magic[3];
    if (axes > 64)
        source.fail("byte 3", std::to_string(axes) + " axes", "at most 64 axes", "check that it is the file you mean");
    return type;
}

// Number of bytes that the elements take.
std::size_t read_sizes(Source& source, IdxArray& array, std::size_t axes)
{
    std::int64_t numel = 1;
    for (std::size_t axis = 0; axis < axes; ++axis) {
        std::uint8_t raw[4];
        const std::uint64_t start = source.position();
        read_exactly(source, raw, 4, "the sizes");
        const std::uint32_t size =
            std::uint32_t{raw[0]} << 24 | std::uint32_t{raw[1]} << 16 | std::uint32_t{raw[2]} << 8 | raw[3];
        array.sizes.push_back(size);
        const std::optional<std::int64_t> product = detail::numel_of(array.sizes);
        if (!product) {
            source.fail(byte(start), "sizes " + to_string(array.sizes) + " have too many elements",
                        "there are at most 2^57 elements, empty axes left out", kDamaged);
        }
        numel = *product;
    }
    return static_cast<std::size_t>(numel) * size_of(array.type);
}

// Grows with what is read, so that a header that lies about its sizes cannot ask for more memory than twice the file.
void read_elements(Source& source, IdxArray& array, std::size_t total)
{
    constexpr std::size_t kFirst = std::size_t{1} << 20;
    while (array.bytes.size() < total) {
        const std::size_t start = array.bytes.size();
        const std::size_t part = std::min(total - start, std::max(kFirst, start));
        array.bytes.resize(start + part);
        const std::size_t got = source.read(array.bytes.data() + start, part);
        if (got < part) {
            source.fail(byte(source.position()),
                        "the file ends after " + std::to_string(start + got) + " of " + std::to_string(total) +
                            " bytes of " + to_string(array.sizes) + " elements " + name_of(array.type),
                        kFormat, kDamaged);
        }
    }
    std::uint8_t extra;
    if (source.read(&extra, 1) != 0) {
        source.fail(byte(source.position() - 1), "there are bytes after the " + to_string(array.sizes) + " elements",
                    kFormat, kDamaged);
    }
}

void to_machine_order(std::vector<std::uint8_t>& bytes, std::size_t element)
{
    if constexpr (std::endian::native == std::endian::little) {
        if (element == 1) return;
        for (std::size_t i = 0; i < bytes.size(); i += element) {
            std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                         bytes.begin() + static_cast<std::ptrdiff_t>(i + element));
        }
    }
}

template <class From, class To>
void convert(const std::vector<std::uint8_t>& bytes, To* y)
{
    for (std::size_t i = 0; i < bytes.size() / sizeof(From); ++i) {
        From value;
        std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
        if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
            if (!detail::is_i64(value)) {
                throw DataError(xgrad::detail::error_text(
                    "to_tensor", "element " + std::to_string(i) + " is " + std::to_string(value), "i64 takes integers",
                    "use f32 or f64, or mend the file"));
            }
        }
        y[i] = static_cast<To>(value);
    }
}

template <class To>
void convert_all(const IdxArray& array, To* y)
{
    switch (array.type) {
        case IdxType::u8:
            return convert<std::uint8_t>(array.bytes, y);
        case IdxType::i8:
            return convert<std::int8_t>(array.bytes, y);
        case IdxType::i16:
            return convert<std::int16_t>(array.bytes, y);
        case IdxType::i32:
            return convert<std::int32_t>(array.bytes, y);
        case IdxType::f32:
            return convert<float>(array.bytes, y);
        case IdxType::f64:
            return convert<double>(array.bytes, y);
    }
}

}  // namespace

std::size_t size_of(IdxType type)
{
    switch (type) {
        case IdxType::u8:
        case IdxType::i8:
            return 1;
        case IdxType::i16:
            return 2;
        case IdxType::i32:
        case IdxType::f32:
            return 4;
        case IdxType::f64:
            return 8;
    }
    return 0;
}

const char* name_of(IdxType type)
{
    switch (type) {
        case IdxType::u8:
            return "u8";
        case IdxType::i8:
            return "i8";
        case IdxType::i16:
            return "i16";
        case IdxType::i32:
            return "i32";
        case IdxType::f32:
            return "f32";
        case IdxType::f64:
            return "f64";
    }
    return "?";
}

IdxArray read_idx(const std::string& path)
{
    Source source("read_idx", path);
    IdxArray array;
    std::size_t axes = 0;
    array.type = read_type(source, axes);
    const std::size_t total = read_sizes(source, array, axes);
    read_elements(source, array, total);
    to_machine_order(array.bytes, size_of(array.type));
    return array;
}

Tensor to_tensor(const IdxArray& array, Dtype dtype)
{
    const Tensor y = xgrad::detail::empty(dtype, array.sizes);
    switch (dtype) {
        case xgrad::f32:
            convert_all(array, xgrad::detail::mutable_data<float>(y));
            break;
        case xgrad::f64:
            convert_all(array, xgrad::detail::mutable_data<double>(y));
            break;
        case xgrad::i64:
            convert_all(array, xgrad::detail::mutable_data<std::int64_t>(y));
            break;
        case xgrad::boolean:
            throw DtypeError(
                xgrad::detail::error_text("to_tensor", std::string("IDX elements ") + name_of(array.type) + " as bool",
                                          "IDX holds numbers: f32, f64 or i64", "compare the tensor with a threshold"));
    }
    return y;
}

}  // namespace xgrad::data
