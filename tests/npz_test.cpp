#include <xgrad/data/npy.hpp>
#include <xgrad/error.hpp>
#include <xgrad/ops/shape.hpp>

#include <cmath>

#include "data/npy_format.hpp"
#include "data/zip_writer.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;
using namespace std::string_literals;
using data::read_npz;
using data::write_npz;
using xgrad::test::TemporaryFolder;

namespace {

const std::string kFixtures = XGRAD_SOURCE_DIR "/tests/data/npy/";
const std::string kAgain = ".\n  try:  write or download the file again.";
const std::string kFormat =
    ".\n  rule: a .zip file is members, each behind a header, then a directory of them, then a record of its end" +
    kAgain;
const std::string kAgree = ".\n  rule: directory, header and size of a member agree" + kAgain;
const std::string kContent =
    ".\n  rule: the content of a member has the size and the checksum that the directory says" + kAgain;

std::string written(const NamedTensors& tensors, bool compress = false)
{
    const TemporaryFolder folder;
    write_npz(folder.path() + "/a", tensors, {.compress = compress});
    return test::bytes_at(folder.path() + "/a");
}

// One member: its header at 0, its name at 30, its 136 bytes at 35, the directory at 171, the end at 222.
std::string one_member() { return written({{"w", tensor({2}, {1, 2})}}); }
constexpr std::size_t kDirectory = 171, kEnd = 222;

struct Patch {
    std::size_t position;
    std::string bytes;
};

std::string patched(std::string bytes, const std::vector<Patch>& patches)
{
    for (const Patch& patch : patches) bytes.replace(patch.position, patch.bytes.size(), patch.bytes);
    return bytes;
}

// The message for a file with these bytes, without the names of reader and file.
std::string refusal(const std::string& bytes)
{
    const TemporaryFolder folder;
    const std::string path = folder.write("a.npz", bytes);
    try {
        read_npz(path);
    } catch (const DataError& error) {
        const std::string text = error.what(), start = "read_npz: " + path + ", ";
        EXPECT_EQ(text.substr(0, start.size()), start);
        return text.substr(start.size());
    }
    return "accepted";
}

std::string refusal(const std::vector<Patch>& patches) { return refusal(patched(one_member(), patches)); }

void expect_same(const NamedTensors& actual, const NamedTensors& wanted)
{
    ASSERT_EQ(actual.size(), wanted.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        EXPECT_EQ(actual[i].first, wanted[i].first);
        EXPECT_TENSOR_EQ(actual[i].second, wanted[i].second);
    }
}

const NamedTensors& some_tensors()
{
    static const NamedTensors tensors = {{"mask", tensor({3}, {1, 0, 1}, boolean)},
                                         {"layer/0.weight", transpose(tensor({2, 3}, {1, 2, 3, 4, 5, 6}), 0, 1)},
                                         {"größe", tensor(0.1, f64)},
                                         {"empty", zeros({0, 7})},
                                         {"zeros", zeros({300, 300}, i64)}};
    return tensors;
}

}  // namespace

TEST(Npz, AllTensorsComeBackInOrderStoredAndDeflated)
{
    const TemporaryFolder folder;
    for (const bool compress : {false, true}) {
        write_npz(folder.path() + "/a", some_tensors(), {.compress = compress});
        expect_same(read_npz(folder.path() + "/a"), some_tensors());
        EXPECT_EQ(std::filesystem::file_size(folder.path() + "/a") < 4000, compress);
    }
    write_npz(folder.path() + "/none", {});
    EXPECT_TRUE(read_npz(folder.path() + "/none").empty());
}

TEST(Npz, DeflatedContentOfEveryLengthComesBack)
{
    // The end of the compressed data lies at any bit, and its last byte may be needed before or with the last element.
    NamedTensors tensors;
    for (std::int64_t length = 0; length < 300; ++length) {
        std::vector<std::int64_t> values;
        for (std::int64_t i = 0; i < length; ++i) values.push_back(i * length * 2654435761 % 251);
        tensors.emplace_back(std::to_string(length), from_values({length}, values));
        tensors.emplace_back("mask " + std::to_string(length), zeros({length}, boolean));
    }
    const TemporaryFolder folder;
    write_npz(folder.path() + "/a", tensors, {.compress = true});
    expect_same(read_npz(folder.path() + "/a"), tensors);
}

TEST(Npz, ReadsEveryElementTypeThatNumPyWrites)
{
    const NamedTensors tensors = read_npz(kFixtures + "dtypes.npz");
    ASSERT_EQ(tensors.size(), 22U);
    for (const auto& [name, x] : tensors) {
        const std::string code = name.substr(name.rfind('_') + 1);
        if (name == "f2_edges") {
            // 0, -0, the smallest subnormal, the largest one negative, the smallest normal number, the largest.
            const double inf = std::numeric_limits<double>::infinity();
            EXPECT_TENSOR_EQ(x, tensor({9}, {0, -0.0, 0x1p-24, -1023 * 0x1p-24, 0x1p-14, 65504, inf, -inf, NAN}, f32));
            EXPECT_TRUE(std::signbit(x.data<float>()[1]));
        } else if (name == "b1") {
            EXPECT_TENSOR_EQ(x, tensor({3}, {1, 0, 1}, boolean));
        } else {
            const Dtype dtype = code == "f2" || code == "f4" ? f32 : code == "f8" ? f64 : i64;
            EXPECT_TENSOR_EQ(x, tensor({3}, {code[0] == 'u' ? 0.0 : -2.0, 1, 100}, dtype)) << name;
        }
    }
}

TEST(Npz, ReadsDeflatedMembersAndDescriptorsThatNumPyWrites)
{
    const Tensor a = tensor({2, 3}, {1, -2, 0.5, 4, 5, 6}, f32), b = tensor({3}, {0, 1, 2}, i64);
    expect_same(read_npz(kFixtures + "deflated.npz"),
                {{"zeros", zeros({100, 100}, f32)}, {"a/b", a}, {"größe", tensor(2.5, f64)}});
    expect_same(read_npz(kFixtures + "descriptors.npz"), {{"a", a}, {"b", b}});
    expect_same(read_npz(kFixtures + "deflated_descriptors.npz"), {{"a", a}, {"b", b}});
    EXPECT_TRUE(read_npz(kFixtures + "none.npz").empty());
}

TEST(Npz, NumbersOf64BitsAreWrittenAndRead)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    for (const bool compress : {false, true}) {
        // As if 32 bits ended at 0, at 100, and behind the first member alone.
        for (const std::uint64_t wide_from : {0, 100, 300}) {
            data::detail::AtomicFile file("test", path);
            data::detail::ZipWriter zip(file, compress, wide_from);
            for (const auto& [name, x] : some_tensors()) {
                const std::vector<std::int64_t> values(static_cast<std::size_t>(x.numel()), 0);
                const Tensor y = zeros(x.sizes(), i64);
                zip.add(name + ".npy", data::detail::npy_header(y), values.data(), 8 * values.size());
            }
            zip.finish();
            file.commit();
            const NamedTensors back = read_npz(path);
            ASSERT_EQ(back.size(), some_tensors().size());
            for (const auto& [name, x] : back) EXPECT_TENSOR_EQ(x, zeros(x.sizes(), i64)) << name;
        }
    }
}

TEST(Npz, RefusesAnEndThatDoesNotFit)
{
    EXPECT_EQ(refusal(""), "byte 0: the file has no end of a .zip file" + kFormat);
    EXPECT_EQ(refusal(one_member() + "x"), "byte 0: the file has no end of a .zip file" + kFormat);
    const std::string place = "byte " + std::to_string(kEnd) + ": ";
    EXPECT_EQ(refusal({{kEnd + 16, "\xAA"}}),
              place + "the directory of 1 members does not fit between byte 170 and this one" + kFormat);
    EXPECT_EQ(refusal({{kEnd + 12, "\x32"}}),
              place + "the directory of 1 members does not fit between byte 171 and this one" + kFormat);
    EXPECT_EQ(refusal({{kEnd + 8, "\2\0\2\0"s}}),
              place + "the directory of 2 members does not fit between byte 171 and this one" + kFormat);
    EXPECT_EQ(refusal({{kEnd + 4, "\1"}}), place + "the archive has several parts" + kFormat);
    EXPECT_EQ(refusal({{kEnd + 8, "\xFF\xFF\xFF\xFF"}}),
              place + "the directory of 65535 members does not fit between byte 171 and this one" + kFormat);
    EXPECT_EQ(refusal({{kEnd + 8, "\0\0\0\0"s}}), "byte 171: 51 bytes of the directory belong to no member" + kFormat);
}

TEST(Npz, RefusesARecordOf64BitsThatDoesNotFit)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    data::detail::AtomicFile file("test", path);
    data::detail::ZipWriter zip(file, false, 0);
    zip.finish();
    file.commit();
    const std::string bytes = test::bytes_at(path);  // the record at 0, its locator at 56, the old record at 76
    EXPECT_EQ(refusal(bytes), "accepted");
    EXPECT_EQ(refusal(patched(bytes, {{56 + 8, "\1"}})),
              "byte 56: the 64-bit record of the end does not stand before this byte" + kFormat);
    EXPECT_EQ(refusal(patched(bytes, {{0, "x"}})), "byte 0: is no 64-bit record of the end of this file" + kFormat);
    EXPECT_EQ(refusal(patched(bytes, {{40, std::string(16, '\xFF')}})),
              "byte 0: is no 64-bit record of the end of this file" + kFormat);
    EXPECT_EQ(refusal(patched(bytes, {{76 + 8, "\1\0\1\0"s}})),
              "byte 76: the two records of the end do not agree" + kFormat);
}

TEST(Npz, RefusesADirectoryAndHeadersThatDoNotAgree)
{
    EXPECT_EQ(refusal({{kDirectory, "x"}}), "byte 171: an entry of the directory is damaged" + kFormat);
    EXPECT_EQ(refusal({{kDirectory + 28, "\xFF"}}), "byte 171: an entry of the directory is damaged" + kFormat);
    const std::string other = "member 'w.npy': has another header at byte 0" + kAgree;
    for (const std::size_t field : {6, 8, 14, 18, 22, 30}) EXPECT_EQ(refusal({{field, "\x03"}}), other) << field;
    EXPECT_EQ(refusal({{0, "x"}}), "member 'w.npy': has no header at byte 0" + kAgree);
    EXPECT_EQ(refusal({{26, "\xFF\xFF"}}), "member 'w.npy': has no header at byte 0" + kAgree);
    EXPECT_EQ(refusal({{kDirectory + 42, "\x7F\x7F\x7F\x7F"}}),
              "member 'w.npy': begins beyond the end of the file" + kAgree);
    // Sizes that agree with each other, not with the file.
    EXPECT_EQ(refusal({{18, "\xFF\xFF\0\0\xFF\xFF\0\0"s}, {kDirectory + 20, "\xFF\xFF\0\0\xFF\xFF\0\0"s}}),
              "member 'w.npy': has more bytes than the file" + kAgree);
    EXPECT_EQ(refusal({{18, "\x87\0\0\0\x87"s}, {kDirectory + 20, "\x87\0\0\0\x87"s}}),
              "byte 170: 1 bytes belong to no member" + kFormat);
}

TEST(Npz, RefusesMembersThatOverlapOrStandTwice)
{
    const std::string two = written({{"a", tensor({2}, {1, 2})}, {"b", tensor({2}, {1, 2})}});
    // The first one is said to reach one byte into the second.
    EXPECT_EQ(refusal(patched(two, {{18, "\x89\0\0\0\x89"s}, {2 * kDirectory + 20, "\x89\0\0\0\x89"s}})),
              "member 'a.npy': overlaps what follows it.\n  rule: every byte of the file is used once" + kAgain);
    EXPECT_EQ(refusal(patched(two, {{kDirectory + 30, "a"}, {2 * kDirectory + 51 + 46, "a"}})),
              "member 'a.npy': stands twice.\n  rule: names are unique" + kAgain);
    EXPECT_EQ(refusal("x" + one_member()).substr(0, 23), "byte 223: the directory");
}

TEST(Npz, RefusesWhatIsEncryptedOrCompressedInAnotherWay)
{
    EXPECT_EQ(refusal({{6, "\1"}, {kDirectory + 8, "\1"}}),
              "member 'w.npy': is encrypted.\n  rule: members are not encrypted.\n"
              "  try:  write the file without a password.");
    EXPECT_EQ(refusal({{8, "\x0C"}, {kDirectory + 10, "\x0C"}}),
              "member 'w.npy': is compressed by method 12.\n  rule: members are stored (0) or deflated (8).\n"
              "  try:  write the file with numpy.savez or numpy.savez_compressed.");
}

TEST(Npz, RefusesSizesThatDeflateCannotReachBeforeItTakesMemory)
{
    std::string bytes = written({{"w", zeros({1000})}}, true);
    const std::size_t directory = bytes.find("PK\1\2");
    const std::string text = refusal(patched(bytes, {{directory + 24, "\xF0\xFF\xFF\xFF"}}));
    EXPECT_EQ(text.substr(0, 46), "member 'w.npy': 4294967280 bytes cannot lie in");
    EXPECT_NE(text.find(".\n  rule: deflate holds at most 1032 bytes in one" + kAgain), std::string::npos);
}

TEST(Npz, RefusesContentThatIsDamaged)
{
    EXPECT_EQ(refusal({{170, "\x41"}}), "member 'w.npy': the checksum is wrong" + kContent);
    const std::string bytes = written({{"w", tensor({4}, {1, 2, 3, 4})}}, true);
    const std::size_t directory = bytes.find("PK\1\2"), descriptor = bytes.find("PK\7\x08");
    EXPECT_EQ(refusal(bytes), "accepted");
    EXPECT_EQ(refusal(patched(bytes, {{descriptor + 4, "x"}})),
              "member 'w.npy': has another descriptor at byte " + std::to_string(descriptor) + kAgree);
    EXPECT_EQ(refusal(patched(bytes, {{35, "\xFF"}})),
              "member 'w.npy', byte " + std::to_string(36) +
                  " of the file: the compressed data are damaged (invalid block type)" + kContent);
    // One byte less than there is, said by directory and descriptor.
    const std::string less = patched(bytes, {{descriptor + 12, "\x8F"}, {directory + 24, "\x8F"}});
    EXPECT_EQ(refusal(less).substr(0, 38), "member 'w.npy', byte 128: 15 bytes for");
}

TEST(Npz, RefusesDeflatedContentOfAnotherLength)
{
    // Sixteen bytes of elements under a header for `count` elements of four, announced as those.
    const auto announced = [](std::int64_t count) {
        const TemporaryFolder folder;
        const std::string path = folder.path() + "/a";
        data::detail::AtomicFile file("test", path);
        data::detail::ZipWriter zip(file, true);
        zip.add("w.npy", data::detail::npy_header(zeros({count}, f32)), std::string(16, 'x').data(), 16);
        zip.finish();
        file.commit();
        const std::string bytes = test::bytes_at(path), size(1, static_cast<char>(128 + 4 * count));
        return patched(bytes, {{bytes.find("PK\7\x08") + 12, size}, {bytes.find("PK\1\2") + 24, size}});
    };
    EXPECT_EQ(refusal(announced(4)), "accepted");
    EXPECT_EQ(refusal(announced(5)), "member 'w.npy': the compressed data hold less than they should" + kContent);
    EXPECT_EQ(refusal(announced(3)), "member 'w.npy': the compressed data hold more than they should" + kContent);
}

TEST(Npz, RefusesMembersThatAreNoArrays)
{
    EXPECT_EQ(refusal({{30, "w.txt"}, {kDirectory + 46, "w.txt"}}),
              "member 'w.txt': is no .npy.\n  rule: an .npz file holds arrays alone, each as name.npy.\n"
              "  try:  take the other members out.");
    EXPECT_EQ(refusal({{30, "\xFF"}, {kDirectory + 46, "\xFF"}}),
              "member '?.npy': has a name that is no text.\n"
              "  rule: names are ASCII, or UTF-8 and marked so, without zero bytes" +
                  kAgain);
    EXPECT_EQ(refusal({{35, "x"}}).find("member 'w.npy', byte 0: begins with \"xNUMPY\".\n"), 0U);
}

TEST(Npz, EveryTruncationIsRefused)
{
    for (const bool compress : {false, true}) {
        const std::string bytes = written({{"a", tensor({2}, {1, 2})}, {"b", tensor({1}, {3}, i64)}}, compress);
        for (std::size_t length = 0; length < bytes.size(); ++length)
            EXPECT_NE(refusal(bytes.substr(0, length)), "accepted") << length;
    }
}

TEST(Npz, NamesThatNumPyCannotTakeAreRefused)
{
    const TemporaryFolder folder;
    const std::string path = folder.path() + "/a";
    write_npz(path, {{"w", tensor(1.0)}});
    const std::string before = test::bytes_at(path);
    const std::string rule =
        ".\n  rule: names are unique, not empty, UTF-8 without zero bytes and at most 65000 bytes long.\n"
        "  try:  rename the tensor.";
    EXPECT_THROW_TEXT(write_npz(path, {{"w", tensor(1.0)}, {"w", tensor(2.0)}}), std::invalid_argument,
                      "write_npz: the name 'w'" + rule);
    EXPECT_THROW_TEXT(write_npz(path, {{"", tensor(1.0)}}), std::invalid_argument, "write_npz: the name ''" + rule);
    EXPECT_THROW_TEXT(write_npz(path, {{"\xC3", tensor(1.0)}}), std::invalid_argument,
                      "write_npz: the name '?'" + rule);
    EXPECT_THROW_TEXT(write_npz(path, {{"a\0b"s, tensor(1.0)}}), std::invalid_argument,
                      "write_npz: the name 'a?b'" + rule);
    EXPECT_THROW(write_npz(path, {{std::string(65001, 'w'), tensor(1.0)}}), std::invalid_argument);
    EXPECT_EQ(test::bytes_at(path), before);
}
