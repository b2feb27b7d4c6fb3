// The same in xtensor, with its own SIMD. On x86-64 compiled for AVX2, whatever the machine has.
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <array>
#include <memory>

#include "benchmarks/ops/cases.hpp"

namespace bench {
namespace {

template <class T, std::size_t N>
xt::xtensor<T, N> values(std::array<std::size_t, N> sizes, int array, double low = -4)
{
    xt::xtensor<T, N> x(sizes);
    for (std::size_t i = 0; i < x.size(); ++i)
        x.flat(i) = static_cast<T>(low + (element(array, static_cast<std::int64_t>(i)) + 4) / 8 * (4 - low));
    return x;
}

/// y = f(), again and again, into the same memory.
template <class T, std::size_t N, class F>
Work assign(std::array<std::size_t, N> sizes, F f)
{
    return [y = std::make_shared<xt::xtensor<T, N>>(xt::xtensor<T, N>(sizes)), f] { xt::noalias(*y) = f(); };
}

template <class T>
Work elementwise(const std::string& name, std::array<std::size_t, 2> sizes)
{
    const bool positive = name == "sqrt" || name == "pow";
    const auto a = std::make_shared<xt::xtensor<T, 2>>(values<T>(sizes, 0, positive ? 0.25 : -4));
    const auto b = std::make_shared<xt::xtensor<T, 2>>(values<T>(sizes, 1, positive ? 0.25 : -4));
    const auto row = std::make_shared<xt::xtensor<T, 1>>(values<T, 1>({sizes[1]}, 1));
    const auto c = std::make_shared<xt::xtensor<bool, 2>>(values<T>(sizes, 2) < T(0));
    if (name == "add") return assign<T>(sizes, [=] { return *a + *b; });
    if (name == "mul") return assign<T>(sizes, [=] { return *a * *b; });
    if (name == "add_row") return assign<T>(sizes, [=] { return *a + *row; });
    if (name == "exp") return assign<T>(sizes, [=] { return xt::exp(*a); });
    if (name == "tanh") return assign<T>(sizes, [=] { return xt::tanh(*a); });
    if (name == "sigmoid") return assign<T>(sizes, [=] { return T(1) / (T(1) + xt::exp(-*a)); });
    if (name == "relu") return assign<T>(sizes, [=] { return xt::maximum(T(0), *a); });
    if (name == "sqrt") return assign<T>(sizes, [=] { return xt::sqrt(*a); });
    if (name == "pow") return assign<T>(sizes, [=] { return xt::pow(*a, *b); });
    if (name == "where") return assign<T>(sizes, [=] { return xt::where(*c, *a, *b); });
    if (name == "lt") return assign<bool>(sizes, [=] { return *a < *b; });
    return {};
}

template <class T>
Work reduction(const std::string& name, std::array<std::size_t, 2> sizes)
{
    const auto x = std::make_shared<xt::xtensor<T, 2>>(values<T>(sizes, 0));
    const auto number = std::make_shared<T>();
    const auto axis = static_cast<std::size_t>(name.back() - '0');
    const std::array<std::size_t, 1> kept{sizes[axis == 0 ? 1 : 0]};
    const auto along = [=](auto f) { return assign<T>(kept, [=] { return f(*x, axis); }); };
    if (name == "sum") return [=] { *number = xt::sum(*x, xt::evaluation_strategy::immediate)(); };
    if (name == "mean") return [=] { *number = xt::mean(*x, xt::evaluation_strategy::immediate)(); };
    if (name == "max") return [=] { *number = xt::amax(*x, xt::evaluation_strategy::immediate)(); };
    if (name.starts_with("sum axis"))
        return along([](const auto& v, std::size_t i) { return xt::sum(v, {i}, xt::evaluation_strategy::immediate); });
    if (name.starts_with("mean axis"))
        return along([](const auto& v, std::size_t i) { return xt::mean(v, {i}, xt::evaluation_strategy::immediate); });
    if (name.starts_with("max axis"))
        return along([](const auto& v, std::size_t i) { return xt::amax(v, {i}, xt::evaluation_strategy::immediate); });
    return {};
}

template <class T>
Work copy(const std::string& name, std::size_t rows, std::size_t columns)
{
    using Two = std::array<std::size_t, 2>;
    const auto x = std::make_shared<xt::xtensor<T, 2>>(values<T>(Two{columns, rows}, 0));
    const auto wide = std::make_shared<xt::xtensor<T, 2>>(values<T>(Two{rows, 2 * columns + 8}, 0));
    const auto row = std::make_shared<xt::xtensor<T, 1>>(values<T, 1>({columns}, 0));
    const Two sizes{rows, columns};
    if (name == "transpose") return assign<T>(sizes, [=] { return xt::transpose(*x); });
    if (name == "every second")
        return assign<T>(sizes, [=] { return xt::view(*wide, xt::all(), xt::range(0, 2 * columns, 2)); });
    if (name == "part of rows")
        return assign<T>(sizes, [=] { return xt::view(*wide, xt::all(), xt::range(3, 3 + columns)); });
    if (name == "expand") return assign<T>(sizes, [=] { return xt::broadcast(*row, sizes); });
    return {};
}

template <class T>
Work of(const std::string& name, std::size_t rows, std::size_t columns)
{
    if (Work f = elementwise<T>(name, {rows, columns})) return f;
    if (Work f = reduction<T>(name, {rows, columns})) return f;
    return copy<T>(name, rows, columns);
}

}  // namespace

Work xtensor_case(const std::string& name, std::int64_t rows, std::int64_t columns, int dtype)
{
    const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(columns);
    return dtype == 0 ? of<float>(name, r, c) : of<double>(name, r, c);
}

}  // namespace bench
