#include "autograd/kernels/pool.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>
#include <xgrad/error.hpp>

#include "autograd/kernels/threads.hpp"

using namespace xgrad::kernels;

namespace {

using Index = std::int64_t;

PoolShape square(Index planes, Index size, Index kernel, Index stride, Index pad = 0, Index dilation = 1,
                 bool ceil = false)
{
    PoolShape s{planes, {size, size}, {0, 0}, {kernel, kernel}, {stride, stride}, {pad, pad}, {dilation, dilation}};
    s.out[0] = s.out[1] = pool_output_size(size, kernel, stride, pad, dilation, ceil);
    return s;
}

/// f(flat index of y, flat indices of the elements of x that its window reads, window size with padding).
template <class F>
void each_window(const PoolShape& s, F f)
{
    for (Index plane = 0; plane < s.planes; ++plane)
        for (Index t = 0; t < s.out[0] * s.out[1]; ++t) {
            const Index top = t / s.out[1] * s.stride[0] - s.pad[0], left = t % s.out[1] * s.stride[1] - s.pad[1];
            std::vector<std::size_t> elements;
            Index with_pad = 0;
            for (Index i = 0; i < s.kernel[0]; ++i)
                for (Index j = 0; j < s.kernel[1]; ++j) {
                    const Index h = top + i * s.dilation[0], w = left + j * s.dilation[1];
                    if (h < s.in[0] + s.pad[0] && w < s.in[1] + s.pad[1]) ++with_pad;
                    if (h >= 0 && h < s.in[0] && w >= 0 && w < s.in[1])
                        elements.push_back(static_cast<std::size_t>((plane * s.in[0] + h) * s.in[1] + w));
                }
            f(static_cast<std::size_t>(plane * s.out[0] * s.out[1] + t), elements, with_pad);
        }
}

template <class T>
std::vector<T> numbers(Index n, std::mt19937& random, bool coarse)
{
    std::uniform_real_distribution<double> number(-1, 1);
    std::vector<T> values(static_cast<std::size_t>(n));
    for (T& x : values) x = static_cast<T>(coarse ? std::round(3 * number(random)) : number(random));
    return values;
}

template <class T>
void expect_max_pool(const PoolShape& s, std::mt19937& random)
{
    const auto x = numbers<T>(s.planes * s.in[0] * s.in[1], random, true),
               v = numbers<T>(s.planes * s.in[0] * s.in[1], random, false);
    const auto gy = numbers<T>(s.planes * s.out[0] * s.out[1], random, false);
    std::vector<T> y(gy.size()), y_plain(gy.size()), gathered(gy.size()), gx(x.size(), T(NAN));
    std::vector<double> gx_expected(x.size());
    std::vector<std::int64_t> indices(gy.size());
    max_pool_forward<T>(s, x.data(), y.data(), indices.data());
    max_pool_forward<T>(s, x.data(), y_plain.data(), nullptr);
    max_pool_gather<T>(s, x.data(), v.data(), gathered.data());
    max_pool_backward<T>(s, x.data(), gy.data(), gx.data());
    each_window(s, [&](std::size_t out, const std::vector<std::size_t>& elements, Index) {
        std::size_t best = elements.at(0);
        for (const std::size_t i : elements)
            if (x[i] > x[best]) best = i;
        EXPECT_EQ(y[out], x[best]);
        EXPECT_EQ(y_plain[out], x[best]);
        EXPECT_EQ(gathered[out], v[best]);
        EXPECT_EQ(indices[out], static_cast<std::int64_t>(best) % (s.in[0] * s.in[1]));
        gx_expected[best] += static_cast<double>(gy[out]);
    });
    for (std::size_t i = 0; i < gx.size(); ++i) ASSERT_NEAR(static_cast<double>(gx[i]), gx_expected[i], 1e-5);
}

template <class T>
void expect_average_pool(const PoolShape& s, const AveragePoolOptions& options, std::mt19937& random)
{
    const auto x = numbers<T>(s.planes * s.in[0] * s.in[1], random, false),
               gy = numbers<T>(s.planes * s.out[0] * s.out[1], random, false);
    std::vector<T> y(gy.size()), gx(x.size(), T(NAN));
    std::vector<double> gx_expected(x.size());
    average_pool_forward<T>(s, x.data(), y.data(), options);
    average_pool_backward<T>(s, gy.data(), gx.data(), options);
    each_window(s, [&](std::size_t out, const std::vector<std::size_t>& elements, Index with_pad) {
        const double divisor = static_cast<double>(options.divisor != 0 ? options.divisor
                                                   : options.count_pad  ? with_pad
                                                                        : static_cast<Index>(elements.size()));
        double sum = 0;
        for (const std::size_t i : elements) {
            sum += static_cast<double>(x[i]);
            gx_expected[i] += static_cast<double>(gy[out]) / divisor;
        }
        ASSERT_NEAR(static_cast<double>(y[out]), sum / divisor, 1e-5);
    });
    for (std::size_t i = 0; i < gx.size(); ++i) ASSERT_NEAR(static_cast<double>(gx[i]), gx_expected[i], 1e-5);
}

struct Pool : testing::Test {
    ~Pool() override { set_num_threads(0); }
};

TEST_F(Pool, RandomShapes)
{
    std::mt19937 random(1);
    const auto pick = [&](Index low, Index high) { return std::uniform_int_distribution<Index>(low, high)(random); };
    for (int i = 0; i < 500; ++i) {
        PoolShape s{pick(0, 5), {}, {}, {}, {}};
        for (int d = 0; d < 2; ++d) {
            s.in[d] = pick(1, 40);
            s.kernel[d] = pick(0, 2) == 0 ? 2 : pick(1, 5);
            s.stride[d] = pick(0, 2) == 0 ? 2 : pick(1, 6);
            s.dilation[d] = pick(0, 3) == 0 ? pick(1, 3) : 1;
            s.pad[d] = pick(0, 1) == 0 ? 0 : pick(0, s.kernel[d] / 2);
            s.out[d] = pool_output_size(s.in[d], s.kernel[d], s.stride[d], s.pad[d], s.dilation[d], pick(0, 1) == 0);
        }
        set_num_threads(static_cast<int>(pick(1, 3)));
        ASSERT_NO_FATAL_FAILURE(expect_max_pool<float>(s, random));
        ASSERT_NO_FATAL_FAILURE(expect_max_pool<double>(s, random));
        s.dilation[0] = s.dilation[1] = 1;
        for (int d = 0; d < 2; ++d)
            s.out[d] = pool_output_size(s.in[d], s.kernel[d], s.stride[d], s.pad[d], 1, pick(0, 1) == 0);
        const AveragePoolOptions options{pick(0, 1) == 0, pick(0, 2) == 0 ? pick(1, 7) : 0};
        ASSERT_NO_FATAL_FAILURE(expect_average_pool<float>(s, options, random));
        ASSERT_NO_FATAL_FAILURE(expect_average_pool<double>(s, options, random));
    }
}

TEST_F(Pool, NamedShapes)
{
    std::mt19937 random(2);
    for (const PoolShape& s : {square(7, 28, 2, 2), square(7, 10, 2, 2), square(7, 11, 2, 2), square(3, 70, 2, 2),
                               square(3, 8, 8, 8), square(3, 8, 3, 2, 1), square(3, 7, 2, 5), square(0, 8, 2, 2),
                               square(2, 1, 1, 1), square(2, 5, 2, 2, 0, 1, true)}) {
        ASSERT_NO_FATAL_FAILURE(expect_max_pool<float>(s, random));
        ASSERT_NO_FATAL_FAILURE(expect_average_pool<float>(s, {}, random));
        ASSERT_NO_FATAL_FAILURE(expect_average_pool<double>(s, {.divisor = 3}, random));
    }
}

TEST_F(Pool, TwoThreadsOverManyPlanes)
{
    set_num_threads(2);
    std::mt19937 random(3);
    expect_max_pool<float>(square(300, 28, 2, 2), random);
    expect_average_pool<float>(square(300, 28, 2, 2), {}, random);
}

TEST_F(Pool, OutputSizes)
{
    EXPECT_EQ(pool_output_size(28, 2, 2, 0, 1, false), 14);
    EXPECT_EQ(pool_output_size(5, 2, 2, 0, 1, false), 2);
    EXPECT_EQ(pool_output_size(5, 2, 2, 0, 1, true), 3);
    EXPECT_EQ(pool_output_size(6, 3, 2, 1, 1, true), 4);
    EXPECT_EQ(pool_output_size(3, 1, 4, 0, 1, true), 1);  // the last window would begin behind the end
    EXPECT_EQ(pool_output_size(2, 3, 1, 0, 1, true), 0);
}

TEST_F(Pool, LastNanAndFirstOfEqualsWin)
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const std::vector<double> x = {1,   nan, 2, 2, -inf, -inf,  //
                                   nan, 3,   2, 2, -inf, -inf};
    for (Index stride : {2, 3}) {  // 2: in registers; 3 begins at other places, in plain loops
        PoolShape s{1, {2, 6}, {1, 3}, {2, 2}, {2, stride}};
        if (stride == 3) s.out[1] = 2;
        std::vector<double> y(3), gx(12);
        std::vector<std::int64_t> indices(3);
        max_pool_forward(s, x.data(), y.data(), indices.data());
        EXPECT_TRUE(std::isnan(y[0]));
        EXPECT_EQ(indices[0], 6);
        max_pool_forward(s, x.data(), y.data(), nullptr);
        EXPECT_TRUE(std::isnan(y[0]));
        const std::vector<double> gy = {1, 2, 4};
        max_pool_backward(s, x.data(), gy.data(), gx.data());
        EXPECT_EQ(gx[6], 1);
        EXPECT_EQ(gx[1], 0);
        if (stride == 3) continue;
        EXPECT_EQ(y[1], 2);
        EXPECT_EQ(y[2], -inf);
        EXPECT_EQ(gx, (std::vector<double>{0, 0, 2, 0, 4, 0, 1, 0, 0, 0, 0, 0}));
    }
}

TEST_F(Pool, BadSizesSaySo)
{
    std::vector<float> memory(100);
    try {
        max_pool_forward<float>(square(1, 4, 2, 2, 2), memory.data(), memory.data(), nullptr);
        FAIL();
    } catch (const xgrad::ShapeError& error) {
        EXPECT_STREQ(
            error.what(),
            "pool: (4, 4) to (4, 4), kernel (2, 2), stride (2, 2), pad (2, 2), dilation (1, 1).\n  rule: padding "
            "is 0 or more and at most half of the kernel.\n  try:  check the layer's options against the "
            "input's shape.");
    }
    EXPECT_THROW(average_pool_forward<float>(square(1, 8, 2, 2, 0, 2), memory.data(), memory.data()),
                 xgrad::ShapeError);
    PoolShape beyond = square(1, 4, 2, 2);
    beyond.out[0] = 3;
    EXPECT_THROW(max_pool_backward<float>(beyond, memory.data(), memory.data(), memory.data()), xgrad::ShapeError);
}

}  // namespace
