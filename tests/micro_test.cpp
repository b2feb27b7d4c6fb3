// The engine for reading aloud against the library's: the same function templates, each operation a statement of its
// own, so that both do the same multiplications and additions.
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/micro.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "autograd/kernels/table.hpp"

namespace {

using xgrad::Scalar;
using xgrad::Tape;
using xgrad::micro::Value;

/// Kernels for AVX2 round once where they multiply and add; on the generic instruction set the library walks back as the
/// header does, and the numbers are the same to the last bit.
class SameToTheLastBit : public testing::Test {
protected:
    SameToTheLastBit() { xgrad::kernels::use_isa("generic"); }
    ~SameToTheLastBit() override { xgrad::kernels::use_isa(before_.c_str()); }

private:
    std::string before_ = xgrad::kernels::active.isa;
};

constexpr int kOperations = 12;

/// Operation number k. Arguments may be anything near 1 in size: logarithms and quotients are kept away from 0.
template <class T>
T operation(int k, const T& a, const T& b)
{
    const auto positive = [](const T& x) {
        const T between = sigmoid(x);
        const T result = between + 0.5;
        return result;
    };
    switch (k) {
        case 0:
            return a + b;
        case 1:
            return a - b;
        case 2:
            return a * b;
        case 3:
            return a / positive(b);
        case 4:
            return pow(positive(a), 1.5);
        case 5:
            return pow(a, 3.0);
        case 6:
            return exp(a);
        case 7:
            return log(positive(a));
        case 8:
            return tanh(a);
        case 9:
            return relu(a);
        case 10:
            return sigmoid(a);
        default:
            return -a;
    }
}

/// A random expression of four variables in more than a hundred operations. Each value is used twice at most, so that no
/// sum of gradients depends on the order of its terms; what nobody used is added up at the end.
template <class T>
T random_expression(unsigned seed, const std::vector<T>& x)
{
    std::mt19937 random(seed);
    std::vector<T> values = x;
    std::vector<int> uses(x.size(), 0);
    const auto draw = [&] {
        std::size_t i = 0;
        do i = random() % values.size();
        while (uses[i] > 1);
        ++uses[i];
        return i;
    };
    const auto add_value = [&](const T& y) {
        values.push_back(y);
        uses.push_back(0);
    };
    for (int step = 0; step < 60; ++step) {
        const std::size_t i = draw(), j = draw();
        const T squashed = tanh(values[i]);  // keeps everything near 1 in size
        add_value(operation(static_cast<int>(random() % kOperations), squashed, values[j]));
        if (std::abs(values.back().value()) > 2) {
            const T smaller = values.back() / 4.0;
            uses.back() = 2;
            add_value(smaller);
        }
    }
    T sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (uses[i] > 0) continue;
        const T next = sum + values[i];
        sum = next;
    }
    return sum;
}

TEST_F(SameToTheLastBit, RandomExpressions)
{
    for (unsigned seed = 1; seed <= 200; ++seed) {
        const std::vector<double> at = {0.3 + 0.01 * seed, -1.2, 0.7, 1.1 - 0.02 * seed};
        const std::vector<Value> v(at.begin(), at.end());
        const Value y = random_expression(seed, v);
        y.backward();

        Tape tape;
        std::vector<Scalar> s;
        for (const double x : at) s.push_back(tape.variable(x));
        const Scalar z = random_expression(seed, s);
        tape.backward(z);

        ASSERT_TRUE(std::isfinite(y.value())) << seed;
        EXPECT_EQ(y.value(), z.value()) << seed;
        for (std::size_t i = 0; i < at.size(); ++i) EXPECT_EQ(v[i].grad(), s[i].grad()) << seed << ", variable " << i;
    }
}

TEST_F(SameToTheLastBit, EveryFunctionAndItsDerivative)
{
    for (int k = 0; k < kOperations; ++k)
        for (const double at : {-1.5, -0.25, 0.0, 0.5, 2.0}) {
            const Value a = at, b = 0.75, y = operation(k, a, b);
            y.backward();
            Tape tape;
            const Scalar s = tape.variable(at), t = tape.variable(0.75), z = operation(k, s, t);
            tape.backward(z);
            EXPECT_EQ(y.value(), z.value()) << k << " at " << at;
            EXPECT_EQ(a.grad(), s.grad()) << k << " at " << at;
            if (k < 4) {
                EXPECT_EQ(b.grad(), t.grad()) << k << " at " << at;
            }
        }
}

TEST(Micro, SigmoidOfLargeNumbersIsFinite)
{
    for (const double at : {-1000.0, 1000.0}) {
        const Value x = at, y = sigmoid(x);
        y.backward();
        EXPECT_EQ(y.value(), at < 0 ? 0 : 1);
        EXPECT_EQ(x.grad(), 0);
    }
}

// f = (x + y) z at (-2, 5, -4): q = 3, f = -12, df/dq = z = -4, df/dz = q = 3.
TEST(Micro, TheSlidesGraph)
{
    const Value x = -2, y = 5, z = -4, q = x + y, f = q * z;
    f.backward();
    EXPECT_EQ(f.value(), -12);
    EXPECT_EQ(q.grad(), -4);
    EXPECT_EQ(x.grad(), -4);
    EXPECT_EQ(y.grad(), -4);
    EXPECT_EQ(z.grad(), 3);
    EXPECT_EQ(f.grad(), 1);
}

// y = x x + 3 x + 1 / x: 2 x + 3 - 1 / x^2 = 4 + 3 - 0.25 at x = 2.
TEST(Micro, WhatSeveralNodesUseGetsTheSum)
{
    const Value x = 2, y = x * x + 3 * x + 1 / x;
    y.backward();
    EXPECT_EQ(x.grad(), 6.75);
    Value sum = 0;
    for (int i = 0; i < 1000; ++i) sum = sum + x;
    sum.backward();
    EXPECT_EQ(x.grad(), 1000);
}

TEST(Micro, EachPassBeginsAtZeroAndTouchesItsOwnGraphOnly)
{
    const Value x = 3, other = 5, square = x * x, product = square * other;
    product.backward();
    square.backward();
    EXPECT_EQ(x.grad(), 6);
    EXPECT_EQ(other.grad(), 9);
}

TEST(Micro, ConstantsAreVariablesThatNobodyAsksFor)
{
    const Value x = 2, y = 1 - x / 4 * 2.0;
    y.backward();
    EXPECT_EQ(y.value(), 0);
    EXPECT_EQ(x.grad(), -0.5);
}

/// Half the squared distance of a 2-3-1 network of tanh units and the exclusive or, over its four samples. Parameters:
/// three units of two weights and a bias, then three weights and a bias.
template <class T>
T network_loss(const std::vector<T>& p)
{
    const double samples[][3] = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
    T loss = 0;
    for (const auto& [a, b, target] : samples) {
        T z = p[12];
        for (std::size_t j = 0; j < 3; ++j) {
            const T first = p[3 * j] * a;
            const T second = p[3 * j + 1] * b;
            const T weighed = first + second;
            const T u = weighed + p[3 * j + 2];
            const T h = tanh(u);
            const T part = p[9 + j] * h;
            const T sum = z + part;
            z = sum;
        }
        const T error = z - target;
        const T squared = error * error;
        const T half = squared / 2.0;
        const T sum = loss + half;
        loss = sum;
    }
    return loss;
}

TEST_F(SameToTheLastBit, ANetworkThatLearns)
{
    std::vector<double> start;
    for (int i = 0; i < 13; ++i) start.push_back(std::sin(1.7 * i + 1));
    std::vector<Value> v(start.begin(), start.end());
    std::vector<double> engine = start;
    double first = 0, last = 0;
    for (int step = 0; step < 200; ++step) {
        const Value loss = network_loss(v);
        loss.backward();
        if (step == 0) first = loss.value();
        last = loss.value();
        for (Value& w : v) w = w.value() - 0.1 * w.grad();

        Tape tape;
        std::vector<Scalar> s;
        for (const double w : engine) s.push_back(tape.variable(w));
        const Scalar same = network_loss(s);
        tape.backward(same);
        for (std::size_t i = 0; i < engine.size(); ++i) engine[i] -= 0.1 * s[i].grad();
        EXPECT_EQ(last, same.value()) << "step " << step;
    }
    EXPECT_GT(first, 0.5);
    EXPECT_LT(last, 0.05);
    for (std::size_t i = 0; i < engine.size(); ++i) EXPECT_EQ(v[i].value(), engine[i]) << "parameter " << i;
}

// Neither the walk nor the destructors recurse: with a stack of 8 MB both would need more than 80 bytes a node.
TEST(Micro, AChainOfAHundredThousandNodesNeedsNoStack)
{
    const Value x = 0.5;
    Value y = x;
    for (int i = 0; i < 100'000; ++i) y = -y;
    y.backward();
    EXPECT_EQ(x.grad(), 1);
    EXPECT_EQ(y.value(), 0.5);
    y = 0;  // the chain goes
    EXPECT_EQ(x.grad(), 1);
}

TEST(Micro, SharedPartsOutliveTheirUsers)
{
    const Value x = 2;
    Value shared = x * x;
    {
        const Value y = shared * 3, z = shared + y;
        z.backward();
    }
    const Value again = shared * 5;
    again.backward();
    EXPECT_EQ(again.value(), 20);
    EXPECT_EQ(x.grad(), 20);
}

TEST(Micro, TheHeaderHasAtMostAHundredAndFiftyLines)
{
    std::ifstream file(XGRAD_SOURCE_DIR "/teach/micro.hpp");
    ASSERT_TRUE(file);
    int lines = 0;
    for (std::string line; std::getline(file, line);) ++lines;
    EXPECT_GT(lines, 50);
    EXPECT_LE(lines, 150);
}

}  // namespace
