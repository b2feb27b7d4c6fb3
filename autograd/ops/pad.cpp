#include <xgrad/ops/pad.hpp>

#include <xgrad/error.hpp>

#include <algorithm>
#include <vector>

#include "autograd/kernels/copy.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;

const Op kPad{.name = "pad",
              .formula = "pad(x, start, end, value)",
              .shapes = "x: S -> y: S with start + end added to each axis",
              .derivatives = {"pad(gy, -start, -end, 0)"}};

namespace {

/// Amounts for each axis from the first on.
struct Amounts {
    Dims start, end;
};

Amounts checked(const Tensor& x, Sizes given)
{
    const std::size_t n = x.ndim();
    bool fits = given.size() % 2 == 0 && given.size() / 2 <= n;
    Amounts out{Dims(n), Dims(n)};
    for (std::size_t k = 0; fits && k < given.size() / 2; ++k) {
        const std::size_t axis = n - 1 - k;
        out.start[axis] = given[2 * k];
        out.end[axis] = given[2 * k + 1];
        const std::int64_t size = x.sizes()[axis], start = out.start[axis], end = out.end[axis];
        constexpr std::int64_t kMost = std::int64_t{1} << 57;  // sums of a few stay in 64 bits
        fits = std::max(start, end) <= kMost && std::min(start, end) >= -kMost &&
               size + std::min<std::int64_t>(out.start[axis], 0) + std::min<std::int64_t>(out.end[axis], 0) >= 0 &&
               size + out.start[axis] + out.end[axis] >= 0;
    }
    if (!fits)
        throw ShapeError(error_text(
            "pad", "amounts " + to_string(given) + " for shape " + to_string(x.sizes()),
            "a pair (start, end) an axis, the last axis first; none takes away more than there is or adds more "
            "than 2^57",
            "list two numbers for each padded axis"));
    return out;
}

Tensor pad_constant(const Input& x, const Amounts& amounts, double value)
{
    if (detail::is_batched(*x)) {
        const Amounts of_all{detail::with_samples(0, amounts.start), detail::with_samples(0, amounts.end)};
        return detail::of_all(x, [&](const Input& all) { return pad_constant(all, of_all, value); });
    }
    Dims sizes = x->sizes(), inner = sizes, x_strides = x->strides();
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        sizes[i] += amounts.start[i] + amounts.end[i];
        inner[i] += std::min<std::int64_t>(amounts.start[i], 0) + std::min<std::int64_t>(amounts.end[i], 0);
    }
    const Tensor y = full(sizes, value, x->dtype());
    std::int64_t from = 0, to = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        from += std::max<std::int64_t>(-amounts.start[i], 0) * x_strides[i];
        to += std::max<std::int64_t>(amounts.start[i], 0) * y.strides()[i];
    }
    if (detail::checked_numel("pad", inner) > 0)
        kernels::copy(size_of(x->dtype()), {inner.data(), inner.size()}, detail::view(*x, inner, x_strides, from).raw(),
                      x_strides.data(), detail::mutable_data(detail::view(y, inner, y.strides(), to)),
                      y.strides().data());
    Dims back = amounts.start;  // -start and -end of each axis
    for (const std::int64_t end : amounts.end) back.push_back(end);
    for (std::int64_t& amount : back) amount = -amount;
    const Tensor kept = from_values({static_cast<std::int64_t>(back.size())}, back.data(), back.size());
    return record(kPad, {x}, y, [kept](const Tensor& gy, Adjoints& gx) {
        const auto* first = kept.data<std::int64_t>();
        const auto n = static_cast<std::size_t>(kept.numel() / 2);
        gx.add(0, pad_constant(gy, {Dims(Sizes(first, n)), Dims(Sizes(first + n, n))}, 0));
    });
}

/// Which position of an axis of n stands at `at`, which may lie outside.
std::int64_t source_of(PadMode mode, std::int64_t at, std::int64_t n)
{
    switch (mode) {
        case PadMode::reflect:
            return at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
        case PadMode::replicate:
            return std::clamp<std::int64_t>(at, 0, n - 1);
        default:
            return at < 0 ? at + n : at >= n ? at - n : at;
    }
}

Tensor pad_axis(const Input& x, std::size_t axis, std::int64_t start, std::int64_t end, PadMode mode)
{
    // What goes round is what negative amounts leave of the axis; the other modes look at the whole of it.
    const bool round = mode == PadMode::circular;
    const std::int64_t first = round ? std::max<std::int64_t>(-start, 0) : 0, size = x->sizes()[axis];
    const std::int64_t n = size - first - (round ? std::max<std::int64_t>(-end, 0) : 0), most = std::max(start, end);
    const std::int64_t needed = mode == PadMode::reflect ? most + 1 : mode == PadMode::circular ? most : 1;
    if (most > 0 && n < needed)
        throw ShapeError(error_text("pad",
                                    std::to_string(most) + " positions more at axis " + std::to_string(axis) +
                                        " of shape " + to_string(x->sizes()),
                                    "it has at least " + std::to_string(needed) + " positions to take them from",
                                    "pad less, or with a constant"));
    const Tensor rows = detail::empty(i64, {start + size + end});
    auto* next = detail::mutable_data<std::int64_t>(rows);
    for (std::int64_t at = -start; at < size + end; ++at) *next++ = first + source_of(mode, at - first, n);
    return detail::take_rows(x, axis, rows);
}

}  // namespace

Tensor pad(const Input& x, Sizes given, PadOptions options)
{
    const Amounts amounts = checked(*x, given);
    if (options.mode == PadMode::constant) return pad_constant(x, amounts, options.value);
    Tensor y = *x;
    for (std::size_t i = 0; i < x->ndim(); ++i)
        if (amounts.start[i] != 0 || amounts.end[i] != 0)
            y = pad_axis({y, x.file(), x.line()}, i, amounts.start[i], amounts.end[i], options.mode);
    return y;
}

}  // namespace xgrad
