#include "autograd/batched.hpp"

#include <algorithm>
#include <atomic>
#include <new>

#include "autograd/new_tensor.hpp"
#include "autograd/recording.hpp"

namespace xgrad::detail {

__thread const LevelScope* innermost_level __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

constexpr std::uint64_t kUnrecorded =
    ~std::uint64_t{0};  // other than 0, so that nobody takes the value for a fresh one

bool is_one(const Tensor& x) { return is_batched(x); }

}  // namespace

void destroy_batched_parts(TensorHeader* header) noexcept { batched_parts(header).~BatchedParts(); }

Tensor hide_samples(Tensor whole, const VmapLevel& level)
{
    const TensorHeader& from = whole.header();
    const std::size_t ndim = from.ndim - std::size_t{1};
    TensorHeader* const h =
        allocate_header(from.dtype, ndim, pool_class(sizeof(TensorHeader) + 16 * ndim + sizeof(BatchedParts)));
    h->numel = 1;
    for (std::size_t i = 0; i < ndim; ++i) {
        h->sizes()[i] = from.sizes()[i + 1];
        h->strides()[i] = from.strides()[i + 1];
        h->numel *= h->sizes()[i];
    }
    h->flags = TensorHeader::kBatched | TensorHeader::kOverwritable;
    h->data = nullptr;
    h->written = kNeverReadable;
    h->serial = from.serial ? from.serial : kUnrecorded;
    h->node = from.node;
    new (&batched_parts(h)) BatchedParts{std::move(whole), Tensor(), level};
    return Tensor::adopt(h);
}

Tensor with_levels_of(const Tensor& like, Tensor whole)
{
    if (!is_batched(like)) return whole;
    const BatchedParts& parts = batched_parts(like);
    return hide_samples(with_levels_of(parts.whole, std::move(whole)), parts.level);
}

const Tensor& batched_grad(const Tensor& x)
{
    BatchedParts& parts = batched_parts(x);
    const Tensor& grad = all_samples(x).grad();
    parts.grad = grad.defined() ? with_levels_of(x, grad) : Tensor();
    return parts.grad;
}

VmapLevel new_level(std::int64_t samples)
{
    static std::atomic<std::uint64_t> levels_so_far{0};
    return {levels_so_far.fetch_add(1, std::memory_order_relaxed) + 1, samples};
}

std::vector<VmapLevel> levels_at_work()
{
    std::vector<VmapLevel> levels;
    for (const LevelScope* scope = innermost_level; scope; scope = scope->outer())
        levels.insert(levels.begin(), scope->level());
    return levels;
}

WholeRoots::WholeRoots(const Recording& r, std::span<const Tensor> roots, std::span<const Tensor> seeds,
                       std::span<const Tensor> inputs)
    : roots_(roots), seeds_(seeds)
{
    const auto any = [](std::span<const Tensor> list) { return std::any_of(list.begin(), list.end(), is_one); };
    const bool has_levels = any(roots) || any(inputs);
    if (has_levels || (any(seeds) && (r.log || !r.hooks.empty()))) take_levels_away(roots, seeds, inputs);
}

void WholeRoots::take_levels_away(std::span<const Tensor> roots, std::span<const Tensor> seeds,
                                  std::span<const Tensor> inputs)
{
    for (std::size_t i = 0; i < roots.size(); ++i) {
        own_seeds_.push_back(seed_of_all(seeds[i], roots[i]));
        own_roots_.push_back(all_samples(roots[i]));
        for (const Tensor& input : inputs) {
            const Tensor *root = &roots[i], *x = &input;
            for (; is_batched(*root); root = &batched_parts(*root).whole) {
                const VmapLevel& level = batched_parts(*root).level;
                if (!is_batched_at(*x, level))
                    throw NeedsLoop("a gradient is taken with respect to a value that all samples share", level);
                x = &batched_parts(*x).whole;
            }
        }
    }
    roots_ = own_roots_;
    seeds_ = own_seeds_;
}

NeedsLoop::NeedsLoop(const char* what, const VmapLevel& at)
    : TapeError(error_text("vmap", what,
                           "inside the function under vmap, a value stands for that of each sample: operations work on "
                           "it, and it cannot leave but as a result",
                           "return the value, or call vmap(f, {.loop = true}), which calls f once for each sample")),
      level(at)
{
}

void throw_needs_loop(const TensorHeader& header)
{
    throw NeedsLoop("the elements of a batched value are read",
                    batched_parts(const_cast<TensorHeader*>(&header)).level);
}

void throw_many_numbers(const char* operation, const Tensor& x)
{
    if (walk_clock != kNoWalk) throw_needs_loop(x.header());
    throw TapeError(error_text(
        operation,
        "the value stands for those of all " + std::to_string(batched_parts(x).level.samples) + " samples of a vmap",
        "vmap calls the function once, for all samples, so its way cannot depend on the value of one",
        "choose with where(condition, a, b), or call vmap(f, {.loop = true})"));
}

}  // namespace xgrad::detail
