#include "autograd/kernels/loss.hpp"

#include "autograd/kernels/softmax.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;

template <class T>
class LossOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(LossOf, Floats);

struct Nest {
    Index outer, n, inner;
    std::size_t numel() const { return static_cast<std::size_t>(outer * n * inner); }
    std::size_t rows() const { return static_cast<std::size_t>(outer * inner); }
    std::size_t at(std::size_t row, Index k) const
    {
        const auto r = static_cast<Index>(row);
        return static_cast<std::size_t>((r / inner * n + k) * inner + r % inner);
    }
    /// The row's first number in (outer, 2, inner).
    std::size_t first_of_pair(std::size_t row) const
    {
        const auto r = static_cast<Index>(row);
        return static_cast<std::size_t>(r / inner * 2 * inner + r % inner);
    }
};

const std::vector<Nest> kNests = {{1, 1, 1}, {3, 2, 1}, {2, 10, 1}, {5, 16, 1}, {2, 37, 1}, {1, 70, 1},
                                  {2, 3, 2}, {1, 5, 7}, {2, 4, 16}, {2, 3, 35}, {0, 3, 1},  {300, 10, 1}};

template <class T>
long double plain_lse(const Nest& nest, const std::vector<T>& x, std::size_t row)
{
    long double largest = -INFINITY, sum = 0;
    for (Index k = 0; k < nest.n; ++k) largest = std::max<long double>(largest, x[nest.at(row, k)]);
    for (Index k = 0; k < nest.n; ++k) sum += std::exp(x[nest.at(row, k)] - largest);
    return largest + std::log(sum);
}

TYPED_TEST(LossOf, SoftmaxAndItsLogOverAnyNest)
{
    using T = TypeParam;
    const double eps = std::numeric_limits<T>::epsilon();
    for_each_isa([eps] {
        for (const Nest& nest : kNests) {
            const auto x = uniform<T>(nest.numel(), -8, 8, 3), gy = uniform<T>(nest.numel(), -1, 1, 4);
            std::vector<T> y(nest.numel()), logs(y), gx(y), log_gx(y), lse(2 * nest.rows());
            softmax(dtype_of<T>, nest.outer, nest.n, nest.inner, x.data(), y.data());
            log_softmax(dtype_of<T>, nest.outer, nest.n, nest.inner, x.data(), logs.data());
            log_sum_exp(dtype_of<T>, nest.outer, nest.n, nest.inner, x.data(), lse.data());
            softmax_vjp(dtype_of<T>, nest.outer, nest.n, nest.inner, gy.data(), y.data(), gx.data());
            log_softmax_vjp(dtype_of<T>, nest.outer, nest.n, nest.inner, gy.data(), logs.data(), log_gx.data());
            for (std::size_t row = 0; row < nest.rows(); ++row) {
                const long double wanted_lse = plain_lse(nest, x, row);
                const std::size_t first = nest.first_of_pair(row),
                                  second = first + static_cast<std::size_t>(nest.inner);
                ASSERT_NEAR(lse[first] + lse[second], wanted_lse, 20 * eps);
                long double dot = 0, total = 0;
                for (Index k = 0; k < nest.n; ++k) {
                    dot += gy[nest.at(row, k)] * std::exp(x[nest.at(row, k)] - wanted_lse);
                    total += gy[nest.at(row, k)];
                }
                for (Index k = 0; k < nest.n; ++k) {
                    const std::size_t at = nest.at(row, k);
                    const long double p = std::exp(x[at] - wanted_lse);
                    ASSERT_NEAR(y[at], p, 8 * eps * p);
                    ASSERT_NEAR(logs[at], x[at] - wanted_lse, 20 * eps);
                    ASSERT_NEAR(gx[at], p * (gy[at] - dot), 20 * eps);
                    ASSERT_NEAR(log_gx[at], gy[at] - p * total, 60 * eps);
                }
            }
        }
    });
}

TYPED_TEST(LossOf, SoftmaxOfHugeScoresDoesNotOverflow)
{
    using T = TypeParam;
    const T infinity = std::numeric_limits<T>::infinity();
    for_each_isa([infinity] {
        const std::vector<T> x = {T(1e30), T(1e30), T(-1e30), -infinity};
        std::vector<T> y(4), lse(2);
        softmax(dtype_of<T>, 1, 4, 1, x.data(), y.data());
        EXPECT_EQ(y, (std::vector<T>{T(0.5), T(0.5), 0, 0}));
        const std::vector<T> nothing(4, -infinity);
        log_sum_exp(dtype_of<T>, 1, 4, 1, nothing.data(), lse.data());
        EXPECT_EQ(lse, (std::vector<T>{-infinity, 0}));
        const std::vector<T> with_nan = {1, std::numeric_limits<T>::quiet_NaN(), 3, 4};
        softmax(dtype_of<T>, 1, 4, 1, with_nan.data(), y.data());
        for (const T value : y) EXPECT_TRUE(std::isnan(value));
    });
}

/// PyTorch's definition, written out.
template <class T>
long double plain_cross_entropy(const CrossEntropy& c, const Nest& nest, const std::vector<T>& x,
                                const std::vector<T>& gy)
{
    const T* weight = static_cast<const T*>(c.weight);
    const auto w = [&](Index k) { return weight == nullptr ? 1.0L : static_cast<long double>(weight[k]); };
    long double total = 0, weights = 0;
    for (std::size_t row = 0; row < nest.rows(); ++row) {
        const Index label = c.labels[row];
        if (label == c.ignore_index) continue;
        const long double lse = plain_lse(nest, x, row);
        long double loss = (1 - c.label_smoothing) * w(label) * (lse - x[nest.at(row, label)]);
        for (Index k = 0; k < nest.n; ++k)
            loss += c.label_smoothing / static_cast<long double>(nest.n) * w(k) * (lse - x[nest.at(row, k)]);
        total += loss * (c.reduction == Reduction::none ? gy[row] : 1);
        weights += w(label);
    }
    return c.reduction == Reduction::mean ? total / weights : total;
}

template <class T>
void check_cross_entropy(CrossEntropy c, const Nest& nest)
{
    c.dtype = dtype_of<T>, c.outer = nest.outer, c.n = nest.n, c.inner = nest.inner;
    const auto x = uniform<T>(nest.numel(), -3, 3, 3);
    std::vector<std::int64_t> labels(nest.rows());
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = i % 4 == 3 ? c.ignore_index : static_cast<Index>(i * 7) % nest.n;
    c.labels = labels.data();
    ASSERT_EQ(first_bad_label(c), -1);
    const bool none = c.reduction == Reduction::none;
    const auto gy = none ? uniform<T>(nest.rows(), 0.5, 2, 9) : std::vector<T>{T(1)};
    std::vector<T> loss(none ? nest.rows() : 1), lse(2 * nest.rows()), gx(nest.numel());
    const double weights = cross_entropy(c, x.data(), loss.data(), lse.data());
    cross_entropy_vjp(c, gy.data(), x.data(), lse.data(), weights, gx.data());
    const double eps = std::numeric_limits<T>::epsilon();
    long double got = none ? 0 : loss[0];
    for (std::size_t row = 0; none && row < nest.rows(); ++row) got += loss[row] * gy[row];
    const long double wanted = plain_cross_entropy(c, nest, x, gy);
    ASSERT_NEAR(got, wanted, 100 * eps * std::abs(wanted));
    std::vector<long double> wide(x.begin(), x.end());
    const std::vector<long double> wide_gy(gy.begin(), gy.end());
    std::vector<long double> wide_weight;
    if (c.weight != nullptr) {
        wide_weight.assign(static_cast<const T*>(c.weight), static_cast<const T*>(c.weight) + nest.n);
        c.weight = wide_weight.data();
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        const long double h = 1e-5L, here = wide[i];
        wide[i] = here + h;
        const long double above = plain_cross_entropy(c, nest, wide, wide_gy);
        wide[i] = here - h;
        const long double below = plain_cross_entropy(c, nest, wide, wide_gy);
        wide[i] = here;
        ASSERT_NEAR(gx[i], (above - below) / (2 * h), 1e-9 + 30 * eps) << "element " << i;
    }
}

TYPED_TEST(LossOf, CrossEntropyAndItsGradientFollowTheDefinition)
{
    using T = TypeParam;
    const auto weight = uniform<T>(100, 0.5, 2, 8);
    for_each_isa([&] {
        for (const Nest& nest : {Nest{3, 2, 1}, Nest{5, 10, 1}, Nest{4, 37, 1}, Nest{2, 4, 5}, Nest{1, 3, 20}})
            for (Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean})
                for (double smoothing : {0.0, 0.1})
                    for (bool weighted : {false, true}) {
                        CrossEntropy c{};
                        c.reduction = reduction, c.label_smoothing = smoothing, c.ignore_index = -100;
                        c.weight = weighted ? weight.data() : nullptr;
                        check_cross_entropy<T>(c, nest);
                    }
    });
}

TEST(CrossEntropy, OfEqualScoresIsTheLogOfTheNumberOfClasses)
{
    const std::vector<double> x(10, 2.5);
    const std::int64_t label = 4;
    double loss, lse[2];
    CrossEntropy c{f64, 1, 10, 1, &label};
    cross_entropy(c, x.data(), &loss, lse);
    EXPECT_NEAR(loss, std::log(10.0), 1e-15);
}

TEST(CrossEntropy, MeanOfNothingIsNanAndHasZeroGradient)
{
    const std::vector<float> x = {1, 2};
    const std::int64_t label = -100;
    float loss, lse[2];
    std::vector<float> gx(2);
    CrossEntropy c{f32, 1, 2, 1, &label};
    const double weights = cross_entropy(c, x.data(), &loss, lse);
    EXPECT_TRUE(std::isnan(loss));
    const float one = 1;
    cross_entropy_vjp(c, &one, x.data(), lse, weights, gx.data());
    EXPECT_EQ(gx, (std::vector<float>{0, 0}));
}

// log 2 is far below the last place of 1e4: it must not pass through max + log sum.
TEST(CrossEntropy, SmallLogSumIsNotLostBesideLargeScores)
{
    const std::vector<float> x = {0, 1e4F, 1e4F};
    const std::int64_t label = 2;
    float loss, lse[2];
    std::vector<float> gx(3);
    CrossEntropy c{f32, 1, 3, 1, &label};
    const double weights = cross_entropy(c, x.data(), &loss, lse);
    EXPECT_FLOAT_EQ(loss, std::log(2.0F));
    const float one = 1;
    cross_entropy_vjp(c, &one, x.data(), lse, weights, gx.data());
    EXPECT_FLOAT_EQ(gx[1], 0.5F);
    EXPECT_FLOAT_EQ(gx[2], -0.5F);
}

TEST(CrossEntropy, FindsTheFirstLabelOutOfRange)
{
    const std::vector<std::int64_t> labels = {0, 2, -100, 3, -1};
    CrossEntropy c{f32, 5, 3, 1, labels.data()};
    EXPECT_EQ(first_bad_label(c), 3);
    c.n = 4;
    EXPECT_EQ(first_bad_label(c), 4);
}

TYPED_TEST(LossOf, SquaredErrorAndItsGradient)
{
    using T = TypeParam;
    const double eps = std::numeric_limits<T>::epsilon();
    for_each_isa([eps] {
        for (std::size_t n : {1u, 5u, 16u, 33u, 70u, 5000u, 500001u}) {
            const auto a = uniform<T>(n, -2, 2, 1), b = uniform<T>(n, -2, 2, 2);
            long double wanted = 0;
            for (std::size_t i = 0; i < n; ++i) wanted += std::pow(static_cast<long double>(a[i]) - b[i], 2);
            const auto count = static_cast<double>(n);
            T total, mean;
            squared_error(dtype_of<T>, 1, static_cast<Index>(n), a.data(), b.data(), &total);
            squared_error(dtype_of<T>, count, static_cast<Index>(n), a.data(), b.data(), &mean);
            ASSERT_NEAR(total / wanted, 1, 10 * eps);
            ASSERT_NEAR(mean / (wanted / n), 1, 10 * eps);
            const T gy = 3;
            std::vector<T> g(n);
            squared_error_vjp(dtype_of<T>, count, static_cast<Index>(n), &gy, a.data(), b.data(), g.data());
            for (std::size_t i = 0; i < n; ++i)
                ASSERT_NEAR(g[i], 6 * (a[i] - b[i]) / T(n), 4 * eps * std::abs(g[i]) + 1e-300);
        }
    });
}

}  // namespace
}  // namespace xgrad::kernels
