#include <xgrad/train/progress.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <stdexcept>

namespace {

using xgrad::train::Progress;
using xgrad::train::ProgressOptions;

double g_now = 0;

// A stream of which the test reads what was written.
struct Sink {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};

    ProgressOptions options(ProgressOptions::Style style) const
    {
        g_now = 100;
        ProgressOptions made;
        made.stream = file.get();
        made.style = style;
        made.clock = [] { return g_now; };
        made.bar_width = 10;
        return made;
    }
    std::string text() const
    {
        std::string result(static_cast<std::size_t>(std::ftell(file.get())), ' ');
        std::rewind(file.get());
        EXPECT_EQ(std::fread(result.data(), 1, result.size(), file.get()), result.size());
        return result;
    }
};

}  // namespace

TEST(Progress, BarRedrawsOneLineWithLossAccuracySpeedAndTimeLeft)
{
    Sink sink;
    Progress progress("epoch 1/2", 100, sink.options(ProgressOptions::Style::bar));
    g_now = 101;
    progress.update(25, 2.0, 10);
    g_now = 101.01;  // sooner than the interval: not drawn
    progress.update(25, 1.0, 15);
    g_now = 104;
    progress.update(50, 0.5, 50);
    progress.finish("validation 90.00 %");
    EXPECT_EQ(sink.text(),
              "\repoch 1/2  [##........]   25 %  loss 2.0000  accuracy 40.00 %  25 samples/s  3 s left"
              "\repoch 1/2  [##########]  100 %  loss 1.0000  accuracy 75.00 %  25 samples/s  0 s left"
              "\repoch 1/2  loss 1.0000  accuracy 75.00 %  25 samples/s  4 s  validation 90.00 %      \n");
}

TEST(Progress, ElsewhereThanOnATerminalItPrintsPlainLines)
{
    Sink sink;
    Progress progress("epoch 1/1", 40, sink.options(ProgressOptions::Style::automatic));
    g_now = 105;
    progress.update(10, 1.0);  // 5 s: less than the interval of 10 s
    g_now = 112;
    progress.update(10, 3.0);
    g_now = 113;
    progress.update(20, 2.0);
    progress.finish();
    progress.finish();
    EXPECT_EQ(sink.text(),
              "epoch 1/1   50 %  loss 2.0000  2 samples/s  12 s left\nepoch 1/1  loss 2.0000  3 samples/s  13 s\n");
}

TEST(Progress, MeansAreOverSamplesAndNotOverBatches)
{
    Sink sink;
    Progress progress("", 4, sink.options(ProgressOptions::Style::lines));
    EXPECT_TRUE(std::isnan(progress.accuracy()));
    g_now = 102;
    progress.update(3, 1.0, 3);
    progress.update(1, 5.0, 0);
    EXPECT_DOUBLE_EQ(progress.loss(), 2.0);
    EXPECT_DOUBLE_EQ(progress.accuracy(), 0.75);
    EXPECT_DOUBLE_EQ(progress.samples_per_second(), 2.0);
}

TEST(Progress, AnExceptionLeavesTheTerminalOnANewLine)
{
    Sink sink;
    try {
        Progress progress("t", 2, sink.options(ProgressOptions::Style::bar));
        g_now = 101;
        progress.update(1, 0.0);
        throw std::runtime_error("stop");
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(sink.text().back(), '\n');
}

TEST(Progress, AnEmptyEpochDividesByNothing)
{
    Sink sink;
    Progress progress("empty", 0, sink.options(ProgressOptions::Style::lines));
    progress.finish();
    EXPECT_EQ(sink.text(), "empty  0 samples/s  1 s\n");
}

TEST(DurationText, HasSecondsMinutesOrHours)
{
    using xgrad::train::duration_text;
    EXPECT_EQ(duration_text(6.2), "7 s");
    EXPECT_EQ(duration_text(185), "3:05");
    EXPECT_EQ(duration_text(3729), "1:02:09");
    EXPECT_EQ(duration_text(std::nan("")), "?");
}

TEST(Progress, WithoutAStreamItOnlyCounts)
{
    Progress progress("epoch", 10, {.stream = nullptr});
    progress.update(10, 0.5, 4);
    progress.finish("more");
    EXPECT_DOUBLE_EQ(progress.accuracy(), 0.4);
}
