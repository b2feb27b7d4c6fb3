#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad {

/// Element type of a tensor. `boolean` stores one byte, 0 or 1.
enum class Dtype : std::uint8_t { f32, f64, i64, boolean };
using enum Dtype;

constexpr std::size_t size_of(Dtype dtype)
{
    constexpr std::size_t sizes[] = {4, 8, 8, 1};
    return sizes[static_cast<std::size_t>(dtype)];
}

/// "f32", "f64", "i64" or "bool".
constexpr const char* name_of(Dtype dtype)
{
    constexpr const char* names[] = {"f32", "f64", "i64", "bool"};
    return names[static_cast<std::size_t>(dtype)];
}

constexpr bool is_floating(Dtype dtype) { return dtype == f32 || dtype == f64; }

/// The smaller of the two types that holds values of both: bool < i64 < f32 < f64 (as in PyTorch).
constexpr Dtype promote(Dtype a, Dtype b)
{
    constexpr int rank[] = {2, 3, 1, 0};
    return rank[static_cast<int>(a)] >= rank[static_cast<int>(b)] ? a : b;
}

/// The dtype of a C++ element type; other types do not compile.
template <class T>
struct DtypeOf;
template <>
struct DtypeOf<float> {
    static constexpr Dtype value = f32;
};
template <>
struct DtypeOf<double> {
    static constexpr Dtype value = f64;
};
template <>
struct DtypeOf<std::int64_t> {
    static constexpr Dtype value = i64;
};
template <>
struct DtypeOf<bool> {
    static constexpr Dtype value = boolean;
};
template <class T>
inline constexpr Dtype dtype_of = DtypeOf<T>::value;

/// The dtype of numbers and lists written in C++: f32 until set otherwise. One setting for the whole process.
Dtype default_dtype() noexcept;

/// Throws DtypeError unless `dtype` is f32 or f64.
void set_default_dtype(Dtype dtype);

}  // namespace xgrad
