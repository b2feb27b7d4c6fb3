#include "autograd/ops/batch.hpp"

#include <xgrad/error.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include <algorithm>

#include "autograd/recording.hpp"
#include "autograd/walk.hpp"

namespace xgrad::detail {

std::int64_t from_back(const char* operation, std::int64_t axis, const Tensor& x)
{
    return static_cast<std::int64_t>(normal_axis(operation, axis, x.ndim())) - static_cast<std::int64_t>(x.ndim());
}

Dims from_back(const char* operation, Sizes axes, const Tensor& x)
{
    Dims out;
    for (const std::int64_t axis : axes) out.push_back(from_back(operation, axis, x));
    return out;
}

Dims with_samples(std::int64_t samples, Sizes sizes)
{
    Dims out = sizes;
    out.insert(0, samples);
    return out;
}

namespace {

/// Takes x's level where it is further in.
void move_in(VmapLevel& level, const Tensor& x)
{
    if (is_batched(x) && batched_parts(x).level.id > level.id) level = batched_parts(x).level;
}

}  // namespace

Batch::Batch(std::initializer_list<const Tensor*> operands)
{
    for (const Tensor* x : operands) move_in(level_, *x);
}

Batch::Batch(const Tensor* operands, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) move_in(level_, operands[i]);
}

Tensor Batch::aligned(const Tensor& x, std::size_t ndim) const
{
    if (!has(x)) return x;
    const Tensor& whole = batched_parts(x).whole;
    if (x.ndim() >= ndim) return whole;
    Dims sizes(1, level_.samples);
    for (std::size_t i = x.ndim(); i < ndim; ++i) sizes.push_back(1);
    for (const std::int64_t size : x.sizes()) sizes.push_back(size);
    return reshape(whole, sizes);
}

Tensor Batch::expanded(const Tensor& x) const
{
    if (has(x)) return batched_parts(x).whole;
    return x.defined() ? expand(x, with_samples(level_.samples, x.sizes())) : x;
}

Tensor Batch::expanded(const Tensor& x, std::size_t ndim) const
{
    const Tensor all = aligned(x, ndim);
    if (has(x)) return all;
    Dims sizes(ndim - x.ndim(), 1);
    for (const std::int64_t size : x.sizes()) sizes.push_back(size);
    return expand(all, with_samples(level_.samples, sizes));
}

Tensor Batch::merge(const Tensor& x) const
{
    Dims sizes = x.sizes();
    sizes[0] *= level_.samples;
    return reshape(expanded(x), sizes);
}

Tensor Batch::split(const Tensor& y) const
{
    Dims sizes = y.sizes();
    sizes[0] /= level_.samples;
    return result(reshape(y, with_samples(level_.samples, sizes)));
}

Tensor Batch::along(const Tensor& x, std::size_t axis) const
{
    return movedim(expanded(x), 0, static_cast<std::int64_t>(axis));
}

Tensor Batch::result_along(const Tensor& y, std::size_t axis) const
{
    return result(movedim(y, static_cast<std::int64_t>(axis), 0));
}

Tensor of_all(const Input& x, Tensor (*f)(const Input&))
{
    return of_all(x, [f](const Input& all) { return f(all); });
}

Tensor of_aligned(const char* operation, const Tensor& a, const Tensor& b,
                  const Callable<Tensor(const Tensor&, const Tensor&)>& f)
{
    const Batch batch({&a, &b});
    const std::size_t ndim = broadcast_sizes(operation, a.sizes(), b.sizes()).size();
    return batch.result(f(batch.aligned(a, ndim), batch.aligned(b, ndim)));
}

std::vector<Tensor> all_one_by_one(std::initializer_list<const Tensor*> operands,
                                   const Callable<std::vector<Tensor>(const std::vector<Tensor>&)>& f)
{
    const Batch batch(operands);
    std::vector<std::vector<Tensor>> results;  // by value, then by sample
    for (std::int64_t sample = 0; sample < batch.samples(); ++sample) {
        std::vector<Tensor> one;
        for (const Tensor* x : operands) one.push_back(batch.has(*x) ? select(batch.all(*x), 0, sample) : *x);
        std::vector<Tensor> y = f(one);
        results.resize(y.size());
        for (std::size_t k = 0; k < y.size(); ++k) results[k].push_back(std::move(y[k]));
    }
    std::vector<Tensor> out;
    for (const std::vector<Tensor>& values : results) out.push_back(batch.result(stack(values)));
    return out;
}

Tensor one_by_one(std::initializer_list<const Tensor*> operands, const Callable<Tensor(const std::vector<Tensor>&)>& f)
{
    return all_one_by_one(operands, [&f](const std::vector<Tensor>& one) { return std::vector<Tensor>{f(one)}; })[0];
}

// ---- levels at work -------------------------------------------------------------------------------------------------

namespace {

Tensor at_all(const Tensor& x, const LevelScope* scope)
{
    if (!scope) return x;
    const VmapLevel& level = scope->level();
    const Tensor whole =
        is_batched_at(x, level) ? batched_parts(x).whole : expand(x, with_samples(level.samples, x.sizes()));
    return hide_samples(at_all(whole, scope->outer()), level);
}

}  // namespace

Tensor at_all_levels(const Tensor& x) { return at_all(x, innermost_level); }

Tensor seed_of_all(const Tensor& seed, const Tensor& root)
{
    const bool has_more =
        is_batched(seed) && !(is_batched(root) && batched_parts(root).level.id >= batched_parts(seed).level.id);
    if (has_more)
        throw NeedsLoop("a walk from a value that all samples share has a seed for each of them",
                        batched_parts(seed).level);
    if (!is_batched(root)) return seed;
    const BatchedParts& parts = batched_parts(root);
    const Tensor all = is_batched_at(seed, parts.level) ? batched_parts(seed).whole
                                                        : expand(seed, with_samples(parts.level.samples, seed.sizes()));
    return seed_of_all(all, parts.whole);
}

// ---- records --------------------------------------------------------------------------------------------------------

void BatchedAdjoints::add(std::size_t i, Tensor g)
{
    if (!all_.wants(i)) return;
    g = fit(all_.node().op->name, g, sizes(i), g.dtype());
    const bool of_samples = is_batched_at(g, level_);
    if (has_samples_[i])
        all_.add(i, of_samples ? batched_parts(g).whole : expand(g, with_samples(level_.samples, g.sizes())));
    else
        all_.add(i, of_samples ? sum(batched_parts(g).whole, 0) : g * level_.samples);
}

Sizes BatchedAdjoints::sizes(std::size_t i) const
{
    const Sizes all = all_.sizes(i);
    return has_samples_[i] ? Sizes(all.data() + 1, all.size() - 1) : all;
}

namespace {

/// The vjp of all samples that calls one written for one sample.
struct BatchedVjp final : Vjp {
    BatchedVjp(const VmapLevel& level_of_record, const bool* samples) : level(level_of_record), has_samples(samples) {}
    BatchedVjp(const BatchedVjp&) = delete;
    BatchedVjp& operator=(const BatchedVjp&) = delete;
    ~BatchedVjp() override
    {
        if (inner) inner->~Vjp();
    }
    void run(const Tensor& gy, Adjoints& gx) override
    {
        if (!inner) return;
        const LevelScope scope(level);
        BatchedAdjoints adjoints(gx, level, has_samples);
        inner->run(hide_samples(gy, level), adjoints.one());
    }
    Vjp* inner = nullptr;
    VmapLevel level;
    const bool* has_samples;  // of each input; in the tape's memory
};

}  // namespace

NewRecord begin_batched_record(const Op& op, Inputs inputs, Tensor& value, std::size_t vjp_bytes)
{
    Recording& r = *running();
    std::vector<Tensor> operands{value};
    for (std::size_t i = 0; i < inputs.count; ++i) operands.push_back(*inputs.first[i].tensor());
    const Batch batch(operands.data(), operands.size());
    auto* const has_samples = static_cast<bool*>(r.arena.allocate(inputs.count));
    void* const memory = r.arena.allocate(vjp_bytes);
    std::vector<InputRef> all;
    for (std::size_t i = 0; i < inputs.count; ++i) {
        has_samples[i] = batch.has(operands[i + 1]);
        all.emplace_back(batch.all(operands[i + 1]), inputs.first[i].file(), inputs.first[i].line());
    }
    // A view of its own: the value may be that of an operation inside, which has a record.
    Tensor whole = batch.expanded(value);
    whole = on_all_samples(whole, [](const Tensor& x) { return view(x, x.sizes(), x.strides(), 0); });
    const NewRecord made = begin_record(op, {all.data(), all.size()}, whole, sizeof(BatchedVjp));
    if (made.vjp) *made.vjp = new (made.memory) BatchedVjp(batch.level(), has_samples);
    try {
        value = batch.result(whole);
    } catch (...) {
        if (made.vjp) cancel_record(whole);
        throw;
    }
    return made.vjp ? NewRecord{memory, &static_cast<BatchedVjp*>(*made.vjp)->inner} : NewRecord{};
}

}  // namespace xgrad::detail
