#include "data/npy_format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "data/elements.hpp"
#include "data/text.hpp"

namespace xgrad::data::detail {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kLongestHeader = 65535;  // what format 1.0 can say; NumPy itself stops at 10000
constexpr const char* kFormat =
    "an .npy file is \\x93NUMPY, a version, the length of the header, the header, the elements";
constexpr const char* kHeaderRule =
    "the header is {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} with other values";
constexpr const char* kCheckFile = "check that it is the file you mean";

struct NpyHeader {
    std::optional<StoredType> type;
    ByteOrder order = ByteOrder::little;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::int64_t>> sizes;
};

// The header is a literal of Python. Only what NumPy writes for arrays of numbers is understood, nothing is evaluated.
class HeaderParser {
public:
    HeaderParser(const ByteStream& in, std::string_view text, std::size_t start) : in_(in), text_(text), start_(start)
    {
    }

    NpyHeader parse()
    {
        expect('{');
        while (!accept('}')) {
            entry();
            if (accept(',')) continue;
            expect('}');
            break;
        }
        skip_blanks();
        if (at_ < text_.size()) fail("stands behind the header");
        if (!header_.type || !header_.fortran_order || !header_.sizes)
            in_.fail(byte_place(start_),
                     std::string("the header has no ") + (!header_.type            ? "descr"
                                                          : !header_.fortran_order ? "fortran_order"
                                                                                   : "shape"),
                     kHeaderRule);
        return std::move(header_);
    }

private:
    [[noreturn]] void fail(const std::string& what, const char* rule = kHeaderRule, const char* hint = kAgain) const
    {
        in_.fail(byte_place(start_ + at_), "\"" + shown(text_.substr(at_)) + "\" " + what, rule, hint);
        __builtin_unreachable();  // g++ 12 forgets that the virtual function does not return
    }

    void skip_blanks()
    {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }

    bool accept(char c)
    {
        skip_blanks();
        const bool there = at_ < text_.size() && text_[at_] == c;
        at_ += there;
        return there;
    }

    void expect(char c)
    {
        if (!accept(c)) fail(std::string("stands where ") + c + " should");
    }

    bool accept(std::string_view word)
    {
        skip_blanks();
        const bool there = text_.substr(at_, word.size()) == word;
        if (there) at_ += word.size();
        return there;
    }

    std::string_view quoted()
    {
        skip_blanks();
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
        if (end == std::string_view::npos) fail("is no string in quotes");
        const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return inside;
    }

    void entry()
    {
        skip_blanks();
        const std::size_t begin = at_;
        const std::string_view key = quoted();
        const bool known = key == "descr" || key == "fortran_order" || key == "shape";
        const bool twice = (key == "descr" && header_.type) || (key == "fortran_order" && header_.fortran_order) ||
                           (key == "shape" && header_.sizes);
        if (!known || twice) {
            at_ = begin;
            fail(twice ? "stands twice" : "is no key of the header");
        }
        expect(':');
        if (key == "descr")
            read_type();
        else if (key == "shape")
            read_sizes();
        else
            read_order();
    }

    void read_type()
    {
        constexpr const char* kRule =
            "elements are b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8, with < or > before "
            "those of several bytes";
        constexpr const char* kHint = "convert the array with astype, for example to float32 or int64";
        skip_blanks();
        const std::size_t begin = at_;
        if (at_ < text_.size() && text_[at_] == '[') fail("is a structured array", kRule, "save each field by itself");
        const std::string_view code = quoted();
        struct Known {
            std::string_view name;
            StoredType type;
        };
        constexpr Known kKnown[] = {{"b1", StoredType::boolean}, {"i1", StoredType::i8},  {"i2", StoredType::i16},
                                    {"i4", StoredType::i32},     {"i8", StoredType::i64}, {"u1", StoredType::u8},
                                    {"u2", StoredType::u16},     {"u4", StoredType::u32}, {"u8", StoredType::u64},
                                    {"f2", StoredType::f16},     {"f4", StoredType::f32}, {"f8", StoredType::f64}};
        for (const Known& known : kKnown) {
            const bool ordered = code.starts_with('<') || code.starts_with('>');
            const bool single = bytes_of(known.type) == 1 && code.starts_with('|');
            if ((ordered || single) && code.substr(1) == known.name) header_.type = known.type;
        }
        if (!header_.type) {
            at_ = begin;
            fail("is no type of elements that is read", kRule, kHint);
        }
        header_.order = code.front() == '>' ? ByteOrder::big : ByteOrder::little;
    }

    void read_order()
    {
        if (accept("True"))
            header_.fortran_order = true;
        else if (accept("False"))
            header_.fortran_order = false;
        else
            fail("is neither True nor False");
    }

    void read_sizes()
    {
        std::vector<std::int64_t> sizes;
        bool comma = true;
        expect('(');
        while (!accept(')')) {
            if (!comma) fail("stands where , should");
            sizes.push_back(read_size());
            comma = accept(',');
        }
        if (sizes.size() == 1 && !comma) fail("follows a number in brackets, which is no tuple");
        header_.sizes = std::move(sizes);
    }

    std::int64_t read_size()
    {
        skip_blanks();
        std::int64_t size = 0;
        const char* first = text_.data() + at_;
        const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), size);
        if (error != std::errc() || *first == '-' || (*first == '0' && end != first + 1)) fail("is no size");
        at_ += static_cast<std::size_t>(end - first);
        accept("L");  // Python 2 wrote long integers so
        return size;
    }

    const ByteStream& in_;
    std::string_view text_;
    std::size_t start_, at_ = 0;
    NpyHeader header_;
};

/// Reads magic, version, length and header; `length` becomes the number of their bytes.
NpyHeader read_header(ByteStream& in, std::uint64_t& length)
{
    unsigned char fixed[12] = {};
    const std::size_t first = std::min<std::uint64_t>(in.size(), 8);
    in.read(fixed, first);
    const std::string_view magic(reinterpret_cast<const char*>(fixed), std::min(first, kMagic.size()));
    if (magic != kMagic.substr(0, magic.size()))
        in.fail("byte 0", "begins with \"" + shown(magic) + "\"", kFormat, kCheckFile);
    const unsigned major = fixed[6], minor = fixed[7], digits = major == 1 ? 2 : 4;
    if (first == 8 && (major < 1 || major > 3 || minor != 0))
        in.fail("byte 6", "version " + std::to_string(major) + "." + std::to_string(minor),
                "versions are 1.0, 2.0 and 3.0", kCheckFile);
    if (in.size() < 8 + digits) in.fail(byte_place(in.size()), "the file ends before its header", kFormat);
    in.read(fixed + 8, digits);
    std::uint64_t count = 0;
    for (unsigned i = digits; i-- > 0;) count = count << 8 | fixed[8 + i];
    if (count > kLongestHeader || count > in.size() - 8 - digits)
        in.fail("byte 8", "a header of " + std::to_string(count) + " bytes in a file of " + std::to_string(in.size()),
                "the header has at most 65535 bytes and lies within the file");
    std::string text(count, '\0');
    in.read(text.data(), count);
    length = 8 + digits + count;
    return HeaderParser(in, text, 8 + digits).parse();
}

/// Tensor with the axes of `x` in reverse: what lies in Fortran order, row-major.
Tensor reversed(const Tensor& x)
{
    std::vector<std::int64_t> sizes = x.sizes().vector(), strides = x.strides().vector();
    std::reverse(sizes.begin(), sizes.end());
    std::reverse(strides.begin(), strides.end());
    return xgrad::detail::contiguous_copy(xgrad::detail::view(x, sizes, strides, 0));
}

}  // namespace

Tensor read_npy(ByteStream& in)
{
    std::uint64_t length = 0;
    NpyHeader header = read_header(in, length);
    std::vector<std::int64_t>& sizes = *header.sizes;
    const std::optional<std::int64_t> numel = numel_of(sizes);
    if (!numel)
        in.fail("header", "shape " + shown(to_string(Sizes(sizes))) + " does not fit memory",
                "at most 64 axes and 2^57 elements");
    const std::uint64_t bytes = static_cast<std::uint64_t>(*numel) * bytes_of(*header.type), there = in.size() - length;
    if (bytes != there)
        in.fail(byte_place(length),
                std::to_string(there) + " bytes for " + to_string(Sizes(sizes)) + " elements of " +
                    std::to_string(bytes_of(*header.type)),
                "the elements fill the rest of the file");
    if (!*header.fortran_order) return read_elements(in, *header.type, header.order, sizes, *numel);
    std::reverse(sizes.begin(), sizes.end());
    return reversed(read_elements(in, *header.type, header.order, sizes, *numel));
}

std::string npy_header(const Tensor& x)
{
    constexpr const char* kCodes[] = {"<f4", "<f8", "<i8", "|b1"};  // in the order of Dtype
    constexpr std::size_t kFixed = 10, kAlign = 64;
    std::string text = std::string("{'descr': '") + kCodes[static_cast<std::size_t>(x.dtype())] +
                       "', 'fortran_order': False, 'shape': " + to_string(x.sizes()) + ", }";
    const std::size_t total = (kFixed + text.size() + 1 + kAlign - 1) / kAlign * kAlign, length = total - kFixed;
    text.resize(length - 1, ' ');
    text += '\n';
    const char version_and_length[] = {1, 0, static_cast<char>(length & 0xFF), static_cast<char>(length >> 8)};
    return std::string(kMagic) + std::string(version_and_length, sizeof version_and_length) + text;
}

}  // namespace xgrad::data::detail
