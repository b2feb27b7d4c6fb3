// Gradients derived by hand in the tests of somebody else's project.
#include <xgrad/testing/gradient.hpp>
#include <xgrad/xgrad.hpp>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cmath>

using namespace xgrad;

namespace {

const Tensor kW = tensor({2, 2}, {0.5, -1, 2, 0.25}, f64), kB = tensor({2}, {0.1, -0.2}, f64);
const Tensor kX = tensor({3, 2}, {1, 2, -1, 0.5, 0, 1}, f64);

Tensor loss(const Tensor& w, const Tensor& b) { return sum(square(matmul(kX, w) + b)) / 2; }
Tensor delta() { return matmul(kX, kW) + kB; }

TEST(Gradients, RightOnesPass)
{
    EXPECT_GRADIENT([](const Tensor& w) { return loss(w, kB); }, kW, matmul(transpose(kX), delta()));
    EXPECT_GRADIENTS(loss, {kW, kB}, {matmul(transpose(kX), delta()), sum(delta(), 0)});
    ASSERT_GRADIENTS(loss, {{"W", kW}, {"b", kB}}, {{"b", sum(delta(), 0)}}, {.samples = 3});
    EXPECT_GRADIENT([](auto x) { return x * exp(x); }, 1.0, 2 * std::exp(1.0));
    ASSERT_GRADIENT([](auto x) { return x * x; }, 3.0, 6.0);
    EXPECT_GRADIENTS([](auto x, auto y) { return x / y; }, {1, 2}, {0.5, -0.25});
}

TEST(Gradients, WrongOnesSayWhatIsLikelyWrong)
{
    EXPECT_NONFATAL_FAILURE(EXPECT_GRADIENT([](auto x) { return x * x; }, 3.0, -6.0),
                            "input 0 is wrong at element 0: by hand -6, autograd 6, numeric 6 (error 2).\n"
                            "  the sign is flipped");
    EXPECT_NONFATAL_FAILURE(EXPECT_GRADIENTS(loss, {{"W", kW}, {"b", kB}}, {{"b", 2 * sum(delta(), 0)}}),
                            "b is wrong at element 0");
    EXPECT_FATAL_FAILURE(ASSERT_GRADIENT([](auto x) { return x * x; }, 3.0, 12.0),
                         "factor 2: it is twice the gradient");
}

}  // namespace
