#include "autograd/kernels/reduce.hpp"
#include "autograd/kernels/threads.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;

/// The sum over `dims`, in long double.
template <class T>
std::vector<long double> plain_sum(const std::vector<Index>& sizes, DimSet dims, const std::vector<T>& x)
{
    std::vector<Index> kept;
    for (std::size_t d = 0; d < sizes.size(); ++d)
        if ((dims >> d & 1) == 0) kept.push_back(sizes[d]);
    Index count = 1;
    for (Index size : kept) count *= size;
    std::vector<long double> y(static_cast<std::size_t>(count), 0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        Index rest = static_cast<Index>(i), step = 1, to = 0;
        for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d]) {
            if ((dims >> d & 1) != 0) continue;
            to += rest % sizes[d] * step;
            step *= sizes[d];
        }
        y[static_cast<std::size_t>(to)] += x[i];
    }
    return y;
}

template <class T>
class SumOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SumOf, Floats);

TYPED_TEST(SumOf, AnyDimensionsOfAnyShape)
{
    using T = TypeParam;
    const std::vector<std::vector<Index>> shapes = {
        {},       {1},      {7},        {70},        {4, 1},          {3, 5},
        {64, 10}, {10, 64}, {2, 3, 4},  {5, 17, 33}, {2, 1, 3, 4, 5}, {3, 0, 2},
        {0},      {20000},  {130, 129}, {9, 48},     {600, 20}};
    for_each_isa([&] {
        for (const auto& sizes : shapes) {
            Index n = 1;
            for (Index size : sizes) n *= size;
            const auto x = uniform<T>(static_cast<std::size_t>(n), -1, 1, 5);
            for (DimSet dims = 0; dims < DimSet{1} << sizes.size(); ++dims) {
                const auto wanted = plain_sum(sizes, dims, x);
                std::vector<T> y(wanted.size() + 1, T(77));
                sum(dtype_of<T>, sizes, dims, x.data(), nullptr, y.data());
                for (std::size_t i = 0; i < wanted.size(); ++i)
                    ASSERT_NEAR(y[i], wanted[i], 40 * std::numeric_limits<T>::epsilon() * std::sqrt(1.0 + double(n)));
                ASSERT_EQ(y[wanted.size()], T(77));
            }
        }
    });
}

TYPED_TEST(SumOf, EveryRowAndColumnCount)
{
    using T = TypeParam;
    for_each_isa([&] {
        for (Index rows = 1; rows <= 20; ++rows)
            for (Index columns = 1; columns <= 70; ++columns) {
                const auto x = uniform<T>(static_cast<std::size_t>(rows * columns), -1, 1, 5);
                for (DimSet dims : {1, 2}) {
                    const auto wanted = plain_sum<T>({rows, columns}, dims, x);
                    std::vector<T> y(wanted.size());
                    sum(dtype_of<T>, std::vector<Index>{rows, columns}, dims, x.data(), nullptr, y.data());
                    for (std::size_t i = 0; i < wanted.size(); ++i)
                        ASSERT_NEAR(y[i], wanted[i], 20 * std::numeric_limits<T>::epsilon())
                            << rows << " x " << columns;
                }
            }
    });
}

TYPED_TEST(SumOf, LongSumsAreAccurateAndTheSameForAnyThreadCount)
{
    using T = TypeParam;
    const std::size_t n = 3000001;
    const auto x = uniform<T>(n, 0, 1, 9);
    long double wanted = 0;
    for (const T value : x) wanted += value;
    for_each_isa([&] {
        T results[3];
        for (int threads : {1, 2, 3}) {
            set_num_threads(threads);
            sum(dtype_of<T>, std::vector<Index>{static_cast<Index>(n)}, 1, x.data(), nullptr, results + threads - 1);
        }
        set_num_threads(0);
        EXPECT_EQ(results[0], results[1]);
        EXPECT_EQ(results[0], results[2]);
        EXPECT_NEAR(results[0] / wanted, 1, 8 * std::numeric_limits<T>::epsilon());
    });
}

TYPED_TEST(SumOf, ShortRowsAreTheSameForAnyThreadCount)
{
    using T = TypeParam;
    const std::vector<Index> sizes{5003, 37};
    const auto x = uniform<T>(5003 * 37, -1, 1, 7);
    const auto sums = [&](int threads) {
        set_num_threads(threads);
        std::vector<T> y(5003);
        sum(dtype_of<T>, sizes, 2, x.data(), nullptr, y.data());
        return y;
    };
    const std::vector<T> one = sums(1);
    for (const int threads : {2, 3, 7}) EXPECT_EQ(sums(threads), one) << threads;
    set_num_threads(0);
}

TEST(Sum, ManyRowsOfAFewColumns)
{
    const auto x = uniform<float>(300000 * 3, 0, 1, 9);
    const auto wanted = plain_sum<float>({300000, 3}, 1, x);
    for_each_isa([&] {
        std::vector<float> y(3);
        sum(f32, std::vector<Index>{300000, 3}, 1, x.data(), nullptr, y.data());
        for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(y[i] / wanted[i], 1, 3e-5);
    });
}

TEST(Sum, ReadsStrides)
{
    const std::vector<double> x = {1, 2, 3, 4, 5, 6};
    const Index transposed[] = {1, 3}, broadcast[] = {0, 1};
    std::vector<double> y(3);
    sum(f64, std::vector<Index>{3, 2}, 2, x.data(), transposed, y.data());
    EXPECT_EQ(y, (std::vector<double>{5, 7, 9}));
    sum(f64, std::vector<Index>{4, 3}, 1, x.data(), broadcast, y.data());
    EXPECT_EQ(y, (std::vector<double>{4, 8, 12}));
}

TEST(Sum, OfIntegersWrapsAround)
{
    const std::vector<std::int64_t> x = {1, 2, 3, 4, std::numeric_limits<std::int64_t>::max(), 1};
    std::vector<std::int64_t> y(3);
    sum(i64, std::vector<Index>{3, 2}, 2, x.data(), nullptr, y.data());
    EXPECT_EQ(y, (std::vector<std::int64_t>{3, 7, std::numeric_limits<std::int64_t>::min()}));
}

TEST(Sum, ToUndoesBroadcasting)
{
    // (2, 3) + (3) and (2, 1): the gradient of a row is the column sums, of a column the row sums.
    const std::vector<float> gy = {1, 2, 3, 4, 5, 6};
    std::vector<float> row(3), column(2), number(1);
    const std::vector<Index> sizes = {2, 3};
    sum_to(f32, sizes, gy.data(), std::vector<Index>{3}, row.data());
    sum_to(f32, sizes, gy.data(), std::vector<Index>{2, 1}, column.data());
    sum_to(f32, sizes, gy.data(), std::vector<Index>{}, number.data());
    EXPECT_EQ(row, (std::vector<float>{5, 7, 9}));
    EXPECT_EQ(column, (std::vector<float>{6, 15}));
    EXPECT_EQ(number[0], 21);
}

TEST(Mean, DividesByTheCountAndIsNanOfNothing)
{
    const std::vector<float> x = {1, 2, 3, 4, 5, 6};
    std::vector<float> y(2);
    mean(f32, std::vector<Index>{2, 3}, 2, x.data(), nullptr, y.data());
    EXPECT_EQ(y, (std::vector<float>{2, 5}));
    mean(f32, std::vector<Index>{0}, 1, x.data(), nullptr, y.data());
    EXPECT_TRUE(std::isnan(y[0]));
}

TYPED_TEST(SumOf, MaximumFindsTheFirstAndNanWins)
{
    using T = TypeParam;
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    for_each_isa([=] {
        for (std::size_t n = 1; n <= 70; ++n)
            for (std::size_t at = 0; at < n; ++at) {
                std::vector<T> x(n, -infinity);
                x[at] = T(3);
                if (at + 1 < n) x[n - 1] = T(3);
                T y;
                std::int64_t position;
                maximum(dtype_of<T>, 1, static_cast<Index>(n), 1, x.data(), &y, &position);
                ASSERT_EQ(y, T(3));
                ASSERT_EQ(position, static_cast<std::int64_t>(at)) << n;
                x[at] = nan;
                maximum(dtype_of<T>, 1, static_cast<Index>(n), 1, x.data(), &y, &position);
                ASSERT_TRUE(std::isnan(y));
                ASSERT_EQ(position, static_cast<std::int64_t>(at));
                minimum(dtype_of<T>, 1, static_cast<Index>(n), 1, x.data(), nullptr, &position);
                ASSERT_EQ(position, static_cast<std::int64_t>(at));
            }
    });
}

TEST(Extrema, AlongAMiddleDimension)
{
    const std::vector<std::int64_t> x = {1, 9, 5, 2, 5, 4, /**/ 0, 1, 7, 1, 7, 3};  // (2, 3, 2)
    std::vector<std::int64_t> y(4), position(4), low(4);
    maximum(i64, 2, 3, 2, x.data(), y.data(), position.data());
    minimum(i64, 2, 3, 2, x.data(), low.data(), nullptr);
    EXPECT_EQ(y, (std::vector<std::int64_t>{5, 9, 7, 3}));
    EXPECT_EQ(position, (std::vector<std::int64_t>{1, 0, 1, 2}));
    EXPECT_EQ(low, (std::vector<std::int64_t>{1, 2, 0, 1}));
}

TEST(Extrema, ScatterGatherAndShare)
{
    const std::vector<float> gy = {10, 20};
    const std::vector<std::int64_t> position = {2, 0};
    std::vector<float> gx(6), back(2);
    scatter_along(4, 2, 3, 1, gy.data(), position.data(), gx.data());
    EXPECT_EQ(gx, (std::vector<float>{0, 0, 10, 20, 0, 0}));
    gather_along(4, 2, 3, 1, gx.data(), position.data(), back.data());
    EXPECT_EQ(back, gy);
    const std::vector<float> x = {1, 3, 3, 2, 0, 1}, y = {3, 2};
    share_among_equal(f32, 2, 3, 1, gy.data(), x.data(), y.data(), false, gx.data());
    EXPECT_EQ(gx, (std::vector<float>{0, 5, 5, 20, 0, 0}));
}

}  // namespace
}  // namespace xgrad::kernels
