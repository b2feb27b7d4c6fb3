#include <xgrad/error.hpp>
#include <xgrad/leaf.hpp>
#include <xgrad/tensor.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>

#include "autograd/batched.hpp"
#include "autograd/kernels/copy.hpp"
#include "autograd/new_tensor.hpp"

namespace xgrad {
namespace {

std::atomic<Dtype> default_dtype_value{f32};

constexpr std::size_t round_up_64(std::size_t bytes) { return (bytes + 63) & ~std::size_t{63}; }

/// Calls f with a pointer of the element type of x.
template <class F>
decltype(auto) with_type(Dtype dtype, const void* data, F&& f)
{
    switch (dtype) {
        case f32:
            return f(static_cast<const float*>(data));
        case f64:
            return f(static_cast<const double*>(data));
        case i64:
            return f(static_cast<const std::int64_t*>(data));
        default:
            return f(static_cast<const bool*>(data));
    }
}

/// Calls f(offset) for every element in row-major order.
template <class F>
void for_each_offset(const Tensor& x, F&& f)
{
    const std::size_t ndim = x.ndim();
    detail::Dims index(ndim, 0);
    std::int64_t offset = 0;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
        f(offset);
        for (std::size_t axis = ndim; axis-- > 0;) {
            offset += x.strides()[axis];
            if (++index[axis] < x.sizes()[axis]) break;
            offset -= index[axis] * x.strides()[axis];
            index[axis] = 0;
        }
    }
}

/// Writes all elements in row-major order through an iterator, converted to T.
template <class T, class Iterator>
void write_values(const Tensor& x, Iterator out)
{
    with_type(x.dtype(), x.raw(), [&](const auto* p) {
        if (x.is_contiguous())
            std::transform(p, p + x.numel(), out, [](auto v) { return static_cast<T>(v); });
        else
            for_each_offset(x, [&](std::int64_t offset) { *out++ = static_cast<T>(p[offset]); });
    });
}

bool strides_are_contiguous(Sizes sizes, Sizes strides)
{
    std::int64_t expected = 1;
    for (std::size_t i = sizes.size(); i-- > 0;) {
        if (sizes[i] == 0) return true;
        if (sizes[i] != 1 && strides[i] != expected) return false;
        expected *= sizes[i];
    }
    return true;
}

detail::ForeignMemory& foreign_memory(detail::TensorHeader* header)
{
    return *reinterpret_cast<detail::ForeignMemory*>(header->strides() + header->ndim);
}

void release_foreign(detail::TensorHeader* header) noexcept
{
    const detail::ForeignMemory memory = foreign_memory(header);
    if (memory.release) memory.release(memory.context);
}

/// Destroys what is more than a block of the pool: a view, a leaf, memory of somebody else.
[[gnu::noinline]] void destroy_with_parts(detail::TensorHeader* header) noexcept
{
    if (header->flags & detail::TensorHeader::kOwnsLeaf) release(header->leaf);
    if (header->flags & detail::TensorHeader::kForeign) release_foreign(header);
    if (header->flags & detail::TensorHeader::kBatched) detail::destroy_batched_parts(header);
    if (header->owner) release(header->owner);  // an owner is never a view: no chain to follow
    pool_release(header, header->size_class);
}

inline void set_contiguous(detail::TensorHeader* h, Sizes sizes, std::int64_t numel)
{
    h->numel = numel;
    h->flags = detail::TensorHeader::kContiguous;
    std::int64_t stride = 1;
    for (std::size_t i = sizes.size(); i-- > 0;) {
        h->sizes()[i] = sizes[i];
        h->strides()[i] = stride;
        stride *= sizes[i];
    }
}

template <class T>
void fill_values(const Tensor& x, T value)
{
    std::fill_n(detail::mutable_data<T>(x), x.numel(), value);
}

}  // namespace

Dtype default_dtype() noexcept { return default_dtype_value.load(std::memory_order_relaxed); }

void set_default_dtype(Dtype dtype)
{
    if (!is_floating(dtype))
        throw DtypeError(detail::error_text("set_default_dtype", std::string("got ") + name_of(dtype),
                                            "the default dtype is f32 or f64", "set_default_dtype(f64)"));
    default_dtype_value.store(dtype, std::memory_order_relaxed);
}

namespace detail {

__thread std::uint64_t walk_clock __attribute__((tls_model("initial-exec"))) = kNoWalk;

void destroy(TensorHeader* header) noexcept
{
    constexpr std::uint8_t kHolds = TensorHeader::kOwnsLeaf | TensorHeader::kForeign | TensorHeader::kBatched;
    if ((header->flags & kHolds) || header->owner) [[unlikely]]
        return destroy_with_parts(header);
    pool_release(header, header->size_class);
}

Tensor empty(Dtype dtype, Sizes sizes, std::int64_t numel)
{
    const std::size_t ndim = sizes.size();
    if (ndim > kMaxAxes) (void)Dims(sizes);  // throws
    const std::size_t head = round_up_64(sizeof(TensorHeader) + 2 * sizeof(std::int64_t) * ndim);
    TensorHeader* h = allocate_header(dtype, ndim, pool_class(head + static_cast<std::size_t>(numel) * size_of(dtype)));
    h->data = reinterpret_cast<std::byte*>(h) + head;
    set_contiguous(h, sizes, numel);
    return Tensor::adopt(h);
}

Tensor empty(Dtype dtype, Sizes sizes) { return empty(dtype, sizes, checked_numel("tensor", sizes)); }

Tensor adopt_memory(Dtype dtype, Sizes sizes, void* data, ForeignMemory memory)
{
    const std::size_t ndim = Dims(sizes).size();
    const std::int64_t numel = checked_numel("tensor", sizes);
    TensorHeader* h =
        allocate_header(dtype, ndim, pool_class(sizeof(TensorHeader) + 16 * ndim + sizeof(ForeignMemory)));
    h->data = data;
    set_contiguous(h, sizes, numel);
    h->flags |= TensorHeader::kForeign;
    foreign_memory(h) = memory;
    return Tensor::adopt(h);
}

Tensor empty_like(const Tensor& x) { return new_like(x); }

Tensor view(const Tensor& base, Sizes sizes, Sizes strides, std::int64_t offset)
{
    const TensorHeader& from = base.header();
    if (from.flags & TensorHeader::kBatched) [[unlikely]]
        throw_needs_loop(from);
    if (sizes.size() > kMaxAxes) (void)Dims(sizes);  // throws
    TensorHeader* h = allocate_header(from.dtype, sizes.size(), pool_class(sizeof(TensorHeader) + 16 * sizes.size()));
    std::int64_t numel = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        h->sizes()[i] = sizes[i];
        h->strides()[i] = strides[i];
        numel *= sizes[i];
    }
    h->numel = numel;
    h->flags = from.flags & TensorHeader::kOverwritable;
    if (strides_are_contiguous(sizes, strides)) h->flags |= TensorHeader::kContiguous;
    h->data = static_cast<std::byte*>(from.data) + offset * static_cast<std::int64_t>(size_of(from.dtype));
    h->owner = from.owner ? from.owner : base.unsafe_header();
    retain(h->owner);
    return Tensor::adopt(h);
}

Tensor contiguous_copy(const Tensor& x)
{
    Tensor y = empty_like(x);
    kernels::to_contiguous(size_of(x.dtype()), {x.sizes().data(), x.ndim()}, x.raw(), x.strides().data(),
                           mutable_data(y));
    return y;
}

template <class T>
void copy_values(const Tensor& x, T* out)
{
    write_values<T>(x, out);
}
template void copy_values(const Tensor&, float*);
template void copy_values(const Tensor&, double*);
template void copy_values(const Tensor&, std::int64_t*);
template void copy_values(const Tensor&, bool*);

void throw_undefined()
{
    throw ShapeError(error_text("tensor", "the tensor is undefined",
                                "a default-constructed or moved-from Tensor holds no value",
                                "assign a value first; defined() tells"));
}

void throw_wrong_element_type(Dtype has, Dtype asked)
{
    throw DtypeError(error_text("data",
                                std::string("elements of type ") + name_of(asked) + " of a tensor of " + name_of(has),
                                "the element type is the tensor's", "convert first: to(x, dtype)"));
}

}  // namespace detail

std::int64_t Tensor::size(std::int64_t axis) const
{
    return header().sizes()[detail::normal_axis("size", axis, ndim())];
}

double Tensor::item() const
{
    if (numel() != 1)
        throw ShapeError(detail::error_text("item", "the shape is " + to_string(sizes()),
                                            "exactly one element is needed",
                                            "reduce it first, for example sum(x), or read x.scalar(i, j)"));
    if (detail::is_batched(*this)) detail::throw_many_numbers("item", *this);
    return with_type(dtype(), raw(), [](const auto* p) { return static_cast<double>(*p); });
}

template <class T>
std::vector<T> Tensor::to_vector() const
{
    std::vector<T> out(static_cast<std::size_t>(numel()));
    write_values<T>(*this, out.begin());
    return out;
}
template std::vector<float> Tensor::to_vector() const;
template std::vector<double> Tensor::to_vector() const;
template std::vector<std::int64_t> Tensor::to_vector() const;
template std::vector<bool> Tensor::to_vector() const;

template <class T>
Tensor from_values(Sizes sizes, const T* values, std::size_t count)
{
    const std::int64_t numel = detail::checked_numel("tensor", sizes);
    if (static_cast<std::size_t>(numel) != count)
        throw ShapeError(detail::error_text("tensor",
                                            "shape " + to_string(sizes) + " holds " + std::to_string(numel) +
                                                " elements, " + std::to_string(count) + " were given",
                                            "one value an element, in row-major order",
                                            "correct the shape or the list"));
    Tensor x = detail::empty(dtype_of<T>, sizes, numel);
    std::copy_n(values, count, detail::mutable_data<T>(x));
    return x;
}
template Tensor from_values(Sizes, const float*, std::size_t);
template Tensor from_values(Sizes, const double*, std::size_t);
template Tensor from_values(Sizes, const std::int64_t*, std::size_t);
template Tensor from_values(Sizes, const bool*, std::size_t);

Tensor tensor(Sizes sizes, std::initializer_list<double> values) { return tensor(sizes, values, default_dtype()); }

Tensor tensor(Sizes sizes, std::initializer_list<double> values, Dtype dtype)
{
    const auto convert = [&]<class T>(T) {
        std::vector<T> list(values.size());
        std::transform(values.begin(), values.end(), list.begin(), [](double v) { return static_cast<T>(v); });
        return from_values(sizes, list);
    };
    switch (dtype) {
        case f32:
            return convert(float{});
        case f64:
            return from_values(sizes, values.begin(), values.size());
        case i64:
            return convert(std::int64_t{});
        default:
            break;
    }
    Tensor x = tensor(sizes, values, f64);
    Tensor y = detail::empty(boolean, sizes, x.numel());
    std::transform(values.begin(), values.end(), detail::mutable_data<bool>(y), [](double v) { return v != 0; });
    return y;
}

Tensor tensor(double value) { return full({}, value); }
Tensor tensor(double value, Dtype dtype) { return full({}, value, dtype); }

Tensor full(Sizes sizes, double value) { return full(sizes, value, default_dtype()); }

Tensor full(Sizes sizes, double value, Dtype dtype)
{
    Tensor x = detail::empty(dtype, sizes);
    switch (dtype) {
        case f32:
            fill_values(x, static_cast<float>(value));
            break;
        case f64:
            fill_values(x, value);
            break;
        case i64:
            fill_values(x, static_cast<std::int64_t>(value));
            break;
        case boolean:
            fill_values(x, value != 0);
            break;
    }
    return x;
}

Tensor zeros(Sizes sizes) { return full(sizes, 0); }
Tensor zeros(Sizes sizes, Dtype dtype) { return full(sizes, 0, dtype); }
Tensor ones(Sizes sizes) { return full(sizes, 1); }
Tensor ones(Sizes sizes, Dtype dtype) { return full(sizes, 1, dtype); }
Tensor zeros_like(const Tensor& x) { return full(x.sizes(), 0, x.dtype()); }
Tensor ones_like(const Tensor& x) { return full(x.sizes(), 1, x.dtype()); }

std::string describe(const Tensor& x)
{
    return x.defined() ? std::string(name_of(x.dtype())) + " " + to_string(x.sizes()) : "undefined";
}

std::string to_string(const Tensor& x)
{
    if (!x.defined()) return "tensor undefined";
    constexpr std::size_t kShown = 12;  // more elements than twice this are shortened in the middle
    const std::vector<double> values = x.to_vector<double>();
    std::string list;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values.size() > 2 * kShown && i == kShown) {
            list += ", ...";
            i = values.size() - kShown;
        }
        char text[32];
        std::snprintf(text, sizeof text, "%s%.6g", i ? ", " : "", values[i]);
        list += text;
    }
    std::string shape = to_string(x.sizes());
    if (x.ndim() == 1) shape.erase(shape.size() - 2, 1);  // (2,) without its comma
    shape.front() = '{';
    shape.back() = '}';
    return "tensor(" + shape + ", {" + list + "}) " + name_of(x.dtype());
}

}  // namespace xgrad
