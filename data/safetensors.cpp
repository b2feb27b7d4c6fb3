#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <nlohmann/json.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "data/atomic_file.hpp"

namespace xgrad::data {
namespace {

using Json = nlohmann::json;
using xgrad::detail::error_text;

static_assert(std::endian::native == std::endian::little, "safetensors elements are little-endian");

constexpr const char* kReader = "read_safetensors";
constexpr const char* kWriter = "write_safetensors";
constexpr const char* kMetadata = "__metadata__";
constexpr std::uint64_t kPrefix = 8;  // the length of the header
constexpr std::uint64_t kLargestHeader = 100'000'000;

constexpr const char* kDtypeNames[] = {"F32", "F64", "I64", "BOOL"};  // in the order of Dtype

// ---- reading --------------------------------------------------------------------------------------------------------

/// An entry of the header: a tensor, and where its bytes lie behind the header.
struct Entry {
    std::string name;
    Dtype dtype;
    std::vector<std::int64_t> sizes;
    std::int64_t numel;
    std::uint64_t begin, end;
};

class Reader {
public:
    explicit Reader(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb"))
    {
        struct stat status = {};
        if (!file_ || fstat(fileno(file_.get()), &status) != 0)
            fail("", std::string("cannot be opened: ") + std::strerror(errno), "a readable file",
                 "check the path and its permissions");
        if (!S_ISREG(status.st_mode)) fail("", "is no regular file", "a readable file", "check the path");
        file_size_ = static_cast<std::uint64_t>(status.st_size);
    }

    Safetensors read()
    {
        std::vector<std::string> names;
        const Json header = parse(read_header(), names);
        Safetensors content;
        std::vector<Entry> entries;
        for (const std::string& name : names) {
            if (name == kMetadata)
                content.metadata = metadata(header[name]);
            else
                entries.push_back(entry(name, header[name]));
        }
        check_layout(entries);
        for (const Entry& e : entries) content.tensors.emplace_back(e.name, elements(e));
        return content;
    }

private:
    [[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                           const std::string& hint = "write or download the file again") const
    {
        throw DataError(error_text(kReader, path_ + (place.empty() ? "" : ", " + place) + ": " + what, rule, hint));
    }

    [[noreturn]] void fail_entry(const std::string& name, const std::string& what) const
    {
        fail("tensor '" + name + "'", what,
             "{\"dtype\": F32, F64, I64 or BOOL, \"shape\": [sizes], \"data_offsets\": [begin, end]}, all bytes "
             "of the data used once",
             "write the file again, with tensors converted to one of these types");
    }

    void read_bytes(std::uint64_t position, void* out, std::uint64_t count)
    {
        const bool there = fseeko(file_.get(), static_cast<off_t>(position), SEEK_SET) == 0 &&
                           std::fread(out, 1, count, file_.get()) == count;
        if (!there)
            fail("byte " + std::to_string(position), "cannot be read", "the file does not change while it is read");
    }

    std::string read_header()
    {
        const std::string rule =
            "8 bytes with the length of the header (little-endian, at most 100 MB), then the header";
        if (file_size_ < kPrefix) fail("byte 0", "the file has only " + std::to_string(file_size_) + " bytes", rule);
        std::uint64_t length = 0;
        read_bytes(0, &length, sizeof length);
        if (length > kLargestHeader || length > file_size_ - kPrefix)
            fail("byte 0",
                 "a header of " + std::to_string(length) + " bytes in a file of " + std::to_string(file_size_), rule);
        std::string header(length, '\0');
        read_bytes(kPrefix, header.data(), length);
        data_ = kPrefix + length;
        return header;
    }

    /// Lists the names in their order. Refuses those that stand twice in an object: which one counts is no reader's
    /// guess.
    Json parse(const std::string& text, std::vector<std::string>& order) const
    {
        std::vector<std::set<std::string>> names;  // of the objects around the place being parsed
        const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
            const auto level = static_cast<std::size_t>(depth);
            if (event == Json::parse_event_t::object_start) {
                names.resize(level + 2);
                names[level + 1].clear();
            } else if (event == Json::parse_event_t::key) {
                const std::string& name = value.get_ref<const std::string&>();
                if (!names[level].insert(name).second)
                    fail("header", "the name '" + name + "' stands twice", "names are unique");
                if (level == 1) order.push_back(name);
            }
            return true;
        };
        Json header;
        try {
            header = Json::parse(text, check);
        } catch (const nlohmann::json::parse_error& error) {
            fail("byte " + std::to_string(kPrefix + error.byte), "the header is no JSON",
                 "the header is a JSON object");
        }
        if (!header.is_object() || text.front() != '{')
            fail("byte " + std::to_string(kPrefix), "the header is no JSON object", "the header is a JSON object");
        return header;
    }

    std::map<std::string, std::string> metadata(const Json& value) const
    {
        std::map<std::string, std::string> result;
        const std::string rule = "__metadata__ is an object of strings";
        if (!value.is_object()) fail("header", "__metadata__ is no object", rule);
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string()) fail("header", "the metadata '" + key + "' are no string", rule);
            result.emplace(key, text.get<std::string>());
        }
        return result;
    }

    Entry entry(const std::string& name, const Json& value) const
    {
        if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
            !value.contains("data_offsets"))
            fail_entry(name, "the entry is " + value.dump().substr(0, 80));
        Entry e{name, dtype(name, value["dtype"]), unsigned_list(name, "shape", value["shape"]), 0, 0, 0};
        const std::vector<std::int64_t> offsets = unsigned_list(name, "data_offsets", value["data_offsets"]);
        if (offsets.size() != 2 || offsets[0] > offsets[1])
            fail_entry(name, "data_offsets are " + value["data_offsets"].dump().substr(0, 80));
        e.begin = static_cast<std::uint64_t>(offsets[0]);
        e.end = static_cast<std::uint64_t>(offsets[1]);
        try {
            (void)xgrad::detail::Dims(e.sizes);  // not too many axes
            e.numel = xgrad::detail::checked_numel(kReader, e.sizes);
        } catch (const ShapeError&) {
            fail_entry(name, "shape " + value["shape"].dump().substr(0, 80) + " does not fit memory");
        }
        if (e.end > file_size_ - data_)
            fail_entry(name, "data to byte " + std::to_string(e.end) + " of " + std::to_string(file_size_ - data_));
        // Compared by division: numel times the element's size may not fit 64 bits.
        const std::uint64_t bytes = e.end - e.begin, size = size_of(e.dtype);
        if (bytes % size != 0 || bytes / size != static_cast<std::uint64_t>(e.numel))
            fail_entry(name, std::to_string(bytes) + " bytes for " + std::to_string(e.numel) + " elements of " +
                                 name_of(e.dtype));
        return e;
    }

    Dtype dtype(const std::string& name, const Json& value) const
    {
        for (const Dtype dtype : {f32, f64, i64, boolean})
            if (value == kDtypeNames[static_cast<std::size_t>(dtype)]) return dtype;
        fail_entry(name, "the dtype is " + value.dump().substr(0, 80));
    }

    std::vector<std::int64_t> unsigned_list(const std::string& name, const char* key, const Json& value) const
    {
        std::vector<std::int64_t> list;
        bool good = value.is_array();
        for (std::size_t i = 0; good && i < value.size(); ++i) {
            good = value[i].is_number_unsigned() && value[i].get<std::uint64_t>() <= INT64_MAX;
            if (good) list.push_back(static_cast<std::int64_t>(value[i].get<std::uint64_t>()));
        }
        if (!good) fail_entry(name, std::string(key) + " is " + value.dump().substr(0, 80));
        return list;
    }

    /// The tensors lie one behind the other and fill the rest of the file.
    void check_layout(std::vector<Entry> entries) const
    {
        std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
            return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
        });
        std::uint64_t end = 0;
        for (const Entry& e : entries) {
            if (e.begin != end)
                fail_entry(e.name, "data begin at byte " + std::to_string(e.begin) + ", the ones before end at " +
                                       std::to_string(end));
            end = e.end;
        }
        if (end != file_size_ - data_)
            fail("byte " + std::to_string(data_ + end),
                 std::to_string(file_size_ - data_ - end) + " bytes belong to no tensor",
                 "the tensors fill the rest of the file");
    }

    Tensor elements(const Entry& e)
    {
        const Tensor x = xgrad::detail::empty(e.dtype, e.sizes, e.numel);
        auto* bytes = xgrad::detail::mutable_data<unsigned char>(x);
        read_bytes(data_ + e.begin, bytes, e.end - e.begin);
        if (e.dtype == boolean && std::any_of(bytes, bytes + e.numel, [](unsigned char b) { return b > 1; }))
            fail_entry(e.name, "a BOOL element is neither 0 nor 1");
        return x;
    }

    struct CloseFile {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };
    std::string path_;
    std::unique_ptr<std::FILE, CloseFile> file_;
    std::uint64_t file_size_ = 0, data_ = 0;  // where the data begin
};

// ---- writing --------------------------------------------------------------------------------------------------------

/// Positions of the tensors in the order of their bytes: wide elements first, so that all are aligned.
std::vector<std::size_t> byte_order(const NamedTensors& tensors)
{
    std::vector<std::size_t> order(tensors.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return size_of(tensors[a].second.dtype()) > size_of(tensors[b].second.dtype());
    });
    return order;
}

std::uint64_t bytes_of(const Tensor& x) { return static_cast<std::uint64_t>(x.numel()) * size_of(x.dtype()); }

void check_names(const NamedTensors& tensors)
{
    std::set<std::string> names;
    for (const auto& [name, x] : tensors)
        if (name.empty() || name == kMetadata || !names.insert(name).second)
            throw std::invalid_argument(error_text(kWriter, "the name '" + name + "'",
                                                   "names are unique, not empty and not __metadata__",
                                                   "rename the tensor"));
}

std::string header_of(const NamedTensors& tensors, const std::vector<std::size_t>& order,
                      const std::map<std::string, std::string>& metadata)
{
    std::vector<std::uint64_t> begin(tensors.size());
    std::uint64_t end = 0;
    for (const std::size_t i : order) {
        begin[i] = end;
        end += bytes_of(tensors[i].second);
    }
    try {
        std::string text = metadata.empty() ? "{" : "{\"__metadata__\":" + Json(metadata).dump();
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const auto& [name, x] = tensors[i];
            const Json entry = {{"dtype", kDtypeNames[static_cast<std::size_t>(x.dtype())]},
                                {"shape", x.sizes().vector()},
                                {"data_offsets", {begin[i], begin[i] + bytes_of(x)}}};
            if (text.size() > 1) text += ',';
            text += Json(name).dump() + ':' + entry.dump();
        }
        text += '}';
        text.resize((text.size() + kPrefix - 1) / kPrefix * kPrefix, ' ');
        return text;
    } catch (const nlohmann::json::type_error&) {
        throw std::invalid_argument(error_text(kWriter, "a name or metadata that is no UTF-8",
                                               "the header is JSON in UTF-8", "rename the tensor"));
    }
}

}  // namespace

Safetensors read_safetensors(const std::string& path) { return Reader(path).read(); }

void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata)
{
    check_names(tensors);
    const std::vector<std::size_t> order = byte_order(tensors);
    const std::string header = header_of(tensors, order, metadata);
    const std::uint64_t length = header.size();
    detail::AtomicFile file(kWriter, path);
    file.write(&length, sizeof length);
    file.write(header.data(), header.size());
    for (const std::size_t i : order) {
        const Tensor& x = tensors[i].second;
        const Tensor packed = x.is_contiguous() ? x : xgrad::detail::contiguous_copy(x);
        file.write(packed.raw(), bytes_of(packed));
    }
    file.commit();
}

}  // namespace xgrad::data
