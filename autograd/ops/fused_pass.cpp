#include "autograd/ops/fused_pass.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>

#include "autograd/kernels/step_block.hpp"
#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"
#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad::detail {
namespace {

using kernels::Index;
using kernels::Marks;
using kernels::StepBlock;
using kernels::Steps;

/// Of each register. Measured with tanh(a b + c) a and its three gradients on a million f32 (AVX2, 32 KiB of first-level
/// cache): 512 and 768 bytes are the fastest, 2 KiB takes a quarter longer, 256 bytes cost more calls of kernels.
constexpr std::size_t kBlockBytes = 768;

/// Of a result, from which on it is written past the caches.
constexpr std::size_t kStreamedBytes = 2 << 20;

/// A tensor that is read block by block with a shape that it broadcasts to.
class Feed {
public:
    Feed(const Tensor& x, Sizes sizes)
        : x_(x), element_(size_of(x.dtype())), is_number_(x.numel() == 1 || is_repeated(x))
    {
        const bool has_gaps = !is_number_ && x.strides().back() != 0 && x.strides().back() != 1;
        if (has_gaps) x_ = contiguous_copy(x);  // a transpose: in tiles
        data_ = x_.raw();
        if (is_number_ || (x_.is_contiguous() && x_.sizes() == sizes)) return;
        const Tensor seen = broadcast_view("fuse", x_, sizes);
        reader_.emplace(std::span(sizes.data(), sizes.size()),
                        kernels::Operand{data_, seen.strides().data(), element_});
    }

    /// Writes a number to every lane once and for all.
    void prepare(void* lanes, std::size_t count) const
    {
        if (!is_number_) return;
        kernels::active.fill[kernels::index_of(x_.dtype())](static_cast<Index>(count), data_, lanes);
    }

    /// The elements from the first-th on: where they lie, else in `lanes`.
    const void* at(Index first, Index count, void* lanes) const
    {
        if (is_number_) return lanes;
        if (!reader_) return kernels::at(data_, first, element_);
        reader_->read(first, count, lanes);
        return lanes;
    }

private:
    static bool is_repeated(const Tensor& x)
    {
        return x.numel() > 0 && std::all_of(x.strides().begin(), x.strides().end(), [](Index s) { return s == 0; });
    }

    Tensor x_;
    std::size_t element_;
    bool is_number_;
    const void* data_;
    std::optional<kernels::BlockReader> reader_;
};

/// What all blocks of a pass share. Lists of marks may be null: all registers.
struct Pass {
    const Steps& steps;
    const PooledList<Tensor>& x;
    const Tensor& like;  // of the shape and dtype that is computed
    const Marks* takers = nullptr;
    const Marks* needed = nullptr;
};

std::size_t bytes_of(const Tensor& x, Index count) { return static_cast<std::size_t>(count) * size_of(x.dtype()); }

/// Whether results go past the caches: where one is so large that it would drive out what is read, line by line read
/// before it is written.
bool is_streamed(const Tensor& y) { return bytes_of(y, y.numel()) >= kStreamedBytes; }

/// Calls f(block, first, count) for each block, with the inputs in place; before, on each thread, prepare(block).
template <class Prepare, class F>
void for_each_block(const Pass& pass, Prepare&& prepare, F&& f)
{
    const Index n = pass.like.numel(), steps = static_cast<Index>(pass.steps.steps.size());
    const std::size_t lanes = std::min(static_cast<std::size_t>(n), kBlockBytes / size_of(pass.like.dtype()));
    PooledList<Feed> feeds;
    PooledList<std::size_t> places;
    feeds.reserve(pass.x.size());
    for (std::size_t i = 0; i < pass.x.size(); ++i) {
        if (pass.needed && !(*pass.needed)[i]) continue;
        feeds.emplace_back(pass.x[i], pass.like.sizes());
        places.push_back(i);
    }
    // Threads begin at whole blocks, which are whole cache lines.
    const Index step = static_cast<Index>(lanes), blocks = n == 0 ? 0 : (n + step - 1) / step;
    const Index grain = std::max<Index>(1024, kernels::kGrain / steps);
    kernels::parallel_for(blocks, std::max<Index>(1, grain / std::max<Index>(1, step)), [&](Index begin, Index end) {
        StepBlock block(pass.steps, pass.like.dtype(), lanes, pass.takers);
        for (std::size_t k = 0; k < feeds.size(); ++k) feeds[k].prepare(block.input(places[k]), lanes);
        prepare(block);
        for (Index first = begin * step; first < std::min(n, end * step); first += step) {
            const Index count = std::min(step, n - first);
            for (std::size_t k = 0; k < feeds.size(); ++k)
                block.read_from(places[k], feeds[k].at(first, count, block.input(places[k])));
            f(block, first, count);
        }
        std::atomic_thread_fence(std::memory_order_seq_cst);  // after what went past the caches
    });
}

/// Brings the gradient of an input to where it belongs, unless it was written there.
void complete_gradient(const void* g, void* to, std::size_t bytes, bool streamed)
{
    if (!g)
        std::memset(to, 0, bytes);
    else if (streamed)
        kernels::active.stream(static_cast<Index>(bytes), g, to);
    else if (g != to)
        std::memcpy(to, g, bytes);
}

void* at(const Tensor& x, Index first) { return kernels::at(mutable_data(x), first, size_of(x.dtype())); }

}  // namespace

void run_fused(const Steps& steps, const PooledList<Tensor>& x, const PooledList<KeptValue>& kept, const Tensor& y)
{
    PooledList<KeptValue> results(kept.begin(), kept.end());
    results.push_back({steps.outputs[0].at, y});
    const bool streamed = is_streamed(y);
    for_each_block(
        {steps, x, y}, [](StepBlock&) {},
        [&](StepBlock& block, Index first, Index count) {
            if (!streamed)
                for (const KeptValue& value : results) block.write_to(value.place, at(value.values, first));
            block.run(static_cast<std::size_t>(count));
            if (!streamed) return;
            for (const KeptValue& value : results)
                kernels::active.stream(static_cast<Index>(bytes_of(y, count)),
                                       block.value({static_cast<std::uint32_t>(value.place), false}),
                                       at(value.values, first));
        });
}

PooledList<Tensor> run_fused_back(const Steps& steps, const PooledList<Tensor>& x, const PooledList<KeptValue>& kept,
                                  const Tensor& gy, const bool* wanted)
{
    Marks is_kept(steps.registers(), 0);
    for (const KeptValue& value : kept) is_kept[value.place] = 1;
    const Marks takers = kernels::mark_takers(steps, wanted);
    const Marks needed = kernels::mark_needed_back(steps, takers, is_kept);
    PooledList<Tensor> gradients(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        if (wanted[i]) gradients[i] = empty(gy.dtype(), gy.sizes());
    const std::size_t output = steps.outputs[0].at;
    const Feed seed(gy, gy.sizes());
    const auto prepare = [&](StepBlock& block) { seed.prepare(block.adjoint(output), block.lanes()); };
    const bool streamed = is_streamed(gy);
    const auto f = [&](StepBlock& block, Index first, Index count) {
        for (const KeptValue& value : kept) block.read_from(value.place, at(value.values, first));
        for (std::size_t i = 0; i < x.size(); ++i)
            if (wanted[i] && !streamed) block.write_gradient_to(i, at(gradients[i], first));
        block.run(static_cast<std::size_t>(count), &needed);
        block.clear_adjoints();
        block.start_from(0, seed.at(first, count, block.adjoint(output)));
        block.run_back(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < x.size(); ++i)
            if (wanted[i]) complete_gradient(block.gradient(i), at(gradients[i], first), bytes_of(gy, count), streamed);
    };
    for_each_block({steps, x, gy, &takers, &needed}, prepare, f);
    return gradients;
}

}  // namespace xgrad::detail
