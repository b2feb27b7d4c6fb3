#include "autograd/ops/loss_check.hpp"
#include "autograd/ops/batch.hpp"

#include <xgrad/error.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

namespace xgrad::detail {

Tensor reduce_losses(const Tensor& losses, Reduction reduction)
{
    if (reduction == Reduction::none) return losses;
    return reduction == Reduction::sum ? sum(losses) : mean(losses);
}

void check_pair(const char* operation, const Tensor& a, const Tensor& b)
{
    if (!is_floating(promote(a.dtype(), b.dtype())))
        throw DtypeError(error_text(operation, "operands " + describe(a) + " and " + describe(b),
                                    "one of them is f32 or f64", "convert one first: to(x, f32)"));
    (void)broadcast_sizes(operation, a.sizes(), b.sizes());
}

void check_same_sizes(const char* operation, const Tensor& x, const Tensor& target)
{
    check_pair(operation, x, target);
    if (!(x.sizes() == target.sizes()))
        throw ShapeError(error_text(operation,
                                    "input " + to_string(x.sizes()) + " and target " + to_string(target.sizes()),
                                    "both have the same shape", "expand or reshape the target"));
}

void check_option(const char* operation, const char* name, double value, bool is_right, const char* rule,
                  const char* hint)
{
    if (!is_right) throw ShapeError(error_text(operation, fmt::format("{} {}", name, value), rule, hint));
}

bool lies_between(const Tensor& x, double low, double high)
{
    if (x.numel() == 0) return true;
    const NoGrad value_only;
    const Tensor& all = all_samples(x);
    return min(all).item() >= low && max(all).item() <= high;
}

}  // namespace xgrad::detail
