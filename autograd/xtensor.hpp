#pragma once

// The bridge to xtensor, for programs that use it; nothing else in xgrad includes this header.
//
//   Tensor t = from_xtensor(a + 1);               any xtensor expression in, evaluated once
//   Tensor u = from_xtensor(std::move(a));        a container that is not needed any more: taken over without a copy
//   auto view = t.array<double>();                out: a const view, no copy
//   xt::xarray<double> copy = t.to_xarray<double>();

#include <xgrad/error.hpp>
#include <xgrad/tensor.hpp>

// xtensor 0.26 moved its headers into folders.
#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xnoalias.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#endif

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

namespace xgrad {
namespace detail {

template <class V>
concept FloatDoubleBoolOrInteger = std::is_same_v<V, float> || std::is_same_v<V, double> || std::is_integral_v<V>;

template <class E>
using XtensorValue = typename std::remove_cvref_t<E>::value_type;

/// What a tensor holds of the elements of E: float, double and bool themselves, integers as std::int64_t.
template <class E, class V = XtensorValue<E>>
using XtensorElementOf = std::conditional_t<std::is_integral_v<V> && !std::is_same_v<V, bool>, std::int64_t, V>;

/// An expression whose elements lie in memory: first element and strides say everything.
template <class E>
concept XtensorInMemory = requires(const E& e)
{
    {
        e.data()
        } -> std::convertible_to<const XtensorElementOf<E>*>;
    {
        *e.strides().begin()
        } -> std::convertible_to<std::int64_t>;
    {
        e.data_offset()
        } -> std::convertible_to<std::size_t>;
};

/// Containers that own their elements; the adaptors of xtensor, which may not, are no such types.
template <class E>
struct OwnsElements : std::false_type {
};
template <class C, xt::layout_type L, class S, class Tag>
struct OwnsElements<xt::xarray_container<C, L, S, Tag>> : std::true_type {
};
template <class C, std::size_t N, xt::layout_type L, class Tag>
struct OwnsElements<xt::xtensor_container<C, N, L, Tag>> : std::true_type {
};

template <class List>
Dims dims_of(const List& list)
{
    Dims dims;
    for (const auto& size : list) dims.push_back(static_cast<std::int64_t>(size));
    return dims;
}

/// The elements that lie behind `e`, as a tensor over them.
template <class E>
Tensor xtensor_memory(const E& e, ForeignMemory memory)
{
    using T = XtensorElementOf<E>;
    void* data = const_cast<T*>(e.data());
    const Dims sizes = dims_of(e.shape());
    const std::int64_t numel = checked_numel("from_xtensor", sizes);
    const Tensor elements = adopt_memory(dtype_of<T>, {numel}, data, memory);
    return view(elements, sizes, dims_of(e.strides()), static_cast<std::int64_t>(e.data_offset()));
}

template <class E>
Tensor take_over(E&& container)
{
    using Container = std::remove_cvref_t<E>;
    using T = XtensorElementOf<E>;
    const bool row_major = container.layout() == xt::layout_type::row_major;
    const Dims sizes = dims_of(container.shape());
    auto owner = std::make_unique<Container>(std::forward<E>(container));
    const ForeignMemory memory{owner.get(),
                               [](void* p) noexcept { std::unique_ptr<Container>(static_cast<Container*>(p)); }};
    Tensor y = adopt_memory(dtype_of<T>, row_major ? sizes : Dims(1, checked_numel("from_xtensor", sizes)),
                            owner->data(), memory);
    const Dims strides = dims_of(owner->strides());
    (void)owner.release();
    return row_major ? y : view(y, sizes, strides, 0);
}

template <class V>
void check_fits_i64(const V* values, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; ++i) {
        if (values[i] <= static_cast<V>(std::numeric_limits<std::int64_t>::max())) continue;
        throw DtypeError(error_text("from_xtensor", "the element " + std::to_string(values[i]) + " does not fit i64",
                                    "integers become i64", "convert to double first"));
    }
}

/// The values of an expression, worked out straight into the tensor's memory.
template <class E>
Tensor evaluate(const E& e)
{
    using T = XtensorElementOf<E>;
    const Dims sizes = dims_of(e.shape());
    const Tensor y = empty(dtype_of<T>, sizes);
    const auto count = static_cast<std::size_t>(y.numel());
    const xt::dynamic_shape<std::size_t> shape(sizes.begin(), sizes.end());
    if constexpr (std::is_unsigned_v<XtensorValue<E>> && sizeof(XtensorValue<E>) == sizeof(T)) {
        // Through memory of the same size, so that no element is worked out twice.
        auto* values = reinterpret_cast<XtensorValue<E>*>(mutable_data<T>(y));
        auto out = xt::adapt(values, count, xt::no_ownership(), shape);
        xt::noalias(out) = e;
        check_fits_i64(values, y.numel());
    } else {
        auto out = xt::adapt(mutable_data<T>(y), count, xt::no_ownership(), shape);
        xt::noalias(out) = e;
    }
    return y;
}

template <class T>
struct IncludeXgradXtensorHpp {
    using Shape = xt::dynamic_shape<std::size_t>;
    using Strides = xt::dynamic_shape<std::ptrdiff_t>;
    using Array = xt::xarray<T>;
    using View = decltype(xt::adapt(std::declval<const T*>(), std::size_t{}, xt::no_ownership(), std::declval<Shape>(),
                                    std::declval<Strides>()));
};

}  // namespace detail

/// The value of an xtensor expression, worked out once. float, double, std::int64_t and bool keep their element type,
/// other integers become i64, everything else is refused by the compiler. An xarray or xtensor given with std::move is
/// taken over without a copy, in whatever layout it has. Throws DtypeError for an unsigned element beyond i64.
template <class E>
requires(xt::is_xexpression<std::remove_cvref_t<E>>::value&& detail::FloatDoubleBoolOrInteger<detail::XtensorValue<E>>)
    Tensor from_xtensor(E&& expression)
{
    using Expression = std::remove_cvref_t<E>;
    constexpr bool same_type = std::is_same_v<detail::XtensorValue<E>, detail::XtensorElementOf<E>>;
    if constexpr (same_type && detail::OwnsElements<Expression>::value && std::is_same_v<E, Expression>) {
        return detail::take_over(std::move(expression));
    } else if constexpr (same_type && detail::XtensorInMemory<Expression>) {
        return detail::contiguous_copy(detail::xtensor_memory(expression, {nullptr, nullptr}));
    } else {
        return detail::evaluate(expression);
    }
}

template <class T>
typename detail::IncludeXgradXtensorHpp<T>::View Tensor::array() const&
{
    using Types = detail::IncludeXgradXtensorHpp<T>;
    const T* first = data<T>();
    return xt::adapt(std::move(first), static_cast<std::size_t>(numel()), xt::no_ownership(),
                     typename Types::Shape(sizes().begin(), sizes().end()),
                     typename Types::Strides(strides().begin(), strides().end()));
}

template <class T>
typename detail::IncludeXgradXtensorHpp<T>::Array Tensor::to_xarray() const
{
    using Types = detail::IncludeXgradXtensorHpp<T>;
    auto array = Types::Array::from_shape(typename Types::Shape(sizes().begin(), sizes().end()));
    detail::copy_values(*this, array.data());
    return array;
}

}  // namespace xgrad
