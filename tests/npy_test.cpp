#include <xgrad/data/npy.hpp>
#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>

#include <sys/stat.h>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;
using namespace std::string_literals;
using data::read_npy;
using data::write_npy;
using xgrad::test::TemporaryFolder;

namespace {

const std::string kFixtures = XGRAD_SOURCE_DIR "/tests/data/npy/";
const std::string kFormat =
    ".\n  rule: an .npy file is \\x93NUMPY, a version, the length of the header, the header, the elements";
const std::string kHeaderRule =
    ".\n  rule: the header is {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} with other values";
const std::string kTypeRule =
    ".\n  rule: elements are b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8, with < or > before those of several "
    "bytes";
const std::string kAgain = ".\n  try:  write or download the file again.";
const std::string kCheck = ".\n  try:  check that it is the file you mean.";

// Format 1.0 with this header, as it stands.
std::string file_of(const std::string& header, const std::string& elements = "")
{
    return "\x93NUMPY\x01\0"s + static_cast<char>(header.size() & 0xFF) + static_cast<char>(header.size() >> 8) +
           header + elements;
}

// The message for a file with these bytes, without the names of reader and file.
std::string refusal(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a.npy", bytes);
    try {
        read_npy(path);
    } catch (const DataError& error) {
        const std::string text = error.what(), start = "read_npy: " + path + ", ";
        EXPECT_EQ(text.substr(0, start.size()), start);
        return text.substr(start.size());
    }
    return "accepted";
}

// The same for a header, without the rule.
std::string header_refusal(const std::string& header, const std::string& elements = "")
{
    const std::string text = refusal(file_of(header, elements));
    return text.substr(0, text.find(".\n"));
}

Tensor read_fixture(const char* name) { return read_npy(kFixtures + name); }

}  // namespace

TEST(Npy, BytesAreThoseOfTheFormat)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.npy";
    write_npy(path, tensor({2}, {1, -2}));
    // 10 bytes and a header of 118 (0x76) fill 128, a multiple of 64. 1 and -2 are 3F800000 and C0000000.
    const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    EXPECT_EQ(test::bytes_at(path), "\x93NUMPY\x01\0\x76\0"s + dictionary + std::string(117 - dictionary.size(), ' ') +
                                        "\n\0\0\x80\x3F\0\0\0\xC0"s);
}

TEST(Npy, WritesTheFilesOfNumPyByteForByte)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.npy";
    const auto expect = [&](const char* name, const Tensor& x) {
        write_npy(path, x);
        EXPECT_EQ(test::bytes_at(path), test::bytes_at(kFixtures + name)) << name;
    };
    expect("f4.npy", tensor({2, 3}, {1, -2, 0.5, 4, 5, 6}, f32));
    expect("scalar.npy", tensor(-7, i64));
    expect("empty.npy", zeros({0, 3}, f32));
}

TEST(Npy, AllDtypesAndShapesComeBack)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a.npy";
    const double inf = std::numeric_limits<double>::infinity();
    for (const Tensor& x :
         {tensor({3}, {1, 0, 1}, boolean), tensor(0.1, f64), tensor({2, 2}, {-5, 7, 0, 9007199254740993.0}, i64),
          transpose(tensor({2, 3}, {1, 2, 3, 4, 5, 6}), 0, 1), zeros({0, 7}), tensor({3}, {NAN, inf, -0.0}, f32)}) {
        write_npy(path, x);
        EXPECT_TENSOR_EQ(read_npy(path), x);
    }
}

TEST(Npy, ReadsEveryVersionAndOrderThatNumPyWrites)
{
    const Tensor matrix = tensor({2, 3}, {1, -2, 0.5, 4, 5, 6}, f64);
    EXPECT_TENSOR_EQ(read_fixture("f4.npy"), tensor({2, 3}, {1, -2, 0.5, 4, 5, 6}, f32));
    EXPECT_TENSOR_EQ(read_fixture("version_2.npy"), matrix);
    EXPECT_TENSOR_EQ(read_fixture("version_3.npy"), matrix);
    const Tensor fortran = read_fixture("fortran_big.npy");
    EXPECT_TENSOR_EQ(fortran, matrix);
    EXPECT_TRUE(fortran.is_contiguous());
    EXPECT_TENSOR_EQ(read_fixture("scalar.npy"), tensor(-7, i64));
    EXPECT_TENSOR_EQ(read_fixture("empty.npy"), zeros({0, 3}, f32));
}

TEST(Npy, ReadsAHeaderThatIsWrittenAnotherWay)
{
    const std::string elements = "\0\0\x80\x3F"s;
    EXPECT_EQ(refusal(file_of("{\"shape\":(1L,),'descr':\">f4\",'fortran_order':True}", elements)), "accepted");
    EXPECT_EQ(refusal(file_of(" { 'shape' : ( ) , 'descr' : '<f4' , 'fortran_order' : False }  \n", elements)),
              "accepted");
}

TEST(Npy, MissingFileOrFolderIsNamed)
{
    EXPECT_THROW_TEXT(read_npy("/nowhere/a"), DataError,
                      "read_npy: /nowhere/a: cannot be opened: No such file or directory.\n"
                      "  rule: a readable file.\n  try:  check the path and its permissions.");
    const TemporaryFolder folder;
    EXPECT_THROW_TEXT(
        read_npy(folder.path()), DataError,
        "read_npy: " + folder.path() + ": is no regular file.\n  rule: a readable file.\n  try:  check the path.");
    const std::string pipe = folder.path() + "/pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_THROW(read_npy(pipe), DataError);  // without waiting for somebody who writes
}

TEST(Npy, RefusesAWrongMagicOrVersion)
{
    EXPECT_EQ(refusal("\x89PNG\r\n\x1A\n"), "byte 0: begins with \"?PNG??\"" + kFormat + kCheck);
    EXPECT_EQ(refusal("x"), "byte 0: begins with \"x\"" + kFormat + kCheck);
    const std::string versions = ".\n  rule: versions are 1.0, 2.0 and 3.0" + kCheck;
    EXPECT_EQ(refusal("\x93NUMPY\x04\0\0\0\0\0"s), "byte 6: version 4.0" + versions);
    EXPECT_EQ(refusal("\x93NUMPY\x01\x01\0\0\0\0"s), "byte 6: version 1.1" + versions);
}

TEST(Npy, RefusesAHeaderBeyondTheFileOrTooLong)
{
    EXPECT_EQ(refusal(""), "byte 0: the file ends before its header" + kFormat + kAgain);
    EXPECT_EQ(refusal("\x93NUMPY\x01\0\x05"s), "byte 9: the file ends before its header" + kFormat + kAgain);
    const std::string rule = ".\n  rule: the header has at most 65535 bytes and lies within the file" + kAgain;
    EXPECT_EQ(refusal("\x93NUMPY\x01\0\x05\0{}"s), "byte 8: a header of 5 bytes in a file of 12" + rule);
    EXPECT_EQ(refusal("\x93NUMPY\x02\0\xFF\xFF\xFF\xFF{}"s),
              "byte 8: a header of 4294967295 bytes in a file of 14" + rule);
    EXPECT_EQ(refusal("\x93NUMPY\x02\0\0\0\x01\0"s + std::string(65536, ' ')),
              "byte 8: a header of 65536 bytes in a file of 65548" + rule);
}

TEST(Npy, RefusesAHeaderThatIsNoDictionaryOfThreeEntries)
{
    EXPECT_EQ(refusal(file_of("[1, 2]")), "byte 10: \"[1, 2]\" stands where { should" + kHeaderRule + kAgain);
    EXPECT_EQ(header_refusal(""), "byte 10: \"\" stands where { should");
    EXPECT_EQ(header_refusal("{}"), "byte 10: the header has no descr");
    EXPECT_EQ(header_refusal("{'descr': '<f4'}"), "byte 10: the header has no fortran_order");
    EXPECT_EQ(header_refusal("{'descr': '<f4', 'fortran_order': False}"), "byte 10: the header has no shape");
    EXPECT_EQ(header_refusal("{'descr': '<f4', 'descr': '<f8'}"), "byte 27: \"'descr': '<f8'}\" stands twice");
    EXPECT_EQ(header_refusal("{'x': 1}"), "byte 11: \"'x': 1}\" is no key of the header");
    EXPECT_EQ(header_refusal("{descr: 1}"), "byte 11: \"descr: 1}\" is no string in quotes");
    EXPECT_EQ(header_refusal("{'descr"), "byte 11: \"'descr\" is no string in quotes");
    EXPECT_EQ(header_refusal("{'fortran_order': 0}"), "byte 28: \"0}\" is neither True nor False");
    EXPECT_EQ(header_refusal("{'fortran_order': True 'shape'"), "byte 33: \"'shape'\" stands where } should");
    EXPECT_EQ(header_refusal("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + x", "1234"),
              "byte 64: \"+ x\" stands behind the header");
}

TEST(Npy, RefusesShapesThatAreNone)
{
    const auto shape = [](const std::string& text) {
        const std::string refused =
            header_refusal("{'descr': '<f4', 'fortran_order': False, 'shape': " + text + "}", "1234");
        return refused.substr(refused == "accepted" ? 0 : refused.find(": ") + 2);
    };
    EXPECT_EQ(shape("(1,)"), "accepted");
    EXPECT_EQ(shape("3"), "\"3}\" stands where ( should");
    EXPECT_EQ(shape("(3)"), "\"}\" follows a number in brackets, which is no tuple");
    EXPECT_EQ(shape("(-1,)"), "\"-1,)}\" is no size");
    EXPECT_EQ(shape("(-0,)"), "\"-0,)}\" is no size");
    EXPECT_EQ(shape("(1.5,)"), "\".5,)}\" stands where , should");
    EXPECT_EQ(shape("(01,)"), "\"01,)}\" is no size");
    EXPECT_EQ(shape("(1 1)"), "\"1)}\" stands where , should");
    EXPECT_EQ(shape("(,)"), "\",)}\" is no size");
    EXPECT_EQ(shape("(1,"), "\"}\" is no size");
    EXPECT_EQ(shape("(9223372036854775808,)"), "\"9223372036854775808,)}\" is no size");
    EXPECT_EQ(shape("(4294967296, 4294967296)"), "shape (4294967296, 4294967296) does not fit memory");
    EXPECT_EQ(shape("(0, 4294967296, 4294967296)"), "shape (0, 4294967296, 4294967296) does not fit memory");
    EXPECT_EQ(shape("(1099511627776,)"), "4 bytes for (1099511627776,) elements of 4");
    std::string many = "(1";
    for (int axis = 0; axis < 64; ++axis) many += ",1";
    EXPECT_EQ(shape(many + ")").substr(0, 9), "shape (1,");
}

TEST(Npy, RefusesElementsOfOtherTypesByName)
{
    const std::string hint = ".\n  try:  convert the array with astype, for example to float32 or int64.";
    for (const char* code : {"<c8", "<U5", "|S3", "<M8[ns]", "<f16", "=f4", "f4", "|f4", "<i3", "", "<", "<f4 ", "b1"})
        EXPECT_EQ(refusal(file_of("{'descr': '"s + code + "'}")),
                  "byte 20: \"'" + std::string(code) + "'}\" is no type of elements that is read" + kTypeRule + hint);
    EXPECT_THROW(read_fixture("object.npy"), DataError);
    EXPECT_THROW(read_fixture("complex.npy"), DataError);
    const std::string path = kFixtures + "structured.npy";
    try {
        read_npy(path);
        ADD_FAILURE();
    } catch (const DataError& error) {
        const std::string text = error.what();
        EXPECT_EQ(text.find("read_npy: " + path + ", byte 20: \"[('x', '<f4'), ('y', '<i4')], "), 0U);
        EXPECT_NE(text.find("is a structured array" + kTypeRule + ".\n  try:  save each field by itself."),
                  std::string::npos);
    }
}

TEST(Npy, RefusesElementsThatAreCutOffOrFollowedByMore)
{
    const std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
    const std::string rule = ".\n  rule: the elements fill the rest of the file" + kAgain;
    EXPECT_EQ(refusal(file_of(header, "1234567")), "byte 65: 7 bytes for (2,) elements of 4" + rule);
    EXPECT_EQ(refusal(file_of(header, "123456789")), "byte 65: 9 bytes for (2,) elements of 4" + rule);
    const std::string whole = test::bytes_at(kFixtures + "f4.npy");
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_NE(refusal(whole.substr(0, length)), "accepted") << length;
}

TEST(Npy, RefusesElementsWithoutAValueOfOurs)
{
    const std::string header = "', 'fortran_order': False, 'shape': (2,)}";
    EXPECT_EQ(refusal(file_of("{'descr': '|b1" + header, "\1\2")),
              "element 1: is 2.\n  rule: a bool is 0 or 1" + kAgain);
    EXPECT_EQ(refusal(file_of("{'descr': '>u8" + header, "\0\0\0\0\0\0\0\1\x80\0\0\0\0\0\0\0"s)),
              "element 1: is 9223372036854775808.\n  rule: integers become i64, which ends at 9223372036854775807.\n"
              "  try:  write the values as f64.");
    const TemporaryFolder folder;
    const std::string path = folder.write(
        "a", file_of("{'descr': '<u8" + header, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"s + std::string(8, '\0')));
    EXPECT_EQ(read_npy(path).to_vector<std::int64_t>(), (std::vector<std::int64_t>{INT64_MAX, 0}));
}

TEST(Npy, WriterLeavesTheOldFileWhenItFails)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    write_npy(path, tensor({1}, {1}));
    const std::string before = test::bytes_at(path);
    EXPECT_THROW(write_npy(path, Tensor{}), std::exception);
    EXPECT_EQ(test::bytes_at(path), before);
    EXPECT_THROW_TEXT(write_npy("/nowhere/a", tensor(1.0)), DataError,
                      "write_npy: /nowhere/a: cannot be written: No such file or directory.\n"
                      "  rule: a path in an existing folder that may be written, with room on the disk.\n"
                      "  try:  check the path, its permissions and the free space.");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);  // nothing half-written
}
