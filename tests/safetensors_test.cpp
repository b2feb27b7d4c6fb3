#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/train/weights.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;
using namespace std::string_literals;
using data::read_safetensors;
using data::write_safetensors;
using xgrad::test::bytes_at;
using xgrad::test::TemporaryFolder;

namespace {

const std::string kEntryRule =
    ".\n  rule: {\"dtype\": BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32 or F64, \"shape\": [sizes], "
    "\"data_offsets\": [begin, end]}, all bytes of the data used once.\n  try:  write the file again, with tensors "
    "converted to one of these types.";
const std::string kAgain = ".\n  try:  write or download the file again.";

std::string file_of(const std::string& header, const std::string& data = "")
{
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data;
}

// The reader's message for a file with these bytes, without the name of reader and file.
std::string refusal(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a", bytes);
    try {
        read_safetensors(path);
    } catch (const DataError& error) {
        const std::string text = error.what(), start = "read_safetensors: " + path;
        EXPECT_EQ(text.substr(0, start.size()), start);
        return text.substr(start.size());
    }
    return "accepted";
}

std::string entry_refusal(const std::string& entry, const std::string& data)
{
    std::string text = refusal(file_of("{\"w\":" + entry + "}", data));
    const std::size_t rule = text.find(kEntryRule);
    if (rule != std::string::npos) text.resize(rule);
    return text;
}

}  // namespace

TEST(Safetensors, BytesAreThoseOfTheFormat)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    write_safetensors(path, {{"w", tensor({2}, {1, -2})}});
    // A 56-byte header, padded with blanks to a multiple of 8; 1 and -2 are 3F800000 and C0000000.
    EXPECT_EQ(bytes_at(path), "\x38\0\0\0\0\0\0\0"s + R"({"w":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}  )" +
                                  "\0\0\x80\x3F\0\0\0\xC0"s);
}

TEST(Safetensors, AllDtypesAndShapesComeBackInOrderWithTheMetadata)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    const NamedTensors tensors = {{"mask", tensor({3}, {1, 0, 1}, boolean)},
                                  {"scalar", tensor(0.1, f64)},
                                  {"transposed", transpose(tensor({2, 3}, {1, 2, 3, 4, 5, 6}), 0, 1)},
                                  {"empty", zeros({0, 7})},
                                  {"a \"name\"", tensor({2}, {-5, 7}, i64)}};
    write_safetensors(path, tensors, {{"epoch", "3"}});
    const data::Safetensors back = read_safetensors(path);
    ASSERT_EQ(back.tensors.size(), tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        EXPECT_EQ(back.tensors[i].first, tensors[i].first);
        EXPECT_TENSOR_EQ(back.tensors[i].second, tensors[i].second);
    }
    EXPECT_EQ(back.metadata, (std::map<std::string, std::string>{{"epoch", "3"}}));
}

TEST(Safetensors, ReadsAnEmptyFileOfTheFormat) { EXPECT_EQ(refusal(file_of("{}")), "accepted"); }

TEST(Safetensors, ReadsWhatPyTorchWrote)
{
    const std::string path = XGRAD_SHARED_DIR "/reference/optimizers.safetensors";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    const data::Safetensors file = read_safetensors(path);
    ASSERT_FALSE(file.tensors.empty());
    for (const auto& [name, x] : file.tensors) EXPECT_TRUE(x.dtype() == f64 || x.dtype() == f32) << name;
}

TEST(Safetensors, MissingFileOrFolderIsNamed)
{
    EXPECT_THROW_TEXT(read_safetensors("/nowhere/a"), DataError,
                      "read_safetensors: /nowhere/a: cannot be opened: No such file or directory.\n"
                      "  rule: a readable file.\n  try:  check the path and its permissions.");
    const TemporaryFolder folder;
    EXPECT_THROW_TEXT(read_safetensors(folder.path()), DataError,
                      "read_safetensors: " + folder.path() +
                          ": is no regular file.\n  rule: a readable file.\n  try:  check the path.");
}

TEST(Safetensors, RefusesAWrongHeaderLength)
{
    const std::string rule =
        ".\n  rule: 8 bytes with the length of the header (little-endian, at most 100 MB), then the header" + kAgain;
    EXPECT_EQ(refusal("\x05\0\0"s), ", byte 0: the file has only 3 bytes" + rule);
    EXPECT_EQ(refusal("\x05\0\0\0\0\0\0\0{}"s), ", byte 0: a header of 5 bytes in a file of 10" + rule);
    EXPECT_EQ(refusal(std::string(8, '\xFF') + "{}"),
              ", byte 0: a header of 18446744073709551615 bytes in a file of 10" + rule);
}

TEST(Safetensors, RefusesAHeaderThatIsNoJsonObject)
{
    const std::string rule = ".\n  rule: the header is a JSON object" + kAgain;
    EXPECT_EQ(refusal(file_of("{\"w\": }")), ", byte 14: the header is no JSON" + rule);
    EXPECT_EQ(refusal(file_of("[1, 2]")), ", byte 8: the header is no JSON object" + rule);
    EXPECT_EQ(refusal(file_of(" {}")), ", byte 8: the header is no JSON object" + rule);
    EXPECT_EQ(refusal(file_of("")), ", byte 8: the header is no JSON" + rule);
    EXPECT_EQ(refusal(file_of("{\"\xFF\": 1}")).find(", byte 10: "), 0U);
    EXPECT_EQ(refusal(file_of("{} x")), ", byte 11: the header is no JSON" + rule);
    EXPECT_EQ(refusal(file_of("{\"a\0b\": 1}"s)), ", byte 11: the header is no JSON" + rule);
    // A number that no double holds is no syntax error for the parser.
    EXPECT_EQ(refusal(file_of("{\"w\": 1e999}")).find(", byte "), 0U);
}

TEST(Safetensors, RefusesDeepNestingAtOnce)
{
    // Neither stack nor memory may grow with the depth.
    std::string objects = "{";
    for (int i = 0; i < 1000000; ++i) objects += "\"w\":{";
    EXPECT_EQ(refusal(file_of(objects)).substr(0, 35), ", tensor 'w': the entry has a 'w'.\n");
    EXPECT_EQ(refusal(file_of("{\"w\":" + std::string(1000000, '['))).substr(0, 38),
              ", tensor 'w': the entry is an array.\n ");
    EXPECT_EQ(refusal(file_of("{\"w\":{\"shape\":" + std::string(1000000, '['))).substr(0, 38),
              ", tensor 'w': shape holds an array.\n  ");
}

TEST(Safetensors, ShowsTheBeginningOfALongName)
{
    const std::string text = refusal(file_of("{\"" + std::string(100000, 'w') + "\": 3}"));
    EXPECT_EQ(text.find(", tensor '" + std::string(80, 'w') + "...': the entry is 3.\n"), 0U);
    EXPECT_LT(text.size(), 500U);
}

TEST(Safetensors, RefusesNamesThatStandTwice)
{
    const std::string entry = R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
    EXPECT_EQ(refusal(file_of("{\"w\":" + entry + ",\"w\":" + entry + "}", "1234")),
              ", header: the name 'w' stands twice.\n  rule: names are unique" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":{"a":"1","a":"1"}})")),
              ", header: the name 'a' stands twice.\n  rule: names are unique" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":{},"__metadata__":{}})")),
              ", header: the name '__metadata__' stands twice.\n  rule: names are unique" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"w":{"dtype":"F32","dtype":"F64","shape":[1]}})", "1234")),
              ", header: the name 'dtype' stands twice.\n  rule: names are unique" + kAgain);
}

TEST(Safetensors, RefusesMetadataThatAreNoStrings)
{
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":{"epoch":3}})")),
              ", header: the metadata 'epoch' are no string.\n  rule: __metadata__ is an object of strings" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":{"a":{"b":"c"}}})")),
              ", header: the metadata 'a' are no string.\n  rule: __metadata__ is an object of strings" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":[]})")),
              ", header: __metadata__ is no object.\n  rule: __metadata__ is an object of strings" + kAgain);
    EXPECT_EQ(refusal(file_of(R"({"__metadata__":3})")),
              ", header: __metadata__ is no object.\n  rule: __metadata__ is an object of strings" + kAgain);
}

TEST(Safetensors, RefusesMalformedEntries)
{
    EXPECT_EQ(entry_refusal("3", ""), ", tensor 'w': the entry is 3");
    EXPECT_EQ(entry_refusal("[]", ""), ", tensor 'w': the entry is an array");
    EXPECT_EQ(entry_refusal("{}", ""), ", tensor 'w': the entry has no dtype");
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32"})", ""), ", tensor 'w': the entry has no shape");
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[]})", ""), ", tensor 'w': the entry has no data_offsets");
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32","size":[]})", ""), ", tensor 'w': the entry has a 'size'");
    const auto dtype = [](const std::string& value) {
        return entry_refusal("{\"dtype\":" + value + R"(,"shape":[1],"data_offsets":[0,4]})", "1234");
    };
    for (const char* other : {"F8_E4M3", "F8_E5M2", "C64", "f32", ""})
        EXPECT_EQ(dtype('"' + std::string(other) + '"'), ", tensor 'w': the dtype is \"" + std::string(other) + '"');
    EXPECT_EQ(dtype("3"), ", tensor 'w': the dtype is 3");
    EXPECT_EQ(dtype("[\"F32\"]"), ", tensor 'w': the dtype is an array");
    const auto shape = [](const std::string& value) {
        return entry_refusal("{\"dtype\":\"F32\",\"shape\":" + value + R"(,"data_offsets":[0,4]})", "1234");
    };
    EXPECT_EQ(shape("[1]"), "accepted");
    EXPECT_EQ(shape("1"), ", tensor 'w': the shape is 1");
    EXPECT_EQ(shape("[-1]"), ", tensor 'w': shape holds -1");
    EXPECT_EQ(shape("[-0]"), ", tensor 'w': shape holds 0");
    EXPECT_EQ(shape("[1.0]"), ", tensor 'w': shape holds 1.0");
    EXPECT_EQ(shape("[\"1\"]"), ", tensor 'w': shape holds \"1\"");
    EXPECT_EQ(shape("[true]"), ", tensor 'w': shape holds true");
    EXPECT_EQ(shape("[null]"), ", tensor 'w': shape holds null");
    EXPECT_EQ(shape("[[1]]"), ", tensor 'w': shape holds an array");
    EXPECT_EQ(shape("[9223372036854775808]"), ", tensor 'w': shape holds 9223372036854775808");
    EXPECT_EQ(shape("[18446744073709551617]"), ", tensor 'w': shape holds 18446744073709551617");
    EXPECT_EQ(shape("[2]"), ", tensor 'w': 4 bytes for (2,) elements of 4");
    EXPECT_EQ(shape("[1, 0]"), ", tensor 'w': 4 bytes for (1, 0) elements of 4");
    std::string axes = "1";
    for (int axis = 1; axis < 64; ++axis) axes += ",1";
    EXPECT_EQ(shape("[" + axes + "]"), "accepted");
    EXPECT_EQ(shape("[" + axes + ",1]"), ", tensor 'w': shape holds more than 64 numbers");
}

TEST(Safetensors, RefusesDataOffsetsThatDoNotFit)
{
    const auto offsets = [](const std::string& value, const std::string& data = "1234") {
        return entry_refusal(R"({"dtype":"F32","shape":[1],"data_offsets":)" + value + "}", data);
    };
    EXPECT_EQ(offsets("[4]"), ", tensor 'w': data_offsets are (4,)");
    EXPECT_EQ(offsets("[0,4,4]"), ", tensor 'w': data_offsets are (0, 4, 4)");
    EXPECT_EQ(offsets("[4,0]"), ", tensor 'w': data_offsets are (4, 0)");
    EXPECT_EQ(offsets("[-4,0]"), ", tensor 'w': data_offsets holds -4");
    EXPECT_EQ(offsets("[0,8]"), ", tensor 'w': data to byte 8 of 4");
    EXPECT_EQ(offsets("[9223372036854775803,9223372036854775807]"),
              ", tensor 'w': data to byte 9223372036854775807 of 4");
    EXPECT_EQ(offsets("[1,5]", "12345"), ", tensor 'w': data begin at byte 1, the ones before end at 0");
}

TEST(Safetensors, RefusesABooleanThatIsNone)
{
    EXPECT_EQ(refusal(file_of(R"({"w":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2")),
              ", tensor 'w', element 1: is 2.\n  rule: a bool is 0 or 1" + kAgain);
}

TEST(Safetensors, OtherElementTypesComeAsTheOneThatHoldsTheirValues)
{
    const auto read = [](const std::string& dtype, const std::string& data, int count) {
        const TemporaryFolder folder;
        const std::string header = "{\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + std::to_string(count) +
                                   "],\"data_offsets\":[0," + std::to_string(data.size()) + "]}}";
        return read_safetensors(folder.write("a", file_of(header, data))).tensors[0].second;
    };
    EXPECT_TENSOR_EQ(read("U8", "\xFE\x01"s, 2), tensor({2}, {254, 1}, i64));
    EXPECT_TENSOR_EQ(read("I8", "\xFE\x01"s, 2), tensor({2}, {-2, 1}, i64));
    EXPECT_TENSOR_EQ(read("U16", "\xFE\xFF\0\1"s, 2), tensor({2}, {65534, 256}, i64));
    EXPECT_TENSOR_EQ(read("I16", "\xFE\xFF\0\1"s, 2), tensor({2}, {-2, 256}, i64));
    EXPECT_TENSOR_EQ(read("U32", "\xFE\xFF\xFF\xFF"s, 1), tensor({1}, {4294967294}, i64));
    EXPECT_TENSOR_EQ(read("I32", "\xFE\xFF\xFF\xFF"s, 1), tensor({1}, {-2}, i64));
    EXPECT_TENSOR_EQ(read("U64", "\2\0\0\0\0\0\0\0"s, 1), tensor({1}, {2}, i64));
    // 1.5 = 1.1 in binary: F16 0 01111 1000000000, BF16 0 01111111 1000000.
    EXPECT_TENSOR_EQ(read("F16", "\0\x3E\0\xBE"s, 2), tensor({2}, {1.5, -1.5}, f32));
    EXPECT_TENSOR_EQ(read("BF16", "\xC0\x3F\x80\xFF"s, 2), tensor({2}, {1.5, -INFINITY}, f32));
    EXPECT_EQ(refusal(file_of(R"({"w":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}})", std::string(8, '\xFF'))),
              ", tensor 'w', element 0: is 18446744073709551615.\n"
              "  rule: integers become i64, which ends at 9223372036854775807.\n  try:  write the values as f64.");
}

TEST(Safetensors, RefusesSizesWhoseProductOverflows)
{
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})", ""),
              ", tensor 'w': shape (4294967296, 4294967296) does not fit memory");
    // 2^62 elements of 4 bytes are 2^64 bytes, which wrap to 0.
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})", ""),
              ", tensor 'w': shape (4611686018427387904,) does not fit memory");
    EXPECT_EQ(entry_refusal(R"({"dtype":"F32","shape":[1099511627776],"data_offsets":[0,0]})", ""),
              ", tensor 'w': 0 bytes for (1099511627776,) elements of 4");
}

TEST(Safetensors, RefusesOverlapsAndUnusedBytes)
{
    const std::string a = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
    const std::string b = R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
    EXPECT_EQ(refusal(file_of("{" + a + "," + b + "}", "1234")),
              ", tensor 'b': data begin at byte 0, the ones before end at 4" + kEntryRule);
    const std::string one = "{" + a + "}";
    EXPECT_EQ(refusal(file_of(one, "123456")),
              ", byte " + std::to_string(8 + one.size() + 4) +
                  ": 2 bytes belong to no tensor.\n  rule: the tensors fill the rest of the file" + kAgain);
}

TEST(Safetensors, EveryTruncationIsRefused)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    write_safetensors(path, {{"w", tensor({2}, {1, 2})}, {"b", tensor({1}, {3}, i64)}});
    const std::string bytes = bytes_at(path);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_NE(refusal(bytes.substr(0, length)), "accepted") << length;
}

TEST(Safetensors, WriterLeavesTheOldFileWhenItFails)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    write_safetensors(path, {{"w", tensor({1}, {1})}});
    const std::string before = bytes_at(path);
    EXPECT_THROW_TEXT(write_safetensors(path, {{"w", tensor(1.0)}, {"w", tensor(2.0)}}), std::invalid_argument,
                      "write_safetensors: the name 'w'.\n  rule: names are unique, not empty and not __metadata__.\n"
                      "  try:  rename the tensor.");
    EXPECT_THROW_TEXT(write_safetensors(path, {{"\xFF", tensor(1.0)}}), std::invalid_argument,
                      "write_safetensors: a name or metadata that is no UTF-8.\n  rule: the header is JSON in UTF-8.\n"
                      "  try:  rename the tensor.");
    EXPECT_EQ(bytes_at(path), before);
    std::filesystem::create_directory(folder.path() + "/b");
    EXPECT_THROW(write_safetensors(folder.path() + "/b", {}), DataError);  // a folder cannot be replaced
    EXPECT_THROW_TEXT(write_safetensors("/nowhere/a", {}), DataError,
                      "write_safetensors: /nowhere/a: cannot be written: No such file or directory.\n"
                      "  rule: a path in an existing folder that may be written, with room on the disk.\n"
                      "  try:  check the path, its permissions and the free space.");
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder.path())) files += file.exists();
    EXPECT_EQ(files, 2U);  // nothing half-written is left
}

TEST(Weights, AreSavedAndLoaded)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/w";
    const nn::Linear a{3, 2};
    nn::Linear b{3, 2}, c{3, 1};
    train::save_weights(path, a);
    train::load_weights(path, b);
    EXPECT_TENSOR_EQ(b.weight.value(), a.weight.value());
    EXPECT_TENSOR_EQ(b.bias.value(), a.bias.value());
    EXPECT_THROW_TEXT(
        train::load_weights(path, c), DataError,
        "load_weights: " + path +
            ": load_state_dict: 2 differences\n    weight: the module has f32 (1, 3), the state f32 (2, 3)\n"
            "    bias: the module has f32 (1,), the state f32 (2,).\n"
            "  rule: the state has the module's names, shapes and dtypes, no more and no less.\n"
            "  try:  load it into a model built with the same options, or rename its entries.");
}
