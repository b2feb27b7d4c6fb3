#include "data/safetensors_header.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "data/text.hpp"

namespace xgrad::data::detail {

const char* const kSafetensorsRule =
    "{\"dtype\": BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32 or F64, \"shape\": [sizes], "
    "\"data_offsets\": [begin, end]}, all bytes of the data used once";
const char* const kSafetensorsHint = "write the file again, with tensors converted to one of these types";

std::string tensor_place(const std::string& name) { return "tensor '" + shown(name) + "'"; }

namespace {

using Json = nlohmann::json;

std::optional<StoredType> type_of(const std::string& name)
{
    constexpr std::pair<const char*, StoredType> kTypes[] = {
        {"BOOL", StoredType::boolean}, {"U8", StoredType::u8},   {"I8", StoredType::i8},     {"U16", StoredType::u16},
        {"I16", StoredType::i16},      {"U32", StoredType::u32}, {"I32", StoredType::i32},   {"U64", StoredType::u64},
        {"I64", StoredType::i64},      {"F16", StoredType::f16}, {"BF16", StoredType::bf16}, {"F32", StoredType::f32},
        {"F64", StoredType::f64}};
    for (const auto& [known, type] : kTypes)
        if (name == known) return type;
    return std::nullopt;
}

/// Takes the header apart while it is parsed, so that nothing is kept of what is refused: neither depth nor length of
/// what stands at a wrong place costs memory.
class HeaderHandler final : public nlohmann::json_sax<Json> {
public:
    explicit HeaderHandler(const RegularFile& file, std::uint64_t data_size) : file_(file), data_size_(data_size) {}

    SafetensorsHeader take()
    {
        std::vector<const std::string*> names;
        for (const SafetensorsEntry& e : header_.tensors) names.push_back(&e.name);
        std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
        const auto twice =
            std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
        if (twice != names.end()) fail_twice(**twice);
        return std::move(header_);
    }

    bool null() override { return wrong("null"); }
    bool boolean(bool value) override { return wrong(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return wrong(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return wrong(text); }
    bool binary(binary_t&) override { return wrong("binary"); }

    bool number_unsigned(number_unsigned_t value) override
    {
        if (!list_ || value > INT64_MAX) return wrong(std::to_string(value));
        if (list_->size() == xgrad::detail::kMaxAxes) fail_entry(key_ + " holds more than 64 numbers");
        list_->push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(string_t& value) override
    {
        const bool is_dtype = place_ == Place::entry && !list_ && key_ == "dtype";
        if (place_ == Place::metadata)
            header_.metadata[key_] = std::move(value);
        else if (is_dtype && type_of(value))
            entry_.type = *type_of(value);
        else
            return wrong('"' + value + '"');
        return true;
    }

    bool start_object(std::size_t) override
    {
        if (place_ == Place::outside) {
            place_ = Place::header;
        } else if (place_ == Place::header && name_ == kSafetensorsMetadata) {
            if (std::exchange(has_metadata_, true)) fail_twice(name_);
            place_ = Place::metadata;
        } else if (place_ == Place::header) {
            place_ = Place::entry;
            entry_ = SafetensorsEntry{name_, StoredType::f32, {}, 0, 0, 0};
            offsets_.clear();
            has_dtype_ = has_shape_ = has_offsets_ = false;
        } else {
            return wrong("an object");
        }
        return true;
    }

    bool key(string_t& key) override
    {
        if (place_ == Place::header) {
            name_ = std::move(key);
            return true;
        }
        key_ = std::move(key);
        if (place_ == Place::metadata) {
            if (header_.metadata.count(key_)) fail_twice(key_);
            return true;
        }
        bool* const has = key_ == "dtype"          ? &has_dtype_
                          : key_ == "shape"        ? &has_shape_
                          : key_ == "data_offsets" ? &has_offsets_
                                                   : nullptr;
        if (!has) fail_entry("the entry has a '" + shown(key_) + "'");
        if (std::exchange(*has, true)) fail_twice(key_);
        return true;
    }

    bool end_object() override
    {
        if (place_ == Place::entry) finish_entry();
        place_ = place_ == Place::header ? Place::outside : Place::header;
        return true;
    }

    bool start_array(std::size_t) override
    {
        const bool takes_list = place_ == Place::entry && !list_ && key_ != "dtype";
        if (!takes_list) return wrong("an array");
        list_ = key_ == "shape" ? &entry_.sizes : &offsets_;
        return true;
    }

    bool end_array() override
    {
        list_ = nullptr;
        return true;
    }

    // `read` counts the bytes up to and with the wrong one.
    bool parse_error(std::size_t read, const std::string&, const nlohmann::detail::exception&) override
    {
        file_.fail(byte_place(kSafetensorsPrefix + std::max<std::size_t>(read, 1) - 1), "the header is no JSON",
                   "the header is a JSON object");
    }

private:
    enum class Place { outside, header, metadata, entry };

    [[noreturn]] void fail_entry(const std::string& what) const
    {
        file_.fail(tensor_place(name_), what, kSafetensorsRule, kSafetensorsHint);
    }

    [[noreturn]] void fail_twice(const std::string& name) const
    {
        file_.fail("header", "the name '" + shown(name) + "' stands twice", "names are unique");
    }

    /// A value of a kind that has no meaning at this place. Returns what the parser wants, but never does.
    bool wrong(const std::string& value) const
    {
        const char* const rule = "__metadata__ is an object of strings";
        if (place_ == Place::outside)
            file_.fail(byte_place(kSafetensorsPrefix), "the header is no JSON object", "the header is a JSON object");
        if (place_ == Place::metadata) file_.fail("header", "the metadata '" + shown(key_) + "' are no string", rule);
        if (place_ == Place::header && name_ == kSafetensorsMetadata)
            file_.fail("header", "__metadata__ is no object", rule);
        if (place_ == Place::header) fail_entry("the entry is " + shown(value));
        fail_entry((list_ ? key_ + " holds " : "the " + key_ + " is ") + shown(value));
    }

    void finish_entry()
    {
        if (!has_dtype_ || !has_shape_ || !has_offsets_)
            fail_entry(std::string("the entry has no ") + (!has_dtype_   ? "dtype"
                                                           : !has_shape_ ? "shape"
                                                                         : "data_offsets"));
        const std::string shape = to_string(Sizes(entry_.sizes));
        if (offsets_.size() != 2 || offsets_[0] > offsets_[1])
            fail_entry("data_offsets are " + shown(to_string(Sizes(offsets_))));
        entry_.begin = static_cast<std::uint64_t>(offsets_[0]);
        entry_.end = static_cast<std::uint64_t>(offsets_[1]);
        const std::optional<std::int64_t> numel = numel_of(entry_.sizes);
        if (!numel) fail_entry("shape " + shown(shape) + " does not fit memory");
        entry_.numel = *numel;
        if (entry_.end > data_size_)
            fail_entry("data to byte " + std::to_string(entry_.end) + " of " + std::to_string(data_size_));
        const std::uint64_t bytes = entry_.end - entry_.begin, element = bytes_of(entry_.type);
        if (bytes != static_cast<std::uint64_t>(entry_.numel) * element)  // at most 2^57 elements: fits 64 bits
            fail_entry(std::to_string(bytes) + " bytes for " + shown(shape) + " elements of " +
                       std::to_string(element));
        header_.tensors.push_back(std::move(entry_));
    }

    const RegularFile& file_;
    std::uint64_t data_size_;
    SafetensorsHeader header_;
    Place place_ = Place::outside;
    std::string name_, key_;  // of the value being parsed: in the header, in the object inside it
    SafetensorsEntry entry_;
    std::vector<std::int64_t> offsets_;
    std::vector<std::int64_t>* list_ = nullptr;  // the array being parsed
    bool has_metadata_ = false, has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const RegularFile& file, const std::string& text)
{
    if (!text.empty() && text.front() != '{')
        file.fail(byte_place(kSafetensorsPrefix), "the header is no JSON object", "the header is a JSON object");
    HeaderHandler handler(file, file.size() - kSafetensorsPrefix - text.size());
    Json::sax_parse(text.begin(), text.end(), &handler);
    return handler.take();
}

}  // namespace xgrad::data::detail
