#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>

#include "data/atomic_file.hpp"
#include "data/safetensors_header.hpp"
#include "data/text.hpp"

namespace xgrad::data {
namespace {

using Json = nlohmann::json;
using detail::RegularFile;
using Entry = detail::SafetensorsEntry;
using xgrad::detail::error_text;

constexpr const char* kWriter = "write_safetensors";
constexpr const char* kMetadata = detail::kSafetensorsMetadata;
constexpr std::uint64_t kPrefix = detail::kSafetensorsPrefix, kLargestHeader = detail::kSafetensorsLargestHeader;

constexpr const char* kDtypeNames[] = {"F32", "F64", "I64", "BOOL"};  // in the order of Dtype

// ---- reading --------------------------------------------------------------------------------------------------------

std::string read_header(const RegularFile& file)
{
    const std::string rule = "8 bytes with the length of the header (little-endian, at most 100 MB), then the header";
    if (file.size() < kPrefix) file.fail("byte 0", "the file has only " + std::to_string(file.size()) + " bytes", rule);
    std::uint64_t length = 0;
    file.read(0, &length, sizeof length);
    if (length > kLargestHeader || length > file.size() - kPrefix)
        file.fail("byte 0",
                  "a header of " + std::to_string(length) + " bytes in a file of " + std::to_string(file.size()), rule);
    std::string header(length, '\0');
    file.read(kPrefix, header.data(), length);
    return header;
}

/// The tensors lie one behind the other and fill the rest of the file from byte `data` on.
void check_layout(const RegularFile& file, const std::vector<Entry>& entries, std::uint64_t data)
{
    std::vector<const Entry*> order;
    for (const Entry& e : entries) order.push_back(&e);
    std::sort(order.begin(), order.end(),
              [](const Entry* a, const Entry* b) { return std::tie(a->begin, a->end) < std::tie(b->begin, b->end); });
    std::uint64_t end = 0;
    for (const Entry* e : order) {
        if (e->begin != end)
            file.fail(
                detail::tensor_place(e->name),
                "data begin at byte " + std::to_string(e->begin) + ", the ones before end at " + std::to_string(end),
                detail::kSafetensorsRule, detail::kSafetensorsHint);
        end = e->end;
    }
    if (end != file.size() - data)
        file.fail(detail::byte_place(data + end),
                  std::to_string(file.size() - data - end) + " bytes belong to no tensor",
                  "the tensors fill the rest of the file");
}

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
            throw std::invalid_argument(error_text(kWriter, "the name '" + detail::shown(name) + "'",
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

Safetensors read_safetensors(const std::string& path)
{
    const RegularFile file("read_safetensors", path);
    const std::string text = read_header(file);
    detail::SafetensorsHeader header = detail::parse_safetensors_header(file, text);
    const std::uint64_t data = kPrefix + text.size();
    check_layout(file, header.tensors, data);
    Safetensors content;
    content.metadata = std::move(header.metadata);
    for (const Entry& e : header.tensors) {
        detail::FileRange bytes(file, detail::tensor_place(e.name), data + e.begin, data + e.end);
        content.tensors.emplace_back(e.name,
                                     detail::read_elements(bytes, e.type, detail::ByteOrder::little, e.sizes, e.numel));
    }
    return content;
}

void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata)
{
    check_names(tensors);
    const std::vector<std::size_t> order = byte_order(tensors);
    const std::string header = header_of(tensors, order, metadata);
    const std::uint64_t length = header.size();
    if (length > kLargestHeader)
        throw std::invalid_argument(error_text(kWriter, "a header of " + std::to_string(length) + " bytes",
                                               "names and metadata take at most 100 MB", "write several files"));
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
