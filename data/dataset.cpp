#include <xgrad/data/dataset.hpp>

#include "data/source.hpp"

#include <xgrad/data/csv.hpp>
#include <xgrad/data/idx.hpp>
#include <xgrad/error.hpp>

#include <algorithm>
#include <cstdio>

namespace xgrad::data {

namespace detail {

// Made from data/digits/digits.csv.gz when the build is configured.
extern const unsigned char kDigitsFile[];
extern const std::size_t kDigitsFileSize;

}  // namespace detail

namespace {

constexpr std::int64_t kDigitsRows = 1797, kDigitsTrainRows = 1437;

Tensor rows_of(const Tensor& x, std::int64_t from, std::int64_t to)
{
    std::vector<std::int64_t> sizes = x.sizes().vector();
    sizes[0] = to - from;
    return xgrad::detail::view(x, sizes, x.strides(), from * x.strides()[0]);
}

[[noreturn]] void fail(const std::string& place, const std::string& what, const std::string& rule,
                       const std::string& hint)
{
    throw DataError(xgrad::detail::error_text("read_mnist", place + ": " + what, rule, hint));
}

bool is_there(const std::string& path)
{
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file) std::fclose(file);
    return file != nullptr;
}

// The file under either of its usual names.
std::string find(const std::string& folder, const std::string& name)
{
    for (const char* ending : {".gz", ""}) {
        if (is_there(folder + "/" + name + ending)) return folder + "/" + name + ending;
    }
    fail(folder, "holds neither " + name + ".gz nor " + name,
         "a folder of MNIST holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
         "t10k-labels-idx1-ubyte",
         "check the path");
}

Tensor images_of(const std::string& path)
{
    const IdxArray raw = read_idx(path);
    if (raw.type != IdxType::u8 || raw.sizes.size() != 3) {
        fail(path, "holds " + to_string(raw.sizes) + " elements " + name_of(raw.type),
             "images are u8 (count, height, width)", "check that it is the file of images");
    }
    const Tensor y = xgrad::detail::empty(f32, {raw.sizes[0], 1, raw.sizes[1], raw.sizes[2]});
    auto* out = xgrad::detail::mutable_data<float>(y);
    for (const std::uint8_t pixel : raw.bytes) *out++ = static_cast<float>(pixel) / 255;
    return y;
}

Tensor labels_of(const std::string& path, std::int64_t classes)
{
    const IdxArray raw = read_idx(path);
    if (raw.type != IdxType::u8 || raw.sizes.size() != 1) {
        fail(path, "holds " + to_string(raw.sizes) + " elements " + name_of(raw.type), "labels are u8 (count)",
             "check that it is the file of labels");
    }
    const auto wrong =
        std::find_if(raw.bytes.begin(), raw.bytes.end(), [=](std::uint8_t label) { return label >= classes; });
    if (wrong != raw.bytes.end()) {
        constexpr std::ptrdiff_t kHeader = 8;
        fail(path + ", byte " + std::to_string(kHeader + (wrong - raw.bytes.begin())),
             "label " + std::to_string(*wrong), "labels are 0 to " + std::to_string(classes - 1),
             "check the file, or pass the number of classes");
    }
    return to_tensor(raw, i64);
}

Dataset read_part(const std::string& folder, const std::string& part, std::int64_t classes)
{
    const std::string images_path = find(folder, part + "-images-idx3-ubyte");
    const std::string labels_path = find(folder, part + "-labels-idx1-ubyte");
    Tensor images = images_of(images_path), labels = labels_of(labels_path, classes);
    if (images.size(0) != labels.size(0)) {
        fail(folder,
             std::to_string(images.size(0)) + " images in " + images_path + ", " + std::to_string(labels.size(0)) +
                 " labels in " + labels_path,
             "one label an image", "take both files from the same set");
    }
    return {std::move(images), std::move(labels)};
}

}  // namespace

Dataset::Dataset(Tensor inputs, Tensor targets) : inputs_(std::move(inputs)), targets_(std::move(targets))
{
    if (inputs_.ndim() == 0 || targets_.ndim() == 0 || inputs_.size(0) != targets_.size(0)) {
        throw ShapeError(
            xgrad::detail::error_text("Dataset", "inputs " + describe(inputs_) + " and targets " + describe(targets_),
                                      "both have one row a sample along axis 0", "check the number of rows"));
    }
}

Dataset Dataset::rows(std::int64_t from, std::int64_t to) const
{
    if (from < 0 || from > to || to > size()) {
        throw ShapeError(xgrad::detail::error_text(
            "Dataset::rows",
            "rows " + std::to_string(from) + " to " + std::to_string(to) + " of " + std::to_string(size()),
            "0 <= from <= to <= size()", "count the rows from 0; `to` is the first one left out"));
    }
    return {rows_of(inputs_, from, to), rows_of(targets_, from, to)};
}

Split digits()
{
    detail::Source source("digits", "the digits inside the library", detail::kDigitsFile, detail::kDigitsFileSize);
    const CsvTable table = detail::read_csv(source, {});
    const Tensor images = xgrad::detail::empty(f32, {kDigitsRows, 1, 8, 8}),
                 labels = xgrad::detail::empty(i64, Sizes{kDigitsRows});
    auto* pixel = xgrad::detail::mutable_data<float>(images);
    auto* label = xgrad::detail::mutable_data<std::int64_t>(labels);
    for (std::int64_t row = 0; row < kDigitsRows; ++row) {
        for (std::int64_t column = 0; column < 64; ++column) *pixel++ = static_cast<float>(table(row, column)) / 16;
        *label++ = static_cast<std::int64_t>(table(row, 64));
    }
    const Dataset all(images, labels);
    return {all.rows(0, kDigitsTrainRows), all.rows(kDigitsTrainRows, kDigitsRows)};
}

Split read_mnist(const std::string& folder, std::int64_t classes)
{
    return {read_part(folder, "train", classes), read_part(folder, "t10k", classes)};
}

}  // namespace xgrad::data
