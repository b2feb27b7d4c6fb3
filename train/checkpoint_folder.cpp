#include <xgrad/train/checkpoint_folder.hpp>

#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

namespace xgrad::train {
namespace {

namespace fs = std::filesystem;
using xgrad::detail::error_text;

constexpr std::string_view kBefore = "step-", kAfter = ".safetensors", kBest = "best.safetensors";
constexpr const char* kValue = "value";  // in the metadata of the best one

std::string path_of(const std::string& folder, std::int64_t step)
{
    return fmt::format("{}/{}{}{}", folder, kBefore, step, kAfter);
}

std::string best_path(const std::string& folder) { return fmt::format("{}/{}", folder, kBest); }

/// The step that a file's name says; -1 for any other file.
std::int64_t step_of(const std::string& name)
{
    const bool ours = name.size() > kBefore.size() + kAfter.size() && name.rfind(kBefore, 0) == 0 &&
                      name.compare(name.size() - kAfter.size(), kAfter.size(), kAfter) == 0;
    if (!ours) return -1;
    const char *begin = name.data() + kBefore.size(), *end = name.data() + name.size() - kAfter.size();
    std::int64_t step = -1;
    const auto [stop, error] = std::from_chars(begin, end, step);
    return error == std::errc() && stop == end ? step : -1;
}

/// Of all checkpoints, the smallest first.
std::vector<std::int64_t> steps_in(const std::string& folder)
{
    std::vector<std::int64_t> steps;
    for (const auto& entry : fs::directory_iterator(folder))
        if (const std::int64_t step = step_of(entry.path().filename().string()); step >= 0) steps.push_back(step);
    std::sort(steps.begin(), steps.end());
    return steps;
}

/// What writers left that died in the middle; nobody else writes now.
void remove_unfinished(const std::string& folder)
{
    std::vector<fs::path> unfinished;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        const std::size_t part = name.find(".part-");
        if (part == std::string::npos) continue;
        if (name.compare(0, part, kBest) == 0 || step_of(name.substr(0, part)) >= 0) unfinished.push_back(entry.path());
    }
    for (const fs::path& path : unfinished) fs::remove(path);
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, CheckpointFolderOptions options)
    : folder_(std::move(folder)), options_(options)
{
    if (options_.keep_last < 1)
        throw std::invalid_argument(error_text("CheckpointFolder", "keep_last " + std::to_string(options_.keep_last),
                                               "the latest one stays at least", "3, the default"));
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!fs::is_directory(folder_))
        throw DataError(error_text("CheckpointFolder", folder_ + ": cannot be made: " + error.message(),
                                   "a folder, or a path where one may be made", "check the path and its permissions"));
}

void CheckpointFolder::save(const Checkpoint& checkpoint, std::int64_t step, double value)
{
    const std::vector<std::int64_t> steps = steps_in(folder_);
    if (step < 0 || (!steps.empty() && step < steps.back()))
        throw std::invalid_argument(error_text(
            "CheckpointFolder::save",
            steps.empty() ? fmt::format("step {}", step) : fmt::format("step {} behind step {}", step, steps.back()),
            "steps grow, so that the largest is the latest", "another folder for another run"));
    checkpoint.save(path_of(folder_, step));
    const double before = best_value();
    if (std::isnan(before) ? !std::isnan(value) : options_.maximize ? value > before : value < before)
        checkpoint.save(best_path(folder_), {{kValue, fmt::format("{}", value)}});
    remove_unfinished(folder_);
    std::vector<std::int64_t> now = steps_in(folder_);
    while (static_cast<std::int64_t>(now.size()) > options_.keep_last) {
        fs::remove(path_of(folder_, now.front()));
        now.erase(now.begin());
    }
}

std::optional<std::string> CheckpointFolder::latest() const
{
    const std::vector<std::int64_t> steps = steps_in(folder_);
    if (steps.empty()) return std::nullopt;
    return path_of(folder_, steps.back());
}

std::optional<std::string> CheckpointFolder::best() const
{
    const std::string path = best_path(folder_);
    if (!fs::exists(path)) return std::nullopt;
    return path;
}

double CheckpointFolder::best_value() const
{
    const std::optional<std::string> path = best();
    if (!path) return std::numeric_limits<double>::quiet_NaN();
    const auto metadata = data::read_safetensors(*path).metadata;
    const auto found = metadata.find(kValue);
    double value = std::numeric_limits<double>::quiet_NaN();
    if (found != metadata.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    return value;
}

}  // namespace xgrad::train
