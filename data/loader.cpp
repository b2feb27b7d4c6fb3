#include <xgrad/data/loader.hpp>

#include <xgrad/error.hpp>
#include <xgrad/random.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace xgrad::data {

namespace {

Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : xgrad::detail::contiguous_copy(x); }

// Rows order[first], order[first + 1], ... of a contiguous tensor.
Tensor gather_rows(const Tensor& x, const std::int64_t* rows, std::int64_t count)
{
    std::vector<std::int64_t> sizes = x.sizes().vector();
    const std::size_t row_bytes = static_cast<std::size_t>(x.numel() / sizes[0]) * size_of(x.dtype());
    sizes[0] = count;
    const Tensor y = xgrad::detail::empty(x.dtype(), sizes);
    const auto* from = static_cast<const std::uint8_t*>(x.raw());
    auto* to = static_cast<std::uint8_t*>(xgrad::detail::mutable_data(y));
    for (std::int64_t i = 0; i < count; ++i) {
        if (row_bytes > 0)
            std::memcpy(to + static_cast<std::size_t>(i) * row_bytes,
                        from + static_cast<std::size_t>(rows[i]) * row_bytes, row_bytes);
    }
    return y;
}

}  // namespace

Loader::Loader(Dataset dataset, LoaderOptions options)
    : dataset_(contiguous(dataset.inputs()), contiguous(dataset.targets())), options_(options)
{
    if (options_.batch_size <= 0) {
        throw ShapeError(xgrad::detail::error_text("Loader", "batch_size " + std::to_string(options_.batch_size),
                                                   "batch_size >= 1", "32 is a good start"));
    }
    if (!options_.seed) {
        std::int64_t drawn = 0;
        fill_integers({&drawn, 1}, 0, std::int64_t{1} << 62);
        options_.seed = static_cast<std::uint64_t>(drawn);
    }
}

std::vector<std::int64_t> Loader::order_of(std::int64_t epoch) const
{
    const std::int64_t n = dataset_.size();
    if (options_.shuffle) {
        // Each epoch has a part of the sequence of its own, at least as long as a permutation needs.
        Generator generator{*options_.seed};
        generator.seek(static_cast<std::uint64_t>(epoch) * (static_cast<std::uint64_t>(n) + 1));
        return permutation(n, generator);
    }
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return order;
}

Loader::Iterator Loader::begin()
{
    if (!std::exchange(goes_on_, false)) {
        at_epoch_ = epoch_++;
        at_row_ = samples() > 0 ? 0 : -1;
    }
    Iterator first;
    first.loader_ = this;
    first.order_ = std::make_shared<const std::vector<std::int64_t>>(order_of(at_epoch_));
    first.epoch_ = at_epoch_;
    first.row_ = std::max<std::int64_t>(at_row_, 0);
    if (at_row_ == samples()) at_row_ = -1;  // nothing is left, so nothing will end this epoch
    return first;
}

Loader::Iterator Loader::end() const
{
    Iterator last;
    last.row_ = samples();
    return last;
}

std::int64_t Loader::samples() const
{
    const std::int64_t n = dataset_.size();
    return options_.drop_last ? n - n % options_.batch_size : n;
}

std::int64_t Loader::size() const { return (samples() + options_.batch_size - 1) / options_.batch_size; }

Batch Loader::Iterator::operator*() const
{
    const std::int64_t count = std::min(loader_->options_.batch_size, loader_->samples() - row_);
    const std::int64_t* rows = order_->data() + row_;
    loader_->at_epoch_ = epoch_;
    loader_->at_row_ = row_ + count;
    return {gather_rows(loader_->dataset_.inputs(), rows, count),
            gather_rows(loader_->dataset_.targets(), rows, count)};
}

Loader::Iterator& Loader::Iterator::operator++()
{
    row_ = std::min(row_ + loader_->options_.batch_size, loader_->samples());
    if (row_ == loader_->samples()) loader_->at_row_ = -1;
    return *this;
}

void Loader::set_epoch(std::int64_t epoch)
{
    if (goes_on_ && at_epoch_ == epoch) return;
    epoch_ = epoch;
    at_row_ = -1;
    goes_on_ = false;
}

LoaderPosition Loader::position() const
{
    const bool inside = at_row_ >= 0;
    return {*options_.seed, inside ? at_epoch_ : epoch_, at_row_};
}

void Loader::seek(const LoaderPosition& p)
{
    const bool begins_batch = p.row >= 0 && p.row < samples() && p.row % options_.batch_size == 0;
    if (p.epoch < 0 || (p.row != -1 && p.row != samples() && !begins_batch))
        throw std::invalid_argument(xgrad::detail::error_text(
            "Loader::seek", "row " + std::to_string(p.row) + " of epoch " + std::to_string(p.epoch),
            "a batch of " + std::to_string(options_.batch_size) + " begins there, or the " + std::to_string(samples()) +
                " rows end; -1: the epoch has not begun",
            "seek what position() of a loader with the same rows and options gave"));
    options_.seed = p.seed;
    goes_on_ = p.row >= 0;
    at_epoch_ = p.epoch;
    at_row_ = p.row;
    epoch_ = goes_on_ ? p.epoch + 1 : p.epoch;
}

}  // namespace xgrad::data
