#include <xgrad/random.hpp>

#include <xgrad/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <string>

namespace xgrad {

namespace {

using Block = std::array<std::uint32_t, 4>;

Block block_at(std::uint64_t seed, std::uint64_t position) noexcept
{
    return philox4x32({static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32), 0, 0},
                      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

std::uint64_t word64(const Block& block, std::size_t i) noexcept
{
    return block[2 * i] | std::uint64_t{block[2 * i + 1]} << 32;
}

// Uniform in [0, 1) on the grid of the type's own precision: 4 floats or 2 doubles a block.
float unit(const Block& block, std::size_t i, float) noexcept { return static_cast<float>(block[i] >> 8) * 0x1p-24F; }
double unit(const Block& block, std::size_t i, double) noexcept
{
    return static_cast<double>(word64(block, i) >> 11) * 0x1p-53;
}

template <class T>
constexpr std::size_t kPerBlock = sizeof(T) == 4 ? 4 : 2;

// y[i] = f(block, i within the block), with as many blocks as y needs.
template <std::size_t PerBlock, class T, class F>
void fill(std::span<T> y, Generator& generator, F f)
{
    const std::uint64_t seed = generator.seed();
    std::uint64_t position = generator.take((y.size() + PerBlock - 1) / PerBlock);
    for (std::size_t start = 0; start < y.size(); start += PerBlock, ++position) {
        const Block block = block_at(seed, position);
        const std::size_t count = std::min(PerBlock, y.size() - start);
        for (std::size_t i = 0; i < count; ++i) y[start + i] = f(block, i);
    }
}

template <class T>
void uniform(std::span<T> y, T lo, T hi, Generator& generator)
{
    if (!(lo <= hi) || !std::isfinite(hi - lo)) {
        throw ShapeError(detail::error_text("uniform", "bounds " + std::to_string(lo) + " and " + std::to_string(hi),
                                            "lo <= hi, and hi - lo is finite", "swap the bounds"));
    }
    const T below_hi = lo < hi ? std::nextafter(hi, lo) : hi;
    fill<kPerBlock<T>>(y, generator, [=](const Block& block, std::size_t i) {
        return std::min(lo + unit(block, i, T{}) * (hi - lo), below_hi);
    });
}

template <class T>
void normal(std::span<T> y, T mean, T stddev, Generator& generator)
{
    if (!(stddev >= 0) || !std::isfinite(stddev) || !std::isfinite(mean)) {
        throw ShapeError(detail::error_text(
            "normal", "mean " + std::to_string(mean) + ", standard deviation " + std::to_string(stddev),
            "both are finite, and stddev >= 0", "pass the deviation, not its logarithm"));
    }
    // A pair of uniform numbers gives a pair of normal ones: elements 2j and 2j + 1 share radius and angle.
    fill<kPerBlock<T>>(y, generator, [=](const Block& block, std::size_t i) {
        const std::size_t pair = i & ~std::size_t{1};
        const T radius = std::sqrt(T{-2} * std::log(T{1} - unit(block, pair, T{})));  // 1 - u lies in (0, 1]
        const T angle = 2 * std::numbers::pi_v<T> * unit(block, pair + 1, T{});
        return mean + stddev * radius * (i == pair ? std::cos(angle) : std::sin(angle));
    });
}

// floor(bits * n / 2^64): uniform in [0, n) up to a bias of n / 2^64 (Lemire 2019 without the rejection step).
std::uint64_t below(std::uint64_t bits, std::uint64_t n) noexcept
{
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(bits) * n >> 64);
}

}  // namespace

Generator& Generator::operator=(const Generator& other) noexcept
{
    seed_ = other.seed_;
    seek(other.position());
    return *this;
}

void Generator::manual_seed(std::uint64_t seed) noexcept
{
    seed_ = seed;
    seek(0);
}

Generator& default_generator() noexcept
{
    static Generator generator{0};
    return generator;
}

void manual_seed(std::uint64_t seed) noexcept { default_generator().manual_seed(seed); }

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept
{
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
        const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
        key[0] += 0x9E3779B9;  // Weyl sequence of the golden ratio
        key[1] += 0xBB67AE85;  // and of sqrt(3) - 1
    }
    return counter;
}

void fill_uniform(std::span<float> y, float lo, float hi, Generator& generator) { uniform(y, lo, hi, generator); }
void fill_uniform(std::span<double> y, double lo, double hi, Generator& generator) { uniform(y, lo, hi, generator); }
void fill_normal(std::span<float> y, float mean, float stddev, Generator& generator)
{
    normal(y, mean, stddev, generator);
}
void fill_normal(std::span<double> y, double mean, double stddev, Generator& generator)
{
    normal(y, mean, stddev, generator);
}

void fill_bernoulli(std::span<std::uint8_t> y, double p, Generator& generator)
{
    if (!(p >= 0 && p <= 1)) {
        throw ShapeError(detail::error_text("bernoulli", "p = " + std::to_string(p), "0 <= p <= 1",
                                            "p = sigmoid(logit) for a logit"));
    }
    fill<2>(y, generator,
            [p](const Block& block, std::size_t i) { return static_cast<std::uint8_t>(unit(block, i, 0.0) < p); });
}

void fill_integers(std::span<std::int64_t> y, std::int64_t lo, std::int64_t hi, Generator& generator)
{
    if (lo >= hi) {
        throw ShapeError(detail::error_text(
            "integers", "no integer lies in [" + std::to_string(lo) + ", " + std::to_string(hi) + ")",
            "lo < hi, and hi is not drawn", "hi = largest number + 1"));
    }
    const std::uint64_t n = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo);
    fill<2>(y, generator, [=](const Block& block, std::size_t i) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(lo) + below(word64(block, i), n));
    });
}

std::vector<std::int64_t> permutation(std::int64_t n, Generator& generator)
{
    if (n < 0) {
        throw ShapeError(
            detail::error_text("permutation", "n = " + std::to_string(n), "n >= 0", "the number of rows of the data"));
    }
    std::vector<std::int64_t> y(static_cast<std::size_t>(n));
    fill_permutation(y, generator);
    return y;
}

void fill_permutation(std::span<std::int64_t> y, Generator& generator)
{
    std::iota(y.begin(), y.end(), std::int64_t{0});
    const std::uint64_t seed = generator.seed();
    std::uint64_t position = generator.take((y.size() + 1) / 2);
    Block block{};
    for (std::size_t i = y.size(), drawn = 0; i > 1; --i, ++drawn) {
        if (drawn % 2 == 0) block = block_at(seed, position++);
        std::swap(y[i - 1], y[below(word64(block, drawn % 2), i)]);
    }
}

}  // namespace xgrad
