// Kernels of places, running values, order, sparse maps and windows, against loops that say the same in the plainest
// way, at sizes around those where work is divided.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "autograd/kernels/fold.hpp"
#include "autograd/kernels/index.hpp"
#include "autograd/kernels/order.hpp"
#include "autograd/kernels/sampling.hpp"
#include "autograd/kernels/scan.hpp"

namespace xgrad::kernels {
namespace {

/// Shapes (outer, n, inner): one line, short lines side by side, more neighbours than go together, many lines.
struct Lines {
    Index outer, n, inner;
    Index numel() const { return outer * n * inner; }
};
const Lines kLines[] = {{1, 1, 1}, {1, 7, 1}, {3, 5, 4}, {2, 9, 65}, {70, 3, 1}, {3, 2000, 2}, {2, 0, 3}, {0, 4, 2}};

/// Whole numbers from -3 to 3, so that there are ties and sums are exact.
template <class T>
std::vector<T> numbers(Index n, unsigned seed)
{
    std::mt19937 engine(seed);
    std::vector<T> x(static_cast<std::size_t>(n));
    for (T& value : x) value = static_cast<T>(static_cast<int>(engine() % 7) - 3);
    return x;
}

/// Places from 0 to below `below`, every fifth nowhere.
std::vector<Index> some_places(Index n, Index below, unsigned seed)
{
    std::mt19937 engine(seed);
    std::vector<Index> places(static_cast<std::size_t>(n));
    for (Index& place : places)
        place = engine() % 5 == 0 ? kNowhere : static_cast<Index>(engine() % static_cast<unsigned>(below));
    return places;
}

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

template <class T>
class IndexKernelsOf : public ::testing::Test {
};
using Numbers = ::testing::Types<float, double, std::int64_t>;
TYPED_TEST_SUITE(IndexKernelsOf, Numbers);

template <class T>
class RealKernelsOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(RealKernelsOf, Floats);

// ---- places ---------------------------------------------------------------------------------------------------------

TYPED_TEST(IndexKernelsOf, TakePutAndAddFollowThePlacesInOrder)
{
    using T = TypeParam;
    for (const Index n : {Index{0}, Index{1}, Index{13}, Index{40000}}) {
        const std::vector<T> x = numbers<T>(50, 1), more = numbers<T>(n, 2);
        const std::vector<Index> places = some_places(n, 50, 3);
        std::vector<T> taken(at(n), T(9)), put_to = x, added = x, wanted_put = x, wanted_sum = x;
        take(sizeof(T), n, x.data(), places.data(), taken.data());
        put(sizeof(T), n, more.data(), places.data(), put_to.data());
        add_at(dtype_of<T>, n, more.data(), places.data(), added.data());
        for (Index k = 0; k < n; ++k) {
            const Index place = places[at(k)];
            EXPECT_EQ(taken[at(k)], place == kNowhere ? T(0) : x[at(place)]);
            if (place == kNowhere) continue;
            wanted_put[at(place)] = more[at(k)];
            wanted_sum[at(place)] += more[at(k)];
        }
        EXPECT_EQ(put_to, wanted_put);
        EXPECT_EQ(added, wanted_sum);
    }
}

TEST(IndexKernels, TakeMovesBytesToo)
{
    const std::vector<std::uint8_t> x{1, 0, 1};
    const std::vector<Index> places{2, kNowhere, 1, 0};
    std::vector<std::uint8_t> y(4, 7);
    take(1, 4, x.data(), places.data(), y.data());
    EXPECT_EQ(y, (std::vector<std::uint8_t>{1, 0, 0, 1}));
}

TYPED_TEST(IndexKernelsOf, RowsAreTakenAndAddedUp)
{
    using T = TypeParam;
    for (const Lines& s : kLines) {
        if (s.n == 0) continue;
        const Index count = 6;
        const std::vector<T> x = numbers<T>(s.numel(), 4), g = numbers<T>(s.outer * count * s.inner, 5);
        const std::vector<Index> rows = some_places(count, s.n, 6);
        std::vector<T> taken(g.size(), T(9)), wanted(g.size()), sums = x, wanted_sums = x;
        for (Index o = 0; o < s.outer; ++o)
            for (Index k = 0; k < count; ++k)
                for (Index i = 0; i < s.inner; ++i) {
                    const Index row = rows[at(k)], to = (o * count + k) * s.inner + i;
                    const Index from = (o * s.n + row) * s.inner + i;
                    wanted[at(to)] = row == kNowhere ? T(0) : x[at(from)];
                    if (row != kNowhere) wanted_sums[at(from)] += g[at(to)];
                }
        take_rows(sizeof(T), s.outer, s.n, s.inner, x.data(), count, rows.data(), taken.data());
        add_rows(dtype_of<T>, s.outer, s.n, s.inner, g.data(), count, rows.data(), sums.data());
        EXPECT_EQ(taken, wanted);
        EXPECT_EQ(sums, wanted_sums);
    }
}

// ---- running values -------------------------------------------------------------------------------------------------

/// y along each line by state = f(state, x), in a wide type.
template <class T, class F>
std::vector<T> running(const Lines& s, const std::vector<T>& x, double start, bool reverse, F f)
{
    std::vector<T> y(x.size());
    for (Index o = 0; o < s.outer; ++o)
        for (Index i = 0; i < s.inner; ++i) {
            double state = start;
            for (Index step = 0; step < s.n; ++step) {
                const Index k = (o * s.n + (reverse ? s.n - 1 - step : step)) * s.inner + i;
                y[at(k)] = static_cast<T>(state = f(state, static_cast<double>(x[at(k)])));
            }
        }
    return y;
}

TYPED_TEST(IndexKernelsOf, RunningSumsAndProductsInBothDirections)
{
    using T = TypeParam;
    for (const Lines& s : kLines)
        for (const bool reverse : {false, true}) {
            const std::vector<T> x = numbers<T>(s.numel(), 7);
            std::vector<T> signs = x, y(x.size());
            for (T& value : signs) value = value < 0 ? T(-1) : T(1);  // products stay small
            cumsum(dtype_of<T>, s.outer, s.n, s.inner, x.data(), y.data(), reverse);
            EXPECT_EQ(y, running(s, x, 0, reverse, std::plus<double>()));
            cumprod(dtype_of<T>, s.outer, s.n, s.inner, signs.data(), y.data(), reverse);
            EXPECT_EQ(y, running(s, signs, 1, reverse, std::multiplies<double>()));
        }
}

TEST(IndexKernels, IntegersWrapAround)
{
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const std::vector<std::int64_t> x{largest, 1, 1};
    std::vector<std::int64_t> y(3), sums{largest};
    cumsum(i64, 1, 3, 1, x.data(), y.data(), false);
    EXPECT_EQ(y, (std::vector<std::int64_t>{largest, least, least + 1}));
    const std::vector<std::int64_t> doubled{largest, 2, 1};
    cumprod(i64, 1, 3, 1, doubled.data(), y.data(), false);
    EXPECT_EQ(y, (std::vector<std::int64_t>{largest, -2, -2}));
    const std::vector<Index> places{0};
    add_at(i64, 1, x.data() + 1, places.data(), sums.data());
    add_rows(i64, 1, 1, 1, x.data() + 1, 1, places.data(), sums.data());
    EXPECT_EQ(sums[0], least + 1);
}

TYPED_TEST(IndexKernelsOf, TheProductOfALineIsItsLastRunningProduct)
{
    using T = TypeParam;
    for (const Lines& s : kLines) {
        std::vector<T> x = numbers<T>(s.numel(), 8), y(at(s.outer * s.inner), T(9));
        for (T& value : x) value = value < 0 ? T(-1) : T(1);
        product(dtype_of<T>, s.outer, s.n, s.inner, x.data(), y.data());
        const std::vector<T> all = running(s, x, 1, false, std::multiplies<double>());
        for (Index o = 0; o < s.outer; ++o)
            for (Index i = 0; i < s.inner; ++i)
                EXPECT_EQ(y[at(o * s.inner + i)], s.n == 0 ? T(1) : all[at((o * s.n + s.n - 1) * s.inner + i)]);
    }
}

TYPED_TEST(RealKernelsOf, RunningLogarithmsOfSumsDoNotOverflow)
{
    using T = TypeParam;
    constexpr T inf = std::numeric_limits<T>::infinity();
    const std::vector<T> x{-inf, 0, 0, 2000, 2000, inf, 1};
    std::vector<T> y(x.size());
    logcumsumexp(dtype_of<T>, 1, 7, 1, x.data(), y.data());
    const std::vector<T> wanted{-inf, 0, T(std::log(2)), 2000, T(2000 + std::log(2)), inf, inf};
    EXPECT_EQ(y, wanted);
}

TYPED_TEST(RealKernelsOf, LinearScansCarryTheirStateBothWays)
{
    using T = TypeParam;
    for (const Lines& s : kLines)
        for (const bool reverse : {false, true}) {
            const std::vector<T> b = numbers<T>(s.numel(), 9);
            std::vector<T> a(b.size(), T(0.5)), y(b.size());
            if (s.n > 0) {  // what stands before the first position does not matter
                for (Index o = 0; o < s.outer; ++o)
                    for (Index i = 0; i < s.inner; ++i)
                        a[at((o * s.n + (reverse ? s.n - 1 : 0)) * s.inner + i)] = std::numeric_limits<T>::infinity();
            }
            linear_scan(dtype_of<T>, s.outer, s.n, s.inner, a.data(), b.data(), y.data(), reverse);
            EXPECT_EQ(y, running(s, b, 0, reverse, [](double before, double x) { return 0.5 * before + x; }));
        }
}

TYPED_TEST(IndexKernelsOf, RunningExtremaStandAtTheLastOfEqualOnes)
{
    using T = TypeParam;
    for (const Lines& s : kLines)
        for (const bool largest : {false, true}) {
            std::vector<T> x = numbers<T>(s.numel(), 10);
            if (std::is_floating_point_v<T> && s.outer > 0 && s.n > 3)
                x[at(2 * s.inner)] = std::numeric_limits<T>::quiet_NaN();
            std::vector<std::int64_t> position(x.size(), -9);
            cumulative_extremum(dtype_of<T>, s.outer, s.n, s.inner, x.data(), position.data(), largest);
            for (Index o = 0; o < s.outer; ++o)
                for (Index i = 0; i < s.inner; ++i)
                    for (Index k = 0, best = 0; k < s.n; ++k) {
                        const T now = x[at((o * s.n + k) * s.inner + i)];
                        const T held = x[at((o * s.n + best) * s.inner + i)];
                        if (now != now || (held == held && (largest ? now >= held : now <= held))) best = k;
                        EXPECT_EQ(position[at((o * s.n + k) * s.inner + i)], best);
                    }
        }
}

// ---- order ----------------------------------------------------------------------------------------------------------

/// The positions of a line sorted by size, NaN last, by a stable sort.
template <class T>
std::vector<Index> sorted_positions(const Lines& s, const std::vector<T>& x, Index o, Index i, bool descending)
{
    const auto value = [&](Index k) { return x[at((o * s.n + k) * s.inner + i)]; };
    const auto less = [&](Index a, Index b) {
        const T left = value(a), right = value(b);
        return left < right || (right != right && left == left);
    };
    std::vector<Index> positions(at(s.n));
    std::iota(positions.begin(), positions.end(), Index{0});
    std::stable_sort(positions.begin(), positions.end(),
                     [&](Index a, Index b) { return descending ? less(b, a) : less(a, b); });
    return positions;
}

template <class T>
std::vector<T> numbers_with_nan(const Lines& s, unsigned seed)
{
    std::vector<T> x = numbers<T>(s.numel(), seed);
    if constexpr (std::is_floating_point_v<T>)
        for (std::size_t k = 0; k < x.size(); k += 4) x[k] = std::numeric_limits<T>::quiet_NaN();
    return x;
}

TYPED_TEST(IndexKernelsOf, OrderIsStableInBothDirectionsAndNanIsLargest)
{
    using T = TypeParam;
    for (const Lines& s : kLines)
        for (const bool descending : {false, true})
            for (const Index count : {s.n, s.n / 2}) {
                const std::vector<T> x = numbers_with_nan<T>(s, 11);
                std::vector<std::int64_t> position(at(s.outer * count * s.inner), -9);
                order(dtype_of<T>, s.outer, s.n, s.inner, x.data(), count, descending, position.data());
                for (Index o = 0; o < s.outer; ++o)
                    for (Index i = 0; i < s.inner; ++i) {
                        const std::vector<Index> wanted = sorted_positions(s, x, o, i, descending);
                        for (Index k = 0; k < count; ++k)
                            EXPECT_EQ(position[at((o * count + k) * s.inner + i)], wanted[at(k)]);
                    }
            }
}

TYPED_TEST(IndexKernelsOf, RankedElementsAreThoseOfTheSortedLine)
{
    using T = TypeParam;
    for (const Lines& s : kLines) {
        if (s.n == 0) continue;
        const std::vector<T> x = numbers_with_nan<T>(s, 12);
        for (const Rank rank : {Rank::given, Rank::median, Rank::median_of_numbers}) {
            std::vector<std::int64_t> position(at(s.outer * s.inner), -9);
            ranked(dtype_of<T>, s.outer, s.n, s.inner, x.data(), rank, s.n - 1, position.data());
            for (Index o = 0; o < s.outer; ++o)
                for (Index i = 0; i < s.inner; ++i) {
                    const std::vector<Index> line = sorted_positions(s, x, o, i, false);
                    const Index ordinary = std::count_if(line.begin(), line.end(), [&](Index k) {
                        const T value = x[at((o * s.n + k) * s.inner + i)];
                        return value == value;
                    });
                    Index k = s.n - 1;
                    if (rank == Rank::median) k = ordinary < s.n ? ordinary : (s.n - 1) / 2;
                    if (rank == Rank::median_of_numbers) k = std::max<Index>(0, (ordinary - 1) / 2);
                    EXPECT_EQ(position[at(o * s.inner + i)], line[at(k)]);
                }
        }
    }
}

TYPED_TEST(IndexKernelsOf, TheMostFrequentElementIsTheSmallestAtItsLastPosition)
{
    using T = TypeParam;
    // Lines (2, 1, 2, 1, 0) and (3, 3, 0, -1, -1), side by side.
    const std::vector<T> x{2, 3, 1, 3, 2, 0, 1, -1, 0, -1};
    std::vector<std::int64_t> position(2);
    most_frequent(dtype_of<T>, 1, 5, 2, x.data(), position.data());
    EXPECT_EQ(position, (std::vector<std::int64_t>{3, 4}));
}

TYPED_TEST(IndexKernelsOf, SearchCountsWhatStandsBefore)
{
    using T = TypeParam;
    const std::vector<T> lines{1, 2, 2, 4, 0, 0, 5, 6}, x{2, 0, 5, 0, 7, 5};
    std::vector<std::int64_t> y(6);
    search_sorted(dtype_of<T>, 4, lines.data(), 3, 6, x.data(), false, y.data());
    EXPECT_EQ(y, (std::vector<std::int64_t>{1, 0, 4, 0, 4, 2}));
    search_sorted(dtype_of<T>, 4, lines.data(), 3, 6, x.data(), true, y.data());
    EXPECT_EQ(y, (std::vector<std::int64_t>{3, 0, 4, 2, 4, 3}));
    search_sorted(dtype_of<T>, 4, lines.data(), 0, 6, x.data(), false, y.data());  // the first line for all
    EXPECT_EQ(y, (std::vector<std::int64_t>{1, 0, 4, 0, 4, 4}));
    search_sorted(dtype_of<T>, 0, lines.data(), 0, 6, x.data(), false, y.data());
    EXPECT_EQ(y, std::vector<std::int64_t>(6, 0));
}

// ---- sparse maps and windows ----------------------------------------------------------------------------------------

/// Rows (2 x_0 - x_2), (), (x_1): one is empty, so that it gives 0 and reads nothing.
SparseRows example_map()
{
    SparseRows m;
    m.columns = 3;
    m.add(0, 2), m.add(2, -1), m.end_row();
    m.end_row();
    m.add(1, 1), m.end_row();
    return m;
}

TYPED_TEST(RealKernelsOf, WeighingAlongAnAxisIsAProductWithTheMap)
{
    using T = TypeParam;
    const std::vector<T> x{1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};  // (2, 3, 2)
    std::vector<T> y(12, T(9));
    weigh_along<T>(example_map(), 2, 2, x.data(), y.data());
    EXPECT_EQ(y, (std::vector<T>{2 - 5, 4 - 6, 0, 0, 3, 4, -2 + 5, -4 + 6, 0, 0, -3, -4}));
}

TEST(SparseRows, TransposedTwiceIsTheSameMap)
{
    const SparseRows m = example_map(), t = transposed(m), back = transposed(t);
    EXPECT_EQ(t.rows(), 3);
    EXPECT_EQ(t.columns, 3);
    EXPECT_EQ(t.begin, (std::vector<std::int64_t>{0, 1, 2, 3}));
    EXPECT_EQ(t.column, (std::vector<std::int64_t>{0, 2, 0}));
    EXPECT_EQ(t.weight, (std::vector<double>{2, 1, -1}));
    EXPECT_EQ(back.begin, m.begin);
    EXPECT_EQ(back.column, m.column);
    EXPECT_EQ(back.weight, m.weight);
}

TYPED_TEST(RealKernelsOf, MaximaStandAtTheFirstOfEqualOnesOrAtTheLastNan)
{
    using T = TypeParam;
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> x{1, 3, 3, nan, 0, nan, 5, 5};  // two planes of one line of 4
    AxisWindows one;
    one.in = 1, one.start = {0}, one.count = {1};
    AxisWindows line;
    line.in = 4, line.step = 2, line.start = {0, 1, 0}, line.count = {2, 2, 0};
    std::vector<std::int64_t> places(6, -9), indices(6, -9);
    const AxisWindows axes[3] = {one, one, line};
    places_of_maxima<T>(2, axes, x.data(), places.data(), indices.data());
    // Windows {0, 2}, {1, 3} and {} of each plane.
    EXPECT_EQ(places, (std::vector<std::int64_t>{2, 3, -1, 6, 5, -1}));
    EXPECT_EQ(indices, (std::vector<std::int64_t>{2, 3, -1, 2, 1, -1}));
}

TYPED_TEST(RealKernelsOf, FoldIsTheAdjointOfUnfold)
{
    using T = TypeParam;
    // Two planes of 4 x 5, kernels 2 x 3, strides 2 x 1, padding 1 x 2, dilation 2 x 1.
    FoldShape s{2, {4, 5}, {0, 0}, {2, 3}, {2, 1}, {1, 2}, {2, 1}};
    for (int a = 0; a < 2; ++a)
        s.out[a] = (s.in[a] + 2 * s.pad[a] - s.dilation[a] * (s.kernel[a] - 1) - 1) / s.stride[a] + 1;
    const Index columns_size = 2 * 6 * s.out[0] * s.out[1];
    const std::vector<T> x = numbers<T>(40, 13), g = numbers<T>(columns_size, 14);
    std::vector<T> columns(at(columns_size), T(9)), wanted(columns.size()), image(40, T(9)), wanted_image(40);
    Index c = 0;
    for (Index p = 0; p < 2; ++p)
        for (Index uv = 0; uv < 6; ++uv)
            for (Index i = 0; i < s.out[0]; ++i)
                for (Index j = 0; j < s.out[1]; ++j, ++c) {
                    const Index h = i * 2 + uv / 3 * 2 - 1, w = j + uv % 3 - 2;
                    if (h < 0 || h >= 4 || w < 0 || w >= 5) continue;
                    wanted[at(c)] = x[at((p * 4 + h) * 5 + w)];
                    wanted_image[at((p * 4 + h) * 5 + w)] += g[at(c)];
                }
    unfold<T>(s, x.data(), columns.data());
    fold<T>(s, g.data(), image.data());
    EXPECT_EQ(columns, wanted);
    EXPECT_EQ(image, wanted_image);
}

}  // namespace
}  // namespace xgrad::kernels
