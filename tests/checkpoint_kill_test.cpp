// A program that dies while it saves leaves a whole checkpoint behind.
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/train/checkpoint.hpp>

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/expect_tensor.hpp"
#include "tests/temporary_files.hpp"

using namespace xgrad;

namespace {

pid_t start_writer(const std::string& path)
{
    std::string program = XGRAD_CHECKPOINT_WRITER, argument = path;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    pid_t writer = -1;
    if (posix_spawn(&writer, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return -1;
    return writer;
}

std::size_t unfinished_files(const std::string& folder)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        count += entry.path().filename().string().find(".part-") != std::string::npos;
    return count;
}

}  // namespace

TEST(Checkpoint, IsWholeWheneverItsWriterIsKilled)
{
    using namespace std::chrono_literals;
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/run.safetensors";
    nn::Linear model(1024, 1024);
    std::int64_t step = 0;
    train::Checkpoint checkpoint{{"model", model}, {"step", step}};
    for (int round = 0; round < 20; ++round) {
        SCOPED_TRACE(round);
        const pid_t writer = start_writer(path);
        ASSERT_GT(writer, 0);
        for (int i = 0; i < 3000 && !std::filesystem::exists(path); ++i) std::this_thread::sleep_for(10ms);
        std::this_thread::sleep_for(60ms + round * 3ms);
        kill(writer, SIGKILL);
        int status = 0;
        waitpid(writer, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
        const std::int64_t before = step;
        checkpoint.load(path);
        EXPECT_GE(step, before);
        EXPECT_TENSOR_EQ(min(model.weight.value()), tensor(static_cast<double>(step)));
        EXPECT_TENSOR_EQ(max(model.weight.value()), tensor(static_cast<double>(step)));
        EXPECT_TENSOR_EQ(max(model.bias.value()), tensor(static_cast<double>(step)));
    }
    EXPECT_GT(unfinished_files(folder.path()), 0U) << "no writer was killed while it wrote";
}
