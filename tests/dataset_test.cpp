#include <xgrad/data/dataset.hpp>
#include <xgrad/error.hpp>

#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

#include <algorithm>
#include <numeric>

using namespace std::string_literals;
using xgrad::DataError;
using xgrad::ShapeError;
using xgrad::Sizes;
using xgrad::tensor;
using xgrad::data::Dataset;
using xgrad::test::gzip;
using xgrad::test::idx_header;
using xgrad::test::TemporaryFolder;

namespace {

const std::string kImages = idx_header(0x08, {2, 2, 2}) + "\0\x33\x66\xFF\xFF\0\0\0"s,
                  kLabels = idx_header(0x08, {2}) + "\x03\x09"s;

// The four files of a tiny set, the test part compressed.
void write_set(const TemporaryFolder& folder)
{
    folder.write("train-images-idx3-ubyte", kImages);
    folder.write("train-labels-idx1-ubyte", kLabels);
    folder.write("t10k-images-idx3-ubyte.gz", gzip(kImages));
    folder.write("t10k-labels-idx1-ubyte.gz", gzip(kLabels));
}

}  // namespace

TEST(Digits, AreRealOnesInTheDocumentedSplit)
{
    const auto [train, test] = xgrad::data::digits();
    EXPECT_EQ(train.inputs().sizes(), (Sizes{1437, 1, 8, 8}));
    EXPECT_EQ(test.inputs().sizes(), (Sizes{360, 1, 8, 8}));
    EXPECT_EQ(train.inputs().dtype(), xgrad::f32);
    EXPECT_EQ(test.targets().dtype(), xgrad::i64);
    // The first row of the file: 0,0,5,13,9,1,... and label 0. The last: label 8.
    EXPECT_EQ(train.inputs().to_vector<float>()[3], 13.0F / 16);
    EXPECT_EQ(train.targets().to_vector<std::int64_t>().front(), 0);
    EXPECT_EQ(test.targets().to_vector<std::int64_t>().back(), 8);
    std::vector<std::int64_t> counts(10);
    for (const auto& part : {train, test}) {
        for (const std::int64_t label : part.targets().to_vector<std::int64_t>())
            ++counts.at(static_cast<std::size_t>(label));
    }
    EXPECT_EQ(counts,
              (std::vector<std::int64_t>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));  // as counted in the file
    const auto pixels = test.inputs().to_vector<float>();
    EXPECT_EQ(*std::max_element(pixels.begin(), pixels.end()), 1.0F);
    EXPECT_EQ(*std::min_element(pixels.begin(), pixels.end()), 0.0F);
}

TEST(Dataset, RowsShareStorage)
{
    const Dataset all(tensor({3, 2}, {1, 2, 3, 4, 5, 6}), tensor({3}, {7, 8, 9}));
    const Dataset part = all.rows(1, 3);
    EXPECT_EQ(part.inputs().to_vector<float>(), (std::vector<float>{3, 4, 5, 6}));
    EXPECT_EQ(part.targets().to_vector<float>(), (std::vector<float>{8, 9}));
    EXPECT_EQ(part.inputs().data<float>(), all.inputs().data<float>() + 2);
    EXPECT_EQ(all.rows(1, 1).size(), 0);
    EXPECT_THROW_TEXT(all.rows(2, 4), ShapeError,
                      "Dataset::rows: rows 2 to 4 of 3.\n  rule: 0 <= from <= to <= size().\n"
                      "  try:  count the rows from 0; `to` is the first one left out.");
}

TEST(Dataset, InputsAndTargetsMustFit)
{
    EXPECT_THROW_TEXT(
        Dataset(tensor({3, 2}, {1, 2, 3, 4, 5, 6}), tensor({2}, {7, 8})), ShapeError,
        "Dataset: inputs f32 (3, 2) and targets f32 (2,).\n  rule: both have one row a sample along axis 0.\n"
        "  try:  check the number of rows.");
    EXPECT_THROW(Dataset(tensor(1), tensor(1)), ShapeError);
}

TEST(Mnist, ReadsFilesPlainAndCompressed)
{
    const TemporaryFolder folder;
    write_set(folder);
    const auto [train, test] = xgrad::data::read_mnist(folder.path());
    for (const auto& part : {train, test}) {
        EXPECT_EQ(part.inputs().sizes(), (Sizes{2, 1, 2, 2}));
        EXPECT_EQ(part.inputs().to_vector<float>(), (std::vector<float>{0, 0.2F, 0.4F, 1, 1, 0, 0, 0}));
        EXPECT_EQ(part.targets().to_vector<std::int64_t>(), (std::vector<std::int64_t>{3, 9}));
    }
}

TEST(Mnist, ReadsTheRealFiles)
{
    const char* environment = std::getenv("XGRAD_SHARED_DIR");
    const std::string folder = std::string(environment ? environment : XGRAD_SHARED_DIR) + "/data/mnist";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
    const auto [train, test] = xgrad::data::read_mnist(folder);
    EXPECT_EQ(train.inputs().sizes(), (Sizes{7000, 1, 28, 28}));
    EXPECT_EQ(test.inputs().sizes(), (Sizes{1000, 1, 28, 28}));
    EXPECT_EQ(train.targets().to_vector<std::int64_t>()[0], 7);  // the first image of MNIST's test set is a 7
}

TEST(Mnist, AMissingFileIsNamed)
{
    const TemporaryFolder folder;
    write_set(folder);
    std::filesystem::remove(folder.path() + "/t10k-labels-idx1-ubyte.gz");
    EXPECT_THROW_TEXT(xgrad::data::read_mnist(folder.path()), DataError,
                      "read_mnist: " + folder.path() +
                          ": holds neither t10k-labels-idx1-ubyte.gz nor t10k-labels-idx1-ubyte.\n"
                          "  rule: a folder of MNIST holds train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                          "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte.\n"
                          "  try:  check the path.");
}

TEST(Mnist, LabelsOutOfRangeAreNamedWithTheirByte)
{
    const TemporaryFolder folder;
    write_set(folder);
    const std::string path = folder.path() + "/train-labels-idx1-ubyte";
    EXPECT_THROW_TEXT(xgrad::data::read_mnist(folder.path(), 9), DataError,
                      "read_mnist: " + path +
                          ", byte 9: label 9.\n  rule: labels are 0 to 8.\n"
                          "  try:  check the file, or pass the number of classes.");
}

TEST(Mnist, FilesThatDoNotFitEachOtherAreRefused)
{
    const TemporaryFolder folder;
    write_set(folder);
    const std::string labels = folder.write("train-labels-idx1-ubyte", idx_header(0x08, {3}) + "\x01\x02\x03"s);
    EXPECT_THROW_TEXT(xgrad::data::read_mnist(folder.path()), DataError,
                      "read_mnist: " + folder.path() + ": 2 images in " + folder.path() +
                          "/train-images-idx3-ubyte, 3 labels in " + labels +
                          ".\n  rule: one label an image.\n  try:  take both files from the same set.");
    folder.write("train-labels-idx1-ubyte", kImages);
    EXPECT_THROW_TEXT(xgrad::data::read_mnist(folder.path()), DataError,
                      "read_mnist: " + labels +
                          ": holds (2, 2, 2) elements u8.\n  rule: labels are u8 (count).\n"
                          "  try:  check that it is the file of labels.");
    const std::string images = folder.write("train-images-idx3-ubyte", kLabels);
    EXPECT_THROW_TEXT(xgrad::data::read_mnist(folder.path()), DataError,
                      "read_mnist: " + images +
                          ": holds (2,) elements u8.\n  rule: images are u8 (count, height, width).\n"
                          "  try:  check that it is the file of images.");
}
