#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

namespace xgrad {

/// Counter-based random numbers: block b of the sequence is Philox4x32-10(counter b, key seed), so any part of it can
/// be computed on its own and the numbers do not depend on the number of threads. Source: Salmon, Moraes, Dror, Shaw,
/// "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
class Generator {
public:
    explicit Generator(std::uint64_t seed = 0) noexcept : seed_(seed) {}
    Generator(const Generator& other) noexcept : seed_(other.seed_), next_(other.position()) {}
    Generator& operator=(const Generator& other) noexcept;

    std::uint64_t seed() const noexcept { return seed_; }
    /// Blocks handed out so far. `Generator g{seed}; g.seek(position)` continues a saved sequence.
    std::uint64_t position() const noexcept { return next_.load(std::memory_order_relaxed); }
    void seek(std::uint64_t position) noexcept { next_.store(position, std::memory_order_relaxed); }

    /// Sets the seed and starts the sequence again.
    void manual_seed(std::uint64_t seed) noexcept;
    /// Hands out `count` blocks to the caller alone and returns the first. Safe from several threads.
    std::uint64_t take(std::uint64_t count) noexcept { return next_.fetch_add(count, std::memory_order_relaxed); }

private:
    std::uint64_t seed_;
    std::atomic<std::uint64_t> next_{0};
};

/// The generator that is used where none is given. Starts with seed 0, so programs repeat unless they ask for something
/// else.
Generator& default_generator() noexcept;
/// Sets the seed of the default generator.
void manual_seed(std::uint64_t seed) noexcept;

/// One block: four words of 32 random bits.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept;

/// Uniform in [lo, hi): never hi itself, also after rounding. 24 random bits an element for float, 53 for double.
void fill_uniform(std::span<float> y, float lo, float hi, Generator& generator = default_generator());
void fill_uniform(std::span<double> y, double lo, double hi, Generator& generator = default_generator());

/// Normal with the given mean and standard deviation (Box and Muller 1958).
void fill_normal(std::span<float> y, float mean, float stddev, Generator& generator = default_generator());
void fill_normal(std::span<double> y, double mean, double stddev, Generator& generator = default_generator());

/// 1 with probability p, else 0.
void fill_bernoulli(std::span<std::uint8_t> y, double p, Generator& generator = default_generator());

/// Integers uniform in [lo, hi), which must not be empty.
void fill_integers(std::span<std::int64_t> y, std::int64_t lo, std::int64_t hi,
                   Generator& generator = default_generator());

/// The numbers 0 to n - 1 in random order (Fisher and Yates, from the end).
std::vector<std::int64_t> permutation(std::int64_t n, Generator& generator = default_generator());
void fill_permutation(std::span<std::int64_t> y, Generator& generator = default_generator());

}  // namespace xgrad
