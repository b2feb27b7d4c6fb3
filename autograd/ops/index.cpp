#include <xgrad/ops/index.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;
using Kind = IndexItem::Kind;

/// Axes of x that an item stands for.
std::size_t axes_of(const IndexItem& item)
{
    switch (item.kind()) {
        case Kind::new_axis:
        case Kind::ellipsis:
            return 0;
        case Kind::tensor:
            return item.tensor().dtype() == boolean ? item.tensor().ndim() : 1;
        default:
            return 1;
    }
}

/// x after the positions, slices and new axes, and for each of its axes the positions that a tensor asks for, if any.
struct Prepared {
    Tensor x;
    std::vector<Tensor> tensors;

    bool has_tensors() const
    {
        return std::any_of(tensors.begin(), tensors.end(), [](const Tensor& t) { return t.defined(); });
    }
};

void check_mask(const Tensor& mask, const Tensor& x, std::size_t axis)
{
    bool fits = mask.ndim() > 0;
    for (std::size_t i = 0; fits && i < mask.ndim(); ++i) fits = mask.sizes()[i] == x.sizes()[axis + i];
    if (!fits)
        throw ShapeError(error_text("index",
                                    "a mask of shape " + to_string(mask.sizes()) + " at axis " + std::to_string(axis) +
                                        " of shape " + to_string(x.sizes()),
                                    "a mask has the sizes of the axes that it stands for, one at least",
                                    "expand the mask, or use where"));
}

/// Adds what one tensor asks for.
void add_tensor(Prepared& out, const Tensor& tensor)
{
    const std::size_t axis = out.tensors.size();
    if (tensor.dtype() != boolean) {
        out.tensors.push_back(
            detail::checked_indices("index", tensor, out.x.sizes()[axis], detail::Negative::from_the_back));
        return;
    }
    check_mask(tensor, out.x, axis);
    const Tensor found = nonzero(tensor);
    for (std::size_t i = 0; i < tensor.ndim(); ++i) out.tensors.push_back(detail::contiguous_data(select(found, 1, i)));
}

Prepared prepare(const Input& x, const std::vector<IndexItem>& items)
{
    std::size_t used = 0, ellipses = 0;
    for (const IndexItem& item : items) {
        used += axes_of(item);
        ellipses += item.kind() == Kind::ellipsis ? 1 : 0;
    }
    if (used > x->ndim() || ellipses > 1)
        throw ShapeError(error_text("index",
                                    std::to_string(used) + " axes and " + std::to_string(ellipses) +
                                        " ellipses for shape " + to_string(x->sizes()),
                                    "no more axes than the tensor has, and at most one ellipsis",
                                    "leave items out: whole axes follow by themselves"));
    Prepared out{*x, {}};
    const auto axis = [&out] { return static_cast<std::int64_t>(out.tensors.size()); };
    for (const IndexItem& item : items) {
        const Input from(out.x, x.file(), x.line());
        switch (item.kind()) {
            case Kind::position:
                out.x = detail::select_index(from, axis(), item.position());
                break;
            case Kind::slice:
                out.x = slice(from, axis(), item.slice().start, item.slice().stop, item.slice().step);
                out.tensors.emplace_back();
                break;
            case Kind::new_axis:
                out.x = unsqueeze(from, axis());
                out.tensors.emplace_back();
                break;
            case Kind::ellipsis:
                out.tensors.resize(out.tensors.size() + x->ndim() - used);
                break;
            case Kind::tensor:
                add_tensor(out, item.tensor());
                break;
        }
    }
    out.tensors.resize(out.x.ndim());
    return out;
}

/// The axes with tensors first, then the others; and where the first of them stood, if they were neighbours.
struct Order {
    explicit Order(const std::vector<Tensor>& tensors)
    {
        for (const bool indexed : {true, false})
            for (std::size_t i = 0; i < tensors.size(); ++i)
                if (tensors[i].defined() == indexed) {
                    axes.push_back(static_cast<std::int64_t>(i));
                    count += indexed ? 1 : 0;
                }
        const auto first = axes[0], last = axes[count - 1];
        at = last - first + 1 == static_cast<std::int64_t>(count) ? static_cast<std::size_t>(first) : 0;
    }
    Dims axes;
    std::size_t count = 0, at = 0;
};

/// Rows of x, whose first `order.count` axes are seen as one.
Tensor combined_rows(const Prepared& from, const Order& order, Dims& broadcast)
{
    for (std::size_t k = 0; k < order.count; ++k)
        broadcast =
            detail::broadcast_sizes("index", broadcast, from.tensors[static_cast<std::size_t>(order.axes[k])].sizes());
    Tensor rows;
    for (std::size_t k = 0; k < order.count; ++k) {
        const auto axis = static_cast<std::size_t>(order.axes[k]);
        const Tensor& t = from.tensors[axis];
        rows = rows.defined() ? add(mul(rows, from.x.sizes()[axis]), t) : t;
    }
    return detail::contiguous_data(expand(rows, broadcast));
}

}  // namespace

Tensor index(const Input& x, const std::vector<IndexItem>& items)
{
    const Prepared from = prepare(x, items);
    if (!from.has_tensors()) return from.x;
    const Order order(from.tensors);
    Dims broadcast;
    const Tensor rows = combined_rows(from, order, broadcast);
    // The indexed axes as one in front, their rows, and the axes of the tensors in its place.
    const Tensor front = permute({from.x, x.file(), x.line()}, order.axes);
    const Tensor flat = order.count == 1 ? front : flatten(front, 0, static_cast<std::int64_t>(order.count) - 1);
    const Tensor taken = detail::take_rows({flat, x.file(), x.line()}, 0, rows);
    Dims sizes = broadcast;
    for (std::size_t i = 1; i < taken.ndim(); ++i) sizes.push_back(taken.sizes()[i]);
    const Tensor y = reshape(taken, sizes);
    if (order.at == 0) return y;
    Dims back;
    for (std::size_t i = 0; i < order.at; ++i) back.push_back(static_cast<std::int64_t>(broadcast.size() + i));
    for (std::size_t i = 0; i < broadcast.size(); ++i) back.push_back(static_cast<std::int64_t>(i));
    for (std::size_t i = broadcast.size() + order.at; i < y.ndim(); ++i) back.push_back(static_cast<std::int64_t>(i));
    return permute(y, back);
}

Tensor index(const Input& x, std::initializer_list<IndexItem> items) { return index(x, std::vector<IndexItem>(items)); }

Tensor index_put(const Input& x, const std::vector<IndexItem>& items, const Operand& values, bool accumulate)
{
    const Tensor places = contiguous(index(detail::positions(x->sizes()), items));
    const Tensor given = values.tensor() ? *values.tensor() : tensor(values.number(), x->dtype());
    if (given.dtype() != x->dtype())
        throw DtypeError(error_text("index_put", describe(given) + " into " + describe(*x), "both have one dtype",
                                    "convert one of them with to"));
    detail::check_expands("index_put", given, places.sizes());
    const Tensor wide = expand({given, values.file(), values.line()}, places.sizes());
    return accumulate ? add(x, detail::add_at(wide, places, x->sizes())) : detail::put_at(x, places, wide);
}

}  // namespace xgrad
