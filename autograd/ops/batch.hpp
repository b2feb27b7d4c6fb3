#pragma once

// How an operation works on batched values (autograd/batched.hpp): on the tensors of all samples, in one call. An
// operation that reads elements says so in its first line, after one of these patterns:
//
//   if (is_batched(*x)) return of_all(x, [&](const Input& all) { return softmax(all, axis_from_back); });
//                        the other arguments mean the same for a tensor with one axis more in front
//   if (is_batched(a, b)) { const Batch batch({&a, &b}); return batch.result(f(batch.aligned(a, ndim), ...)); }
//                        several operands, of which some may be shared
//   if (is_batched(a, b)) return one_by_one({&a, &b}, [&](const Tensors& one) { return f(one[0], one[1]); });
//                        no such meaning: this operation alone is done for one sample after the other
//
// Compositions need no rule. Without one an operation still works: the function under vmap is called for each sample.

#include <xgrad/callable.hpp>

#include "autograd/batched.hpp"

namespace xgrad::detail {

template <class... More>
bool is_batched(const Tensor& x, const More&... more)
{
    return (is_batched(x) || ... || is_batched(static_cast<const Tensor&>(more)));
}

/// An axis of x, counted from the back, where a further axis in front does not matter.
std::int64_t from_back(const char* operation, std::int64_t axis, const Tensor& x);
Dims from_back(const char* operation, Sizes axes, const Tensor& x);

/// The operands of one operation at the innermost level of vmap among them. What is said of tensors goes for undefined
/// ones, too: they stay undefined.
class Batch {
public:
    explicit Batch(std::initializer_list<const Tensor*> operands);
    Batch(const Tensor* operands, std::size_t count);

    const VmapLevel& level() const { return level_; }
    std::int64_t samples() const { return level_.samples; }
    bool has(const Tensor& x) const { return is_batched_at(x, level_); }

    /// All samples of x, or x itself where they share it.
    const Tensor& all(const Tensor& x) const { return has(x) ? batched_parts(x).whole : x; }
    /// The same with axes of size 1 behind that of the samples, so that it broadcasts with others of `ndim` axes a sample.
    Tensor aligned(const Tensor& x, std::size_t ndim) const;
    /// All samples of x; where they share it, with stride 0.
    Tensor expanded(const Tensor& x) const;
    Tensor expanded(const Tensor& x, std::size_t ndim) const;  ///< and aligned
    /// All samples along the given axis: (3, samples, 4) for axis 1 of a sample (3, 4).
    Tensor along(const Tensor& x, std::size_t axis) const;

    /// The batched value with these samples along axis 0, or another one.
    Tensor result(Tensor y) const { return hide_samples(std::move(y), level_); }
    Tensor result_along(const Tensor& y, std::size_t axis) const;

    /// f of the operands with the samples as more positions of axis 0, which all of them and what f gives have.
    template <class Result = Tensor, class F>
    Result merged(std::initializer_list<const Tensor*> operands, F&& f) const
    {
        std::vector<Tensor> all;
        for (const Tensor* x : operands) all.push_back(merge(*x));
        if constexpr (std::is_same_v<Result, Tensor>) {
            return split(f(all));
        } else {
            auto [a, b] = f(all);
            return {split(a), split(b)};
        }
    }

private:
    Tensor merge(const Tensor& x) const;
    Tensor split(const Tensor& y) const;

    VmapLevel level_{};
};

/// f of all samples of x.
template <class F>
Tensor of_all(const Input& x, F&& f)
{
    const BatchedParts& parts = batched_parts(*x);
    return hide_samples(f(Input(parts.whole, x.file(), x.line())), parts.level);
}

/// The same for an f that returns several values as a struct of tensors a and b.
template <class Pair, class F>
Pair pair_of_all(const Input& x, F&& f)
{
    const BatchedParts& parts = batched_parts(*x);
    auto [a, b] = f(Input(parts.whole, x.file(), x.line()));
    return {hide_samples(std::move(a), parts.level), hide_samples(std::move(b), parts.level)};
}

/// The same in fewer instructions, for the elementary functions.
Tensor of_all(const Input& x, Tensor (*f)(const Input&));

/// f(a, b) of operands that broadcast. Throws ShapeError, naming the operation, where they do not.
Tensor of_aligned(const char* operation, const Tensor& a, const Tensor& b,
                  const Callable<Tensor(const Tensor&, const Tensor&)>& f);

/// f of the operands of each sample, and what it gives joined.
Tensor one_by_one(std::initializer_list<const Tensor*> operands, const Callable<Tensor(const std::vector<Tensor>&)>& f);
std::vector<Tensor> all_one_by_one(std::initializer_list<const Tensor*> operands,
                                   const Callable<std::vector<Tensor>(const std::vector<Tensor>&)>& f);

/// sizes with the number of samples in front; axes of a sample as those of all.
Dims with_samples(std::int64_t samples, Sizes sizes);

}  // namespace xgrad::detail
