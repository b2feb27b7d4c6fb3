// Chains as long as a tape holds them, on a small stack: nothing recurses over the graph.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <functional>

namespace {

using namespace xgrad;

/// Runs f on a thread of 256 KiB of stack.
void on_a_small_stack(std::function<void()> f)
{
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, 256 << 10), 0);
    pthread_t thread;
    const auto run = [](void* function) -> void* {
        (*static_cast<std::function<void()>*>(function))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, &f), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
}

TEST(Chain, TenMillionScalarOperations)
{
    on_a_small_stack([] {
        Tape tape;
        const Scalar x = tape.variable(1.0);
        Scalar y = x;
        for (int i = 0; i < 10'000'000; ++i) y = y * 1.0000001;
        tape.backward(y);
        EXPECT_NEAR(x.grad(), y.value(), 1e-9);
    });
}

TEST(Chain, OneMillionTensorOperations)
{
    on_a_small_stack([] {
        Tensor grad;
        {
            Tape tape;
            const Tensor x = tape.variable(tensor(1, f64));
            Tensor y = x;
            for (int i = 0; i < 1'000'000; ++i) y = y * 1.000001;
            tape.backward(y);
            EXPECT_NEAR(x.grad().item(), y.item(), 1e-9);
        }
    });
}

TEST(Chain, OneMillionTensorOperationsThatNobodyWalks)
{
    on_a_small_stack([] {
        Tape tape;
        Tensor y = tape.variable(tensor(1, f64));
        for (int i = 0; i < 1'000'000; ++i) y = y + y * 1e-7;
    });
}

TEST(Chain, HundredThousandOperationsTwice)
{
    on_a_small_stack([] {
        Tape tape;
        const Tensor x = tape.variable(tensor(1, f64));
        Tensor y = x;
        for (int i = 0; i < 100'000; ++i) y = y * 1.00001;
        const Tensor g = tape.grad(y * y, {x}, {.create_graph = true})[0];
        tape.backward(g);
        EXPECT_NEAR(x.grad().item(), 2 * y.item() * y.item(), 1e-6);
    });
}

TEST(Chain, ExplainingTapeHoldsHundredThousandOperations)
{
    on_a_small_stack([] {
        Tape tape{{.explain = true}};
        const Scalar x = tape.variable(1.0);
        Scalar y = x;
        for (int i = 0; i < 100'000; ++i) y = y * 1.00001;
        const Scalar g = tape.grad(y * y, {x}, {.create_graph = true})[0];
        EXPECT_NEAR(tape.grad(g, {x})[0].value(), 2 * y.value() * y.value(), 1e-6);
    });
}

}  // namespace
