#include <xgrad/ops/diagonal.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <algorithm>
#include <limits>

#include "autograd/kernels/copy.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/reduce_kernels.hpp"

namespace xgrad {

using detail::AxisSet;
using detail::Dims;
using detail::error_text;
using detail::normal_axis;

const Op kDiagonal{.name = "diagonal",
                   .formula = "diagonal(x, offset, axis0, axis1)",
                   .shapes = "x: S -> y: S without the two axes, with the length of the diagonal at the end",
                   .derivatives = {"put_diagonal(gy, offset, axis0, axis1, x)"}};
const Op kDiagEmbed{.name = "diag_embed",
                    .formula = "put_diagonal(x, offset, axis0, axis1, y)",
                    .shapes = "x: S -> y: S without its last axis, with two axes more",
                    .derivatives = {"diagonal(gy, offset, axis0, axis1)"}};

namespace {

struct Diagonal {
    std::size_t axis0, axis1;
    std::int64_t offset;
    Diagonal behind_one() const { return {axis0 + 1, axis1 + 1, offset}; }
};

/// The diagonal's elements in the storage of x.
Tensor diagonal_view(const Tensor& x, const Diagonal& d)
{
    const std::int64_t rows = x.sizes()[d.axis0], columns = x.sizes()[d.axis1];
    const std::int64_t down = std::max<std::int64_t>(-d.offset, 0), right = std::max<std::int64_t>(d.offset, 0);
    const std::int64_t length = std::max<std::int64_t>(std::min(rows - down, columns - right), 0);
    Dims sizes, strides;
    for (std::size_t i = 0; i < x.ndim(); ++i) {
        if (i == d.axis0 || i == d.axis1) continue;
        sizes.push_back(x.sizes()[i]);
        strides.push_back(x.strides()[i]);
    }
    sizes.push_back(length);
    strides.push_back(x.strides()[d.axis0] + x.strides()[d.axis1]);
    const std::int64_t first = down * x.strides()[d.axis0] + right * x.strides()[d.axis1];
    return detail::view(x, sizes, strides, length > 0 && x.numel() > 0 ? first : 0);
}

Tensor diagonal(const Input& x, const Diagonal& d);

Tensor put_diagonal(const Input& g, const Diagonal& d, Sizes sizes)
{
    if (detail::is_batched(*g)) {
        const Dims of_samples = detail::with_samples(detail::batched_parts(*g).level.samples, sizes);
        return detail::of_all(g, [&](const Input& all) { return put_diagonal(all, d.behind_one(), of_samples); });
    }
    const Tensor y = full(sizes, 0, g->dtype()), part = diagonal_view(y, d);
    kernels::copy(size_of(g->dtype()), {g->sizes().data(), g->ndim()}, g->raw(), g->strides().data(),
                  detail::mutable_data(part), part.strides().data());
    return record(kDiagEmbed, {g}, y, [d](const Tensor& gy, Adjoints& gx) { gx.add(0, diagonal(gy, d)); });
}

Tensor diagonal(const Input& x, const Diagonal& d)
{
    if (detail::is_batched(*x))
        return detail::of_all(x, [&](const Input& all) { return diagonal(all, d.behind_one()); });
    return record(kDiagonal, {x}, diagonal_view(*x, d),
                  [d](const Tensor& gy, Adjoints& gx) { gx.add(0, put_diagonal(gy, d, gx.sizes(0))); });
}

Diagonal checked(const char* operation, std::int64_t offset, std::int64_t axis0, std::int64_t axis1, std::size_t ndim)
{
    (void)AxisSet(operation, {axis0, axis1}, ndim);
    constexpr std::int64_t kFar = std::int64_t{1} << 58;  // beyond every tensor, and its negative is a number
    return {normal_axis(operation, axis0, ndim), normal_axis(operation, axis1, ndim), std::clamp(offset, -kFar, kFar)};
}

/// True on and below the diagonal of the last two axes.
Tensor lower_mask(const char* operation, const Tensor& x, std::int64_t diagonal)
{
    if (x.ndim() < 2)
        throw ShapeError(error_text(operation, "shape " + to_string(x.sizes()), "a matrix has at least two axes",
                                    "reshape the tensor first"));
    const std::int64_t rows = x.size(-2), columns = x.size(-1);
    const Tensor mask = detail::empty(boolean, {rows, columns});
    bool* keep = detail::mutable_data<bool>(mask);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j) *keep++ = j - i <= diagonal;
    return mask;
}

/// The indices (2, count) of a (rows, columns) matrix for which j - i <= offset, or, for an upper part, j - i >= offset.
Tensor triangle_indices(const char* operation, std::int64_t rows, std::int64_t columns, std::int64_t offset, bool upper)
{
    if (detail::checked_numel(operation, {rows, columns}) == 0) return zeros({2, 0}, i64);
    offset = std::clamp(offset, -rows, columns);
    // Positions of row i: the first `end(i)`, or the others. No row before `empty` has an end, those from `full` on have all.
    const std::int64_t shift = offset + (upper ? 0 : 1);
    const auto end = [&](std::int64_t i) { return std::clamp<std::int64_t>(i + shift, 0, columns); };
    const std::int64_t empty = std::clamp<std::int64_t>(-shift, 0, rows),
                       full = std::clamp(columns - shift, empty, rows);
    const std::int64_t below = (full - empty) * (2 * shift + empty + full - 1) / 2 + (rows - full) * columns;
    const std::int64_t count = upper ? rows * columns - below : below;
    const Tensor y = detail::empty(i64, {2, count});
    auto* row = detail::mutable_data<std::int64_t>(y);
    auto* column = row + count;
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = upper ? end(i) : 0; j < (upper ? columns : end(i)); ++j) *row++ = i, *column++ = j;
    return y;
}

}  // namespace

Tensor diagonal(const Input& x, std::int64_t offset, std::int64_t axis0, std::int64_t axis1)
{
    return diagonal(x, checked("diagonal", offset, axis0, axis1, x->ndim()));
}

Tensor diag_embed(const Input& x, std::int64_t offset, std::int64_t axis0, std::int64_t axis1)
{
    if (x->ndim() == 0)
        throw ShapeError(
            error_text("diag_embed", "shape ()", "the last axis becomes the diagonal", "reshape the number to (1)"));
    const Diagonal d = checked("diag_embed", offset, axis0, axis1, x->ndim() + 1);
    const std::int64_t side = x->sizes().back() + std::abs(d.offset);
    Dims sizes = x->sizes();
    sizes.erase(sizes.size() - 1);
    for (const std::size_t axis : {std::min(d.axis0, d.axis1), std::max(d.axis0, d.axis1)}) sizes.insert(axis, side);
    return put_diagonal(x, d, sizes);
}

Tensor diag(const Input& x, std::int64_t offset)
{
    if (x->ndim() == 1) return diag_embed(x, offset);
    if (x->ndim() == 2) return diagonal(x, offset);
    throw ShapeError(error_text("diag", "shape " + to_string(x->sizes()), "a vector or a matrix",
                                "use diagonal or diag_embed for more axes"));
}

Tensor tril(const Input& x, std::int64_t diagonal)
{
    return where(lower_mask("tril", *x, diagonal), x, tensor(0, x->dtype()));
}

Tensor triu(const Input& x, std::int64_t diagonal)
{
    const std::int64_t below = std::max(diagonal, std::numeric_limits<std::int64_t>::min() + 1) - 1;
    return where(lower_mask("triu", *x, below), tensor(0, x->dtype()), x);
}

Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset)
{
    return triangle_indices("tril_indices", rows, columns, offset, false);
}

Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t offset)
{
    return triangle_indices("triu_indices", rows, columns, offset, true);
}

}  // namespace xgrad
