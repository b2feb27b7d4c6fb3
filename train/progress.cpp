#include <xgrad/train/progress.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace xgrad::train {

namespace {

double steady_seconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool draws_bar(const ProgressOptions& options)
{
    if (options.style == ProgressOptions::Style::automatic)
        return options.stream && isatty(fileno(options.stream)) != 0;
    return options.style == ProgressOptions::Style::bar;
}

}  // namespace

std::string duration_text(double seconds)
{
    if (!(seconds >= 0) || seconds > 1e7) return "?";
    const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

Progress::Progress(std::string title, std::int64_t samples, ProgressOptions options)
    : title_(std::move(title)), options_(options), samples_(samples)
{
    if (!options_.clock) options_.clock = steady_seconds;
    options_.style = draws_bar(options_) ? ProgressOptions::Style::bar : ProgressOptions::Style::lines;
    start_ = options_.clock();
    // The bar appears with the first batch, a plain line only when the epoch takes longer than the interval.
    shown_ = options_.style == ProgressOptions::Style::bar ? start_ - options_.bar_interval : start_;
}

Progress::~Progress()
{
    if (drawn_width_ > 0 && !finished_) std::fputc('\n', options_.stream);
}

void Progress::update(std::int64_t samples, double loss, std::int64_t correct)
{
    done_ += samples;
    loss_sum_ += loss * static_cast<double>(samples);
    if (correct >= 0) {
        counted_ += samples;
        correct_ += correct;
    }
    const double now = options_.clock();
    const bool bar = options_.style == ProgressOptions::Style::bar;
    if (now - shown_ >= (bar ? options_.bar_interval : options_.line_interval)) show(now, false, {});
    ended_ = now;
}

void Progress::finish(const std::string& suffix)
{
    if (finished_) return;
    finished_ = true;
    if (done_ == 0) ended_ = options_.clock();
    show(ended_, true, suffix);
}

double Progress::loss() const { return loss_sum_ / static_cast<double>(done_); }

double Progress::accuracy() const
{
    return counted_ == 0 ? std::numeric_limits<double>::quiet_NaN()
                         : static_cast<double>(correct_) / static_cast<double>(counted_);
}

double Progress::samples_per_second() const { return static_cast<double>(done_) / std::max(elapsed(ended_), 1e-9); }

double Progress::elapsed(double now) const { return now - start_; }

std::string Progress::line(double now, bool last) const
{
    const double seconds = std::max(elapsed(now), 1e-9),
                 share = samples_ > 0 ? static_cast<double>(done_) / static_cast<double>(samples_) : 1;
    std::string text = title_ + "  ";
    if (options_.style == ProgressOptions::Style::bar && !last) {
        const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * options_.bar_width);
        text += '[' + std::string(filled, '#') +
                std::string(static_cast<std::size_t>(options_.bar_width) - filled, '.') + "]  ";
    }
    if (!last) text += fmt::format("{:3.0f} %  ", 100 * share);
    if (done_ > 0) text += fmt::format("loss {:.4f}  ", loss());
    if (counted_ > 0) text += fmt::format("accuracy {:.2f} %  ", 100 * accuracy());
    text += fmt::format("{:.0f} samples/s  ", static_cast<double>(done_) / seconds);
    if (last) return text + duration_text(seconds);
    if (done_ > 0) text += fmt::format("{} left", duration_text(seconds * (1 / share - 1)));
    return text;
}

void Progress::show(double now, bool last, const std::string& suffix)
{
    shown_ = now;
    if (!options_.stream) return;
    const std::string text = line(now, last) + (suffix.empty() ? "" : "  " + suffix);
    if (options_.style == ProgressOptions::Style::bar) {
        // Blanks cover what a longer line before left behind.
        const std::string rest(drawn_width_ > text.size() ? drawn_width_ - text.size() : 0, ' ');
        fmt::print(options_.stream, "\r{}{}{}", text, rest, last ? "\n" : "");
        drawn_width_ = text.size();
    } else {
        fmt::print(options_.stream, "{}\n", text);
    }
    std::fflush(options_.stream);
}

}  // namespace xgrad::train
