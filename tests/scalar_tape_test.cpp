// The scalar tape below the public Tape: statements, walk, serials, capacity, rollback.
#include <xgrad/error.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
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
    void backward(const Scalar& root)
    {
        const std::uint32_t slot = tape.slot_of(root.serial());
        tape.adjoint(slot) += 1;
        tape.reverse(0, slot + 1);
    }

    ScalarTape tape;
};

TEST(ScalarTape, GradientOfTheFirstExample)
{
    // f = (x + y) z at (-2, 5, -4): df/dx = df/dy = z = -4, df/dz = x + y = 3.
    Recording r;
    const Scalar x = r.variable(-2), y = r.variable(5), z = r.variable(-4);
    const Scalar f = (x + y) * z;
    r.backward(f);
    EXPECT_EQ(f.value(), -12);
    EXPECT_EQ(x.grad(), -4);
    EXPECT_EQ(y.grad(), -4);
    EXPECT_EQ(z.grad(), 3);
}

TEST(ScalarTape, LeafGradientsAccumulateOverWalks)
{
    Recording r;
    const Scalar x = r.variable(3);
    const Scalar y = x * x;
    r.backward(y);
    r.backward(y);
    EXPECT_EQ(x.grad(), 12);  // 2 walks of 2 x
}

}  // namespace
