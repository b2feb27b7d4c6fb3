#include <xgrad/ops/matmul.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>

#include "autograd/kernels/gemm.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/sources.hpp"
#include "autograd/recording.hpp"

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

[[noreturn]] void throw_do_not_fit(const Tensor& a, const Tensor& b)
{
    throw ShapeError(error_text("matmul",
                                "shapes " + to_string(a.sizes()) + " and " + to_string(b.sizes()) + " do not fit",
                                "(m, k) x (k, n) -> (m, n): columns of the left equal rows of the right",
                                "transpose one operand, or check the layer's in_features"));
}

/// A factor of a product of two matrices: a tensor of two axes, or its transpose, which is only read the other way.
struct Factor {
    Factor(const Tensor& matrix, bool is_transposed = false) : x(matrix), transposed(is_transposed) {}
    std::int64_t rows() const { return x.sizes()[transposed]; }
    std::int64_t columns() const { return x.sizes()[!transposed]; }
    template <class T>
    kernels::Matrix<T> matrix() const
    {
        return {static_cast<const T*>(x.raw()), x.strides()[transposed], x.strides()[!transposed]};
    }
    const Tensor& x;
    bool transposed;
};
Factor transposed(const Tensor& x) { return {x, true}; }

/// A B, with an optional bias for each column; of one dtype, and A has as many columns as B has rows.
Tensor run_product(const Factor& a, const Factor& b, const Tensor& bias)
{
    const std::int64_t rows = a.rows(), columns = b.columns();
    const Tensor y = detail::empty(a.x.dtype(), {rows, columns});
    const auto run = [&]<class T>(T) {
        const kernels::GemmOptions<T> options{.bias = bias.defined() ? bias.data<T>() : nullptr};
        kernels::gemm<T>(rows, columns, a.columns(), a.matrix<T>(), b.matrix<T>(), detail::mutable_data<T>(y), columns,
                         options);
    };
    if (y.dtype() == f32)
        run(float{});
    else if (y.dtype() == f64)
        run(double{});
    else
        run(std::int64_t{});
    return y;
}

/// A B as vjps need it: recorded where somebody records.
Tensor product(const Factor& a, const Factor& b)
{
    const bool is_plain = !detail::running() && a.x.ndim() == 2 && b.x.ndim() == 2 && !detail::is_batched(a.x, b.x);
    if (is_plain && a.x.dtype() == b.x.dtype()) return run_product(a, b, Tensor());
    return matmul(a.transposed ? transpose(a.x) : a.x, b.transposed ? transpose(b.x) : b.x);
}

/// The last two axes of x as a matrix.
template <class T>
kernels::Matrix<T> last_matrix(const Tensor& x)
{
    const std::size_t n = x.ndim();
    return {static_cast<const T*>(x.raw()), x.strides()[n - 2], x.strides()[n - 1]};
}

/// Steps from one matrix of a batch to the next, if all batch axes of `x` are one step apart.
bool uniform_step(const Tensor& x, std::int64_t& step)
{
    step = 0;
    bool seen = false;
    std::int64_t expected = 0;
    for (std::size_t i = x.ndim() - 2; i-- > 0;) {
        if (x.sizes()[i] == 1) continue;
        if (!seen)
            step = x.strides()[i];
        else if (x.strides()[i] != expected)
            return false;
        seen = true;
        expected = x.strides()[i] * x.sizes()[i];
    }
    return true;
}

/// The shape of all rows of x as one matrix. Without a -1, which an empty last axis leaves open.
Dims rows_of(const Tensor& x)
{
    Dims sizes(2, 1);
    for (std::size_t i = 0; i + 1 < x.ndim(); ++i) sizes[0] *= x.sizes()[i];
    sizes[1] = x.sizes().back();
    return sizes;
}

template <class T>
void multiply(const Tensor& a, const Tensor& b, const Tensor& y)
{
    const std::size_t n = y.ndim();
    const std::int64_t rows = y.sizes()[n - 2], columns = y.sizes()[n - 1], inner = a.sizes()[n - 1];
    T* out = detail::mutable_data<T>(y);
    kernels::GemmBatch batch{1, 0, 0, rows * columns};
    for (std::size_t i = 0; i + 2 < n; ++i) batch.count *= y.sizes()[i];
    const Tensor a_even = uniform_step(a, batch.a_step) ? a : detail::contiguous_copy(a);
    const Tensor b_even = uniform_step(b, batch.b_step) ? b : detail::contiguous_copy(b);
    (void)uniform_step(a_even, batch.a_step);
    (void)uniform_step(b_even, batch.b_step);
    kernels::Matrix<T> tall = last_matrix<T>(a_even);
    if (rows == 1) tall.row = batch.a_step;
    if (batch.b_step == 0 && batch.a_step != 0 && batch.a_step == rows * tall.row)  // one tall matrix times another
        return kernels::gemm<T>(batch.count * rows, columns, inner, tall, last_matrix<T>(b_even), out, columns);
    kernels::gemm_batched<T>(batch, rows, columns, inner, last_matrix<T>(a_even), last_matrix<T>(b_even), out, columns);
}

/// The product of operands of two axes or more and one dtype.
Tensor run_matmul(const Tensor& a, const Tensor& b)
{
    if (a.ndim() == 2 && b.ndim() == 2) return run_product(a, b, Tensor());
    const std::size_t na = a.ndim(), nb = b.ndim();
    const Sizes batch_a(a.sizes().data(), na - 2), batch_b(b.sizes().data(), nb - 2);
    Dims sizes = batch_a == batch_b ? Dims(batch_a) : detail::broadcast_sizes("matmul", batch_a, batch_b);
    Dims full_a = sizes, full_b = sizes;
    full_a.push_back(a.sizes()[na - 2]), full_a.push_back(a.sizes()[na - 1]);
    full_b.push_back(b.sizes()[nb - 2]), full_b.push_back(b.sizes()[nb - 1]);
    sizes.push_back(a.sizes()[na - 2]), sizes.push_back(b.sizes()[nb - 1]);
    const Tensor y = detail::empty(a.dtype(), sizes);
    const Tensor wide_a = a.sizes() == Sizes(full_a) ? a : detail::broadcast_view("matmul", a, full_a);
    const Tensor wide_b = b.sizes() == Sizes(full_b) ? b : detail::broadcast_view("matmul", b, full_b);
    switch (a.dtype()) {
        case f32:
            multiply<float>(wide_a, wide_b, y);
            break;
        case f64:
            multiply<double>(wide_a, wide_b, y);
            break;
        default:
            multiply<std::int64_t>(wide_a, wide_b, y);
            break;
    }
    return y;
}

/// a, a row if it is 1-D; b, a column if it is 1-D; the product without the axes they got for that.
Tensor matmul_of_vectors(const Input& a, const Input& b)
{
    if (a->ndim() == 0 || b->ndim() == 0)
        throw ShapeError(error_text("matmul", "shapes " + to_string(a->sizes()) + " and " + to_string(b->sizes()),
                                    "both operands have at least one axis", "use x * y for 0-dimensional tensors"));
    Tensor y = matmul(a->ndim() == 1 ? unsqueeze(a, 0) : *a, b->ndim() == 1 ? unsqueeze(b, 1) : *b);
    if (a->ndim() == 1) y = squeeze(y, -2);
    return b->ndim() == 1 ? squeeze(y, -1) : y;
}

/// The product where an operand is batched; both have two axes or more a sample, and fit.
Tensor matmul_of_samples(const Tensor& a, const Tensor& b)
{
    const detail::Batch batch({&a, &b});
    const bool is_column = !batch.has(a) && a.ndim() == 2 && b.sizes().back() == 1;
    if (is_column) return transpose(matmul(transpose(b), transpose(a)));  // one product instead of many by a column
    const std::size_t ndim = std::max(a.ndim(), b.ndim());
    return batch.result(matmul(batch.aligned(a, ndim), batch.aligned(b, ndim)));
}

}  // namespace

const Op kMatmul{.name = "matmul",
                 .formula = "A @ B",
                 .shapes = "A: (m, k), B: (k, n) -> Y: (m, n); leading axes broadcast",
                 .derivatives = {"gY @ B^T", "A^T @ gY"},
                 .source = detail::kGiles2008};

Tensor matmul(const Input& a, const Input& b)
{
    const Dtype dtype = promote(a->dtype(), b->dtype());
    if (a->dtype() != b->dtype()) return matmul(to(a, dtype), to(b, dtype));
    if (dtype == boolean)
        throw DtypeError(error_text("matmul", "operands " + describe(*a) + " and " + describe(*b),
                                    "a matrix product has no meaning for bool", "convert first: to(x, f32)"));
    if (a->ndim() < 2 || b->ndim() < 2) return matmul_of_vectors(a, b);
    if (a->sizes().back() != b->sizes()[b->ndim() - 2]) throw_do_not_fit(*a, *b);
    if (detail::is_batched(*a, *b)) return matmul_of_samples(*a, *b);
    if (a->ndim() > 2 && b->ndim() == 2 && a->is_contiguous()) {  // one tall matrix instead of a batch
        Dims sizes = a->sizes();
        sizes.back() = b->sizes().back();
        return reshape(matmul(reshape(a, rows_of(*a)), b), sizes);
    }
    const Tensor y = run_matmul(*a, *b);
    if (!is_floating(dtype)) return record_constant(kMatmul, {a, b}, y);
    return record(kMatmul, {a, b}, y, [a = *a, b = *b](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, product(gy, transposed(b)));
        if (gx.wants(1)) gx.add(1, product(transposed(a), gy));
    });
}

const Op kLinear{.name = "linear",
                 .formula = "x @ W^T + b",
                 .shapes = "x: (..., in), W: (out, in), b: (out) -> y: (..., out)",
                 .derivatives = {"gy @ W", "gy^T @ x", "sum(gy, 0)"},
                 .where = "the last sum runs over all axes but the last"};

namespace {

void check_linear(const Tensor& x, const Tensor& w, const Tensor& bias)
{
    if (w.ndim() < 1 || w.ndim() > 2 || x.ndim() < 1 || x.sizes().back() != w.sizes().back())
        throw ShapeError(error_text(
            "linear",
            "x of shape " + to_string(x.sizes()) + " and weight of shape " + to_string(w.sizes()) + " do not fit",
            "x: (..., in) and weight: (out, in)", "check the layer's in_features"));
    if (bias.defined() && !(bias.sizes() == Sizes(w.sizes().data(), w.ndim() - 1)))
        throw ShapeError(error_text(
            "linear", "bias of shape " + to_string(bias.sizes()) + " beside weight of shape " + to_string(w.sizes()),
            "bias: (out) for weight: (out, in), or () for (in)", "give the bias one element an output"));
    if (!is_floating(x.dtype()) || x.dtype() != w.dtype() || (bias.defined() && bias.dtype() != w.dtype()))
        throw DtypeError(error_text("linear", "x " + describe(x) + " and weight " + describe(w),
                                    "x, weight and bias are of one floating dtype",
                                    "convert the input with to(x, dtype), or the module"));
}

Tensor linear_of_rows(const Input& x, const Input& w, const Input* bias)
{
    const Tensor b = bias ? detail::contiguous_data(**bias) : Tensor();
    const Tensor y = run_product(*x, transposed(*w), b);
    const auto vjp = [x = *x, w = *w](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, product(gy, w));
        if (gx.wants(1)) gx.add(1, product(transposed(gy), x));
        if (gx.count() == 3 && gx.wants(2)) gx.add(2, gy);
    };
    return bias ? record(kLinear, {x, w, *bias}, y, vjp) : record(kLinear, {x, w}, y, vjp);
}

Tensor linear(const Input& x, const Input& w, const Input* bias)
{
    check_linear(*x, *w, bias ? **bias : Tensor());
    if (w->ndim() == 1) {
        const Tensor y = matmul(x, w);
        return bias ? add(y, *bias) : y;
    }
    if (detail::is_batched(*w) || (bias && detail::is_batched(**bias))) {
        const Tensor y = matmul(x, transpose(w));
        return bias ? add(y, *bias) : y;
    }
    if (detail::is_batched(*x)) return detail::of_all(x, [&](const Input& all) { return linear(all, w, bias); });
    if (x->ndim() == 2) return linear_of_rows(x, w, bias);
    Dims sizes = x->sizes();
    sizes.back() = w->sizes()[0];
    const Tensor rows = reshape(x, rows_of(*x));
    return reshape(linear_of_rows({rows, x.file(), x.line()}, w, bias), sizes);
}

}  // namespace

Tensor linear(const Input& x, const Input& weight) { return linear(x, weight, nullptr); }

Tensor linear(const Input& x, const Input& weight, const Input& bias)
{
    return linear(x, weight, bias->defined() ? &bias : nullptr);
}

}  // namespace xgrad
