// The storage pool: no system allocation in a steady step, blocks that change threads, memory given back.
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/pool.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <thread>

#include "tests/expect_tensor.hpp"

namespace {

std::atomic<long> news{0};

}  // namespace

// Every allocation of the program counts itself. Inlined, new and delete would look like a mismatch to g++.
[[gnu::noinline]] void* operator new(std::size_t bytes)
{
    ++news;
    if (void* memory = std::malloc(bytes)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace xgrad;

TEST(Pool, SteadyStepAllocatesNothing)
{
#ifdef __SANITIZE_ADDRESS__
    SUCCEED() << "under AddressSanitizer every block is the system's";
#else
    const Parameter w(full({40, 30}, 0.5)), b(full({30}, 0.1));
    const Tensor x = full({40, 30}, 0.25);
    const auto step = [&] {
        Tape tape;
        const Tensor y = tanh(w * x + b);
        const Scalar s = y.scalar(0, 0);
        const Scalar t = s * s + 1.0;
        tape.backward(sum(y * y) + mean(y), {.retain = true});
        tape.backward(t);
        ParameterRef(w).zero_grad();
        ParameterRef(b).zero_grad();
    };
    for (int i = 0; i < 5; ++i) step();
    const auto blocks = pool_statistics().system_allocations;
    const long before = news;
    for (int i = 0; i < 100; ++i) step();
    EXPECT_EQ(news - before, 0);
    EXPECT_EQ(pool_statistics().system_allocations, blocks);
#endif
}

TEST(Pool, BlocksFreedOnAnotherThreadAreReused)
{
    for (int round = 0; round < 50; ++round) {
        std::vector<Tensor> values;
        for (int i = 0; i < 100; ++i) values.push_back(full({100}, i));
        std::thread([taken = std::move(values)]() mutable {
            EXPECT_EQ(sum(taken[99]).item(), 9900);
            taken.clear();
        }).join();
    }
    const PoolStatistics now = pool_statistics();
    EXPECT_LT(now.bytes_from_system, std::uint64_t{64} << 20);
}

TEST(Pool, ValuesOutliveTheThreadThatMadeThem)
{
    Tensor made, grad;
    std::thread([&] {
        Tape tape;
        const Tensor a = tape.variable(full({1000}, 3));
        made = a * a;
        tape.backward(sum(made));
        grad = a.grad();
    }).join();
    EXPECT_EQ(sum(made).item(), 9000);
    EXPECT_TENSOR_EQ(grad, full({1000}, 6));
}

TEST(Pool, ThreadLocalTensorsAreFreedAfterTheThreadsPool)
{
    std::thread([] {
        thread_local const Tensor kept = full({100}, 1);
        EXPECT_EQ(sum(kept).item(), 100);
    }).join();
}

TEST(Pool, CachedMemoryIsGivenBack)
{
    {
        std::vector<Tensor> values;
        for (int i = 0; i < 64; ++i) values.push_back(zeros({100000}));
    }
    release_cached_memory();
    const std::uint64_t after = pool_statistics().bytes_from_system;
    EXPECT_LT(after, std::uint64_t{16} << 20);
}

TEST(Pool, ManySizesAndThreadsAtOnce)
{
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([t] {
            std::vector<Tensor> held;
            for (int i = 0; i < 2000; ++i) {
                held.push_back(full({(i * 37 + t) % 500}, i));
                if (held.size() > 50) held.erase(held.begin(), held.begin() + 25);
            }
            for (const Tensor& x : held) {
                if (x.numel() == 0) continue;
                EXPECT_EQ(x.to_vector<float>().front(), x.to_vector<float>().back());
            }
        });
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
