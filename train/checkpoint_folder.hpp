#pragma once

#include <xgrad/train/checkpoint.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace xgrad::train {

struct CheckpointFolderOptions {
    std::int64_t keep_last = 3;  ///< so many of the latest stay
    bool maximize = false;       ///< the value is an accuracy; else it is a loss
};

/// Checkpoints of one run in a folder: the latest, step-12.safetensors and so on, and the best, best.safetensors. One
/// process at a time saves there.
///
///     train::CheckpointFolder folder("runs/lenet", {.keep_last = 2});
///     if (const auto latest = folder.latest()) checkpoint.load(*latest);
///     ...
///     folder.save(checkpoint, step, validation_loss);
class CheckpointFolder {
public:
    /// Makes the folder, unless it is there. Throws DataError when it cannot be made, std::invalid_argument unless
    /// keep_last is at least 1.
    explicit CheckpointFolder(std::string folder, CheckpointFolderOptions options = {});

    /// Saves, and removes the oldest, as well as unfinished files of processes that died. The file is the best one, too,
    /// when its value is better than that of the best so far, in earlier processes as well; NaN is none. Throws
    /// std::invalid_argument for a step before the latest one, DataError when a file cannot be written.
    void save(const Checkpoint& checkpoint, std::int64_t step, double value = std::numeric_limits<double>::quiet_NaN());

    std::optional<std::string> latest() const;  ///< path of the file with the largest step
    std::optional<std::string> best() const;

    /// Value of the best one; NaN when there is none.
    double best_value() const;

private:
    std::string folder_;
    CheckpointFolderOptions options_;
};

}  // namespace xgrad::train
