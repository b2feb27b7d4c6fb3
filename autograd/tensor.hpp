#pragma once

#include <xgrad/dtype.hpp>
#include <xgrad/pool.hpp>
#include <xgrad/reference_count.hpp>
#include <xgrad/sizes.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {

class Scalar;
class Tensor;

namespace detail {

struct LeafCell;

/// What a Tensor points to. The sizes, then the strides (both in elements), stand directly behind it, then, unless it
/// is a view, the data, 64-byte aligned: one pooled block for everything.
struct TensorHeader {
    std::uint32_t references;
    Dtype dtype;
    std::uint8_t ndim;
    std::uint8_t flags;
    std::uint8_t size_class;
    std::uint64_t serial;  // of the record that made the value; 0: not recorded
    void* data;            // first element
    TensorHeader* owner;   // whose storage a view shares; null: its own
    std::int64_t numel;
    LeafCell* leaf;         // where a leaf's or a retained value's grad lives; null: nowhere
    std::uint64_t written;  // write clock at the last overwrite of the storage; 0: never
    std::uint32_t node;     // index of the record on its recording

    static constexpr std::uint8_t kContiguous = 1;
    static constexpr std::uint8_t kOverwritable = 2;  // storage of a parameter or buffer
    static constexpr std::uint8_t kOwnsLeaf = 4;
    static constexpr std::uint8_t kForeign = 8;   // the data belong to somebody else; ForeignMemory behind the strides
    static constexpr std::uint8_t kBatched = 16;  // stands for one sample under vmap; BatchedParts behind the strides

    std::int64_t* sizes() { return reinterpret_cast<std::int64_t*>(this + 1); }
    const std::int64_t* sizes() const { return reinterpret_cast<const std::int64_t*>(this + 1); }
    std::int64_t* strides() { return sizes() + ndim; }
    const std::int64_t* strides() const { return sizes() + ndim; }
};
static_assert(sizeof(TensorHeader) == 64);

/// How memory that the pool did not allocate is given back; `release` may be null.
struct ForeignMemory {
    void* context;
    void (*release)(void* context) noexcept;
};

/// The types of the bridge to xtensor. Defined in <xgrad/xtensor.hpp>: include it to use `array` and `to_xarray`.
template <class T>
struct IncludeXgradXtensorHpp;

/// The clock of the record whose vjp runs on this thread; kNoWalk while none runs. Batched values were "overwritten"
/// later than that, so that whatever asks for their elements throws.
constexpr std::uint64_t kNeverReadable = ~std::uint64_t{0}, kNoWalk = kNeverReadable - 1;
extern __thread std::uint64_t walk_clock __attribute__((tls_model("initial-exec")));

inline void retain(TensorHeader* header) noexcept { count_up(header->references); }
void destroy(TensorHeader* header) noexcept;
inline void release(TensorHeader* header) noexcept
{
    if (count_down(header->references)) destroy(header);
}

[[noreturn]] void throw_undefined();
/// The storage was overwritten too early, or the header is that of a batched value, which has no elements to read.
[[noreturn]] void throw_unreadable(const TensorHeader& header);
[[noreturn]] void throw_wrong_element_type(Dtype has, Dtype asked);

/// Throws TapeError when the storage was overwritten after the record whose vjp runs was made, and for batched values.
inline void check_not_overwritten(const TensorHeader& header)
{
    const TensorHeader& base = header.owner ? *header.owner : header;
    if (base.written > walk_clock) [[unlikely]]
        throw_unreadable(base);
}

/// A new contiguous tensor whose elements are not set. `numel` must be the product of the sizes.
Tensor empty(Dtype dtype, Sizes sizes, std::int64_t numel);
Tensor empty(Dtype dtype, Sizes sizes);
Tensor empty_like(const Tensor& x);

/// A contiguous tensor over memory of somebody else, which is released on whatever thread drops the last handle. When
/// this throws, nothing was taken over.
Tensor adopt_memory(Dtype dtype, Sizes sizes, void* data, ForeignMemory memory);

/// A tensor that shares the storage of `base`; `offset` in elements from the first element of `base`.
Tensor view(const Tensor& base, Sizes sizes, Sizes strides, std::int64_t offset);

}  // namespace detail

/// A value: dtype, shape, strides and shared storage behind one pointer. The value never changes; copying the handle
/// shares it. A default-constructed Tensor is undefined: everything but `defined()` and assignment throws on it.
class Tensor {
public:
    Tensor() noexcept = default;
    Tensor(const Tensor& other) noexcept : header_(other.header_)
    {
        if (header_) detail::retain(header_);
    }
    Tensor(Tensor&& other) noexcept : header_(std::exchange(other.header_, nullptr)) {}
    Tensor& operator=(const Tensor& other) noexcept
    {
        Tensor(other).swap(*this);
        return *this;
    }
    Tensor& operator=(Tensor&& other) noexcept
    {
        Tensor(std::move(other)).swap(*this);
        return *this;
    }
    ~Tensor()
    {
        if (header_) detail::release(header_);
    }
    void swap(Tensor& other) noexcept { std::swap(header_, other.header_); }

    bool defined() const noexcept { return header_ != nullptr; }

    Dtype dtype() const { return header().dtype; }
    std::size_t ndim() const { return header().ndim; }
    std::int64_t numel() const { return header().numel; }
    Sizes sizes() const { return {header().sizes(), header().ndim}; }
    Sizes strides() const { return {header().strides(), header().ndim}; }  ///< in elements
    bool is_contiguous() const { return header().flags & detail::TensorHeader::kContiguous; }

    /// Size along an axis; negative axes count from the back. Throws ShapeError.
    std::int64_t size(std::int64_t axis) const;

    /// The only element as a double. Throws ShapeError unless there is exactly one.
    double item() const;

    /// The first element, of the tensor's own type; elements lie at strides(). Throws DtypeError for another type.
    template <class T>
    const T* data() const
    {
        if (dtype() != dtype_of<T>) detail::throw_wrong_element_type(dtype(), dtype_of<T>);
        return static_cast<const T*>(raw());
    }

    /// All elements in row-major order, converted to T.
    template <class T>
    std::vector<T> to_vector() const;

    /// The elements as a const xtensor view, without a copy. It is valid as long as this handle, hence only a named
    /// tensor has one. Needs <xgrad/xtensor.hpp>. Throws DtypeError for another element type.
    template <class T>
    typename detail::IncludeXgradXtensorHpp<T>::View array() const&;
    template <class T>
    void array() const&& = delete;

    /// All elements as an xt::xarray of its own, converted to T. Needs <xgrad/xtensor.hpp>.
    template <class T>
    typename detail::IncludeXgradXtensorHpp<T>::Array to_xarray() const;

    /// The accumulated gradient of a leaf (tape.variable, a parameter's value) or of a value that retain_grad names;
    /// undefined when there is none yet. Throws TapeError for any other value.
    const Tensor& grad() const;

    /// The element at the indices, on the running tape when this value is: gradients flow through. Negative indices
    /// count from the back. Throws ShapeError; DtypeError unless floating.
    Scalar scalar() const;
    Scalar scalar(std::int64_t i) const;
    Scalar scalar(std::int64_t i, std::int64_t j) const;
    Scalar scalar(std::int64_t i, std::int64_t j, std::int64_t k) const;
    Scalar scalar(std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t l) const;
    Scalar scalar(Sizes index) const;

    /// For library code: the header, and the first element without a check of its type.
    const detail::TensorHeader& header() const
    {
        if (!header_) [[unlikely]]
            detail::throw_undefined();
        return *header_;
    }
    const void* raw() const
    {
        const detail::TensorHeader& h = header();
        if (h.flags & detail::TensorHeader::kOverwritable) [[unlikely]]
            detail::check_not_overwritten(h);
        return h.data;
    }
    detail::TensorHeader* unsafe_header() const noexcept { return header_; }
    static Tensor adopt(detail::TensorHeader* header) noexcept { return Tensor(header); }

private:
    explicit Tensor(detail::TensorHeader* header) noexcept : header_(header) {}

    detail::TensorHeader* header_ = nullptr;
};

/// Elements in row-major order, as many as the shape has, in the default dtype or the one given.
/// Throws ShapeError when the count is wrong.
Tensor tensor(Sizes sizes, std::initializer_list<double> values);
Tensor tensor(Sizes sizes, std::initializer_list<double> values, Dtype dtype);
Tensor tensor(double value);  ///< 0-dimensional
Tensor tensor(double value, Dtype dtype);

/// A copy of `count` elements in row-major order; the dtype is T's.
template <class T>
Tensor from_values(Sizes sizes, const T* values, std::size_t count);
template <class T>
Tensor from_values(Sizes sizes, const std::vector<T>& values)
{
    return from_values(sizes, values.data(), values.size());
}

Tensor full(Sizes sizes, double value);
Tensor full(Sizes sizes, double value, Dtype dtype);
Tensor zeros(Sizes sizes);
Tensor zeros(Sizes sizes, Dtype dtype);
Tensor ones(Sizes sizes);
Tensor ones(Sizes sizes, Dtype dtype);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);

/// Tensors under names, in an order: the state of a module, the content of a file.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

/// "f32 (2, 3)".
std::string describe(const Tensor& x);

/// Shape, dtype and values, in the form `tensor({2, 2}, {1, 2, 3, 4}) f32`; long ones are shortened in the middle.
std::string to_string(const Tensor& x);

namespace detail {

/// Elements that library code may still write: `x` must be fresh.
template <class T = void>
T* mutable_data(const Tensor& x)
{
    return static_cast<T*>(x.header().data);
}

/// Whether x stands for one sample of many, inside a function under vmap (see autograd/batched.hpp).
inline bool is_batched(const Tensor& x) noexcept
{
    const TensorHeader* const h = x.unsafe_header();
    return h && (h->flags & TensorHeader::kBatched);
}

/// Whether both have one shape and no gaps: a flat loop reads their elements side by side.
inline bool have_same_layout(const Tensor& a, const Tensor& b)
{
    const TensorHeader &x = a.header(), &y = b.header();
    return (x.flags & y.flags & TensorHeader::kContiguous) && Sizes(x.sizes(), x.ndim) == Sizes(y.sizes(), y.ndim);
}

/// Writes all elements in row-major order, converted to T (float, double, std::int64_t or bool).
template <class T>
void copy_values(const Tensor& x, T* out);

/// A contiguous tensor of its own with the same elements; nothing is recorded.
Tensor contiguous_copy(const Tensor& x);

/// True when nobody else holds the tensor or its storage, so that it may be written in place.
inline bool is_unshared(const Tensor& x) noexcept
{
    TensorHeader* h = x.unsafe_header();
    return h && !h->owner && !h->leaf && h->serial == 0 && count_is_one(h->references);
}

}  // namespace detail
}  // namespace xgrad
