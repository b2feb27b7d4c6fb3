#include "autograd/kernels/optimizer.hpp"

#include "autograd/kernels/strided.hpp"
#include "autograd/kernels/threads.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;

/// torch.optim.SGD for one number, statement for statement.
struct PlainSgd {
    double p, buffer = 0;

    void step(const SgdStep& s, double grad)
    {
        if (s.maximize) grad = -grad;
        grad += s.weight_decay * p;
        if (s.momentum != 0) {
            buffer = s.first ? grad : s.momentum * buffer + (1 - s.dampening) * grad;
            grad = s.nesterov ? grad + s.momentum * buffer : buffer;
        }
        p -= s.lr * grad;
    }
};

/// torch.optim.Adam and AdamW for one number.
struct PlainAdam {
    double p, mean = 0, square = 0, largest = 0;

    void step(const AdamStep& s, double grad, bool amsgrad)
    {
        if (s.maximize) grad = -grad;
        if (s.decoupled)
            p *= 1 - s.lr * s.weight_decay;
        else
            grad += s.weight_decay * p;
        mean += (1 - s.beta1) * (grad - mean);
        square = square * s.beta2 + (1 - s.beta2) * grad * grad;
        largest = std::max(largest, square);
        const double correction1 = 1 - std::pow(s.beta1, double(s.step)),
                     correction2 = 1 - std::pow(s.beta2, double(s.step));
        const double denominator = std::sqrt(amsgrad ? largest : square) / std::sqrt(correction2) + s.eps;
        p -= s.lr / correction1 * mean / denominator;
    }
};

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

TYPED_TEST(OptimizerOf, SgdFollowsPyTorch)
{
    using T = TypeParam;
    const SgdStep variants[] = {
        {.lr = 0.1},
        {.lr = 0.1, .weight_decay = 0.01},
        {.lr = 0.1, .momentum = 0.9},
        {.lr = 0.1, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.01},
        {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true},
        {.lr = 0.1, .momentum = 0.5, .maximize = true},
    };
    for_each_isa([&] {
        for (SgdStep s : variants)
            for (std::size_t n : {1u, 7u, 16u, 37u}) {
                auto p = uniform<T>(n, -1, 1, 1);
                std::vector<T> buffer(n, T(99));  // must not be read in the first step
                std::vector<PlainSgd> plain;
                for (const T value : p) plain.push_back({double(value)});
                for (unsigned step = 0; step < 5; ++step) {
                    const auto grad = uniform<T>(n, -1, 1, step + 10);
                    s.first = step == 0;
                    sgd(dtype_of<T>, static_cast<Index>(n), s, p.data(), grad.data(),
                        s.momentum != 0 ? buffer.data() : nullptr);
                    for (std::size_t i = 0; i < n; ++i) plain[i].step(s, grad[i]);
                }
                for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(p[i], plain[i].p, tolerance<T>());
            }
    });
}

TYPED_TEST(OptimizerOf, AdamFollowsPyTorch)
{
    using T = TypeParam;
    const AdamStep variants[] = {
        {.lr = 0.01},
        {.lr = 0.01, .weight_decay = 0.1},
        {.lr = 0.01, .weight_decay = 0.1, .decoupled = true},
        {.lr = 0.01, .beta1 = 0.4, .beta2 = 0.7, .eps = 1e-3, .maximize = true},
    };
    for_each_isa([&] {
        for (AdamStep s : variants)
            for (bool amsgrad : {false, true})
                for (std::size_t n : {1u, 7u, 16u, 37u}) {
                    auto p = uniform<T>(n, -1, 1, 1);
                    std::vector<T> mean(n), square(n), largest(n);
                    std::vector<PlainAdam> plain;
                    for (const T value : p) plain.push_back({double(value)});
                    for (unsigned step = 0; step < 5; ++step) {
                        const auto grad = uniform<T>(n, -1, 1, step + 10);
                        s.step = step + 1;
                        adam(dtype_of<T>, static_cast<Index>(n), s, p.data(), grad.data(), mean.data(), square.data(),
                             amsgrad ? largest.data() : nullptr);
                        for (std::size_t i = 0; i < n; ++i) plain[i].step(s, grad[i], amsgrad);
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
        sgd(dtype_of<T>, kMany, {.lr = 0.1}, p.data(), grad.data(), nullptr);
        adam(dtype_of<T>, kMany, {.lr = 0.01, .step = 1}, p.data(), grad.data(), mean.data(), square.data(), nullptr);
        set_num_threads(0);
        return p;
    };
    EXPECT_EQ(updated(1), updated(2));
}

}  // namespace
}  // namespace xgrad::kernels
