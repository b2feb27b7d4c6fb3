#include "autograd/kernels/threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace xgrad::kernels;

namespace {

struct Threads : testing::Test {
    ~Threads() override { set_num_threads(0); }
};

TEST_F(Threads, DefaultIsAtLeastOne) { EXPECT_GE(num_threads(), 1); }

TEST_F(Threads, SetAndBackToDefault)
{
    const int usual = num_threads();
    set_num_threads(3);
    EXPECT_EQ(num_threads(), 3);
    set_num_threads(0);
    EXPECT_EQ(num_threads(), usual);
    set_num_threads(-7);
    EXPECT_EQ(num_threads(), usual);
}

TEST_F(Threads, EveryIndexOnceForAnySize)
{
    for (int threads : {1, 2, 3, 7})
        for (std::int64_t n : {0, 1, 2, 5, 64, 1000}) {
            set_num_threads(threads);
            std::vector<int> hits(static_cast<std::size_t>(n), 0);
            parallel_for(n, 2, [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) ++hits[static_cast<std::size_t>(i)];
            });
            EXPECT_EQ(hits, std::vector<int>(static_cast<std::size_t>(n), 1)) << threads << " threads, " << n;
        }
}

TEST_F(Threads, RangesHoldAtLeastTheGrain)
{
    set_num_threads(4);
    EXPECT_EQ(parallel_ranges(100, 100), 1);
    EXPECT_EQ(parallel_ranges(199, 100), 1);
    EXPECT_EQ(parallel_ranges(200, 100), 2);
    EXPECT_EQ(parallel_ranges(10000, 100), 4);
}

TEST_F(Threads, NestedCallsRunSerially)
{
    set_num_threads(2);
    std::atomic<int> inner_ranges{0};
    parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
        EXPECT_EQ(available_threads(), 1);
        parallel_for(100, 1, [&](std::int64_t, std::int64_t) { ++inner_ranges; });
    });
    EXPECT_EQ(inner_ranges, 2);
    EXPECT_EQ(available_threads(), 2);
}

TEST_F(Threads, SerialScopeHoldsForItsLife)
{
    set_num_threads(2);
    {
        SerialScope scope;
        EXPECT_EQ(available_threads(), 1);
        EXPECT_EQ(parallel_ranges(1000, 1), 1);
    }
    EXPECT_EQ(parallel_ranges(1000, 1), 2);
}

TEST_F(Threads, ExceptionReachesTheCaller)
{
    set_num_threads(2);
    std::atomic<int> ended{0};
    const auto work = [&](std::int64_t begin, std::int64_t) {
        ++ended;
        if (begin > 0) throw std::runtime_error("second range");
    };
    EXPECT_THROW(parallel_for(2, 1, work), std::runtime_error);
    EXPECT_EQ(ended, 2);
}

}  // namespace
