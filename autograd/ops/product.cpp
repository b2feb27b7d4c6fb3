#include <xgrad/ops/product.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <cmath>

#include "autograd/ops/elementwise_kernels.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

/// What an operation multiplies: how many axes the operands have, and how the shapes go together.
struct ProductRule {
    const char* operation;
    std::size_t axes_a, axes_b;
    const char* shapes;
    const char* hint;
};

/// Throws unless both have the axes asked for, the inner sizes agree, and the batches where there are.
void check(const ProductRule& rule, const Tensor& a, const Tensor& b)
{
    bool fits = a.ndim() == rule.axes_a && b.ndim() == rule.axes_b;
    fits = fits && a.sizes().back() == b.sizes()[b.ndim() == 1 ? 0 : b.ndim() - 2];
    if (fits && rule.axes_a == 3) fits = a.sizes()[0] == b.sizes()[0];
    if (!fits)
        throw ShapeError(error_text(rule.operation,
                                    "shapes " + to_string(a.sizes()) + " and " + to_string(b.sizes()) + " do not fit",
                                    rule.shapes, rule.hint));
}

constexpr const char* kUseMatmul = "use matmul, which takes vectors and batches and broadcasts";

Tensor product(const char* operation, const Input& a, const Input& b)
{
    check({operation, 2, 2, "(m, k) x (k, n) -> (m, n)", kUseMatmul}, a, b);
    return matmul(a, b);
}

Tensor batch_product(const char* operation, const Input& a, const Input& b)
{
    check({operation, 3, 3, "(batch, m, k) x (batch, k, n) -> (batch, m, n)", kUseMatmul}, a, b);
    return matmul(a, b);
}

Tensor column_product(const char* operation, const Input& a, const Input& v)
{
    check({operation, 2, 1, "(m, n) x (n) -> (m)", kUseMatmul}, a, v);
    return matmul(a, v);
}

Tensor vector_product(const char* operation, const Input& a, const Input& b)
{
    check({operation, 1, 1, "(n) . (n) -> ()", "use sum(a * b) for other shapes"}, a, b);
    return matmul(a, b);
}

Tensor outer_product(const char* operation, const Input& a, const Input& b)
{
    if (a->ndim() != 1 || b->ndim() != 1)
        throw ShapeError(error_text(operation, "shapes " + to_string(a->sizes()) + " and " + to_string(b->sizes()),
                                    "both operands are vectors: (m), (n) -> (m, n)", "flatten them first"));
    return mul(unsqueeze(a, 1), unsqueeze(b, 0));
}

Tensor scaled(const char* operation, const Tensor& x, double factor)
{
    if (factor == 1) return x;
    if (is_floating(x.dtype())) return mul(x, factor);
    if (factor != std::floor(factor))
        throw DtypeError(error_text(operation, "factor " + std::to_string(factor) + " beside a tensor " + describe(x),
                                    "integers are multiplied by whole numbers", "convert first: to(x, f32)"));
    return mul(x, static_cast<std::int64_t>(factor));
}

/// beta x + alpha product.
Tensor add_product(const char* operation, const Input& x, const Tensor& y, AddProductOptions options)
{
    detail::check_expands(operation, *x, y.sizes());
    const Tensor right = scaled(operation, y, options.alpha);
    if (options.beta == 0) return to(right, promote(x->dtype(), y.dtype()));
    return add(scaled(operation, *x, options.beta), right);
}

}  // namespace

Tensor mm(const Input& a, const Input& b) { return product("mm", a, b); }
Tensor bmm(const Input& a, const Input& b) { return batch_product("bmm", a, b); }
Tensor mv(const Input& a, const Input& v) { return column_product("mv", a, v); }
Tensor dot(const Input& a, const Input& b) { return vector_product("dot", a, b); }
Tensor vdot(const Input& a, const Input& b) { return vector_product("vdot", a, b); }
Tensor outer(const Input& a, const Input& b) { return outer_product("outer", a, b); }

Tensor addmm(const Input& x, const Input& a, const Input& b, AddProductOptions options)
{
    return add_product("addmm", x, product("addmm", a, b), options);
}

Tensor addmv(const Input& x, const Input& a, const Input& v, AddProductOptions options)
{
    return add_product("addmv", x, column_product("addmv", a, v), options);
}

Tensor addr(const Input& x, const Input& a, const Input& b, AddProductOptions options)
{
    return add_product("addr", x, outer_product("addr", a, b), options);
}

Tensor baddbmm(const Input& x, const Input& a, const Input& b, AddProductOptions options)
{
    return add_product("baddbmm", x, batch_product("baddbmm", a, b), options);
}

Tensor addbmm(const Input& x, const Input& a, const Input& b, AddProductOptions options)
{
    return add_product("addbmm", x, sum(batch_product("addbmm", a, b), 0), options);
}

namespace {

/// The axes of a tensor that are not listed, in order; `listed` holds them counted from the front.
struct AxisParts {
    AxisParts(const char* operation, const Tensor& x, Sizes axes) : taken(x.ndim(), 0)
    {
        for (const std::int64_t given : axes) {
            const std::size_t axis = detail::normal_axis(operation, given, x.ndim());
            if (std::exchange(taken[axis], 1))
                throw ShapeError(error_text(operation, "axes " + to_string(axes), "an axis is listed once",
                                            "remove the one listed twice"));
            listed.push_back(static_cast<std::int64_t>(axis));
        }
        for (std::size_t i = 0; i < x.ndim(); ++i)
            if (!taken[i]) free.push_back(static_cast<std::int64_t>(i));
    }
    Dims listed, free;

private:
    Dims taken;
};

Dims joined(Dims front, Sizes back)
{
    for (const std::int64_t v : back) front.push_back(v);
    return front;
}

/// Sizes at some axes, and their product.
Dims sizes_at(const Tensor& x, Sizes axes)
{
    Dims sizes;
    for (const std::int64_t axis : axes) sizes.push_back(x.sizes()[static_cast<std::size_t>(axis)]);
    return sizes;
}

std::int64_t numel_of(Sizes sizes)
{
    std::int64_t n = 1;
    for (const std::int64_t size : sizes) n *= size;
    return n;
}

[[noreturn]] void throw_pairs_differ(const Tensor& a, const Tensor& b, Sizes axes_a, Sizes axes_b)
{
    throw ShapeError(error_text("tensordot",
                                "axes " + to_string(axes_a) + " of shape " + to_string(a.sizes()) + " with axes " +
                                    to_string(axes_b) + " of shape " + to_string(b.sizes()),
                                "as many axes of each, and the two of a pair have one size",
                                "list the axes in pairs, those of the left operand first"));
}

}  // namespace

Tensor tensordot(const Input& a, const Input& b, Sizes axes_a, Sizes axes_b)
{
    const AxisParts in_a("tensordot", *a, axes_a), in_b("tensordot", *b, axes_b);
    if (axes_a.size() != axes_b.size()) throw_pairs_differ(*a, *b, axes_a, axes_b);
    Tensor left = *a, right = *b;
    for (std::size_t i = 0; i < axes_a.size(); ++i) {
        const std::int64_t size_a = left.size(in_a.listed[i]), size_b = right.size(in_b.listed[i]);
        if (size_a == size_b) continue;
        if (size_a != 1 && size_b != 1) throw_pairs_differ(*a, *b, axes_a, axes_b);
        if (size_a == 1)
            right = sum(right, in_b.listed[i], true);
        else
            left = sum(left, in_a.listed[i], true);
    }
    const Dims free_a = sizes_at(left, in_a.free), free_b = sizes_at(right, in_b.free);
    const std::int64_t k = numel_of(sizes_at(left, in_a.listed));
    const Tensor rows = reshape(permute(left, joined(in_a.free, in_a.listed)), {numel_of(free_a), k});
    const Tensor columns = reshape(permute(right, joined(in_b.listed, in_b.free)), {k, numel_of(free_b)});
    return reshape(matmul(rows, columns), joined(free_a, free_b));
}

Tensor tensordot(const Input& a, const Input& b, std::int64_t axes)
{
    const auto na = static_cast<std::int64_t>(a->ndim()), nb = static_cast<std::int64_t>(b->ndim());
    if (axes < 0 || axes > na || axes > nb)
        throw ShapeError(error_text(
            "tensordot",
            std::to_string(axes) + " axes of shapes " + to_string(a->sizes()) + " and " + to_string(b->sizes()),
            "a number of axes that both have", "list the axes in pairs, or give fewer"));
    Dims last, first;
    for (std::int64_t i = 0; i < axes; ++i) last.push_back(na - axes + i), first.push_back(i);
    return tensordot(a, b, last, first);
}

Tensor inner(const Input& a, const Input& b)
{
    if (a->ndim() == 0 || b->ndim() == 0) return mul(a, b);
    if (a->sizes().back() != b->sizes().back())
        throw ShapeError(error_text("inner", "shapes " + to_string(a->sizes()) + " and " + to_string(b->sizes()),
                                    "the last axes have one size: (..., k), (***, k) -> (..., ***)",
                                    "transpose one operand, or use tensordot with the axes to sum over"));
    return tensordot(a, b, {-1}, {-1});
}

Tensor kron(const Input& a, const Input& b)
{
    const std::size_t n = std::max(a->ndim(), b->ndim());
    Dims wide_a, wide_b, sizes;  // a: (a1, 1, a2, 1, ...), b: (1, b1, 1, b2, ...)
    for (std::size_t i = 0; i < n; ++i) {
        const std::int64_t in_a = i + a->ndim() < n ? 1 : a->sizes()[i + a->ndim() - n];
        const std::int64_t in_b = i + b->ndim() < n ? 1 : b->sizes()[i + b->ndim() - n];
        wide_a.push_back(in_a), wide_a.push_back(1);
        wide_b.push_back(1), wide_b.push_back(in_b);
        sizes.push_back(in_a * in_b);
    }
    return reshape(mul(reshape(a, wide_a), reshape(b, wide_b)), sizes);
}

namespace {

void check_bilinear(const Tensor& x1, const Tensor& x2, const Tensor& w, const Tensor& bias)
{
    bool fits = w.ndim() == 3 && x1.ndim() >= 1 && x1.ndim() == x2.ndim();
    fits = fits && x1.sizes().back() == w.sizes()[1] && x2.sizes().back() == w.sizes()[2];
    for (std::size_t i = 0; fits && i + 1 < x1.ndim(); ++i) fits = x1.sizes()[i] == x2.sizes()[i];
    if (fits && bias.defined()) fits = bias.ndim() == 1 && bias.sizes()[0] == w.sizes()[0];
    if (!fits)
        throw ShapeError(error_text("bilinear",
                                    "x1 of shape " + to_string(x1.sizes()) + ", x2 of shape " + to_string(x2.sizes()) +
                                        ", weight of shape " + to_string(w.sizes()) +
                                        (bias.defined() ? ", bias of shape " + to_string(bias.sizes()) : ""),
                                    "x1: (..., in1), x2: (..., in2), weight: (out, in1, in2), bias: (out)",
                                    "check the layer's in1_features, in2_features and out_features"));
}

}  // namespace

Tensor bilinear(const Input& x1, const Input& x2, const Input& weight, const Input& bias)
{
    check_bilinear(*x1, *x2, *weight, *bias);
    const std::int64_t out = weight->sizes()[0], in1 = weight->sizes()[1], in2 = weight->sizes()[2];
    Dims sizes = x1->sizes();
    sizes.back() = out;
    const std::int64_t rows = numel_of(Sizes(sizes.data(), sizes.size() - 1));
    // x1 W: (rows, in1) x (in1, out * in2), then each (out, in2) by its own column of x2.
    const Tensor maps = matmul(reshape(x1, {rows, in1}), reshape(permute(weight, {1, 0, 2}), {in1, out * in2}));
    const Tensor y = reshape(matmul(reshape(maps, {rows, out, in2}), reshape(x2, {rows, in2, 1})), sizes);
    return bias->defined() ? add(y, bias) : y;
}

Tensor bilinear(const Input& x1, const Input& x2, const Input& weight) { return bilinear(x1, x2, weight, Tensor()); }

}  // namespace xgrad
