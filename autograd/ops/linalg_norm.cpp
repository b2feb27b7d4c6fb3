#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/vector_norm.hpp>

#include <cmath>
#include <string_view>

#include "autograd/ops/linalg_check.hpp"

namespace xgrad::linalg {
namespace {

using detail::Dims;
using detail::error_text;

std::string text_of(NormOrder ord) { return ord.name() ? ord.name() : std::to_string(ord.number()); }

/// Without the two last axes. Compositions: the gradients at ties are those of amax and amin.
Tensor norm_of_last_axes(const Tensor& a, NormOrder ord)
{
    const std::string_view name = ord.name() ? ord.name() : "";
    if (name == "fro") return vector_norm(a, 2, {-2, -1});
    if (name == "nuc") return sum(svdvals(a), -1);
    const double size = name.empty() ? std::abs(ord.number()) : 0;
    if (size != 1 && size != 2 && !std::isinf(size))
        throw ShapeError(error_text("linalg.matrix_norm", "ord " + text_of(ord),
                                    "\"fro\", \"nuc\", 1, -1, 2, -2, infinity or -infinity",
                                    "use linalg::vector_norm for other norms of the elements"));
    const Tensor along = size == 2 ? svdvals(a) : sum(abs(a), size == 1 ? -2 : -1);
    return ord.number() > 0 ? amax(along, -1) : amin(along, -1);
}

}  // namespace

Tensor matrix_norm(const Input& a, NormOrder ord, Sizes axes, bool keepdim)
{
    detail::check_matrix("linalg.matrix_norm", *a);
    const auto axis = [&](std::size_t i) {
        return static_cast<std::int64_t>(detail::normal_axis("linalg.matrix_norm", axes[i], a->ndim()));
    };
    if (axes.size() != 2 || axis(0) == axis(1))
        throw ShapeError(error_text("linalg.matrix_norm",
                                    "axes " + to_string(axes) + " of shape " + to_string(a->sizes()),
                                    "two different axes, that of the rows first", "give the axes of the matrices"));
    Dims order;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(a->ndim()); ++i)
        if (i != axis(0) && i != axis(1)) order.push_back(i);
    order.push_back(axis(0)), order.push_back(axis(1));
    const Tensor y = norm_of_last_axes(permute(a, order), ord);
    if (!keepdim) return y;
    return unsqueeze(unsqueeze(y, std::min(axis(0), axis(1))), std::max(axis(0), axis(1)));
}

Tensor matrix_norm(const Input& a, NormOrder ord) { return matrix_norm(a, ord, {-2, -1}); }

Tensor norm(const Input& a) { return vector_norm(a); }

Tensor norm(const Input& a, NormOrder ord, Sizes axes, bool keepdim)
{
    if (axes.size() == 2) return matrix_norm(a, ord, axes, keepdim);
    if (axes.size() != 1 || ord.name())
        throw ShapeError(
            error_text("linalg.norm",
                       "ord " + text_of(ord) + " over axes " + to_string(axes) + " of shape " + to_string(a->sizes()),
                       "a number over one axis, or an order of matrix_norm over two",
                       "use linalg::vector_norm for a norm over more axes"));
    return vector_norm(a, ord.number(), axes, keepdim);
}

Tensor norm(const Input& a, NormOrder ord)
{
    return a->ndim() == 1 ? norm(a, ord, {0}) : a->ndim() == 2 ? norm(a, ord, {0, 1}) : norm(a, ord, {});
}

}  // namespace xgrad::linalg
