#include <xgrad/error.hpp>
#include <xgrad/random.hpp>

#include "tests/expect_throw.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <thread>

using xgrad::Generator;

// Known-answer vectors of the authors' Random123 library (tests/kat_vectors, philox4x32 10).
TEST(Philox, ReproducesThePublishedVectors)
{
    using Block = std::array<std::uint32_t, 4>;
    EXPECT_EQ(xgrad::philox4x32({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(xgrad::philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
              (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(xgrad::philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Generator, SameSeedGivesTheSameNumbersAndAnotherSeedDoesNot)
{
    std::vector<double> a(101), b(101), c(101);
    Generator first{7}, second{7}, third{8};
    xgrad::fill_normal(std::span(a), 0.0, 1.0, first);
    xgrad::fill_normal(std::span(b), 0.0, 1.0, second);
    xgrad::fill_normal(std::span(c), 0.0, 1.0, third);
    EXPECT_EQ(a, b);
    EXPECT_NE(a, c);
}

TEST(Generator, SeekContinuesASavedSequence)
{
    std::vector<float> a(10), b(10);
    Generator generator{3};
    xgrad::fill_uniform(std::span(a), 0.0F, 1.0F, generator);
    Generator saved{generator.seed()};
    saved.seek(generator.position());
    xgrad::fill_uniform(std::span(a), 0.0F, 1.0F, generator);
    xgrad::fill_uniform(std::span(b), 0.0F, 1.0F, saved);
    EXPECT_EQ(a, b);
}

TEST(Generator, ManualSeedRestartsTheDefaultOne)
{
    std::vector<float> a(10), b(10);
    xgrad::manual_seed(5);
    xgrad::fill_uniform(std::span(a), 0.0F, 1.0F);
    xgrad::manual_seed(5);
    xgrad::fill_uniform(std::span(b), 0.0F, 1.0F);
    EXPECT_EQ(a, b);
}

TEST(Generator, ThreadsNeverGetTheSameBlock)
{
    Generator generator{1};
    std::vector<std::uint64_t> blocks(2000);
    const auto draw = [&](std::size_t from) {
        for (std::size_t i = 0; i < 1000; ++i) blocks[from + i] = generator.take(1);
    };
    std::thread other(draw, 1000);
    draw(0);
    other.join();
    std::sort(blocks.begin(), blocks.end());
    EXPECT_EQ(std::adjacent_find(blocks.begin(), blocks.end()), blocks.end());
}

TEST(Uniform, StaysInsideAndHasItsMeanAndVariance)
{
    std::vector<float> y(200001);
    Generator generator{11};
    xgrad::fill_uniform(std::span(y), -1.0F, 3.0F, generator);
    double sum = 0, squares = 0;
    for (const float value : y) {
        ASSERT_GE(value, -1.0F);
        ASSERT_LT(value, 3.0F);
        sum += value;
        squares += double{value} * value;
    }
    const double n = static_cast<double>(y.size()), mean = sum / n;
    EXPECT_NEAR(mean, 1.0, 0.02);
    EXPECT_NEAR(squares / n - mean * mean, 16.0 / 12, 0.02);
}

TEST(Uniform, NeverReturnsTheUpperBoundAfterRounding)
{
    // In [1, 1 + 2^-23) the only float is 1: most draws round up to the bound.
    std::vector<float> y(1000);
    Generator generator{2};
    xgrad::fill_uniform(std::span(y), 1.0F, std::nextafter(1.0F, 2.0F), generator);
    EXPECT_TRUE(std::all_of(y.begin(), y.end(), [](float value) { return value == 1.0F; }));
}

TEST(Normal, HasItsMomentsAndOnlyFiniteNumbers)
{
    std::vector<float> y(200000);
    Generator generator{13};
    xgrad::fill_normal(std::span(y), 2.0F, 0.5F, generator);
    double mean = 0, variance = 0, fourth = 0;
    for (const float value : y) mean += value / static_cast<double>(y.size());
    for (const float value : y) {
        ASSERT_TRUE(std::isfinite(value));
        variance += std::pow(value - mean, 2) / static_cast<double>(y.size());
        fourth += std::pow(value - mean, 4) / static_cast<double>(y.size());
    }
    EXPECT_NEAR(mean, 2.0, 0.01);
    EXPECT_NEAR(variance, 0.25, 0.005);
    EXPECT_NEAR(fourth / (variance * variance), 3.0, 0.1);
}

TEST(Bernoulli, IsNeverAtZeroAlwaysAtOneAndAQuarterOfTheTimeAtAQuarter)
{
    std::vector<std::uint8_t> y(100000);
    Generator generator{17};
    xgrad::fill_bernoulli(std::span(y), 0.0, generator);
    EXPECT_EQ(std::count(y.begin(), y.end(), 0), 100000);
    xgrad::fill_bernoulli(std::span(y), 1.0, generator);
    EXPECT_EQ(std::count(y.begin(), y.end(), 1), 100000);
    xgrad::fill_bernoulli(std::span(y), 0.25, generator);
    EXPECT_NEAR(static_cast<double>(std::count(y.begin(), y.end(), 1)), 25000, 600);
}

TEST(Integers, CoverTheWholeRangeOfTheType)
{
    constexpr std::int64_t kLow = std::numeric_limits<std::int64_t>::min(),
                           kHigh = std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> y(1001);
    Generator generator{19};
    xgrad::fill_integers(std::span(y), -2, 3, generator);
    for (std::int64_t value = -2; value < 3; ++value)
        EXPECT_NEAR(static_cast<double>(std::count(y.begin(), y.end(), value)), 200, 60);
    xgrad::fill_integers(std::span(y), kLow, kHigh, generator);
    EXPECT_LT(*std::min_element(y.begin(), y.end()), kLow / 2);
    EXPECT_GT(*std::max_element(y.begin(), y.end()), kHigh / 2);
}

TEST(Permutation, HoldsEachNumberOnceAndMovesThem)
{
    Generator generator{23};
    auto y = xgrad::permutation(1000, generator);
    EXPECT_FALSE(std::is_sorted(y.begin(), y.end()));
    EXPECT_NE(y, xgrad::permutation(1000, generator));
    std::sort(y.begin(), y.end());
    for (std::int64_t i = 0; i < 1000; ++i) ASSERT_EQ(y[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(xgrad::permutation(0, generator).empty());
    EXPECT_EQ(xgrad::permutation(1, generator), std::vector<std::int64_t>{0});
}

TEST(Permutation, OfThreePutsEachOfTheSixOrdersEquallyOften)
{
    Generator generator{29};
    std::array<int, 27> counts{};
    for (int i = 0; i < 6000; ++i) {
        const auto y = xgrad::permutation(3, generator);
        ++counts[static_cast<std::size_t>(y[0] * 9 + y[1] * 3 + y[2])];
    }
    for (const int count : counts) EXPECT_TRUE(count == 0 || std::abs(count - 1000) < 150) << count;
    EXPECT_EQ(std::count(counts.begin(), counts.end(), 0), 21);
}

TEST(Random, BadArgumentsAreRefusedWithTheRule)
{
    std::vector<double> y(3);
    std::vector<std::int64_t> k(3);
    std::vector<std::uint8_t> b(3);
    const auto expect = [](const auto& call, const std::string& text) {
        EXPECT_THROW_TEXT(call(), xgrad::ShapeError, text);
    };
    expect(
        [&] { xgrad::fill_uniform(std::span(y), 1.0, 0.0); },
        "uniform: bounds 1.000000 and 0.000000.\n  rule: lo <= hi, and hi - lo is finite.\n  try:  swap the bounds.");
    EXPECT_THROW(xgrad::fill_uniform(std::span(y), 0.0, std::numeric_limits<double>::infinity()),
                 std::invalid_argument);
    expect([&] { xgrad::fill_normal(std::span(y), 0.0, -1.0); },
           "normal: mean 0.000000, standard deviation -1.000000.\n  rule: both are finite, and stddev >= 0.\n"
           "  try:  pass the deviation, not its logarithm.");
    expect([&] { xgrad::fill_bernoulli(std::span(b), 1.5); },
           "bernoulli: p = 1.500000.\n  rule: 0 <= p <= 1.\n  try:  p = sigmoid(logit) for a logit.");
    expect([&] { xgrad::fill_integers(std::span(k), 3, 3); },
           "integers: no integer lies in [3, 3).\n  rule: lo < hi, and hi is not drawn.\n  try:  hi = largest number + "
           "1.");
    expect([&] { xgrad::permutation(-1); },
           "permutation: n = -1.\n  rule: n >= 0.\n  try:  the number of rows of the data.");
}
