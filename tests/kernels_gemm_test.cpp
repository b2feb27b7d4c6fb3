#include "autograd/kernels/gemm.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>
#include <xgrad/error.hpp>

#include "autograd/kernels/threads.hpp"
#include "autograd/kernels/workspace.hpp"

using namespace xgrad::kernels;

namespace {

using Index = std::int64_t;

/// A matrix inside a larger array whose other elements are NaN, so that reading beside it shows.
template <class T>
struct Sample {
    Sample(Index rows, Index columns, int layout, std::mt19937& random)
    {
        const Index distance = (layout == 1 ? rows : columns) + 3;
        Index row = distance, column = 1;
        if (layout == 1) row = 1, column = distance;
        if (layout == 2) row = 2 * distance, column = 2;
        values.assign(static_cast<std::size_t>(rows * row + columns * column + 5), hole());
        matrix = {values.data(), row, column};
        std::uniform_real_distribution<double> number(-1, 1);
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j)
                values[static_cast<std::size_t>(i * row + j * column)] =
                    static_cast<T>(number(random) * (std::is_integral_v<T> ? 9 : 1));
    }
    static T hole() { return std::is_integral_v<T> ? T(77) : std::numeric_limits<T>::quiet_NaN(); }

    std::vector<T> values;
    Matrix<T> matrix;
};

struct Case {
    Index m, n, k;
    int a_layout, b_layout;  // 0 rows contiguous, 1 columns contiguous, 2 neither
};

template <class T>
void expect_product(const Case& c, const GemmOptions<T>& options, std::mt19937& random)
{
    const Sample<T> a(c.m, c.k, c.a_layout, random), b(c.k, c.n, c.b_layout, random), start(c.m, c.n, 0, random);
    std::vector<T> result = start.values;
    if (options.beta == T(0)) result.assign(result.size(), Sample<T>::hole());
    const Index c_row = start.matrix.row;
    gemm<T>(c.m, c.n, c.k, a.matrix, b.matrix, result.data(), c_row, options);
    const double tolerance =
        std::is_integral_v<T> ? 0 : (sizeof(T) == 4 ? 4e-7 : 1e-15) * std::sqrt(static_cast<double>(c.k) + 4) * 4;
    for (Index i = 0; i < c.m; ++i)
        for (Index j = 0; j < c_row; ++j) {
            const auto at = static_cast<std::size_t>(i * c_row + j);
            if (j >= c.n) {  // untouched
                ASSERT_TRUE(std::is_integral_v<T> || std::isnan(static_cast<double>(result[at])));
                continue;
            }
            double sum = 0;
            for (Index p = 0; p < c.k; ++p)
                sum += static_cast<double>(a.matrix.data[i * a.matrix.row + p * a.matrix.column]) *
                       static_cast<double>(b.matrix.data[p * b.matrix.row + j * b.matrix.column]);
            double expected = static_cast<double>(options.alpha) * sum;
            if (options.beta != T(0))
                expected += static_cast<double>(options.beta) * static_cast<double>(start.values[at]);
            if (options.bias != nullptr) expected += static_cast<double>(options.bias[j]);
            if (options.relu && expected < 0) expected = 0;
            ASSERT_TRUE(std::abs(static_cast<double>(result[at]) - expected) <= tolerance)
                << c.m << "x" << c.n << "x" << c.k << " layouts " << c.a_layout << c.b_layout << " alpha "
                << options.alpha << " beta " << options.beta << " bias " << (options.bias != nullptr) << " relu "
                << options.relu << ": at " << i << "," << j << " got " << result[at] << ", expected " << expected;
        }
}

template <class T>
void expect_products_of_random_shapes(int count, Index largest)
{
    std::mt19937 random(7);
    const auto pick = [&](Index low, Index high) { return std::uniform_int_distribution<Index>(low, high)(random); };
    for (int i = 0; i < count; ++i) {
        const auto size = [&] { return pick(0, 3) == 0 ? pick(0, 4) : pick(0, largest); };
        const Case c{size(), size(), size(), static_cast<int>(pick(0, 2)), static_cast<int>(pick(0, 2))};
        std::vector<T> bias(static_cast<std::size_t>(c.n));
        for (T& x : bias) x = static_cast<T>(pick(-9, 9)) / T(4);
        GemmOptions<T> options;
        if (pick(0, 2) == 0) options.alpha = static_cast<T>(pick(-3, 3));
        if (pick(0, 2) == 0) options.beta = static_cast<T>(pick(-1, 2));
        if (pick(0, 2) == 0) options.bias = bias.data();
        options.relu = pick(0, 2) == 0;
        ASSERT_NO_FATAL_FAILURE(expect_product<T>(c, options, random));
    }
}

struct Gemm : testing::Test {
    ~Gemm() override { set_num_threads(0); }
};

TEST_F(Gemm, RandomShapesFloat) { expect_products_of_random_shapes<float>(600, 70); }
TEST_F(Gemm, RandomShapesDouble) { expect_products_of_random_shapes<double>(600, 70); }
TEST_F(Gemm, RandomShapesInt64) { expect_products_of_random_shapes<std::int64_t>(100, 20); }

TEST_F(Gemm, SeveralBlocksOfEverySize)
{
    // Beyond one block of k (320 or 160 steps), of rows (504) and of columns (2048), on one and several threads.
    std::mt19937 random(3);
    for (int threads : {1, 3})
        for (const Case& c :
             {Case{40, 50, 1100, 0, 1}, Case{700, 33, 20, 1, 0}, Case{700, 290, 40, 0, 0}, Case{30, 4200, 70, 0, 0},
              Case{5, 4200, 70, 0, 1}, Case{1, 700, 900, 0, 1}, Case{1, 700, 900, 0, 0}, Case{700, 1, 300, 1, 0}}) {
            set_num_threads(threads);
            expect_product<float>(c, {}, random);
            expect_product<double>(c, {.beta = 1}, random);
            const std::vector<float> bias(static_cast<std::size_t>(c.n), 0.25f);
            expect_product<float>(c, {.bias = bias.data(), .relu = true}, random);
        }
}

TEST_F(Gemm, LargeProducts)
{
    // With oneDNN these are its own; the bias and relu follow the product.
    std::mt19937 random(17);
    set_num_threads(1);
    const std::vector<float> bias(840, 0.25f);
    ASSERT_NO_FATAL_FAILURE(expect_product<float>({810, 820, 830, 0, 0}, {.bias = bias.data(), .relu = true}, random));
    ASSERT_NO_FATAL_FAILURE(expect_product<float>({820, 810, 830, 0, 1}, {.bias = bias.data()}, random));
    ASSERT_NO_FATAL_FAILURE(expect_product<float>({830, 820, 810, 1, 0}, {.beta = 1, .relu = true}, random));
}

TEST_F(Gemm, EmptyInnerSizeGivesBetaTimesC)
{
    std::vector<float> c = {1, 2, 3, 4};
    gemm<float>(2, 2, 0, row_major<float>(nullptr, 0), row_major<float>(nullptr, 2), c.data(), 2, {.beta = 3});
    EXPECT_EQ(c, (std::vector<float>{3, 6, 9, 12}));
    gemm<float>(2, 2, 0, row_major<float>(nullptr, 0), row_major<float>(nullptr, 2), c.data(), 2);
    EXPECT_EQ(c, (std::vector<float>{0, 0, 0, 0}));
}

TEST_F(Gemm, NanAndInfinityGoTheirWay)
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    for (Index m : {1, 2, 40}) {
        std::vector<double> a(static_cast<std::size_t>(m) * 2, 1), b = {0, 1, inf, 2, nan, 0},
                                                                   c(static_cast<std::size_t>(m) * 3, nan);
        a[0] = 0;  // row 0 of A is (0, 1): 0 * inf would show
        gemm<double>(m, 3, 2, row_major(a.data(), 2), row_major(b.data(), 3), c.data(), 3);
        EXPECT_EQ(c[0], 2);
        EXPECT_TRUE(std::isnan(c[1]));
        EXPECT_TRUE(std::isnan(c[2]));
        gemm<double>(m, 3, 2, row_major(a.data(), 2), row_major(b.data(), 3), c.data(), 3, {.relu = true});
        EXPECT_TRUE(std::isnan(c[1])) << "relu keeps NaN";
    }
}

TEST_F(Gemm, BatchesWithSharedMatrices)
{
    std::mt19937 random(5);
    const Index count = 5, m = 4, n = 6, k = 3;
    const Sample<float> a(count * m, k, 0, random), b(count * k, n, 0, random);
    for (int threads : {1, 2})
        for (const Index a_step : {Index{0}, m * a.matrix.row})
            for (const Index b_step : {Index{0}, k * b.matrix.row}) {
                set_num_threads(threads);
                std::vector<float> c(static_cast<std::size_t>(count * m * n)), one(static_cast<std::size_t>(m * n));
                gemm_batched<float>({count, a_step, b_step, m * n}, m, n, k, a.matrix, b.matrix, c.data(), n);
                for (Index i = 0; i < count; ++i) {
                    gemm<float>(m, n, k, row_major(a.values.data() + i * a_step, a.matrix.row),
                                row_major(b.values.data() + i * b_step, b.matrix.row), one.data(), n);
                    for (Index j = 0; j < m * n; ++j)
                        ASSERT_FLOAT_EQ(c[static_cast<std::size_t>(i * m * n + j)], one[static_cast<std::size_t>(j)]);
                }
            }
}

TEST_F(Gemm, SameBitsEachTime)
{
    std::mt19937 random(11);
    const Sample<float> a(130, 300, 0, random), b(300, 200, 1, random);
    std::vector<float> first(130 * 200), again(130 * 200);
    for (int threads : {1, 2, 3}) {
        set_num_threads(threads);
        gemm<float>(130, 200, 300, a.matrix, b.matrix, first.data(), 200);
        gemm<float>(130, 200, 300, a.matrix, b.matrix, again.data(), 200);
        EXPECT_EQ(first, again);
    }
}

TEST_F(Gemm, WorkspaceStopsGrowing)
{
    set_num_threads(1);
    std::mt19937 random(13);
    const Sample<float> a(100, 300, 0, random), b(300, 200, 1, random);
    std::vector<float> c(100 * 200);
    const auto run = [&] { gemm<float>(100, 200, 300, a.matrix, b.matrix, c.data(), 200, {.alpha = 2, .beta = 1}); };
    run();
    run();
    const std::size_t bytes = workspace_bytes();
    for (int i = 0; i < 5; ++i) run();
    EXPECT_EQ(workspace_bytes(), bytes);
    release_workspace();
    EXPECT_EQ(workspace_bytes(), 0u);
    run();
}

TEST_F(Gemm, BadSizesSaySo)
{
    std::vector<float> c(4);
    try {
        gemm<float>(2, -1, 2, row_major(c.data(), 2), row_major(c.data(), 2), c.data(), 2);
        FAIL();
    } catch (const xgrad::ShapeError& error) {
        EXPECT_STREQ(error.what(),
                     "gemm: negative size in m x n x k = 2 x -1 x 2.\n  rule: sizes are 0 or more.\n  try:  "
                     "check the shapes that the sizes were computed from.");
    }
    EXPECT_THROW(gemm<float>(2, 2, 1, row_major(c.data(), 1), row_major(c.data(), 2), c.data(), 1), xgrad::ShapeError);
}

}  // namespace
