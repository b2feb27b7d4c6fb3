// Where memory or numbers end there is an exception, and everything is usable afterwards: full tapes, sizes beyond
// 2^31 and beyond every machine. (tests/programs/full_tape.cpp fills tapes without any help from inside.)
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <new>

#include "autograd/address_space.hpp"
#include "autograd/recording.hpp"
#include "tests/expect_tensor.hpp"

namespace {

using namespace xgrad;

const Tensor kValues = tensor({3}, {1, 2, 3}, f64);

/// Takes from a plain tape what it reserved, but for so many operands.
void leave_room(const Tape& tape, std::ptrdiff_t operands)
{
    detail::Recording& r = tape.recording("test");
    r.limit = r.top + operands;
}

void expect_full(const auto& record_something)
{
    try {
        for (int i = 0; i < 1000; ++i) record_something();
        ADD_FAILURE() << "the tape takes everything";
    } catch (const TapeError& error) {
        EXPECT_EQ(std::string(error.what()).find("tape: the tape is full"), 0u) << error.what();
    }
}

TEST(Limits, FullTapeOfScalarsThrowsAndIsUsable)
{
    for (int round = 0; round < 2; ++round) {  // the second one: a tape that follows has all its room again
        Tape tape;
        const Scalar x = tape.variable(3.0);
        const Scalar y = x * x;
        leave_room(tape, 100);
        Scalar z = y;
        expect_full([&] { z = z * x; });
        expect_full([&] { z = z + x; });
        expect_full([&] { (void)tape.variable(1.0); });
        std::vector<double> values(200);
        std::vector<Scalar> leaves(200);
        expect_full([&] { tape.variables(values, leaves); });
        tape.backward(y, {.retain = true});
        EXPECT_EQ(x.grad(), 6);
        tape.backward(z);
        EXPECT_GT(x.grad(), 6);
    }
}

TEST(Limits, LeavesThatDoNotFitAreRefusedBeforeOneIsMade)
{
    Tape tape;
    const Scalar x = tape.variable(3.0);
    const Scalar y = x * x;
    leave_room(tape, 100);
    std::vector<double> values(101);
    std::vector<Scalar> leaves(101);
    EXPECT_THROW(tape.variables(values, leaves), TapeError);
    tape.variables(std::span(values).first(100), std::span(leaves).first(100));
    tape.backward(y);
    EXPECT_EQ(x.grad(), 6);
}

TEST(Limits, FullTapeOfTensorsThrowsAndIsUsable)
{
    const Parameter w(kValues, "w"), other(kValues, "other");
    Tape tape;
    const Tensor a = tape.variable(kValues);
    const Scalar s = tape.variable(2.0);
    const Tensor y = sum(w * w * a);
    leave_room(tape, 20);
    Tensor z = y;
    expect_full([&] { z = z + a; });
    expect_full([&] { (void)tape.variable(kValues); });
    expect_full([&] { (void)(other * 2); });  // a parameter's first use is a record, too
    expect_full([&] { (void)stack(std::vector<Scalar>{s, s}); });
    expect_full([&] { (void)a.scalar(0); });
    tape.backward(y, {.retain = true});
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {2, 8, 18}, f64));
    EXPECT_TENSOR_EQ(a.grad(), tensor({3}, {1, 4, 9}, f64));
    EXPECT_FALSE(other.grad().defined());
    leave_room(tape, 1000);
    tape.backward(sum(other * stack(std::vector<Scalar>{s, s, s})));
    EXPECT_TENSOR_EQ(other.grad(), tensor({3}, {2, 2, 2}, f64));
    EXPECT_EQ(s.grad(), 6);
}

TEST(Limits, WalkThatFillsTheTapeLeavesGradsAsTheyWere)
{
    const Parameter w(kValues, "w");
    Tape tape;
    const Tensor y = sum(w * w * w);
    leave_room(tape, 2);
    EXPECT_THROW((void)tape.grad(y, {w}, {.create_graph = true}), TapeError);
    int failures = 0;
    for (int room = 0; !w.grad().defined() && room < 100; ++room) {  // it fills at each of the walk's records
        leave_room(tape, room);
        try {
            tape.backward(y, {.create_graph = true});
        } catch (const TapeError&) {
            ++failures;
            EXPECT_FALSE(w.grad().defined());
        }
    }
    EXPECT_GT(failures, 3);
    EXPECT_TENSOR_EQ(w.grad(), tensor({3}, {3, 12, 27}, f64));
}

TEST(Limits, SlotsStayBelowTwoToThe32)
{
    detail::ScalarTape tape;
    tape.begin(false, std::uint64_t{1} << 40);
    EXPECT_LT(static_cast<std::uint64_t>(tape.limit - tape.top), detail::ScalarTape::kNoSlot);  // a slot takes a word
    tape.end();
}

/// How many entries map_what_fits maps where at most `limit` fit; 0: none.
std::uint64_t mapped(std::uint64_t wanted, std::uint64_t smallest, std::uint64_t limit)
{
    std::uint64_t held = 0;
    const auto map = [&](std::uint64_t entries) {
        EXPECT_TRUE(held == 0) << "what was mapped is taken back first";
        if (entries <= limit) held = entries;
        return entries <= limit;
    };
    return detail::map_what_fits(wanted, smallest, map, [&] { held = 0; }) ? held : 0;
}

TEST(Limits, WhereAddressSpaceIsLimitedAQuarterOfWhatFitsIsTaken)
{
    EXPECT_EQ(mapped(1 << 20, 16, 1 << 20), 1u << 20);
    EXPECT_EQ(mapped(1 << 20, 16, 1 << 19), 1u << 17);
    EXPECT_EQ(mapped(1 << 20, 16, (1 << 19) - 1), 1u << 16);
    EXPECT_EQ(mapped(1 << 20, 16, 20), 16u);
    EXPECT_EQ(mapped(1 << 20, 16, 15), 0u);
}

// Operands that are one number in memory, seen more than 2^31 times.
constexpr std::int64_t kMany = (std::int64_t{1} << 31) + 8;
constexpr std::int64_t kHuge = std::int64_t{1} << 50, kLargest = std::numeric_limits<std::int64_t>::max();
Tensor seen(Sizes sizes) { return expand(ones({1}, f64), sizes); }

TEST(Limits, MatrixProductCountsBeyondThirtyOneBits)
{
    EXPECT_EQ(matmul(seen({1, kMany}), seen({kMany, 1})).item(), static_cast<double>(kMany));
}

TEST(Limits, MatrixProductOfHugeSizesWorksOrThrows)
{
    EXPECT_EQ(matmul(seen({kHuge, 1}), zeros({1, 0}, f64)).sizes(), Sizes({kHuge, 0}));
    EXPECT_TENSOR_EQ(matmul(zeros({2, 0}, f64), zeros({0, 3}, f64)), zeros({2, 3}, f64));
    EXPECT_THROW((void)matmul(seen({kHuge, 1}), seen({1, 1})), std::bad_alloc);
    EXPECT_THROW((void)matmul(seen({1, 1}), seen({1, kHuge})), std::bad_alloc);
    EXPECT_THROW((void)matmul(seen({kHuge, 1, 1}), seen({1, 1, 1})), std::bad_alloc);
    EXPECT_THROW((void)matmul(seen({kHuge, 1}), seen({1, kHuge})), ShapeError);
    EXPECT_THROW((void)linear(seen({kHuge, 1}), seen({1, 1})), std::bad_alloc);
}

TEST(Limits, StorageBeyondEveryMachineIsRefusedWhateverThePoolHolds)
{
    for (int bits = 40; bits <= 57; ++bits) {
        std::vector<Tensor> cached;
        for (std::int64_t n = 16; n < 1 << 21; n *= 2)
            for (std::int64_t quarter = 0; quarter < 4; ++quarter)
                cached.push_back(detail::empty(f32, {n + n / 4 * quarter}));
        cached.clear();
        EXPECT_THROW((void)zeros({std::int64_t{1} << bits}, f64), std::bad_alloc) << bits;
    }
    EXPECT_THROW((void)zeros({std::int64_t{1} << 58}, f64), ShapeError);
    EXPECT_TENSOR_EQ(zeros({2}) + 1, ones({2}));
}

TEST(Limits, ConvolutionOfHugeSizesWorksOrThrows)
{
    const Tensor x = seen({1, 1, 3, 3}), w = seen({1, 1, 1, 3});
    EXPECT_THROW((void)conv2d(seen({kHuge, 1, 1, 1}), seen({1, 1, 1, 1})), std::bad_alloc);
    EXPECT_THROW((void)conv2d(seen({1, 1, 1, kHuge}), seen({1, 1, 1, 1}), {.stride = {1, 1 << 30}}), std::bad_alloc);
    EXPECT_THROW((void)conv2d(x, w, {.stride = {1, 1 << 30}, .padding = {0, 1 << 30}}), std::exception);
    EXPECT_THROW((void)conv2d(x, w, {.stride = 1 << 30, .padding = 1 << 30}), ShapeError);
    EXPECT_THROW((void)conv2d(x, seen({1, 1, 1, kHuge}), {.padding = 1 << 30}), ShapeError);
    for (const std::int64_t size : {std::int64_t{1} << 31, std::int64_t{1} << 62, kLargest}) {
        EXPECT_THROW((void)conv2d(x, w, {.padding = {0, size}}), ShapeError) << size;
        EXPECT_THROW((void)conv2d(x, w, {.dilation = {1, size}}), ShapeError) << size;
        EXPECT_THROW((void)conv2d(x, w, {.stride = size}), ShapeError) << size;
    }
    // Where the output has one position, a stride is never taken.
    EXPECT_TENSOR_EQ(conv2d(x, seen({1, 1, 3, 3}), {.stride = (1 << 30) + 7}), full({1, 1, 1, 1}, 9, f64));
}

TEST(Limits, PoolingOfHugeSizesWorksOrThrows)
{
    const Tensor x = seen({1, 1, 4, 4});
    EXPECT_THROW((void)max_pool2d(seen({kHuge, 1, 1, 1}), 1), std::bad_alloc);
    for (const std::int64_t size : {std::int64_t{1} << 31, std::int64_t{1} << 62, kLargest}) {
        EXPECT_THROW((void)max_pool2d(x, {1, 2}, {.stride = 1, .padding = {0, size}}), ShapeError) << size;
        EXPECT_THROW((void)max_pool2d(x, 2, {.dilation = {1, size}}), ShapeError) << size;
        EXPECT_THROW((void)max_pool2d(x, {1, size}, {.stride = 1, .padding = {0, size / 2}}), ShapeError) << size;
        EXPECT_THROW((void)avg_pool2d(x, 2, {.stride = size, .ceil_mode = true}), ShapeError) << size;
    }
    EXPECT_TENSOR_EQ(avg_pool2d(x, 4, {.stride = (1 << 30) + 7}), ones({1, 1, 1, 1}, f64));
}

}  // namespace
