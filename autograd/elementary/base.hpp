// What all elementary functions share: see elementary.hpp.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <type_traits>

namespace xgrad::elementary {

/// What a derivative reads, as a set of bits: an operation keeps only these values until backward.
enum Reads : unsigned { kNothing = 0, kX = 1, kA = 1, kB = 2, kY = 4 };

/// How many numbers an elementary function may have as parameters.
inline constexpr std::size_t kMaxParameters = 3;

template <std::floating_point A, std::floating_point B>
constexpr std::common_type_t<A, B> select(bool condition, A a, B b)
{
    return condition ? a : b;
}

template <std::floating_point T>
constexpr T constant_like(T, double number)
{
    return static_cast<T>(number);
}

/// 1 / (1 + exp(-x)). No exponential of a large number: far below 0 the result keeps its digits.
template <std::floating_point T>
T sigmoid(T x)
{
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
}

/// The nearest whole number; of two the even one.
template <std::floating_point T>
T round(T x)
{
    return std::nearbyint(x);
}

/// What a division leaves, with the sign of b.
template <std::floating_point A, std::floating_point B>
auto remainder(A a, B b)
{
    const auto rest = std::fmod(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/// The whole number at or below a / b, so that floor_divide(a, b) * b + remainder(a, b) = a; by 0 as a / b.
template <std::floating_point A, std::floating_point B>
auto floor_divide(A a, B b)
{
    const auto rest = std::fmod(a, b), quotient = round((a - rest) / b);
    if (b == 0) return a / b;
    return rest != 0 && (rest < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// The types F..., with the position of each. Tables of kernels and of names are arrays in this order.
template <class... F>
struct FunctionList {
    static constexpr std::size_t size = sizeof...(F);

    template <class Wanted>
    static constexpr std::size_t index()
    {
        static_assert((std::is_same_v<Wanted, F> || ...), "the function is not in this list");
        std::size_t position = 0;
        const bool found = ((std::is_same_v<Wanted, F> ? true : (++position, false)) || ...);
        return found ? position : size;
    }

    /// Calls visit(F{}) for each, in order.
    template <class Visitor>
    static constexpr void for_each(Visitor&& visit)
    {
        (visit(F{}), ...);
    }
};

/// One list after the other.
template <class... Lists>
struct Joined;
template <class... F>
struct Joined<FunctionList<F...>> {
    using List = FunctionList<F...>;
};
template <class... F, class... G, class... Rest>
struct Joined<FunctionList<F...>, FunctionList<G...>, Rest...> : Joined<FunctionList<F..., G...>, Rest...> {
};

}  // namespace xgrad::elementary
