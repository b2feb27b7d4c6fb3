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

/// Goes through a data set in batches, in another order each time:
///
///     for (auto [images, labels] : loader) ...
///
/// Each `begin()` starts the next epoch. The order of epoch e depends on the seed and e alone.
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
        const Loader* loader_ = nullptr;
        std::shared_ptr<const std::vector<std::int64_t>>
            order_;  // its own, so that a nested loop over the same loader is safe
        std::int64_t row_ = 0;
    };

    Iterator begin();
    Iterator end() const;

    std::int64_t size() const;     ///< batches an epoch
    std::int64_t samples() const;  ///< samples an epoch, without those that drop_last leaves out
    std::int64_t epoch() const { return epoch_; }
    void set_epoch(std::int64_t epoch) { epoch_ = epoch; }  ///< the next `begin()` gives the order of this epoch

private:
    Dataset dataset_;
    LoaderOptions options_;
    std::int64_t epoch_ = 0;
};

}  // namespace xgrad::data
