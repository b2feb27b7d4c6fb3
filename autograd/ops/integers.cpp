#include <xgrad/ops/integers.hpp>

#include <xgrad/error.hpp>

#include <numeric>

#include "autograd/ops/elementwise_impl.hpp"

namespace xgrad {

const Op kGcd{"gcd", "gcd(a, b)", detail::kBroadcast};
const Op kLcm{"lcm", "where(a * b == 0, 0, abs(a * b) / gcd(a, b))", detail::kBroadcast};
const Op kBitwiseAnd{"bitwise_and", "bitwise_and(a, b)", detail::kBroadcast};
const Op kBitwiseOr{"bitwise_or", "a + b - bitwise_and(a, b)", detail::kBroadcast};
const Op kBitwiseXor{"bitwise_xor", "a + b - 2 * bitwise_and(a, b)", detail::kBroadcast};
const Op kLeftShift{"bitwise_left_shift", "a * pow(2, b)", detail::kBroadcast};
const Op kRightShift{"bitwise_right_shift", "floor(a / pow(2, b))", detail::kBroadcast};

namespace {

using OfIntegers = std::int64_t (*)(std::int64_t, std::int64_t);
enum class Bools : bool { refused, taken };

/// |x|, also of the smallest number.
std::uint64_t magnitude(std::int64_t x)
{
    return x < 0 ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
}

bool is_shift(std::int64_t b) { return b >= 0 && b < 64; }

void check_dtype(const Op& op, const Tensor& a, const Tensor& b, Bools bools)
{
    if (a.dtype() == i64 || (a.dtype() == boolean && bools == Bools::taken)) return;
    throw DtypeError(detail::error_text(op.name, "operands " + describe(a) + " and " + describe(b),
                                        bools == Bools::taken ? "both are i64, or both bool" : "both are i64",
                                        "convert them: to(x, i64)"));
}

Tensor of_integers(const Op& op, const Operand& a_operand, const Operand& b_operand, Bools bools, OfIntegers f)
{
    const detail::Operands x(a_operand, b_operand, false);
    check_dtype(op, x.a(), x.b(), bools);
    if (detail::is_batched(x.a(), x.b()))
        return detail::of_aligned(op.name, x.a(), x.b(),
                                  [&](const Tensor& a, const Tensor& b) { return of_integers(op, a, b, bools, f); });
    const detail::Dims sizes = detail::broadcast_sizes(op.name, x.a().sizes(), x.b().sizes());
    const auto whole = [&](const Tensor& operand) {
        return detail::contiguous_data(to(detail::broadcast_view(op.name, operand, sizes), i64));
    };
    const Tensor a = whole(x.a()), b = whole(x.b()), y = detail::empty(i64, sizes);
    const auto *from_a = a.data<std::int64_t>(), *from_b = b.data<std::int64_t>();
    auto* const out = detail::mutable_data<std::int64_t>(y);
    for (std::int64_t i = 0; i < y.numel(); ++i) out[i] = f(from_a[i], from_b[i]);
    return record_constant(op, {x.a_ref(), x.b_ref()}, to(y, x.a().dtype()));
}

}  // namespace

Tensor gcd(const Operand& a, const Operand& b)
{
    return of_integers(kGcd, a, b, Bools::refused, [](std::int64_t p, std::int64_t q) {
        return static_cast<std::int64_t>(std::gcd(magnitude(p), magnitude(q)));
    });
}

Tensor lcm(const Operand& a, const Operand& b)
{
    return of_integers(kLcm, a, b, Bools::refused, [](std::int64_t p, std::int64_t q) {
        if (p == 0 || q == 0) return std::int64_t{0};
        return static_cast<std::int64_t>(magnitude(p) / std::gcd(magnitude(p), magnitude(q)) * magnitude(q));
    });
}

Tensor bitwise_and(const Operand& a, const Operand& b)
{
    return of_integers(kBitwiseAnd, a, b, Bools::taken, [](std::int64_t p, std::int64_t q) { return p & q; });
}

Tensor bitwise_or(const Operand& a, const Operand& b)
{
    return of_integers(kBitwiseOr, a, b, Bools::taken, [](std::int64_t p, std::int64_t q) { return p | q; });
}

Tensor bitwise_xor(const Operand& a, const Operand& b)
{
    return of_integers(kBitwiseXor, a, b, Bools::taken, [](std::int64_t p, std::int64_t q) { return p ^ q; });
}

Tensor bitwise_not(const Input& x) { return x->dtype() == boolean ? logical_not(x) : bitwise_xor(x, -1); }

Tensor bitwise_left_shift(const Operand& a, const Operand& b)
{
    return of_integers(kLeftShift, a, b, Bools::refused,
                       [](std::int64_t p, std::int64_t q) { return is_shift(q) ? p << q : std::int64_t{0}; });
}

Tensor bitwise_right_shift(const Operand& a, const Operand& b)
{
    return of_integers(kRightShift, a, b, Bools::refused, [](std::int64_t p, std::int64_t q) {
        return is_shift(q) ? p >> q : p < 0 ? std::int64_t{-1} : std::int64_t{0};
    });
}

}  // namespace xgrad
