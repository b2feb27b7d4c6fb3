#include <xgrad/data/npy.hpp>
#include <xgrad/error.hpp>

#include <set>

#include "data/atomic_file.hpp"
#include "data/npy_format.hpp"
#include "data/text.hpp"
#include "data/zip_reader.hpp"
#include "data/zip_writer.hpp"

namespace xgrad::data {
namespace {

constexpr std::string_view kEnding = ".npy";

Tensor packed(const Tensor& x) { return x.is_contiguous() ? x : xgrad::detail::contiguous_copy(x); }

std::size_t bytes_of(const Tensor& x) { return static_cast<std::size_t>(x.numel()) * size_of(x.dtype()); }

void check_names(const NamedTensors& tensors)
{
    constexpr std::size_t kLongest = 65000;
    std::set<std::string> names;
    for (const auto& [name, x] : tensors) {
        const bool good = !name.empty() && name.size() <= kLongest && name.find('\0') == std::string::npos &&
                          detail::is_utf8(name) && names.insert(name).second;
        if (!good)
            throw std::invalid_argument(xgrad::detail::error_text(
                "write_npz", "the name '" + detail::shown(name) + "'",
                "names are unique, not empty, UTF-8 without zero bytes and at most 65000 bytes long",
                "rename the tensor"));
    }
}

}  // namespace

Tensor read_npy(const std::string& path)
{
    const detail::RegularFile file("read_npy", path);
    detail::FileRange all(file, "", 0, file.size());
    return detail::read_npy(all);
}

void write_npy(const std::string& path, const Tensor& x)
{
    const Tensor elements = packed(x);
    const std::string header = detail::npy_header(x);
    detail::AtomicFile file("write_npy", path);
    file.write(header.data(), header.size());
    file.write(elements.raw(), bytes_of(elements));
    file.commit();
}

NamedTensors read_npz(const std::string& path)
{
    const detail::RegularFile file("read_npz", path);
    const std::vector<detail::ZipMember> members = detail::read_zip_directory(file);
    for (const detail::ZipMember& member : members)
        if (!member.name.ends_with(kEnding) || member.name.size() == kEnding.size())
            file.fail("member '" + detail::shown(member.name) + "'", "is no .npy",
                      "an .npz file holds arrays alone, each as name.npy", "take the other members out");
    NamedTensors tensors;
    for (const detail::ZipMember& member : members) {
        detail::ZipStream stream(file, member);
        Tensor x = detail::read_npy(stream);
        stream.finish();
        tensors.emplace_back(member.name.substr(0, member.name.size() - kEnding.size()), std::move(x));
    }
    return tensors;
}

void write_npz(const std::string& path, const NamedTensors& tensors, const NpzOptions& options)
{
    check_names(tensors);
    detail::AtomicFile file("write_npz", path);
    detail::ZipWriter zip(file, options.compress);
    for (const auto& [name, x] : tensors) {
        const Tensor elements = packed(x);
        zip.add(name + std::string(kEnding), detail::npy_header(x), elements.raw(), bytes_of(elements));
    }
    zip.finish();
    file.commit();
}

}  // namespace xgrad::data
