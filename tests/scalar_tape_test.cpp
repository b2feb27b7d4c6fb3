// The memory of scalar statements, below the public Tape: capacity, serials, walks in pieces, rollback.
#include <xgrad/error.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace {

using xgrad::Scalar;
using xgrad::TapeError;
using xgrad::detail::ScalarTape;

/// A recording for the length of a scope, on memory of its own.
class Recording {
public:
    explicit Recording(bool explain = false, std::uint64_t capacity = 1 << 16) { tape.begin(explain, capacity); }
    ~Recording() { tape.end(); }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    Scalar variable(double value) { return Scalar::from_tape(value, tape.base_serial + tape.push_leaf()); }
    std::uint32_t slot(const Scalar& x) { return tape.slot_of(x.serial()); }
    void backward(const Scalar& root)
    {
        tape.adjoint(slot(root)) += 1;
        tape.reverse(0, slot(root) + 1);
    }

    ScalarTape tape;
};

TEST(ScalarTape, LeafGradientsAccumulateOverWalks)
{
    Recording r;
    const Scalar x = r.variable(3);
    const Scalar y = x * x;
    r.backward(y);
    r.backward(y);
    EXPECT_EQ(x.grad(), 12);  // 2 walks of 2 x
}

TEST(ScalarTape, OneExpressionIsOneStatement)
{
    Recording r;
    const Scalar x = r.variable(2), y = r.variable(3);
    const auto before = r.tape.slots;
    const Scalar f = x * y + x - y;  // x: y, y: x, x: 1, y: -1
    EXPECT_EQ(r.tape.slots, before + 1);
    r.backward(f);
    EXPECT_EQ(x.grad(), 4);
    EXPECT_EQ(y.grad(), 1);
}

TEST(ScalarTape, ExpressionsOfMoreThanFifteenOperandsAreSplit)
{
    Recording r;
    const Scalar x = r.variable(1);
    const Scalar left = x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x + x;
    const Scalar right = (x * x + x * x + x * x + x * x) + (x * x + x * x + x * x + x * x);
    r.backward(left + right);
    EXPECT_EQ(x.grad(), 20 + 16);
    EXPECT_EQ(left.value() + right.value(), 28);
}

TEST(ScalarTape, StatementsWithoutTrackedOperandsAreNotRecorded)
{
    Recording r;
    const Scalar a = 2.0, b = 3.0;
    const Scalar c = a * b + a;
    EXPECT_EQ(c.value(), 8);
    EXPECT_EQ(c.serial(), 0u);
    EXPECT_EQ(r.tape.slots, 0u);
}

TEST(ScalarTape, ConstantsAmongOperandsTakeNoRoom)
{
    Recording r;
    const Scalar x = r.variable(5), c = 2.0;
    const std::size_t before = r.tape.bytes_used();
    const Scalar f = c * x + c + x;  // one weighted operand and one unit operand
    EXPECT_EQ(r.tape.bytes_used() - before, 1u + 8u + 12u + 4u);
    r.backward(f);
    EXPECT_EQ(x.grad(), 3);
}

TEST(ScalarTape, SlotsOfLargerRecordingsAreReusedClean)
{
    ScalarTape tape;
    tape.begin(false, 1 << 16);
    for (int i = 0; i < 100; ++i) tape.adjoint(tape.push_leaf()) = 7;  // slots that were leaves ...
    tape.end();
    tape.begin();
    const Scalar x = Scalar::from_tape(3, tape.base_serial + tape.push_leaf());
    Scalar y = x;
    for (int i = 0; i < 50; ++i) y = y + x;  // ... are statements now
    tape.adjoint(tape.slot_of(y.serial())) += 1;
    tape.reverse(0, tape.slot_of(y.serial()) + 1);
    EXPECT_EQ(x.grad(), 51);
    tape.end();
    tape.begin();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(tape.adjoint(tape.push_leaf()), 0);
    tape.end();
}

TEST(ScalarTape, LeavesBehindStatementsKeepTheirGradients)
{
    Recording r;
    const Scalar x = r.variable(2);
    const Scalar y = x * x;
    const Scalar z = r.variable(5);
    const Scalar f = y * z;
    r.backward(f);
    EXPECT_EQ(x.grad(), 20);
    EXPECT_EQ(z.grad(), 4);
    EXPECT_EQ(r.tape.n_leaves(), 2u);
}

TEST(ScalarTape, ManyLeavesAtOnce)
{
    for (const std::uint32_t count : {0u, 1u, 7u, 8u, 9u, 100u}) {
        Recording r;
        const std::uint32_t first = r.tape.push_leaves(count);
        std::vector<Scalar> x;
        for (std::uint32_t i = 0; i < count; ++i) x.push_back(Scalar::from_tape(i, r.tape.base_serial + first + i));
        const Scalar late = r.variable(1);
        Scalar sum = late;
        for (const Scalar& v : x) sum += v * v;
        r.backward(sum);
        for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(x[i].grad(), 2.0 * i);
        EXPECT_EQ(late.grad(), 1);
        const std::uint32_t more = r.tape.push_leaves(3);  // behind statements, when there were any
        for (std::uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(r.tape.is_leaf(more + i));
    }
}

TEST(ScalarTape, WalksInPiecesGoAroundSlotsOfOthers)
{
    Recording r;
    const Scalar x = r.variable(3);
    const Scalar y = x * 2.0;
    const std::uint32_t foreign = r.tape.push_slot();  // say z = 10 y, made by a tensor node
    r.tape.expect_residue();
    const Scalar z = Scalar::from_tape(60, r.tape.base_serial + foreign);
    const Scalar f = z * y;  // f = 10 y^2 = 40 x^2
    r.tape.adjoint(r.slot(f)) += 1;
    r.tape.reverse(foreign + 1, r.slot(f) + 1);
    EXPECT_EQ(r.tape.adjoint(foreign), 6);
    r.tape.adjoint(r.slot(y)) += 10 * r.tape.adjoint(foreign);
    r.tape.adjoint(foreign) = 0;
    r.tape.reverse(0, foreign);
    EXPECT_EQ(x.grad(), 240);
}

TEST(ScalarTape, AdjointLeftInASlotOfOthersIsGoneInTheNextRecording)
{
    ScalarTape tape;
    std::uint32_t foreign = 0;
    for (const double left : {6.0, 0.0}) {
        tape.begin();
        for (int i = 0; i < 20; ++i) foreign = tape.push_slot();
        EXPECT_EQ(tape.adjoint(foreign), 0);
        tape.expect_residue();
        tape.adjoint(foreign) = left;
        tape.end();
    }
}

TEST(ScalarTape, WalkFromAnEarlierRootLeavesLaterStatementsAlone)
{
    Recording r;
    const Scalar x = r.variable(2);
    const Scalar y = x * x, z = y * y;
    r.backward(z);
    EXPECT_EQ(x.grad(), 32);
    r.backward(y);  // below where the last walk began: the cursor starts over
    EXPECT_EQ(x.grad(), 36);
    r.backward(z);
    EXPECT_EQ(x.grad(), 68);
}

TEST(ScalarTape, ValuesThatTheRootDoesNotReachSpreadNoNan)
{
    Recording r;
    const Scalar x = r.variable(0);
    const Scalar unused = sqrt(x);  // partial inf
    const Scalar f = x * 3.0;
    r.backward(f);
    EXPECT_EQ(x.grad(), 3);
    EXPECT_EQ(unused.value(), 0);
}

TEST(ScalarTape, NanAndInfinityTravel)
{
    constexpr double inf = std::numeric_limits<double>::infinity();
    Recording r;
    const Scalar x = r.variable(0), y = r.variable(inf), n = r.variable(std::numeric_limits<double>::quiet_NaN());
    r.backward(sqrt(x) + x * y + n * n);
    EXPECT_EQ(x.grad(), inf);
    EXPECT_EQ(y.grad(), 0);
    EXPECT_TRUE(std::isnan(n.grad()));
}

TEST(ScalarTape, FullTapeThrowsAndStaysUsable)
{
    Recording r(false, 1024);
    const Scalar x = r.variable(1);
    Scalar y = x;
    try {
        for (int i = 0; i < 10'000; ++i) y = y + x;
        FAIL() << "1024 words cannot hold 10,000 sums";
    } catch (const TapeError& error) {
        EXPECT_NE(std::string(error.what()).find("tape: the tape is full"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("\n  try:  "), std::string::npos);
    }
    EXPECT_GT(y.value(), 400);
    r.backward(y);
    EXPECT_EQ(x.grad(), y.value());  // y = (number of sums + 1) x
    EXPECT_THROW(for (int i = 0; i < 2000; ++i) r.variable(0), TapeError);
}

TEST(ScalarTape, RollbackKeepsSerialsAndForgetsStatements)
{
    for (const bool explain : {false, true}) {
        Recording r(explain);
        const Scalar x = r.variable(3);
        const Scalar y = x * x;
        const auto mark = r.tape.mark();
        const Scalar dropped = y * x;
        const Scalar lost = r.variable(9);
        r.tape.rollback(mark);
        const Scalar z = y + dropped * lost;  // dropped and lost have become constants of the walk
        EXPECT_GT(z.serial(), lost.serial());
        EXPECT_EQ(r.tape.n_leaves(), 1u);
        r.backward(z);
        EXPECT_EQ(x.grad(), 6);
    }
}

TEST(ScalarTape, LeafAdjointsCanBePutBack)
{
    Recording r;
    const Scalar x = r.variable(2);
    const Scalar y = x * x;
    const Scalar late = r.variable(4);
    const Scalar z = y * late;
    r.backward(z);
    std::vector<double> saved(r.tape.n_leaves());
    r.tape.save_leaf_adjoints(saved.data());
    r.tape.adjoint(r.slot(z)) += 1;
    r.tape.reverse(r.slot(z), r.slot(z) + 1);  // a walk given up after one statement
    EXPECT_EQ(late.grad(), 8);
    r.tape.restore_leaf_adjoints(saved.data());
    EXPECT_EQ(x.grad(), 16);
    EXPECT_EQ(late.grad(), 4);
    EXPECT_EQ(r.tape.adjoint(r.slot(y)), 0);
}

TEST(ScalarTape, SerialsNeverRepeatAmongThreadsAndRecordings)
{
    std::vector<std::uint64_t> first(8), last(8);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            ScalarTape tape;
            for (int k = 0; k < 3; ++k) {
                tape.begin(false, 4096);
                if (k == 0) first[i] = tape.base_serial;
                tape.push_leaves(10);
                tape.end();
            }
            last[i] = tape.base_serial;
        });
    for (std::thread& t : threads) t.join();
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(last[i] - first[i], 30u);
        for (int k = 0; k < 8; ++k) EXPECT_TRUE(k == i || last[i] <= first[k] || last[k] <= first[i]);
    }
}

TEST(ScalarTape, WithoutTapeEverythingIsAConstant)
{
    const Scalar x = 2.0;
    const Scalar y = exp(x) * x + 1.0;
    EXPECT_EQ(y.serial(), 0u);
    EXPECT_DOUBLE_EQ(y.value(), std::exp(2.0) * 2 + 1);
    EXPECT_FALSE(xgrad::detail::null_tape.holds(0));
}

TEST(ScalarTape, TenMillionOperationsInAChain)
{
    ScalarTape tape;
    tape.begin();
    const Scalar x = Scalar::from_tape(1, tape.base_serial + tape.push_leaf());
    Scalar y = x;
    for (int i = 0; i < 10'000'000; ++i) y = y + x;
    tape.adjoint(tape.slot_of(y.serial())) += 1;
    tape.reverse(0, tape.slot_of(y.serial()) + 1);
    EXPECT_EQ(x.grad(), 10'000'001);
    tape.end();
}

}  // namespace
