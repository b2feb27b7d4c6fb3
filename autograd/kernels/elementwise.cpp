#include "autograd/kernels/elementwise.hpp"

#include <algorithm>

#include "autograd/kernels/copy.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

/// Elements up to which an operand with an odd inner stride is rather copied whole (a transpose runs in tiles) than
/// packed run by run; above, the copy would leave the cache.
constexpr Index kCopyWhole = 1 << 18;

bool is_odd(Index stride) { return stride != 0 && stride != 1; }

/// By the kernel for rows, one call for each plane of the last two dimensions or a band of it.
void run_planes(BinaryRowsKernel* f, std::size_t element, const Collapsed& shape, const void* a, const void* b, void* y)
{
    const int last = shape.ndim - 1, row = last - 1;
    const Index a_step = shape.strides[0][last], b_step = shape.strides[1][last];
    const Index n = shape.sizes[last], rows = shape.sizes[row], planes = shape.numel / (rows * n);
    const Index a_row = shape.strides[0][row], b_row = shape.strides[1][row];
    const Index band = std::max<Index>(1, std::min(rows, kGrain / n)), bands = (rows + band - 1) / band;
    parallel_for(planes * bands, std::max<Index>(1, kGrain / (band * n)), [&](Index begin, Index end) {
        Odometer plane(shape, row, 2, begin / bands);
        for (Index i = begin, b_index = begin % bands; i < end; ++i) {
            const Index first = b_index * band, count = std::min(band, rows - first);
            f(count, n, at(a, plane.offset[0] + first * a_row, element), a_row, a_step,
              at(b, plane.offset[1] + first * b_row, element), b_row, b_step,
              at(y, (i / bands * rows + first) * n, element));
            if (++b_index == bands) b_index = 0, plane.next();
        }
    });
}

/// By the kernel for rows, where that is of use. false: it is not.
bool binary_by_rows(BinaryRowsKernel* f, std::size_t element, std::span<const Index> sizes, const void* a,
                    const Index* a_strides, const void* b, const Index* b_strides, void* y)
{
    const Collapsed shape = collapse(sizes, {a_strides, b_strides});
    if (shape.ndim == 0 || shape.numel == 0) return false;
    const int last = shape.ndim - 1;
    const Index a_step = shape.strides[0][last], b_step = shape.strides[1][last];
    if (is_odd(a_step) || is_odd(b_step)) {
        if (shape.numel > kCopyWhole) return false;
        const bool first = is_odd(a_step);
        const Scratch whole(static_cast<std::size_t>(shape.numel) * element);
        to_contiguous(element, sizes, first ? a : b, first ? a_strides : b_strides, whole.data());
        const Contiguous strides(sizes);
        if (first) return binary_by_rows(f, element, sizes, whole.data(), strides.strides, b, b_strides, y);
        return binary_by_rows(f, element, sizes, a, a_strides, whole.data(), strides.strides, y);
    }
    if (shape.ndim > 1) {
        run_planes(f, element, shape, a, b, y);
        return true;
    }
    parallel_for(shape.numel, kGrain, [=](Index begin, Index end) {
        f(1, end - begin, at(a, begin * a_step, element), 0, a_step, at(b, begin * b_step, element), 0, b_step,
          at(y, begin, element));
    });
    return true;
}

/// f(n, x, y) over runs of x.
template <class F>
void walk_one(const F& f, std::size_t from, std::size_t to, std::span<const Index> sizes, const void* x,
              const Index* x_strides, void* y)
{
    Index numel = 1;
    for (Index size : sizes) numel *= size;
    if (numel <= kCopyWhole && numel > 0 && !sizes.empty() && is_odd(x_strides[sizes.size() - 1])) {
        const Scratch whole(static_cast<std::size_t>(numel) * from);
        to_contiguous(from, sizes, x, x_strides, whole.data());
        return f(numel, whole.data(), y);
    }
    for_each_run(sizes, {{x, x_strides, from}}, y, to, [=](Index n, const Run& run) {
        if (run.step[0] == 1) return f(n, run.data[0], run.out);
        f(1, run.data[0], run.out);  // one number for the whole run
        Index done = 1;
        for (; done < n; done += std::min(done, n - done))
            std::copy_n(static_cast<char*>(run.out), std::min(done, n - done) * static_cast<Index>(to),
                        static_cast<char*>(run.out) + done * static_cast<Index>(to));
    });
}

}  // namespace

namespace detail {

void run_unary(UnaryKernel* f, std::size_t element, Index n, const void* x, void* y, const double* parameters)
{
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, at(x, begin, element), at(y, begin, element), parameters);
    });
}

void run_unary_vjp(UnaryVjp* f, std::size_t element, Index n, const void* gy, const void* x, const void* y, void* gx,
                   const double* parameters)
{
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, at(gy, begin, element), at(x, begin, element), at(y, begin, element), at(gx, begin, element),
          parameters);
    });
}

void run_binary(BinaryKernel* f, std::size_t from, std::size_t to, Index n, const void* a, Index a_step, const void* b,
                Index b_step, void* y)
{
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, at(a, begin * a_step, from), a_step, at(b, begin * b_step, from), b_step, at(y, begin, to));
    });
}

void run_binary_vjp(BinaryVjp* f, std::size_t element, Index n, const void* gy, const void* a, Index a_step,
                    const void* b, Index b_step, const void* y, void* g)
{
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, at(gy, begin, element), at(a, begin * a_step, element), a_step, at(b, begin * b_step, element),
          b_step, at(y, begin, element), at(g, begin, element));
    });
}

void run_where(WhereKernel* f, std::size_t element, Index n, const void* condition, const void* a, const void* b,
               void* y)
{
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, at(condition, begin, 1), 1, at(a, begin, element), 1, at(b, begin, element), 1,
          at(y, begin, element));
    });
}

void walk_unary(UnaryKernel* f, std::size_t element, std::span<const Index> sizes, const void* x,
                const Index* x_strides, void* y, const double* parameters)
{
    walk_one([=](Index n, const void* from, void* to) { f(n, from, to, parameters); }, element, element, sizes, x,
             x_strides, y);
}

void run_binary_rows(BinaryRowsKernel* f, std::size_t element, Index rows, Index n, const void* a, Index a_row,
                     const void* b, Index b_row, void* y)
{
    parallel_for(rows, std::max<Index>(1, kGrain / std::max<Index>(1, n)), [=](Index begin, Index end) {
        f(end - begin, n, at(a, begin * a_row, element), a_row, 1, at(b, begin * b_row, element), b_row, 1,
          at(y, begin * n, element));
    });
}

void walk_binary(BinaryKernel* f, BinaryRowsKernel* rows, std::size_t from, std::size_t to,
                 std::span<const Index> sizes, const void* a, const Index* a_strides, const void* b,
                 const Index* b_strides, void* y)
{
    if (rows != nullptr && binary_by_rows(rows, from, sizes, a, a_strides, b, b_strides, y)) return;
    for_each_run(sizes, {{a, a_strides, from}, {b, b_strides, from}}, y, to,
                 [=](Index n, const Run& run) { f(n, run.data[0], run.step[0], run.data[1], run.step[1], run.out); });
}

void walk_binary_vjp(BinaryVjp* f, unsigned reads, std::size_t element, std::span<const Index> sizes, const void* gy,
                     const void* a, const Index* a_strides, const void* b, const Index* b_strides, const void* y,
                     void* g)
{
    const Contiguous contiguous(sizes);
    // What is not read stands in as gy: a valid array that costs nothing, since the walk packs only odd strides.
    const auto operand = [&](unsigned bit, const void* data, const Index* strides) {
        return (reads & bit) != 0 ? Operand{data, strides, element} : Operand{gy, contiguous.strides, element};
    };
    for_each_run(sizes,
                 {{gy, contiguous.strides, element},
                  operand(elementary::kA, a, a_strides),
                  operand(elementary::kB, b, b_strides),
                  operand(elementary::kY, y, contiguous.strides)},
                 g, element, [=](Index n, const Run& run) {
                     f(n, run.data[0], run.data[1], run.step[1], run.data[2], run.step[2], run.data[3], run.out);
                 });
}

}  // namespace detail

void fill(Dtype dtype, Index n, double number, void* y)
{
    alignas(8) unsigned char value[8];
    active.cast[index_of(f64)][index_of(dtype)](1, &number, value);
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain, [&, element](Index begin, Index end) {
        active.fill[index_of(dtype)](end - begin, value, at(y, begin, element));
    });
}

void add_scaled(Dtype dtype, Index n, double factor, const void* x, void* y)
{
    AddScaledKernel* f = active.add_scaled[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain,
                 [=](Index begin, Index end) { f(end - begin, factor, at(x, begin, element), at(y, begin, element)); });
}

void scale(Dtype dtype, Index n, double factor, const void* x, void* y)
{
    ScaleKernel* f = active.scale[index_of(dtype)];
    const std::size_t element = size_of(dtype);
    parallel_for(n, kGrain,
                 [=](Index begin, Index end) { f(end - begin, factor, at(x, begin, element), at(y, begin, element)); });
}

void bias_activation(Activation activation, Dtype dtype, Index rows, Index n, const void* x, const void* bias, void* y)
{
    BiasActivationKernel* f = active.bias_activation[index_of(dtype)][static_cast<std::size_t>(activation)];
    const std::size_t element = size_of(dtype);
    parallel_for(rows, std::max<Index>(1, kGrain / std::max<Index>(n, 1)), [=](Index begin, Index end) {
        f(end - begin, n, at(x, begin * n, element), bias, at(y, begin * n, element));
    });
}

void compare(Comparison comparison, Dtype dtype, std::span<const Index> sizes, const void* a, const Index* a_strides,
             const void* b, const Index* b_strides, void* y)
{
    detail::walk_binary(active.compare[index_of(dtype)][static_cast<std::size_t>(comparison)], nullptr, size_of(dtype),
                        1, sizes, a, a_strides, b, b_strides, y);
}

void where(Dtype dtype, std::span<const Index> sizes, const void* condition, const Index* condition_strides,
           const void* a, const Index* a_strides, const void* b, const Index* b_strides, void* y)
{
    const std::size_t element = size_of(dtype);
    WhereKernel* f = active.where[index_of(dtype)];
    for_each_run(sizes, {{condition, condition_strides, 1}, {a, a_strides, element}, {b, b_strides, element}}, y,
                 element, [=](Index n, const Run& run) {
                     f(n, run.data[0], run.step[0], run.data[1], run.step[1], run.data[2], run.step[2], run.out);
                 });
}

void cast(Dtype from, Dtype to, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y)
{
    walk_one(active.cast[index_of(from)][index_of(to)], size_of(from), size_of(to), sizes, x, x_strides, y);
}

}  // namespace xgrad::kernels
