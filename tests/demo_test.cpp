#include <gtest/gtest.h>

#include "tests/temporary_files.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace std::string_literals;
using xgrad::test::gzip;
using xgrad::test::idx_header;
using xgrad::test::TemporaryFolder;

namespace {

struct Outcome {
    int code;
    std::string text;  // output and errors
};

Outcome run_demo(const std::string& arguments)
{
    const std::string command = "\"" XGRAD_DEMO "\" " + arguments + " 2>&1";
    std::FILE* pipe = popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> block{};
    while (const std::size_t count = std::fread(block.data(), 1, block.size(), pipe)) text.append(block.data(), count);
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

// Lines that say what is wrong and what to try, and nothing else.
void expect_one_line_error(const std::string& arguments, const std::string& part)
{
    const Outcome outcome = run_demo("--quiet " + arguments);
    EXPECT_EQ(outcome.code, 1) << outcome.text;
    EXPECT_EQ(outcome.text.rfind("demo: ", 0), 0u) << outcome.text;
    EXPECT_NE(outcome.text.find(" Try: "), std::string::npos) << outcome.text;
    EXPECT_EQ(outcome.text.find('\n'), outcome.text.size() - 1) << outcome.text;
    EXPECT_NE(outcome.text.find(part), std::string::npos) << outcome.text;
}

double accuracy_in(const std::string& text)
{
    // The last line, "test accuracy: NN.NN %".
    const std::size_t start = text.rfind("test accuracy: ");
    double percent = -1;
    int read = 0;
    if (start == std::string::npos ||
        std::sscanf(text.c_str() + start, "test accuracy: %lf %%%n", &percent, &read) != 1)
        return -1;
    return text.substr(start + static_cast<std::size_t>(read)) == "\n" ? percent : -1;
}

// A set in the format of MNIST: `count` images whose bright row tells the label.
void write_mnist(const TemporaryFolder& folder, std::uint32_t count, std::uint32_t size)
{
    std::string images, labels;
    for (std::uint32_t n = 0; n < count; ++n) {
        std::string image(std::size_t{size} * size, '\0');
        image.replace((n % 10) * 2 * size, 2 * size, std::string(2 * size, '\xFF'));
        images += image;
        labels += static_cast<char>(n % 10);
    }
    for (const std::string part : {"train", "t10k"}) {
        folder.write(part + "-images-idx3-ubyte.gz", gzip(idx_header(0x08, {count, size, size}) + images));
        folder.write(part + "-labels-idx1-ubyte", idx_header(0x08, {count}) + labels);
    }
}

}  // namespace

TEST(Demo, PrintsTheSlideThenTrainsJudgesAndSaves)
{
    const TemporaryFolder folder;
    const std::string weights = folder.path() + "/weights.safetensors";
    const Outcome outcome = run_demo("--epochs 2 --seed 1 --weights " + weights);
    ASSERT_EQ(outcome.code, 0) << outcome.text;
    EXPECT_NE(outcome.text.find("f = -12, df/dx = -4, df/dy = -4, df/dz = 3"), std::string::npos) << outcome.text;
    std::size_t position = 0;
    for (const char* part : {"epoch  2/2 ", "samples/s", "validation: loss ", "accuracy ", " %\n"}) {
        position = outcome.text.find(part, position);
        ASSERT_NE(position, std::string::npos) << part << " is missing in:\n" << outcome.text;
    }
    EXPECT_NE(outcome.text.find("1258 rows to train on, 179 to validate on, 360 to test on at the end"),
              std::string::npos)
        << outcome.text;
    EXPECT_NE(outcome.text.find("label | taken for\n"), std::string::npos);
    EXPECT_NE(outcome.text.find("weights saved in " + weights + "\n"), std::string::npos);
    EXPECT_GT(accuracy_in(outcome.text), 70) << outcome.text;

    const Outcome again = run_demo("--quiet --epochs 0 --load " + weights);
    EXPECT_EQ(again.code, 0) << again.text;
    EXPECT_EQ(accuracy_in(again.text), accuracy_in(outcome.text));
}

TEST(Demo, TheSameSeedGivesTheSameWeights)
{
    const TemporaryFolder folder;
    const auto train = [&](const std::string& name, const std::string& seed) {
        const std::string path = folder.path() + "/" + name;
        EXPECT_EQ(run_demo("-q --threads 1 --epochs 1 --seed " + seed + " --weights " + path).code, 0);
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const std::string first = train("a", "5");
    EXPECT_FALSE(first.empty());
    EXPECT_EQ(first, train("b", "5"));
    EXPECT_NE(first, train("c", "6"));
}

TEST(Demo, TrainsLeNetOnMnistFiles)
{
    const TemporaryFolder folder;
    write_mnist(folder, 300, 28);
    const Outcome outcome =
        run_demo("--epochs 8 --batch-size 10 --data " + folder.path() + " --weights " + folder.path() + "/w");
    EXPECT_EQ(outcome.code, 0) << outcome.text;
    EXPECT_GT(accuracy_in(outcome.text), 50) << outcome.text;
}

TEST(Demo, HelpListsTheOptions)
{
    const Outcome outcome = run_demo("--help");
    EXPECT_EQ(outcome.code, 0);
    for (const char* option :
         {"--data", "--epochs", "--batch-size", "--lr", "--seed", "--threads", "--weights", "--load", "--quiet"})
        EXPECT_NE(outcome.text.find(option), std::string::npos) << option;
}

TEST(Demo, BadOptionsAreOneLineErrors)
{
    expect_one_line_error("--epochs -1", "--epochs");
    expect_one_line_error("--epochs many", "--epochs");
    expect_one_line_error("--batch-size 0", "--batch-size");
    expect_one_line_error("--lr nan", "--lr");
    expect_one_line_error("--threads 0", "--threads");
    expect_one_line_error("--wieghts x", "--wieghts");
    expect_one_line_error("--data", "--data");
    expect_one_line_error("--epochs 1 --weights /nowhere/at/all/w", "/nowhere/at/all/w");
    expect_one_line_error("--epochs 1 --lr 1e25", "--lr");
}

TEST(Demo, BadDataAreOneLineErrors)
{
    const TemporaryFolder folder;
    expect_one_line_error("--data /nowhere", "/nowhere");
    expect_one_line_error("--data " + folder.path(), "train-images-idx3-ubyte");
    write_mnist(folder, 20, 20);
    expect_one_line_error("--data " + folder.path(), "20 x 20 pixels, LeNet-5 takes 28 x 28");
    write_mnist(folder, 20, 28);
    const std::string whole = gzip(idx_header(0x08, {1, 28, 28}) + std::string(784, '\0'));
    folder.write("train-images-idx3-ubyte.gz", whole.substr(0, whole.size() - 12));
    expect_one_line_error("--data " + folder.path(), "train-images-idx3-ubyte.gz");
    folder.write("train-images-idx3-ubyte.gz", "no gzip at all");
    expect_one_line_error("--data " + folder.path(), "train-images-idx3-ubyte.gz");
}

TEST(Demo, BadWeightsAreOneLineErrors)
{
    const TemporaryFolder folder;
    expect_one_line_error("--epochs 0 --load " + folder.path() + "/none", "/none");
    expect_one_line_error("--epochs 0 --load " + folder.write("text", "no weights"), "/text");
}
