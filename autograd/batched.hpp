#pragma once

// What a function under vmap gets in place of one sample: a batched value. It has the shape of a sample and no elements;
// behind it stands the tensor of all samples, whose first axis it hides. Operations look at the flag, work on that
// tensor and hide the axis again (autograd/ops/batch.hpp), so that what is recorded, and walked back, are operations on
// all samples. Whatever has no rule for it asks for the elements, which throws NeedsLoop: vmap then calls the function
// once for each sample. Under a vmap in a vmap the tensor behind the value is a batched one of the outer level itself.

#include <xgrad/error.hpp>
#include <xgrad/record.hpp>
#include <xgrad/tensor.hpp>

#include <span>
#include <utility>
#include <vector>

namespace xgrad::detail {

struct Recording;

/// One call of a function by vmap.
struct VmapLevel {
    std::uint64_t id;  // larger: further in
    std::int64_t samples;
};

/// Behind the strides of a batched value.
struct BatchedParts {
    Tensor whole;  // of all samples, which lie along axis 0
    Tensor grad;   // what Tensor::grad refers to
    VmapLevel level;
};

/// The parts of a value that is batched.
inline BatchedParts& batched_parts(TensorHeader* h) { return *reinterpret_cast<BatchedParts*>(h->strides() + h->ndim); }
inline BatchedParts& batched_parts(const Tensor& x) { return batched_parts(x.unsafe_header()); }
void destroy_batched_parts(TensorHeader* header) noexcept;

inline bool is_batched_at(const Tensor& x, const VmapLevel& level)
{
    return is_batched(x) && batched_parts(x).level.id == level.id;
}

/// The value that stands for one of the samples along axis 0.
Tensor hide_samples(Tensor whole, const VmapLevel& level);

/// The tensor behind all levels of vmap.
inline const Tensor& all_samples(const Tensor& x)
{
    const Tensor* found = &x;
    while (is_batched(*found)) found = &batched_parts(*found).whole;
    return *found;
}

/// `whole`, of the shape behind all levels of `like`, with these levels.
Tensor with_levels_of(const Tensor& like, Tensor whole);

/// f of the tensor behind all levels, with these levels.
template <class F>
Tensor on_all_samples(const Tensor& x, F&& f)
{
    if (!is_batched(x)) return f(x);
    return with_levels_of(x, f(all_samples(x)));
}

/// The adjoint of a batched root, given for one sample or for all, as that of the tensor behind it. Throws NeedsLoop
/// where it has samples that the root has not.
Tensor seed_of_all(const Tensor& seed, const Tensor& root);

/// Roots, seeds and inputs of a walk as the recording knows them: without levels. Seeds alone may be batched: then the
/// walk is one for all samples. Throws NeedsLoop where a gradient for each sample is asked for with respect to a value
/// that the samples share.
class WholeRoots {
public:
    WholeRoots(const Recording& r, std::span<const Tensor> roots, std::span<const Tensor> seeds,
               std::span<const Tensor> inputs);
    std::span<const Tensor> roots() const { return roots_; }
    std::span<const Tensor> seeds() const { return seeds_; }

private:
    void take_levels_away(std::span<const Tensor> roots, std::span<const Tensor> seeds, std::span<const Tensor> inputs);

    std::vector<Tensor> own_roots_, own_seeds_;
    std::span<const Tensor> roots_, seeds_;
};

const Tensor& batched_grad(const Tensor& x);

/// A level of its own.
VmapLevel new_level(std::int64_t samples);

// ---- levels at work -------------------------------------------------------------------------------------------------

class LevelScope;
extern __thread const LevelScope* innermost_level __attribute__((tls_model("initial-exec")));

/// While it lives, a function under vmap runs: what is drawn or declared as a variable is one for each sample.
class LevelScope {
public:
    explicit LevelScope(const VmapLevel& level) : level_(level), outer_(innermost_level) { innermost_level = this; }
    LevelScope(const LevelScope&) = delete;
    LevelScope& operator=(const LevelScope&) = delete;
    ~LevelScope() { innermost_level = outer_; }

    const VmapLevel& level() const { return level_; }
    const LevelScope* outer() const { return outer_; }

private:
    VmapLevel level_;
    const LevelScope* outer_;
};

/// While it lives, no level is at work: vjps are those of all samples.
class NoLevels {
public:
    NoLevels() : outer_(std::exchange(innermost_level, nullptr)) {}
    NoLevels(const NoLevels&) = delete;
    NoLevels& operator=(const NoLevels&) = delete;
    ~NoLevels() { innermost_level = outer_; }

private:
    const LevelScope* outer_;
};

/// The levels at work, the outermost first.
std::vector<VmapLevel> levels_at_work();

/// Calls f with these levels at work.
template <class F>
decltype(auto) at_levels(std::span<const VmapLevel> levels, F&& f)
{
    if (levels.empty()) return f();
    const LevelScope scope(levels.front());
    return at_levels(levels.subspan(1), f);
}

/// x as a value of its own for each sample of every level at work.
Tensor at_all_levels(const Tensor& x);

// ---- records --------------------------------------------------------------------------------------------------------

/// begin_record where the value or an input is batched: a record of all samples, whose vjp, written for one sample, sees
/// batched values.
NewRecord begin_batched_record(const Op& op, Inputs inputs, Tensor& value, std::size_t vjp_bytes);

/// Where a vjp that was written for one sample puts its adjoints.
class BatchedAdjoints {
public:
    BatchedAdjoints(Adjoints& all, const VmapLevel& level, const bool* has_samples)
        : all_(all), one_(all.walk(), all.node()), level_(level), has_samples_(has_samples)
    {
        one_.batched_ = this;
    }
    Adjoints& one() { return one_; }

    void add(std::size_t i, Tensor g);
    Sizes sizes(std::size_t i) const;

private:
    Adjoints& all_;
    Adjoints one_;
    VmapLevel level_;
    const bool* has_samples_;  // of each input
};

// ---- errors ---------------------------------------------------------------------------------------------------------

/// Something needs one sample alone. Caught by vmap, which calls its function once for each sample.
struct NeedsLoop : TapeError {
    NeedsLoop(const char* what, const VmapLevel& level);
    VmapLevel level;
};
[[noreturn]] void throw_needs_loop(const TensorHeader& header);

/// The value of x is asked for, which stands for many. Inside a walk it throws NeedsLoop.
[[noreturn]] void throw_many_numbers(const char* operation, const Tensor& x);

}  // namespace xgrad::detail
