#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>

#include "autograd/kernels/normalize.hpp"
#include "autograd/kernels/reduce.hpp"
#include "autograd/kernels/softmax.hpp"
#include "benchmarks/ops/tensors.hpp"

namespace bench {
namespace {

namespace kernels = xgrad::kernels;

constexpr double kGoal = 1.1;

/// Reductions over all axes (-1) or one.
struct Reduction {
    std::int64_t rows, columns;
    int dtype, axis;
    Tensor x, y;

    Reduction(std::int64_t r, std::int64_t c, int d, int a)
        : rows(r), columns(c), dtype(d), axis(a), x(values({r, c}, d, 0)), y(values({std::max(r, c)}, d, 0))
    {
    }

    Maker named(const std::string& function) const
    {
        return {function + (axis < 0 ? "" : " axis " + std::to_string(axis)), rows, columns, dtype, kGoal};
    }
    std::string loop(const std::string& function) const
    {
        return function + (axis < 0 ? "" : " axis " + std::to_string(axis));
    }
    kernels::DimSet dims() const { return axis < 0 ? 3 : kernels::DimSet{1} << axis; }

    Case sum() const
    {
        const auto run = [r = *this] {
            const std::int64_t sizes[] = {r.rows, r.columns};
            kernels::sum(dtype_of(r.dtype), sizes, r.dims(), r.x.raw(), nullptr, xgrad::detail::mutable_data(r.y));
        };
        return named("sum")
            .op([r = *this] { return r.axis < 0 ? xgrad::sum(r.x) : xgrad::sum(r.x, r.axis); })
            .kernel(run)
            .against(loop("sum").c_str(), y, x);
    }
    Case mean() const
    {
        const auto run = [r = *this] {
            const std::int64_t sizes[] = {r.rows, r.columns};
            kernels::mean(dtype_of(r.dtype), sizes, r.dims(), r.x.raw(), nullptr, xgrad::detail::mutable_data(r.y));
        };
        return named("mean")
            .op([r = *this] { return r.axis < 0 ? xgrad::mean(r.x) : xgrad::mean(r.x, r.axis); })
            .kernel(run)
            .against(loop("mean").c_str(), y, x);
    }
    Case max() const
    {
        const auto run = [r = *this] {
            const std::int64_t outer = r.axis == 1 ? r.rows : 1, inner = r.axis == 0 ? r.columns : 1;
            kernels::maximum(dtype_of(r.dtype), outer, r.rows * r.columns / outer / inner, inner, r.x.raw(),
                             xgrad::detail::mutable_data(r.y), nullptr);
        };
        return named("max")
            .op([r = *this] { return r.axis < 0 ? xgrad::max(r.x) : xgrad::amax(r.x, {r.axis}); })
            .kernel(run)
            .against(loop("max").c_str(), y, x);
    }
};

Case softmax(std::int64_t rows, std::int64_t columns, int dtype)
{
    const Tensor x = values({rows, columns}, dtype, 0), y = values({rows, columns}, dtype, 1);
    return Maker("softmax", rows, columns, dtype, kGoal)
        .op([=] { return xgrad::softmax(x, 1); })
        .kernel([=] { kernels::softmax(dtype_of(dtype), rows, columns, 1, x.raw(), xgrad::detail::mutable_data(y)); })
        .against("softmax", y, x);
}

Case layer_norm(std::int64_t rows, std::int64_t columns, int dtype)
{
    const Tensor x = values({rows, columns}, dtype, 0), y = values({rows, columns}, dtype, 1);
    const Tensor w = values({columns}, dtype, 2), b = values({columns}, dtype, 3);
    return Maker("layer_norm", rows, columns, dtype, kGoal)
        .op([=] { return xgrad::layer_norm(x, {columns}, {.weight = w, .bias = b}); })
        .kernel([=, statistics = values({3, rows}, dtype, 4)] {
            const kernels::NormGroups groups{1, rows, columns, 1e-5, kernels::Weights::of_elements};
            kernels::normalize(dtype_of(dtype), groups, x.raw(), w.raw(), b.raw(), xgrad::detail::mutable_data(y),
                               xgrad::detail::mutable_data(statistics));
        })
        .against("layer_norm", y, x, w, b);
}

}  // namespace

std::vector<Case> reduction_cases(std::int64_t rows, std::int64_t columns, int dtype)
{
    std::vector<Case> cases;
    for (const int axis : {-1, 0, 1}) {
        const Reduction reduction(rows, columns, dtype, axis);
        cases.push_back(reduction.sum());
        cases.push_back(reduction.mean());
        cases.push_back(reduction.max());
    }
    cases.push_back(softmax(rows, columns, dtype));
    cases.push_back(layer_norm(rows, columns, dtype));
    return cases;
}

}  // namespace bench
