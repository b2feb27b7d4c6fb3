#include <xgrad/ops/assemble.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>

namespace xgrad {

using detail::Dims;
using detail::error_text;
using detail::normal_axis;

namespace {

void check_not_empty(const char* operation, const TensorList& tensors)
{
    if (tensors.size() == 0)
        throw ShapeError(error_text(operation, "the list is empty", "there is at least one tensor",
                                    "leave the call out where there is nothing to join"));
}

Tensor at_least_1d(const Tensor& x) { return x.ndim() == 0 ? reshape(x, {1}) : x; }
Tensor at_least_2d(const Tensor& x) { return x.ndim() < 2 ? unsqueeze(at_least_1d(x), 0) : x; }
Tensor at_least_3d(const Tensor& x) { return x.ndim() < 3 ? unsqueeze(at_least_2d(x), 2) : x; }
Tensor as_column(const Tensor& x) { return x.ndim() < 2 ? unsqueeze(at_least_1d(x), 1) : x; }

template <class F>
std::vector<Tensor> each(const char* operation, const TensorList& tensors, F f)
{
    check_not_empty(operation, tensors);
    std::vector<Tensor> seen;
    seen.reserve(tensors.size());
    for (const Tensor& x : tensors) seen.push_back(f(x));
    return seen;
}

}  // namespace

std::vector<Tensor> tensor_split(const Input& x, std::int64_t sections, std::int64_t axis)
{
    const std::int64_t size = x->sizes()[normal_axis("tensor_split", axis, x->ndim())];
    constexpr std::int64_t kMostSections = 1 << 24;
    if (sections < 1 || sections > kMostSections)
        throw ShapeError(error_text("tensor_split", std::to_string(sections) + " sections",
                                    "there are 1 to " + std::to_string(kMostSections) + " sections",
                                    "give the number of parts; split takes the size of one"));
    std::vector<Tensor> parts;
    for (std::int64_t k = 0, start = 0; k < sections; ++k) {
        const std::int64_t length = size / sections + (k < size % sections ? 1 : 0);
        parts.push_back(narrow(x, axis, start, length));
        start += length;
    }
    return parts;
}

std::vector<Tensor> tensor_split(const Input& x, Sizes indices, std::int64_t axis)
{
    normal_axis("tensor_split", axis, x->ndim());
    std::vector<Tensor> parts;
    std::int64_t start = 0;
    for (const std::int64_t end : indices) parts.push_back(slice(x, axis, start, end)), start = end;
    parts.push_back(slice(x, axis, start));
    return parts;
}

Tensor hstack(const TensorList& tensors)
{
    const std::vector<Tensor> seen = each("hstack", tensors, at_least_1d);
    return cat(seen, seen[0].ndim() == 1 ? 0 : 1);
}

Tensor vstack(const TensorList& tensors) { return cat(each("vstack", tensors, at_least_2d), 0); }
Tensor dstack(const TensorList& tensors) { return cat(each("dstack", tensors, at_least_3d), 2); }
Tensor column_stack(const TensorList& tensors) { return cat(each("column_stack", tensors, as_column), 1); }

Tensor block_diag(const TensorList& tensors)
{
    const std::vector<Tensor> blocks = each("block_diag", tensors, [](const Tensor& x) {
        if (x.ndim() > 2)
            throw ShapeError(error_text("block_diag", "a block of shape " + to_string(x.sizes()),
                                        "a block has two axes or fewer", "join batches one by one, then stack them"));
        return at_least_2d(x);
    });
    std::int64_t columns = 0, before = 0;
    for (const Tensor& block : blocks) columns += block.sizes()[1];
    std::vector<Tensor> rows;
    for (const Tensor& block : blocks) {
        const std::int64_t width = block.sizes()[1];
        rows.push_back(pad(block, {before, columns - before - width}));
        before += width;
    }
    return cat(rows, 0);
}

Tensor cartesian_prod(const TensorList& tensors)
{
    check_not_empty("cartesian_prod", tensors);
    for (const Tensor& x : tensors)
        if (x.ndim() != 1)
            throw ShapeError(error_text("cartesian_prod", "a tensor of shape " + to_string(x.sizes()),
                                        "each has one axis", "flatten it first"));
    if (tensors.size() == 1) return tensors[0];
    std::vector<Tensor> grids = meshgrid(tensors);
    for (Tensor& grid : grids) grid = ravel(grid);
    return stack(grids, 1);
}

Tensor broadcast_to(const Input& x, Sizes sizes) { return expand(x, sizes); }

std::vector<Tensor> broadcast_tensors(const TensorList& tensors)
{
    check_not_empty("broadcast_tensors", tensors);
    Dims sizes = tensors[0].sizes();
    for (const Tensor& x : tensors) sizes = detail::broadcast_sizes("broadcast_tensors", sizes, x.sizes());
    return each("broadcast_tensors", tensors, [&](const Tensor& x) { return expand(x, sizes); });
}

Tensor ravel(const Input& x) { return reshape(x, {-1}); }
Tensor flipud(const Input& x) { return flip(x, 0); }
Tensor fliplr(const Input& x) { return flip(x, 1); }

}  // namespace xgrad
