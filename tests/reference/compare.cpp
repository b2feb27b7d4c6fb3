#include "tests/reference/compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace xgrad::reference {
namespace {

// Row-major position as indices: "[1, 0, 2]".
std::string place(Sizes sizes, std::int64_t position)
{
    std::string text;
    for (std::size_t i = sizes.size(); i-- > 0; position /= sizes[i])
        text = fmt::format("{}{}{}", position % sizes[i], text.empty() ? "" : ", ", text);
    return "[" + text + "]";
}

// A NaN has a sign, which says nothing.
template <class T>
std::string number(T value)
{
    return value != value ? "nan" : fmt::format("{}", value);
}

// How far beyond the tolerance: 0 when within, infinite where no tolerance helps.
double excess(double got, double expected, Tolerance tolerance)
{
    if (got == expected || (std::isnan(got) && std::isnan(expected))) return 0;
    if (!std::isfinite(got) || !std::isfinite(expected)) return std::numeric_limits<double>::infinity();
    const double error = std::abs(got - expected), limit = tolerance.absolute + tolerance.relative * std::abs(expected);
    if (error <= limit) return 0;
    return limit > 0 ? error / limit : std::numeric_limits<double>::infinity();
}

template <class T>
std::string worst_element(const Tensor& got, const Tensor& expected, Tolerance tolerance)
{
    const std::vector<T> g = got.to_vector<T>(), e = expected.to_vector<T>();
    double worst = 0;
    std::size_t at = 0, wrong = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
        double by = g[i] == e[i] ? 0 : std::numeric_limits<double>::infinity();
        if constexpr (std::is_floating_point_v<T>) by = excess(g[i], e[i], tolerance);
        wrong += by > 0;
        if (by > worst) {
            worst = by;
            at = i;
        }
    }
    if (wrong == 0) return {};
    return fmt::format("element {}: got {}, expected {} ({} times the tolerance; {} of {} elements)",
                       place(got.sizes(), static_cast<std::int64_t>(at)), number(g[at]), number(e[at]),
                       fmt::format("{:.3g}", worst), wrong, g.size());
}

}  // namespace

std::string difference(const Tensor& got, const Tensor& expected, Tolerance tolerance)
{
    if (!got.defined()) return "got an undefined tensor, expected " + describe(expected);
    if (got.dtype() != expected.dtype() || !(got.sizes() == expected.sizes()))
        return fmt::format("got {}, expected {}", describe(got), describe(expected));
    if (is_floating(got.dtype())) return worst_element<double>(got, expected, tolerance);
    return worst_element<std::int64_t>(got, expected, tolerance);
}

}  // namespace xgrad::reference
