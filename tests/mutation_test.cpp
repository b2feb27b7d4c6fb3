// Files that are wrong in ways nobody thought of: valid ones, changed at random places by a fixed seed. A reader loads
// such a file or throws DataError with the three lines of an error text; it never takes much memory.
#include <xgrad/data/csv.hpp>
#include <xgrad/data/idx.hpp>
#include <xgrad/data/npy.hpp>
#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>
#include <xgrad/pool.hpp>

#include <functional>
#include <random>

#include "tests/temporary_files.hpp"

using namespace xgrad;
using namespace std::string_literals;
using xgrad::test::TemporaryFolder;

namespace {

using Random = std::mt19937_64;

std::size_t below(Random& random, std::size_t count) { return random() % count; }

// One of the changes that find mistakes in readers: bits, bytes, extreme numbers, pieces taken out, doubled or moved.
void change(std::string& bytes, Random& random)
{
    if (bytes.empty()) return bytes.push_back('x');
    const std::size_t at = below(random, bytes.size());
    const std::size_t length = std::min(bytes.size() - at, 1 + below(random, 16));
    static const std::string kExtremes[] = {"\0\0\0\0\0\0\0\0"s,
                                            "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s,
                                            "\0\0\0\x80"s,
                                            "\xFF\xFF\xFF\x7F"s,
                                            "99999999999999999999"s,
                                            "-1"s,
                                            "{"s,
                                            "["s,
                                            "\""s,
                                            ","s};
    const std::string& extreme = kExtremes[below(random, std::size(kExtremes))];
    switch (below(random, 7)) {
        case 0:
            bytes[at] ^= static_cast<char>(1U << below(random, 8));
            break;
        case 1:
            bytes[at] = static_cast<char>(random());
            break;
        case 2:
            bytes.replace(at, std::min(extreme.size(), bytes.size() - at), extreme);
            break;
        case 3:
            bytes.insert(at, extreme);
            break;
        case 4:
            bytes.erase(at, length);
            break;
        case 5:
            bytes.insert(below(random, bytes.size()), bytes.substr(at, length));
            break;
        default:
            bytes.resize(at);
    }
}

struct Outcome {
    int loaded = 0, refused = 0;
};

Outcome read_mutations(const std::string& valid, int count, const std::function<void(const std::string&)>& read)
{
    const TemporaryFolder folder;
    Random random(20240607);
    Outcome outcome;
    read(folder.write("a", valid));
    const std::uint64_t before = pool_statistics().bytes_from_system;
    for (int i = 0; i < count; ++i) {
        std::string bytes = valid;
        for (std::size_t changes = 1 + below(random, 3); changes-- > 0;) change(bytes, random);
        try {
            read(folder.write(std::to_string(i), bytes));  // a new file: some systems are slow to write over one
            ++outcome.loaded;
        } catch (const DataError& error) {
            const std::string text = error.what();
            EXPECT_NE(text.find("\n  rule: "), std::string::npos) << text;
            EXPECT_LT(text.size(), 1500U) << text;
            ++outcome.refused;
        }
    }
    EXPECT_LT(pool_statistics().bytes_from_system - before, 8U << 20);
    EXPECT_GT(outcome.loaded, 0);
    EXPECT_GT(outcome.refused, count / 4);
    return outcome;
}

std::string bytes_of(const std::function<void(const std::string&)>& write)
{
    const TemporaryFolder folder;
    write(folder.path() + "/a");
    return test::bytes_at(folder.path() + "/a");
}

const NamedTensors kTensors = {{"w", tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f32)},
                               {"n", tensor({2}, {-1, 7}, i64)},
                               {"mask", tensor({3}, {1, 0, 1}, boolean)},
                               {"s", tensor(0.5, f64)}};
constexpr int kCount = 250;

}  // namespace

TEST(Mutations, OfSafetensorsAreLoadedOrRefused)
{
    const std::string valid = bytes_of([](const std::string& path) {
        data::write_safetensors(path, kTensors, {{"epoch", "3"}});
    });
    read_mutations(valid, kCount, [](const std::string& path) { data::read_safetensors(path); });
}

TEST(Mutations, OfNpyAreLoadedOrRefused)
{
    const std::string valid = bytes_of([](const std::string& path) { data::write_npy(path, kTensors[0].second); });
    read_mutations(valid, kCount, [](const std::string& path) { data::read_npy(path); });
}

TEST(Mutations, OfNpzAreLoadedOrRefused)
{
    for (const bool compress : {false, true}) {
        const std::string valid =
            bytes_of([&](const std::string& path) { data::write_npz(path, kTensors, {.compress = compress}); });
        read_mutations(valid, kCount, [](const std::string& path) { data::read_npz(path); });
    }
}

TEST(Mutations, OfIdxAndItsTensorsAreLoadedOrRefused)
{
    const std::string valid = test::idx_header(0x0B, {3, 2}) + "abcdefghijkl";
    const auto read = [](const std::string& path) { to_tensor(data::read_idx(path), f64); };
    read_mutations(valid, kCount, read);
    read_mutations(test::gzip(valid), kCount, read);
}

TEST(Mutations, OfCsvAndItsTensorsAreLoadedOrRefused)
{
    const std::string valid = "x,y\n1,2.5\n-3e2,4\n5,6\n";
    const auto read = [](const std::string& path) {
        const data::CsvTable table = data::read_csv(path, {.skip_lines = 1});
        to_tensor(table, 0, table.columns, i64);
    };
    const std::string integers = "x,y\n1,2\n-300,4\n5,6\n";
    read_mutations(integers, kCount, read);
    read_mutations(test::gzip(integers), kCount, read);
    read_mutations(valid, kCount, [](const std::string& path) { data::read_csv(path, {.skip_lines = 1}); });
}
