#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace xgrad::train {

struct ProgressOptions {
    std::FILE* stream = stdout;  ///< null: nothing is shown
    /// On a terminal one line is drawn over and over; elsewhere a plain line appears now and then.
    enum class Style : std::uint8_t { automatic, bar, lines } style = Style::automatic;
    double bar_interval = 0.1;  ///< seconds between two drawings
    double line_interval = 10;  ///< seconds between two plain lines
    int bar_width = 24;
    double (*clock)() = nullptr;  ///< seconds; null: a monotonic clock
};

/// Shows how far an epoch is: loss and accuracy averaged over its samples so far, samples per second, time left.
///
///     Progress progress("epoch 1/10", loader.samples());
///     for (auto [images, labels] : loader) { ...; progress.update(count, loss, correct); }
///     progress.finish();
class Progress {
public:
    Progress(std::string title, std::int64_t samples, ProgressOptions options = {});
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();  ///< ends the line if an exception left the loop

    /// Adds a batch: `samples` more samples, their mean loss, how many of them were right (-1: not a classification).
    void update(std::int64_t samples, double loss, std::int64_t correct = -1);

    /// Shows the final line of the epoch, with `suffix` behind it (for example the validation accuracy).
    void finish(const std::string& suffix = {});

    double loss() const;      ///< mean over the samples so far
    double accuracy() const;  ///< share of right ones in 0 to 1; nan when nothing was counted
    double samples_per_second() const;

private:
    void show(double now, bool last, const std::string& suffix);
    std::string line(double now, bool last) const;
    double elapsed(double now) const;

    std::string title_;
    ProgressOptions options_;
    std::int64_t samples_, done_ = 0, counted_ = 0, correct_ = 0;
    double loss_sum_ = 0, start_ = 0, shown_ = 0, ended_ = 0;
    std::size_t drawn_width_ = 0;
    bool finished_ = false;
};

/// "7 s", "3:05", "1:02:09".
std::string duration_text(double seconds);

}  // namespace xgrad::train
