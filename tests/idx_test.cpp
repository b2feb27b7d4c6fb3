#include <xgrad/data/idx.hpp>
#include <xgrad/error.hpp>

#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace std::string_literals;
using xgrad::DataError;
using xgrad::data::IdxArray;
using xgrad::data::IdxType;
using xgrad::data::read_idx;
using xgrad::test::gzip;
using xgrad::test::idx_header;
using xgrad::test::TemporaryFolder;

namespace {

const std::string kRule =
    "\n  rule: an IDX file is 0, 0, a type code, the number of axes, a big-endian 32-bit size for each axis, then the "
    "elements.";
const std::string kAgain = "\n  try:  download or copy the file again.";

}  // namespace

TEST(Idx, ReadsBytesPlainAndCompressed)
{
    const TemporaryFolder folder;
    const std::string bytes = idx_header(0x08, {2, 3}) + "\x01\x02\x03\x04\x05\xFF"s;
    for (const std::string& path : {folder.write("a", bytes), folder.write("a.gz", gzip(bytes))}) {
        const IdxArray array = read_idx(path);
        EXPECT_EQ(array.type, IdxType::u8);
        EXPECT_EQ(array.sizes, (std::vector<std::int64_t>{2, 3}));
        EXPECT_EQ(array.bytes, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255}));
    }
}

TEST(Idx, EveryElementTypeComesOutInMachineOrder)
{
    const TemporaryFolder folder;
    const auto values = [&](std::uint8_t type, const std::string& elements) {
        return to_tensor(read_idx(folder.write("a", idx_header(type, {2}) + elements)), xgrad::f64).to_vector<double>();
    };
    using Values = std::vector<double>;
    EXPECT_EQ(values(0x08, "\xFE\x01"s), (Values{254, 1}));
    EXPECT_EQ(values(0x09, "\xFE\x01"s), (Values{-2, 1}));
    EXPECT_EQ(values(0x0B, "\xFF\xFE\x01\x00"s), (Values{-2, 256}));
    EXPECT_EQ(values(0x0C, "\xFF\xFF\xFF\xFE\x00\x01\x00\x00"s), (Values{-2, 65536}));
    EXPECT_EQ(values(0x0D, "\xC0\x00\x00\x00\x3F\x00\x00\x00"s), (Values{-2, 0.5}));
    EXPECT_EQ(values(0x0E, "\xC0\x00\x00\x00\x00\x00\x00\x00\x3F\xE0\x00\x00\x00\x00\x00\x00"s), (Values{-2, 0.5}));
}

TEST(Idx, BecomesATensorOfTheDtypeAskedFor)
{
    const TemporaryFolder folder;
    const IdxArray array = read_idx(folder.write("a", idx_header(0x08, {2, 1}) + "\x07\x09"s));
    const xgrad::Tensor x = to_tensor(array, xgrad::i64);
    EXPECT_EQ(x.dtype(), xgrad::i64);
    EXPECT_EQ(x.sizes(), (xgrad::Sizes{2, 1}));
    EXPECT_EQ(x.to_vector<std::int64_t>(), (std::vector<std::int64_t>{7, 9}));
    EXPECT_EQ(to_tensor(array, xgrad::f32).to_vector<float>(), (std::vector<float>{7, 9}));
    EXPECT_THROW_TEXT(to_tensor(array, xgrad::boolean), xgrad::DtypeError,
                      "to_tensor: IDX elements u8 as bool.\n  rule: IDX holds numbers: f32, f64 or i64.\n"
                      "  try:  compare the tensor with a threshold.");
}

TEST(Idx, AFractionIsNoInteger)
{
    const TemporaryFolder folder;
    const auto convert = [&](const std::string& elements) {
        return to_tensor(read_idx(folder.write("a", idx_header(0x0D, {2}) + elements)), xgrad::i64);
    };
    EXPECT_EQ(convert("\xC0\x00\x00\x00\x40\x40\x00\x00"s).to_vector<std::int64_t>(),
              (std::vector<std::int64_t>{-2, 3}));
    EXPECT_THROW_TEXT(convert("\xC0\x00\x00\x00\x3F\x00\x00\x00"s), DataError,
                      "to_tensor: element 1 is 0.500000.\n  rule: i64 takes integers.\n"
                      "  try:  use f32 or f64, or mend the file.");
    EXPECT_THROW(convert("\xC0\x00\x00\x00\x7F\xC0\x00\x00"s), DataError);  // NaN
    EXPECT_THROW(convert("\xC0\x00\x00\x00\x7F\x00\x00\x00"s), DataError);  // 1.7e38
}

TEST(Idx, AcceptsNoElementsAndSeveralCompressedParts)
{
    const TemporaryFolder folder;
    EXPECT_EQ(read_idx(folder.write("empty", idx_header(0x08, {0, 28}))).bytes.size(), 0U);
    const std::string bytes = idx_header(0x08, {4}) + "\x01\x02\x03\x04"s;
    const IdxArray array = read_idx(folder.write("parts.gz", gzip(bytes.substr(0, 9)) + gzip(bytes.substr(9))));
    EXPECT_EQ(array.bytes, (std::vector<std::uint8_t>{1, 2, 3, 4}));
}

TEST(Idx, MissingFileNamesIt)
{
    EXPECT_THROW_TEXT(
        read_idx("/nowhere/a.gz"), DataError,
        "read_idx: /nowhere/a.gz: cannot be opened: No such file or directory.\n  rule: a readable file.\n"
        "  try:  check the path and its permissions.");
}

TEST(Idx, AFolderIsNotAFile)
{
    const TemporaryFolder folder;
    EXPECT_THROW_TEXT(read_idx(folder.path()), DataError,
                      "read_idx: " + folder.path() +
                          ", byte 0 of the file: cannot be read: Is a directory.\n"
                          "  rule: a regular, readable file.\n  try:  check the path, it may be a folder.");
}

TEST(Idx, WrongMagicShowsTheBytes)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a", "\x89PNG\r\n");
    EXPECT_THROW_TEXT(read_idx(path), DataError,
                      "read_idx: " + path + ", byte 0: begins with 89 50 4e 47, not with the magic number of IDX." +
                          kRule + "\n  try:  check that it is the file you mean.");
    const std::string unknown_type = folder.write("b", idx_header(0x0A, {1}) + "x");
    EXPECT_THROW_TEXT(read_idx(unknown_type), DataError,
                      "read_idx: " + unknown_type +
                          ", byte 0: begins with 00 00 0a 01, not with the magic number of IDX." + kRule +
                          "\n  try:  check that it is the file you mean.");
}

TEST(Idx, TooManyAxesAreRefused)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a", "\0\0\x08\x41"s);
    EXPECT_THROW_TEXT(read_idx(path), DataError,
                      "read_idx: " + path +
                          ", byte 3: 65 axes.\n  rule: at most 64 axes.\n  try:  check that it is the file you mean.");
}

TEST(Idx, TruncationIsReportedWhereTheFileEnds)
{
    const TemporaryFolder folder;
    const std::string whole = idx_header(0x08, {2, 3}) + "\x01\x02\x03\x04\x05\x06"s;
    const auto expect = [&](std::size_t length, const std::string& what) {
        const std::string path = folder.write("cut", whole.substr(0, length));
        EXPECT_THROW_TEXT(
            read_idx(path), DataError,
            "read_idx: " + path + ", byte " + std::to_string(length) + ": " + what + "." + kRule + kAgain);
    };
    expect(0, "the file ends within the first four bytes");
    expect(3, "the file ends within the first four bytes");
    expect(10, "the file ends within the sizes");
    expect(17, "the file ends after 5 of 6 bytes of (2, 3) elements u8");
}

TEST(Idx, BytesAfterTheElementsAreRefused)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("long", idx_header(0x08, {2}) + "\x01\x02\x03"s);
    EXPECT_THROW_TEXT(read_idx(path), DataError,
                      "read_idx: " + path + ", byte 10: there are bytes after the (2,) elements." + kRule + kAgain);
}

TEST(Idx, AHeaderThatLiesAboutSizesAsksForNoMemory)
{
    const TemporaryFolder folder;
    constexpr std::uint32_t kHuge = 0xFFFFFFFF;
    const std::string overflow = folder.write("overflow", idx_header(0x0E, {kHuge, kHuge}) + "\x01"s);
    EXPECT_THROW_TEXT(read_idx(overflow), DataError,
                      "read_idx: " + overflow +
                          ", byte 8: sizes (4294967295, 4294967295) have too many elements.\n"
                          "  rule: there are at most 2^57 elements, empty axes left out." +
                          kAgain);
    // No element at all, but no tensor has such axes beside the empty one.
    EXPECT_THROW(read_idx(folder.write("empty", idx_header(0x08, {0, kHuge, kHuge}))), DataError);
    // 16 TiB announced, one byte there.
    const std::string huge = folder.write("huge", idx_header(0x08, {4096, kHuge}) + "\x01"s);
    EXPECT_THROW_TEXT(
        read_idx(huge), DataError,
        "read_idx: " + huge +
            ", byte 13: the file ends after 1 of 17592186040320 bytes of (4096, 4294967295) elements u8." + kRule +
            kAgain);
}

TEST(Idx, DamagedCompressionIsFoundByItsChecksum)
{
    const TemporaryFolder folder;
    const std::string good = gzip(idx_header(0x08, {200}) + std::string(200, 'x'));
    std::string damaged = good;
    damaged[good.size() - 6] ^= 1;  // in the CRC
    const std::string path = folder.write("crc.gz", damaged);
    EXPECT_THROW_TEXT(read_idx(path), DataError,
                      "read_idx: " + path + ", byte " + std::to_string(good.size() - 4) +
                          " of the file: the compressed data are damaged (incorrect data check).\n"
                          "  rule: what .gz data say and their checksum agree." +
                          kAgain);
    const std::string cut = folder.write("cut.gz", good.substr(0, good.size() - 3));
    EXPECT_THROW_TEXT(read_idx(cut), DataError,
                      "read_idx: " + cut + ", byte " + std::to_string(good.size() - 3) +
                          " of the file: the compressed data end early.\n"
                          "  rule: a .gz file ends with a checksum and a length." +
                          kAgain);
    const std::string extra = folder.write("extra.gz", good + "garbage");
    EXPECT_THROW_TEXT(read_idx(extra), DataError,
                      "read_idx: " + extra + ", byte " + std::to_string(good.size()) +
                          " of the file: there are bytes after the end of the compressed data.\n"
                          "  rule: a .gz file ends with a checksum and a length." +
                          kAgain);
}

TEST(Idx, EveryTruncationOfACompressedFileThrows)
{
    const TemporaryFolder folder;
    const std::string good = gzip(idx_header(0x08, {5, 5}) + "abcdefghijklmnopqrstuvwxy");
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_THROW(read_idx(folder.write("cut.gz", good.substr(0, length))), DataError) << length;
    }
    EXPECT_NO_THROW(read_idx(folder.write("cut.gz", good)));
}
