#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/train/checkpoint_folder.hpp>

#include <algorithm>
#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;
using train::CheckpointFolder;

namespace {

std::vector<std::string> names_in(const std::string& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

TEST(CheckpointFolder, KeepsTheLatestAndTheBest)
{
    const test::TemporaryFolder temporary;
    const std::string path = temporary.path() + "/runs/first";
    int step = 0;
    train::Checkpoint checkpoint{{"step", step}};
    CheckpointFolder folder(path, {.keep_last = 2});
    EXPECT_FALSE(folder.latest());
    EXPECT_FALSE(folder.best());
    EXPECT_TRUE(std::isnan(folder.best_value()));
    const double losses[] = {0.5, 0.3, 0.3, std::nan(""), 0.4};
    for (step = 8; step < 13; ++step) folder.save(checkpoint, step, losses[step - 8]);
    EXPECT_EQ(names_in(path),
              (std::vector<std::string>{"best.safetensors", "step-11.safetensors", "step-12.safetensors"}));
    EXPECT_EQ(folder.latest(), path + "/step-12.safetensors");
    EXPECT_EQ(folder.best_value(), 0.3);
    checkpoint.load(*folder.best());
    EXPECT_EQ(step, 9);
    checkpoint.load(*folder.latest());
    EXPECT_EQ(step, 12);
}

TEST(CheckpointFolder, KnowsTheBestOfAnEarlierProcess)
{
    const test::TemporaryFolder temporary;
    int step = 1;
    train::Checkpoint checkpoint{{"step", step}};
    CheckpointFolder(temporary.path(), {.maximize = true}).save(checkpoint, 1, 0.1 + 0.2);
    CheckpointFolder later(temporary.path(), {.maximize = true});
    EXPECT_EQ(later.best_value(), 0.1 + 0.2);
    step = 2;
    later.save(checkpoint, 2, 0.3);
    checkpoint.load(*later.best());
    EXPECT_EQ(step, 1);
    step = 3;
    later.save(checkpoint, 3, 0.31);
    step = 0;
    checkpoint.load(*later.best());
    EXPECT_EQ(step, 3);
}

TEST(CheckpointFolder, RemovesWhatDeadWritersLeft)
{
    const test::TemporaryFolder temporary;
    for (const char* name : {"step-3.safetensors.part-77-0", "best.safetensors.part-77-1", "other.part-77-2"})
        temporary.write(name, "half");
    int step = 4;
    train::Checkpoint checkpoint{{"step", step}};
    CheckpointFolder folder(temporary.path());
    EXPECT_FALSE(folder.latest());
    folder.save(checkpoint, 4);
    EXPECT_EQ(names_in(temporary.path()), (std::vector<std::string>{"other.part-77-2", "step-4.safetensors"}));
}

TEST(CheckpointFolder, LeavesOtherFilesAlone)
{
    const test::TemporaryFolder temporary;
    for (const char* name : {"step-x.safetensors", "step-.safetensors", "step-1.txt", "notes"})
        temporary.write(name, "mine");
    int step = 1;
    train::Checkpoint checkpoint{{"step", step}};
    CheckpointFolder folder(temporary.path(), {.keep_last = 1});
    folder.save(checkpoint, 5);
    folder.save(checkpoint, 6);
    EXPECT_EQ(names_in(temporary.path()), (std::vector<std::string>{"notes", "step-.safetensors", "step-1.txt",
                                                                    "step-6.safetensors", "step-x.safetensors"}));
}

TEST(CheckpointFolder, RefusesStepsThatShrinkAndFoldersThatCannotBe)
{
    const test::TemporaryFolder temporary;
    int step = 1;
    train::Checkpoint checkpoint{{"step", step}};
    CheckpointFolder folder(temporary.path());
    folder.save(checkpoint, 5);
    EXPECT_THROW_TEXT(folder.save(checkpoint, 4), std::invalid_argument,
                      "CheckpointFolder::save: step 4 behind step 5.\n"
                      "  rule: steps grow, so that the largest is the latest.\n"
                      "  try:  another folder for another run.");
    folder.save(checkpoint, 5);
    EXPECT_THROW(CheckpointFolder(temporary.path(), {.keep_last = 0}), std::invalid_argument);
    const std::string file = temporary.write("file", "x");
    EXPECT_THROW(CheckpointFolder{file}, DataError);
}
