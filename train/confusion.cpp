#include <xgrad/error.hpp>
#include <xgrad/train/confusion.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace xgrad::train {

namespace {

constexpr const char* kOperation = "ConfusionMatrix";

[[noreturn]] void throw_out_of_range(const char* what, std::int64_t value, std::int64_t classes)
{
    throw ShapeError(xgrad::detail::error_text(kOperation, fmt::format("{} {} of {} classes", what, value, classes),
                                               fmt::format("classes are 0 to {}", classes - 1),
                                               "check the labels, or the number of classes"));
}

void check_range(const char* what, std::int64_t value, std::int64_t classes)
{
    if (value < 0 || value >= classes) throw_out_of_range(what, value, classes);
}

std::string percent(double share) { return share == share ? fmt::format("{:.2f} %", 100 * share) : "-"; }

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) : classes_(classes)
{
    if (classes < 1)
        throw ShapeError(xgrad::detail::error_text(kOperation, fmt::format("{} classes", classes),
                                                   "there is at least one class", "pass the number of classes"));
    counts_.resize(static_cast<std::size_t>(classes * classes));
}

void ConfusionMatrix::add(const Tensor& guesses, const Tensor& labels)
{
    if (guesses.dtype() != i64 || labels.dtype() != i64)
        throw DtypeError(xgrad::detail::error_text(kOperation,
                                                   "guesses " + describe(guesses) + " and labels " + describe(labels),
                                                   "both are i64 (n)", "argmax(scores, 1) gives guesses"));
    if (guesses.ndim() != 1 || !(guesses.sizes() == labels.sizes()))
        throw ShapeError(xgrad::detail::error_text(kOperation,
                                                   "guesses " + describe(guesses) + " and labels " + describe(labels),
                                                   "both are i64 (n)", "argmax(scores, 1) gives guesses"));
    const auto guess = guesses.to_vector<std::int64_t>(), label = labels.to_vector<std::int64_t>();
    for (const std::int64_t value : guess) check_range("guess", value, classes_);
    for (const std::int64_t value : label) check_range("label", value, classes_);
    for (std::size_t i = 0; i < guess.size(); ++i) ++counts_[static_cast<std::size_t>(label[i] * classes_ + guess[i])];
}

std::int64_t ConfusionMatrix::samples() const
{
    std::int64_t total = 0;
    for (const std::int64_t count : counts_) total += count;
    return total;
}

std::int64_t ConfusionMatrix::correct() const
{
    std::int64_t total = 0;
    for (std::int64_t c = 0; c < classes_; ++c) total += cell(c, c);
    return total;
}

std::int64_t ConfusionMatrix::count(std::int64_t label, std::int64_t guess) const
{
    check_range("label", label, classes_);
    check_range("guess", guess, classes_);
    return cell(label, guess);
}

double ConfusionMatrix::accuracy() const { return static_cast<double>(correct()) / static_cast<double>(samples()); }

double ConfusionMatrix::accuracy(std::int64_t label) const
{
    check_range("label", label, classes_);
    std::int64_t total = 0;
    for (std::int64_t guess = 0; guess < classes_; ++guess) total += cell(label, guess);
    return static_cast<double>(cell(label, label)) / static_cast<double>(total);
}

std::string to_string(const ConfusionMatrix& matrix)
{
    const std::int64_t classes = matrix.classes();
    std::size_t width = std::to_string(classes - 1).size();
    for (std::int64_t label = 0; label < classes; ++label)
        for (std::int64_t guess = 0; guess < classes; ++guess)
            width = std::max(width, std::to_string(matrix.count(label, guess)).size());
    std::string text = "label | taken for\n      |";
    for (std::int64_t guess = 0; guess < classes; ++guess) text += fmt::format(" {:>{}}", guess, width);
    text += "     right\n------+" + std::string(static_cast<std::size_t>(classes) * (width + 1), '-') + "----------\n";
    for (std::int64_t label = 0; label < classes; ++label) {
        text += fmt::format("{:>5} |", label);
        for (std::int64_t guess = 0; guess < classes; ++guess) {
            const std::int64_t count = matrix.count(label, guess);
            text += fmt::format(" {:>{}}", count == 0 ? "." : std::to_string(count), width);
        }
        text += fmt::format("  {:>8}\n", percent(matrix.accuracy(label)));
    }
    return text;
}

}  // namespace xgrad::train
