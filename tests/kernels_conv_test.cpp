#include "autograd/kernels/conv.hpp"

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

Index product(const Index (&sizes)[3]) { return sizes[0] * sizes[1] * sizes[2]; }

std::string text(const ConvShape& s)
{
    std::string all = std::to_string(s.images) + "x" + std::to_string(s.in_channels) + "->" +
                      std::to_string(s.out_channels) + " groups " + std::to_string(s.groups);
    for (int d = 0; d < 3; ++d)
        all += " | in " + std::to_string(s.in[d]) + " out " + std::to_string(s.out[d]) + " k " +
               std::to_string(s.kernel[d]) + " s " + std::to_string(s.stride[d]) + " p " + std::to_string(s.pad[d]) +
               " d " + std::to_string(s.dilation[d]);
    return all;
}

/// Calls f(x, w, y) with the flat indices of every product that the definition sums.
template <class F>
void each_product(const ConvShape& s, F f)
{
    const Index in = s.in_channels / s.groups, out = s.out_channels / s.groups, taps = product(s.kernel);
    for (Index n = 0; n < s.images; ++n)
        for (Index o = 0; o < s.out_channels; ++o)
            for (Index t = 0; t < product(s.out); ++t)
                for (Index c = 0; c < in; ++c)
                    for (Index u = 0; u < taps; ++u) {
                        const Index position[3] = {t / s.out[2] / s.out[1], t / s.out[2] % s.out[1], t % s.out[2]};
                        const Index tap[3] = {u / s.kernel[2] / s.kernel[1], u / s.kernel[2] % s.kernel[1],
                                              u % s.kernel[2]};
                        Index at = 0;
                        bool inside = true;
                        for (int d = 0; d < 3; ++d) {
                            const Index i = position[d] * s.stride[d] + tap[d] * s.dilation[d] - s.pad[d];
                            inside = inside && i >= 0 && i < s.in[d];
                            at = at * s.in[d] + i;
                        }
                        const Index channel = n * s.in_channels + o / out * in + c;
                        if (inside)
                            f(channel * product(s.in) + at, (o * in + c) * taps + u,
                              (n * s.out_channels + o) * product(s.out) + t);
                    }
}

template <class T>
std::vector<T> numbers(Index n, std::mt19937& random)
{
    std::uniform_real_distribution<double> number(-1, 1);
    std::vector<T> values(static_cast<std::size_t>(n));
    for (T& x : values) x = static_cast<T>(number(random));
    return values;
}

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<double>& expected, double terms, const char* what,
                 const ConvShape& s)
{
    // Roundings of a long sum add up like its size times the root of its length.
    const double tolerance = static_cast<double>(std::numeric_limits<T>::epsilon()) * (8 + 2 * terms);
    for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_TRUE(std::abs(static_cast<double>(got[i]) - expected[i]) <= tolerance)
            << what << " " << text(s) << " at " << i << ": got " << got[i] << ", expected " << expected[i];
}

template <class T>
void expect_convolution(const ConvShape& s, std::mt19937& random)
{
    const Index in_channels = s.in_channels / s.groups, positions = product(s.out);
    const auto x = numbers<T>(s.images * s.in_channels * product(s.in), random),
               bias = numbers<T>(s.out_channels, random);
    const auto w = numbers<T>(s.out_channels * in_channels * product(s.kernel), random);
    const auto gy = numbers<T>(s.images * s.out_channels * positions, random);
    std::vector<double> y(gy.size()), gx(x.size()), gw(w.size()), gbias(bias.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
        const std::size_t o = i / static_cast<std::size_t>(positions) % bias.size();
        y[i] = static_cast<double>(bias[o]);
        gbias[o] += static_cast<double>(gy[i]);
    }
    each_product(s, [&](Index i, Index j, Index k) {
        const auto xi = static_cast<std::size_t>(i), wj = static_cast<std::size_t>(j), yk = static_cast<std::size_t>(k);
        y[yk] += static_cast<double>(x[xi]) * static_cast<double>(w[wj]);
        gx[xi] += static_cast<double>(gy[yk]) * static_cast<double>(w[wj]);
        gw[wj] += static_cast<double>(gy[yk]) * static_cast<double>(x[xi]);
    });
    const double taps = static_cast<double>(product(s.kernel));
    std::vector<T> result(y.size(), T(NAN));
    conv_forward<T>(s, x.data(), w.data(), bias.data(), false, result.data());
    ASSERT_NO_FATAL_FAILURE(expect_near(result, y, taps * static_cast<double>(in_channels), "forward", s));
    conv_forward<T>(s, x.data(), w.data(), bias.data(), true, result.data());
    for (double& v : y) v = v < 0 ? 0 : v;
    ASSERT_NO_FATAL_FAILURE(expect_near(result, y, taps * static_cast<double>(in_channels), "forward with relu", s));
    std::vector<T> gx_result(x.size(), T(NAN)), gw_result(w.size(), T(NAN)), gbias_result(bias.size(), T(NAN));
    conv_backward_data<T>(s, gy.data(), w.data(), gx_result.data());
    ASSERT_NO_FATAL_FAILURE(expect_near(gx_result, gx, taps * static_cast<double>(s.out_channels), "data gradient", s));
    conv_backward_weight<T>(s, x.data(), gy.data(), gw_result.data(), gbias_result.data());
    const double sums = static_cast<double>(s.images * positions);
    ASSERT_NO_FATAL_FAILURE(expect_near(gw_result, gw, sums, "weight gradient", s));
    ASSERT_NO_FATAL_FAILURE(expect_near(gbias_result, gbias, sums, "bias gradient", s));
}

void set_outputs(ConvShape& s)
{
    for (int d = 0; d < 3; ++d) s.out[d] = conv_output_size(s.in[d], s.kernel[d], s.stride[d], s.pad[d], s.dilation[d]);
}

ConvShape flat(Index images, Index in_channels, Index out_channels, Index size, Index kernel, Index stride, Index pad,
               Index groups = 1)
{
    ConvShape s{images, in_channels, out_channels, groups};
    for (int d = 1; d < 3; ++d) {
        s.in[d] = size;
        s.kernel[d] = kernel;
        s.stride[d] = stride;
        s.pad[d] = pad;
    }
    set_outputs(s);
    return s;
}

struct Conv : testing::Test {
    ~Conv() override { set_num_threads(0); }
};

template <class T>
void expect_random_shapes(int count, unsigned seed)
{
    std::mt19937 random(seed);
    const auto pick = [&](Index low, Index high) { return std::uniform_int_distribution<Index>(low, high)(random); };
    for (int i = 0; i < count; ++i) {
        ConvShape s{pick(0, 4), 0, 0, pick(1, 3)};
        if (pick(0, 2) > 0) s.groups = 1;
        s.in_channels = s.groups * pick(1, 5);
        s.out_channels = s.groups * (pick(0, 1) == 0 ? pick(1, 4) : pick(8, 40));
        const Index axes = pick(0, 7) == 0 ? 3 : pick(1, 2);
        for (Index d = 3 - axes; d < 3; ++d) {
            s.in[d] = pick(1, axes == 3 ? 6 : 19);
            s.kernel[d] = pick(1, 5);
            s.stride[d] = pick(1, 2) == 1 ? 1 : pick(1, 4);
            s.dilation[d] = pick(0, 2) == 0 ? pick(1, 3) : 1;
            s.pad[d] = pick(0, 1) == 0 ? 0 : pick(0, 5);
        }
        set_outputs(s);
        for (Index d = 3 - axes; d < 3; ++d)  // the far side may need more padding, or less, than the near one
            if (pick(0, 5) == 0 && s.out[d] > 0) s.out[d] = std::max<Index>(1, s.out[d] + pick(-1, 2));
        ASSERT_NO_FATAL_FAILURE(expect_convolution<T>(s, random));
    }
}

TEST_F(Conv, RandomShapesFloat) { expect_random_shapes<float>(250, 1); }
TEST_F(Conv, RandomShapesDouble) { expect_random_shapes<double>(250, 2); }

TEST_F(Conv, NamedShapes)
{
    std::mt19937 random(3);
    for (int threads : {1, 2}) {
        set_num_threads(threads);
        for (const ConvShape& s :
             {flat(5, 1, 6, 28, 5, 1, 2), flat(5, 6, 16, 14, 5, 1, 0), flat(3, 16, 32, 8, 3, 2, 1),
              flat(3, 16, 16, 8, 3, 1, 1), flat(3, 8, 8, 9, 3, 1, 1, 8), flat(3, 8, 16, 9, 3, 2, 1, 8),
              flat(3, 20, 24, 7, 1, 1, 0), flat(3, 20, 24, 7, 1, 2, 0), flat(3, 3, 32, 15, 7, 2, 3)}) {
            ASSERT_NO_FATAL_FAILURE(expect_convolution<float>(s, random));
            ASSERT_NO_FATAL_FAILURE(expect_convolution<double>(s, random));
        }
    }
}

TEST_F(Conv, ExtremeShapes)
{
    std::mt19937 random(4);
    for (const ConvShape& s :
         {flat(2, 3, 4, 5, 5, 1, 0), flat(2, 3, 20, 5, 5, 1, 0), flat(2, 3, 4, 7, 2, 5, 0), flat(2, 3, 20, 7, 2, 5, 0),
          flat(0, 3, 4, 7, 3, 1, 1), flat(2, 3, 4, 2, 3, 1, 0), flat(2, 3, 4, 1, 1, 1, 0), flat(2, 2, 4, 1, 3, 1, 4),
          flat(1, 1, 17, 3, 3, 1, 1), flat(1, 40, 1, 3, 3, 1, 1)})
        ASSERT_NO_FATAL_FAILURE(expect_convolution<float>(s, random));
}

TEST_F(Conv, ManyImagesOnThreeThreads)
{
    set_num_threads(3);
    std::mt19937 random(5);
    expect_convolution<float>(flat(31, 4, 12, 24, 3, 1, 1), random);
}

TEST_F(Conv, ManyChannelsWithMoreThreadsThanImages)
{
    std::mt19937 random(8);
    for (int threads : {2, 3, 4}) {
        set_num_threads(threads);
        for (const ConvShape& s :
             {flat(1, 40, 48, 14, 3, 1, 1), flat(1, 33, 70, 14, 3, 2, 1), flat(2, 48, 64, 12, 3, 1, 1),
              flat(1, 96, 96, 24, 3, 1, 1, 3), flat(1, 64, 64, 16, 5, 1, 2, 2), flat(1, 20, 24, 40, 1, 1, 0)}) {
            ASSERT_NO_FATAL_FAILURE(expect_convolution<float>(s, random));
            ASSERT_NO_FATAL_FAILURE(expect_convolution<double>(s, random));
        }
    }
}

TEST_F(Conv, WeightGradientOfManyChannels)
{
    std::mt19937 random(9);
    for (const ConvShape& s :
         {flat(2, 16, 16, 9, 3, 1, 1), flat(2, 64, 20, 12, 3, 1, 1), flat(2, 31, 33, 11, 3, 2, 1),
          flat(2, 47, 15, 25, 3, 1, 0), flat(2, 32, 64, 8, 1, 2, 0), flat(2, 64, 32, 7, 3, 1, 1, 2)}) {
        ASSERT_NO_FATAL_FAILURE(expect_convolution<float>(s, random));
        ASSERT_NO_FATAL_FAILURE(expect_convolution<double>(s, random));
    }
}

TEST_F(Conv, OutputSizes)
{
    EXPECT_EQ(conv_output_size(28, 5, 1, 2, 1), 28);
    EXPECT_EQ(conv_output_size(14, 5, 1, 0, 1), 10);
    EXPECT_EQ(conv_output_size(8, 3, 2, 1, 1), 4);
    EXPECT_EQ(conv_output_size(7, 3, 1, 0, 3), 1);
    EXPECT_EQ(conv_output_size(2, 3, 1, 0, 1), 0);
}

TEST_F(Conv, SameBitsEachTime)
{
    set_num_threads(2);
    std::mt19937 random(6);
    const ConvShape s = flat(32, 6, 16, 14, 5, 1, 0);
    const auto x = numbers<float>(32 * 6 * 14 * 14, random), gy = numbers<float>(32 * 16 * 100, random);
    std::vector<float> first(16 * 6 * 25), again(first.size()), gbias(16);
    conv_backward_weight<float>(s, x.data(), gy.data(), first.data(), gbias.data());
    conv_backward_weight<float>(s, x.data(), gy.data(), again.data(), nullptr);
    EXPECT_EQ(first, again);
}

TEST_F(Conv, WorkspaceStopsGrowing)
{
    set_num_threads(1);
    std::mt19937 random(7);
    const ConvShape s = flat(3, 6, 16, 14, 5, 1, 2);
    const auto x = numbers<float>(3 * 6 * 14 * 14, random), w = numbers<float>(16 * 6 * 25, random);
    std::vector<float> y(3 * 16 * 14 * 14), gx(x.size()), gw(w.size());
    const auto step = [&] {
        conv_forward<float>(s, x.data(), w.data(), nullptr, false, y.data());
        conv_backward_data<float>(s, y.data(), w.data(), gx.data());
        conv_backward_weight<float>(s, x.data(), y.data(), gw.data(), nullptr);
    };
    step();
    step();
    const std::size_t bytes = workspace_bytes();
    for (int i = 0; i < 3; ++i) step();
    EXPECT_EQ(workspace_bytes(), bytes);
}

TEST_F(Conv, BadSizesSaySo)
{
    ConvShape s = flat(1, 4, 6, 8, 3, 1, 1);
    s.groups = 4;
    std::vector<float> memory(4096);
    try {
        conv_forward<float>(s, memory.data(), memory.data(), nullptr, false, memory.data());
        FAIL();
    } catch (const xgrad::ShapeError& error) {
        EXPECT_STREQ(error.what(),
                     "conv: 4 channels of (1, 8, 8) to 6 of (1, 8, 8), kernel (1, 3, 3), stride (1, 1, 1), pad (0, 1, "
                     "1), dilation "
                     "(1, 1, 1), groups 4.\n  rule: groups divide the channels in and out, which are 1 or more.\n  "
                     "try:  check the "
                     "layer's options against the input's shape.");
    }
    s = flat(1, 4, 6, 8, 3, 1, 1);
    s.stride[1] = 0;
    EXPECT_THROW(conv_backward_data<float>(s, memory.data(), memory.data(), memory.data()), xgrad::ShapeError);
    s = flat(1, 4, 6, 8, 3, 1, 1);
    s.pad[2] = -1;
    EXPECT_THROW(conv_backward_weight<float>(s, memory.data(), memory.data(), memory.data(), nullptr),
                 xgrad::ShapeError);
}

}  // namespace
