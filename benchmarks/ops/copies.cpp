#include <xgrad/ops/join.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

#include "autograd/kernels/copy.hpp"
#include "benchmarks/ops/tensors.hpp"

namespace bench {
namespace {

namespace kernels = xgrad::kernels;

/// Of the bandwidth of a contiguous copy, one half; counted in elements of the result.
constexpr double kGoal = 2;

/// y = x made contiguous; the flat loop copies as many contiguous elements.
Case copy(const char* name, std::int64_t rows, std::int64_t columns, int dtype, const Tensor& x)
{
    const Tensor y = xgrad::detail::contiguous_copy(x), source = values({rows, columns}, dtype, 0);
    Layout layout{{1, 1, 1, 1}, {}, {}};
    for (std::size_t i = 0; i < x.ndim(); ++i) {
        const std::size_t at = 4 - x.ndim() + i;
        layout.sizes[at] = x.sizes()[i], layout.x_strides[at] = x.strides()[i], layout.y_strides[at] = y.strides()[i];
    }
    return Maker(name, rows, columns, dtype, kGoal)
        .op([=] { return contiguous(x); })
        .kernel([=] {
            kernels::to_contiguous(size_of(x.dtype()), {x.sizes().data(), x.ndim()}, x.raw(), x.strides().data(),
                                   xgrad::detail::mutable_data(y));
        })
        .against("copy", y, source)
        .plain([=] { copy_plainly(dtype, layout, x.raw(), xgrad::detail::mutable_data(y)); });
}

/// Two halves of the columns side by side.
Case cat(std::int64_t rows, std::int64_t columns, int dtype)
{
    const Tensor half = values({rows, columns / 2}, dtype, 0), y = values({rows, columns}, dtype, 1);
    const Layout layout{{1, 1, rows, columns / 2}, {0, 0, columns / 2, 1}, {0, 0, columns, 1}};
    const std::size_t shift = static_cast<std::size_t>(columns / 2) * size_of(y.dtype());
    return Maker("cat", rows, columns, dtype, kGoal)
        .op([=] {
            return xgrad::cat({half, half}, 1);
        })
        .against("copy", y, values({rows, columns}, dtype, 0))
        .plain([=] {
            auto* to = static_cast<char*>(static_cast<void*>(xgrad::detail::mutable_data(y)));
            copy_plainly(dtype, layout, half.raw(), to);
            copy_plainly(dtype, layout, half.raw(), to + shift);
        });
}

}  // namespace

std::vector<Case> copy_cases(std::int64_t rows, std::int64_t columns, int dtype)
{
    const auto make = [=](const char* name, const Tensor& x) { return copy(name, rows, columns, dtype, x); };
    const auto array = [=](xgrad::Sizes sizes) { return values(sizes, dtype, 0); };
    // 3 and 4 axes with as many elements: (rows / p, p, columns / q, q) with small p, q that divide.
    const std::int64_t p = rows % 10 == 0 ? 10 : rows % 5 == 0 ? 5 : 2, q = columns >= 400 ? 20 : columns == 40 ? 5 : 2;
    return {make("transpose", transpose(array({columns, rows}))),
            make("every second", slice(array({rows, 2 * columns}), 1, 0, xgrad::kToEnd, 2)),
            make("part of rows", narrow(array({rows, columns + 8}), 1, 3, columns)),
            make("permute 2 1 0", permute(array({columns / q, q, rows}), {2, 1, 0})),
            make("permute 1 0 2", permute(array({p, rows / p, columns}), {1, 0, 2})),
            make("permute 0 2 3 1", permute(array({rows / p, columns / q, p, q}), {0, 2, 3, 1})),
            make("expand", expand(array({columns}), {rows, columns})),
            cat(rows, columns, dtype)};
}

}  // namespace bench
