#include "autograd/kernels/scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/kernels/number_type.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

/// An element on the way along a line: where it lies, which one of its line it is, and which line that is.
struct Spot {
    Index at, k, line;
};

/// Calls state = f(state, spot) along n for every line, and emit(spot, state) after each.
template <class State, class F, class Emit>
void for_each_spot(Index outer, Index n, Index inner, bool reverse, State start, F f, Emit emit)
{
    constexpr Index kLines = 64;  // neighbouring lines go together, so that memory is read in order
    const Index cost = std::max<Index>(1, n * inner);
    parallel_for(outer, std::max<Index>(1, kGrain / cost), [=](Index begin, Index end) {
        State state[kLines];
        for (Index o = begin; o < end; ++o)
            for (Index first = 0; first < inner; first += kLines) {
                const Index count = std::min(kLines, inner - first);
                std::fill_n(state, count, start);
                for (Index step = 0; step < n; ++step) {
                    const Index k = reverse ? n - 1 - step : step, at = (o * n + k) * inner + first;
                    for (Index i = 0; i < count; ++i) {
                        const Spot spot{at + i, k, o * inner + first + i};
                        emit(spot, state[i] = f(state[i], spot));
                    }
                }
            }
    });
}

double log_add_exp(double a, double b)
{
    const double high = std::max(a, b), low = std::min(a, b);
    if (std::isnan(a) || std::isnan(b)) return a + b;
    return std::isinf(high) ? high : high + std::log1p(std::exp(low - high));
}

}  // namespace

void cumsum(Dtype dtype, Index outer, Index n, Index inner, const void* x_, void* y_, bool reverse)
{
    with_number(dtype, [&]<class T>(T*) {
        using Sum = Accumulator<T>;
        const T* x = static_cast<const T*>(x_);
        T* y = static_cast<T*>(y_);
        for_each_spot(
            outer, n, inner, reverse, Sum{0},
            [x](Sum sum, const Spot& spot) { return sum + static_cast<Sum>(x[spot.at]); },
            [y](const Spot& spot, Sum sum) { y[spot.at] = static_cast<T>(sum); });
    });
}

void cumprod(Dtype dtype, Index outer, Index n, Index inner, const void* x_, void* y_, bool reverse)
{
    with_number(dtype, [&]<class T>(T*) {
        using Product = Accumulator<T>;
        const T* x = static_cast<const T*>(x_);
        T* y = static_cast<T*>(y_);
        for_each_spot(
            outer, n, inner, reverse, Product{1},
            [x](Product product, const Spot& spot) { return product * static_cast<Product>(x[spot.at]); },
            [y](const Spot& spot, Product product) { y[spot.at] = static_cast<T>(product); });
    });
}

void product(Dtype dtype, Index outer, Index n, Index inner, const void* x_, void* y_)
{
    with_number(dtype, [&]<class T>(T*) {
        using Product = Accumulator<T>;
        const T* x = static_cast<const T*>(x_);
        T* y = static_cast<T*>(y_);
        std::fill_n(y, outer * inner, T{1});
        for_each_spot(
            outer, n, inner, false, Product{1},
            [x](Product product, const Spot& spot) { return product * static_cast<Product>(x[spot.at]); },
            [y](const Spot& spot, Product product) { y[spot.line] = static_cast<T>(product); });
    });
}

void logcumsumexp(Dtype dtype, Index outer, Index n, Index inner, const void* x_, void* y_)
{
    with_number(dtype, [&]<class T>(T*) {
        const T* x = static_cast<const T*>(x_);
        T* y = static_cast<T*>(y_);
        for_each_spot(
            outer, n, inner, false, -std::numeric_limits<double>::infinity(),
            [x](double sum, const Spot& spot) { return log_add_exp(sum, static_cast<double>(x[spot.at])); },
            [y](const Spot& spot, double sum) { y[spot.at] = static_cast<T>(sum); });
    });
}

void linear_scan(Dtype dtype, Index outer, Index n, Index inner, const void* a_, const void* b_, void* y_, bool reverse)
{
    with_number(dtype, [&]<class T>(T*) {
        using Sum = Accumulator<T>;
        const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
        T* y = static_cast<T*>(y_);
        // Before the first position there is nothing: what a holds there, an infinity perhaps, does not matter.
        const Index first = reverse ? n - 1 : 0;
        for_each_spot(
            outer, n, inner, reverse, Sum{0},
            [=](Sum before, const Spot& spot) {
                const Sum carried = spot.k == first ? Sum{0} : static_cast<Sum>(a[spot.at]) * before;
                return carried + static_cast<Sum>(b[spot.at]);
            },
            [y](const Spot& spot, Sum value) { y[spot.at] = static_cast<T>(value); });
    });
}

void cumulative_extremum(Dtype dtype, Index outer, Index n, Index inner, const void* x_, std::int64_t* position,
                         bool largest)
{
    with_number(dtype, [&]<class T>(T*) {
        const T* x = static_cast<const T*>(x_);
        const auto wins = [=](T a, T b) { return a != a || (b == b && (largest ? a >= b : a <= b)); };
        for_each_spot(
            outer, n, inner, false, Spot{-1, 0, 0},
            [=](const Spot& best, const Spot& spot) {
                return best.at < 0 || wins(x[spot.at], x[best.at]) ? spot : best;
            },
            [=](const Spot& spot, const Spot& best) { position[spot.at] = best.k; });
    });
}

}  // namespace xgrad::kernels
