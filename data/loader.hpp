#pragma once

#include <xgrad/data/dataset.hpp>
#include <xgrad/tensor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace xgrad::data {

struct LoaderOptions {
    std::int64_t batch_size = 32;
    bool shuffle = true;
    bool drop_last = false;                  ///< leaves out a last batch that is smaller than the others
    std::optional<std::uint64_t> seed = {};  ///< of the order; drawn from the default generator where none is given
};

struct Batch {
    Tensor inputs, targets;
};

/// Where a loader is in its data, for another loader over the same data to go on from.
struct LoaderPosition {
    std::uint64_t seed = 0;  ///< of the order
    std::int64_t epoch = 0;  ///< that the next batch belongs to
    std::int64_t row = -1;   ///< of its order with which that batch begins; -1: the epoch has not begun
    bool operator==(const LoaderPosition&) const = default;
};

/// Goes through a data set in batches, in another order each time:
///
///     for (auto [images, labels] : loader) ...
///
/// Each `begin()` starts the next epoch. The order of epoch e depends on the seed and e alone.
///
/// position() is behind the batch given last, so a loop that saves it in its body, behind the step, and another process
/// that seeks it see each batch once. A loop left by `break` has not ended its epoch for position() either, unless
/// set_epoch says so. Of nested loops over one loader, the one that gave the last batch counts.
class Loader {
public:
    /// Throws ShapeError unless batch_size is positive.
    explicit Loader(Dataset dataset, LoaderOptions options = {});

    class Iterator {
    public:
        Batch operator*() const;
        Iterator& operator++();
        bool operator==(const Iterator& other) const { return row_ == other.row_; }

    private:
        friend class Loader;
        Loader* loader_ = nullptr;
        std::shared_ptr<const std::vector<std::int64_t>>
            order_;  // its own, so that a nested loop over the same loader is safe
        std::int64_t epoch_ = 0, row_ = 0;
    };

    Iterator begin();
    Iterator end() const;

    std::int64_t size() const;     ///< batches an epoch
    std::int64_t samples() const;  ///< samples an epoch, without those that drop_last leaves out
    std::int64_t epoch() const { return epoch_; }
    /// The next `begin()` gives the order of this epoch, from the beginning, or from where seek put it in this epoch.
    void set_epoch(std::int64_t epoch);

    LoaderPosition position() const;
    /// The next `begin()` goes on from there: with no batch when its epoch had given all. Throws std::invalid_argument
    /// unless a batch begins at the row, or the epoch ends there.
    void seek(const LoaderPosition& position);

    const Dataset& dataset() const { return dataset_; }
    const LoaderOptions& options() const { return options_; }

private:
    std::vector<std::int64_t> order_of(std::int64_t epoch) const;

    Dataset dataset_;
    LoaderOptions options_;
    std::int64_t epoch_ = 0;                   // of the next begin()
    std::int64_t at_epoch_ = 0, at_row_ = -1;  // behind the last batch; -1: between two epochs
    bool goes_on_ = false;                     // the next begin() does, from there
};

}  // namespace xgrad::data
