#include <xgrad/ops/create.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::error_text;

namespace {

/// f(i) for each position of one axis, in f64 and then as `dtype`.
template <class F>
Tensor made(std::int64_t count, Dtype dtype, F f)
{
    const Tensor y = detail::empty(f64, {count});
    auto* out = detail::mutable_data<double>(y);
    for (std::int64_t i = 0; i < count; ++i) out[i] = f(i);
    return to(y, dtype);
}

void check_steps(const char* operation, std::int64_t steps)
{
    if (steps < 0)
        throw ShapeError(error_text(operation, std::to_string(steps) + " steps", "0 or more", "check the number"));
}

/// Number i of `steps` from start to end; from both sides, so that it is symmetric and ends at the end.
double between(double start, double end, std::int64_t steps, std::int64_t i)
{
    if (steps == 1) return start;
    const double step = (end - start) / static_cast<double>(steps - 1);
    return i < steps / 2 ? start + step * static_cast<double>(i) : end - step * static_cast<double>(steps - 1 - i);
}

}  // namespace

namespace {

[[noreturn]] void throw_no_range(const std::string& start, const std::string& end, const std::string& step)
{
    throw ShapeError(error_text("arange", start + " to " + end + " in steps of " + step,
                                "the bounds are finite, and a step other than 0 leads from start to end in fewer than "
                                "2^57 steps",
                                "change the sign of the step"));
}

}  // namespace

Tensor arange(double start, double end, double step, Dtype dtype)
{
    const double count = std::ceil((end - start) / step);
    if (!(step != 0 && count >= 0 && count < 0x1p57))
        throw_no_range(std::to_string(start), std::to_string(end), std::to_string(step));
    return made(static_cast<std::int64_t>(count), dtype,
                [=](std::int64_t i) { return start + step * static_cast<double>(i); });
}

Tensor detail::arange_of_integers(std::int64_t start, std::int64_t end, std::int64_t step)
{
    // Unsigned, where differences do not overflow.
    const auto low = static_cast<std::uint64_t>(start), distance = static_cast<std::uint64_t>(end) - low;
    const auto stride = static_cast<std::uint64_t>(step);
    const bool leads = step > 0 ? start <= end : step < 0 && start >= end;
    const std::uint64_t span = step > 0 ? distance : 0 - distance, width = step > 0 ? stride : 0 - stride;
    const std::uint64_t count = leads ? span / width + (span % width != 0 ? 1 : 0) : 0;
    if (!leads || count >= std::uint64_t{1} << 57)
        throw_no_range(std::to_string(start), std::to_string(end), std::to_string(step));
    const Tensor y = detail::empty(i64, {static_cast<std::int64_t>(count)});
    auto* out = detail::mutable_data<std::int64_t>(y);
    for (std::uint64_t i = 0; i < count; ++i) out[i] = static_cast<std::int64_t>(low + i * stride);
    return y;
}

Tensor linspace(double start, double end, std::int64_t steps, Dtype dtype)
{
    check_steps("linspace", steps);
    return made(steps, dtype, [=](std::int64_t i) { return between(start, end, steps, i); });
}

Tensor logspace(double start, double end, std::int64_t steps, double base, Dtype dtype)
{
    check_steps("logspace", steps);
    return made(steps, dtype, [=](std::int64_t i) { return std::pow(base, between(start, end, steps, i)); });
}

Tensor eye(std::int64_t n, Dtype dtype) { return eye(n, n, dtype); }

Tensor eye(std::int64_t n, std::int64_t m, Dtype dtype)
{
    (void)detail::checked_numel("eye", {n, m});
    const Tensor places = detail::empty(i64, {std::min(n, m)});
    for (std::int64_t i = 0; i < places.numel(); ++i) detail::mutable_data<std::int64_t>(places)[i] = i * m + i;
    return detail::put_at(full({n, m}, 0, dtype), places, full(places.sizes(), 1, dtype));
}

Tensor full_like(const Tensor& x, double value) { return full(x.sizes(), value, x.dtype()); }

Tensor one_hot(const Tensor& x, std::int64_t classes)
{
    if (x.dtype() != i64)
        throw DtypeError(error_text("one_hot", "classes " + describe(x), "classes are i64", "convert them with to"));
    if (detail::is_batched(x) && classes != -1)
        return detail::of_all(x, [classes](const Input& all) { return one_hot(all, classes); });
    const std::vector<std::int64_t> values = x.to_vector<std::int64_t>();
    const std::int64_t most = values.empty() ? -1 : *std::max_element(values.begin(), values.end());
    constexpr std::int64_t kMost = std::int64_t{1} << 57;
    const std::int64_t n = classes == -1 ? std::min(most, kMost) + 1 : classes;
    const std::int64_t least = values.empty() ? 0 : *std::min_element(values.begin(), values.end());
    if (n < (classes == -1 ? 1 : 0) || least < 0 || most >= n)
        throw ShapeError(error_text("one_hot",
                                    "classes from " + std::to_string(least) + " to " + std::to_string(most) + " for " +
                                        std::to_string(n) + " positions",
                                    "a class runs from 0 to the number of classes - 1", "check classes and labels"));
    detail::Dims sizes = x.sizes();
    sizes.push_back(n);
    (void)detail::checked_numel("one_hot", sizes);
    const Tensor places = detail::empty(i64, {x.numel()});
    for (std::int64_t k = 0; k < x.numel(); ++k)
        detail::mutable_data<std::int64_t>(places)[k] = k * n + values[static_cast<std::size_t>(k)];
    return detail::put_at(zeros(sizes, i64), places, ones(places.sizes(), i64));
}

}  // namespace xgrad
