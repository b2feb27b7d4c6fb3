#include "autograd/kernels/optimizer.hpp"

#include <cmath>
#include <limits>

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;

template <class T>
class OptimizerOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(OptimizerOf, Floats);

template <class T>
double tolerance()
{
    return sizeof(T) == 4 ? 2e-5 : 1e-13;
}

/// torch.optim.SGD for one number, statement for statement.
struct PlainSgd {
    double p, buffer = 0;

    void step(const GradientTerms& terms, const SgdRule& r, double grad)
    {
        if (terms.maximize) grad = -grad;
        grad += terms.decay * p;
        if (r.momentum) {
            buffer = r.first ? grad : r.keep * buffer + r.take * grad;
            grad = r.nesterov ? grad + r.keep * buffer : buffer;
        }
        p -= r.size * grad;
    }
};

TYPED_TEST(OptimizerOf, SgdFollowsPyTorch)
{
    using T = TypeParam;
    const std::pair<GradientTerms, SgdRule> variants[] = {
        {{}, {.size = 0.1}},
        {{.decay = 0.01}, {.size = 0.1}},
        {{}, {.size = 0.1, .keep = 0.9, .momentum = true}},
        {{.decay = 0.01}, {.size = 0.1, .keep = 0.9, .take = 0.7, .momentum = true}},
        {{.decay = 0.01}, {.size = 0.1, .keep = 0.9, .momentum = true, .nesterov = true}},
        {{.maximize = true}, {.size = 0.1, .keep = 0.5, .momentum = true}},
    };
    for_each_isa([&] {
        for (auto [terms, rule] : variants)
            for (std::size_t n : {1u, 7u, 16u, 37u}) {
                auto p = uniform<T>(n, -1, 1, 1);
                std::vector<T> buffer(n, T(99));  // not used in the first step
                std::vector<PlainSgd> plain;
                for (const T value : p) plain.push_back({double(value)});
                for (unsigned step = 0; step < 5; ++step) {
                    const auto grad = uniform<T>(n, -1, 1, step + 10);
                    rule.first = step == 0;
                    update(dtype_of<T>, static_cast<Index>(n), terms, rule, p.data(), grad.data(),
                           {rule.momentum ? buffer.data() : nullptr});
                    for (std::size_t i = 0; i < n; ++i) plain[i].step(terms, rule, grad[i]);
                }
                for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(p[i], plain[i].p, tolerance<T>());
            }
    });
}

/// torch.optim.Adam and AdamW for one number; step counts from 1.
struct PlainAdam {
    double p, mean = 0, square = 0, largest = 0;

    void step(const GradientTerms& terms, const AdamRule& r, double lr, int step, double grad)
    {
        if (terms.maximize) grad = -grad;
        grad += terms.decay * p;
        p *= terms.shrink;
        mean = r.moments.beta1 * mean + (1 - r.moments.beta1) * grad;
        square = square * r.moments.beta2 + (1 - r.moments.beta2) * grad * grad;
        largest = std::max(largest, square);
        const double correction1 = 1 - std::pow(r.moments.beta1, step),
                     correction2 = 1 - std::pow(r.moments.beta2, step);
        const double root = std::sqrt(r.amsgrad ? largest : square) / std::sqrt(correction2) + r.eps;
        p -= lr / correction1 * mean / root;
    }
};

TYPED_TEST(OptimizerOf, AdamFollowsPyTorch)
{
    using T = TypeParam;
    constexpr double kRate = 0.01;
    const std::pair<GradientTerms, AdamRule> variants[] = {
        {{}, {.moments = {0.9, 0.999}, .eps = 1e-8}},
        {{.decay = 0.1}, {.moments = {0.9, 0.999}, .eps = 1e-8}},
        {{.shrink = 1 - kRate * 0.1}, {.moments = {0.9, 0.999}, .eps = 1e-8}},
        {{.maximize = true}, {.moments = {0.4, 0.7}, .eps = 1e-3}},
    };
    for_each_isa([&] {
        for (auto [terms, rule] : variants)
            for (bool amsgrad : {false, true})
                for (std::size_t n : {1u, 7u, 16u, 37u}) {
                    rule.amsgrad = amsgrad;
                    auto p = uniform<T>(n, -1, 1, 1);
                    std::vector<T> mean(n), square(n), largest(n);
                    std::vector<PlainAdam> plain;
                    for (const T value : p) plain.push_back({double(value)});
                    for (int step = 1; step <= 5; ++step) {
                        const auto grad = uniform<T>(n, -1, 1, unsigned(step) + 10);
                        rule.size = kRate / (1 - std::pow(rule.moments.beta1, step));
                        rule.inverse_root = 1 / std::sqrt(1 - std::pow(rule.moments.beta2, step));
                        update(dtype_of<T>, static_cast<Index>(n), terms, rule, p.data(), grad.data(),
                               {mean.data(), square.data(), amsgrad ? largest.data() : nullptr});
                        for (std::size_t i = 0; i < n; ++i) plain[i].step(terms, rule, kRate, step, grad[i]);
                    }
                    for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(p[i], plain[i].p, tolerance<T>());
                }
    });
}

TYPED_TEST(OptimizerOf, StateThatIsAbsentStaysAbsentWhenWorkIsCut)
{
    using T = TypeParam;
    constexpr Index kMany = 2 * kGrain + 5;
    const auto start = uniform<T>(kMany, -1, 1, 1), grad = uniform<T>(kMany, -1, 1, 2);
    const auto updated = [&](int threads) {
        set_num_threads(threads);
        std::vector<T> p = start, mean(kMany), square(kMany);
        update(dtype_of<T>, kMany, {}, SgdRule{.size = 0.1}, p.data(), grad.data(), {nullptr});
        update(dtype_of<T>, kMany, {}, AdamRule{.moments = {0.9, 0.999}, .size = 0.01, .eps = 1e-8}, p.data(),
               grad.data(), {mean.data(), square.data(), nullptr});
        set_num_threads(0);
        return p;
    };
    EXPECT_EQ(updated(1), updated(2));
}

TYPED_TEST(OptimizerOf, AllFiniteFindsOneElementInAnyPlace)
{
    using T = TypeParam;
    for_each_isa([&] {
        for (std::size_t n : {1u, 7u, 16u, 37u}) {
            std::vector<T> x(n, std::numeric_limits<T>::max());
            EXPECT_TRUE(all_finite(dtype_of<T>, static_cast<Index>(n), x.data()));
            for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                                -std::numeric_limits<T>::infinity()})
                for (std::size_t i = 0; i < n; ++i) {
                    x[i] = bad;
                    EXPECT_FALSE(all_finite(dtype_of<T>, static_cast<Index>(n), x.data())) << n << ' ' << i;
                    x[i] = 1;
                }
        }
    });
}

}  // namespace
}  // namespace xgrad::kernels
