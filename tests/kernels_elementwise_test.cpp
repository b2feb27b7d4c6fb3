#include <functional>

#include "autograd/kernels/elementwise.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;
namespace el = elementary;

/// A long double oracle: the same formula, evaluated wider.
template <class F>
long double wide_value(long double x)
{
    return F::value(x);
}

template <class T>
class KernelsOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(KernelsOf, Floats);

/// Where each function is tested, and how exact it must be: in units of the last place, or absolutely, in epsilons.
template <int kUlps, int kEpsilons = 0>
struct Between {
    static constexpr double low = -5, high = 5, max_ulps = kUlps, epsilons = kEpsilons;
};
template <class F>
struct Domain : Between<2> {
};
struct Positive : Between<2> {
    static constexpr double low = 1e-3, high = 50;
};
struct Inside : Between<2> {
    static constexpr double low = -0.999, high = 0.999;
};
template <>
struct Domain<el::Log> : Positive {
};
template <>
struct Domain<el::Sqrt> : Positive {
};
template <>
struct Domain<el::Rsqrt> : Positive {
};
template <>
struct Domain<el::Log2> : Positive {
};
template <>
struct Domain<el::Log10> : Positive {
};
template <>
struct Domain<el::Log1p> : Positive {
};
template <>
struct Domain<el::Asin> : Inside {
};
template <>
struct Domain<el::Acos> : Inside {
};
template <>
struct Domain<el::Sigmoid> : Between<2> {
    static constexpr double low = -20, high = 20;
};
template <>
struct Domain<el::Atanh> : Inside {
    static constexpr double max_ulps = 3;
};
template <>
struct Domain<el::Erfinv> : Inside {
    static constexpr double max_ulps = 8;
};
template <>
struct Domain<el::Acosh> : Positive {
    static constexpr double low = 1, max_ulps = 3;
};
template <>
struct Domain<el::Asinh> : Between<3> {
};
template <>
struct Domain<el::Tan> : Between<3> {
};
template <>
struct Domain<el::Erfc> : Between<8> {
};
template <>
struct Domain<el::Lgamma> : Between<8, 5> {
};
template <>
struct Domain<el::Digamma> : Between<8, 5> {
};
template <>
struct Domain<el::Logit> : Between<2, 2> {
    static constexpr double low = 0.01, high = 0.99;
};
template <>
struct Domain<el::Ndtri> : Between<2> {
    static constexpr double low = 0.001, high = 0.999;
};
template <>
struct Domain<el::Sinc> : Between<2, 2> {
};
template <>
struct Domain<el::Tanhshrink> : Between<2, 2> {
};
template <>
struct Domain<el::Softsign> : Between<2> {
};
template <>
struct Domain<el::Silu> : Between<4> {
};
template <>
struct Domain<el::Mish> : Between<5> {
};
template <>
struct Domain<el::LogSigmoid> : Between<4> {
};
// The error of the argument of erfc or exp, which grows with it.
template <>
struct Domain<el::Gelu> : Between<30> {
};
template <>
struct Domain<el::GeluTanh> : Between<60> {
};

template <class F, class T>
bool is_close(T y, long double wanted)
{
    return ulps(y, wanted) <= Domain<F>::max_ulps ||
           std::abs(y - wanted) <= Domain<F>::epsilons * std::numeric_limits<T>::epsilon();
}

TYPED_TEST(KernelsOf, UnaryValuesAreExactToTwoUlpsAtEverySize)
{
    using T = TypeParam;
    for_each_isa([] {
        el::UnaryOps::for_each([]<class F>(F) {
            SCOPED_TRACE(F::name);
            for (std::size_t n = 0; n <= 70; ++n) {
                const auto x = uniform<T>(n, Domain<F>::low, Domain<F>::high, static_cast<unsigned>(n));
                std::vector<T> y(n + 1, T(77));
                unary<F>(dtype_of<T>, static_cast<Index>(n), x.data(), y.data());
                for (std::size_t i = 0; i < n; ++i)
                    ASSERT_TRUE(is_close<F>(y[i], wide_value<F>(x[i])))
                        << "x = " << x[i] << ", y = " << y[i] << ", n = " << n;
                ASSERT_EQ(y[n], T(77)) << "wrote behind " << n;
            }
        });
    });
}

TYPED_TEST(KernelsOf, SigmoidIsExactToTwoUlpsDownToTheSmallestNumbers)
{
    using T = TypeParam;
    const double least = sizeof(T) == 4 ? -105 : -747;
    for_each_isa([&] {
        for (const auto& [low, high] : {std::pair{least, 40.0}, {-20.0, 20.0}, {-1.0, 1.0}}) {
            const auto x = uniform<T>(100000, low, high, 3);
            std::vector<T> y(x.size());
            unary<el::Sigmoid>(dtype_of<T>, static_cast<Index>(x.size()), x.data(), y.data());
            for (std::size_t i = 0; i < x.size(); ++i)
                ASSERT_LE(ulps(y[i], wide_value<el::Sigmoid>(x[i])), 2) << "x = " << x[i] << ", y = " << y[i];
        }
    });
}

TYPED_TEST(KernelsOf, UnarySpecialValuesAreThoseOfTheCLibrary)
{
    using T = TypeParam;
    for_each_isa([] {
        el::UnaryOps::for_each([]<class F>(F) {
            SCOPED_TRACE(F::name);
            const auto x = special_values<T>();
            std::vector<T> y(x.size());
            unary<F>(dtype_of<T>, static_cast<Index>(x.size()), x.data(), y.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                // In T itself: where the formula overflows, it overflows in T.
                const T wanted = static_cast<T>(F::value(x[i]));
                EXPECT_TRUE(is_close<F>(y[i], wanted))
                    << F::name << "(" << x[i] << ") = " << y[i] << ", not " << wanted;
                if (wanted == T(0)) {
                    EXPECT_EQ(std::signbit(y[i]), std::signbit(wanted)) << F::name << "(" << x[i] << ")";
                }
            }
        });
    });
}

TYPED_TEST(KernelsOf, UnaryVjpIsAdjointTimesDerivative)
{
    using T = TypeParam;
    for_each_isa([] {
        el::UnaryOps::for_each([]<class F>(F) {
            SCOPED_TRACE(F::name);
            for (std::size_t n : {1u, 7u, 16u, 33u, 64u}) {
                const auto x = uniform<T>(n, Domain<F>::low, Domain<F>::high, 3), gy = uniform<T>(n, -2, 2, 4);
                std::vector<T> y(n), gx(n);
                unary<F>(dtype_of<T>, static_cast<Index>(n), x.data(), y.data());
                const void* maybe_x = (F::reads & el::kX) != 0 ? x.data() : nullptr;
                const void* maybe_y = (F::reads & el::kY) != 0 ? y.data() : nullptr;
                unary_vjp<F>(dtype_of<T>, static_cast<Index>(n), gy.data(), maybe_x, maybe_y, gx.data());
                for (std::size_t i = 0; i < n; ++i) {
                    const double wanted = double(gy[i]) * double(F::derivative(double(x[i]), double(y[i])));
                    ASSERT_NEAR(gx[i], wanted, 1e-5 * std::max(1.0, std::abs(wanted)) * (sizeof(T) == 4 ? 1 : 1e-8));
                }
            }
        });
    });
}

TYPED_TEST(KernelsOf, KinksFollowPyTorch)
{
    using T = TypeParam;
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for_each_isa([nan] {
        const auto vjp = []<class F>(F, T x) {
            const T one = 1, y = static_cast<T>(F::value(x));
            T gx;
            unary_vjp<F>(dtype_of<T>, 1, &one, &x, &y, &gx);
            return gx;
        };
        EXPECT_EQ(vjp(el::Relu{}, T(0)), 0);
        EXPECT_EQ(vjp(el::Relu{}, T(-0.0)), 0);
        EXPECT_EQ(vjp(el::Abs{}, T(0)), 0);
        EXPECT_EQ(vjp(el::Abs{}, T(-2)), -1);
        const auto both = []<class F>(F, T a, T b) {
            T y;
            binary<F>(dtype_of<T>, 1, &a, 1, &b, 1, &y);
            const T one = 1;
            T ga, gb;
            binary_vjp_a<F>(dtype_of<T>, 1, &one, &a, 1, &b, 1, &y, &ga);
            binary_vjp_b<F>(dtype_of<T>, 1, &one, &a, 1, &b, 1, &y, &gb);
            return std::vector<T>{y, ga, gb};
        };
        EXPECT_EQ(both(el::Maximum{}, T(2), T(2)), (std::vector<T>{2, T(0.5), T(0.5)}));
        EXPECT_EQ(both(el::Minimum{}, T(1), T(2)), (std::vector<T>{1, 1, 0}));
        EXPECT_TRUE(std::isnan(both(el::Maximum{}, nan, T(1))[0]));
        EXPECT_TRUE(std::isnan(both(el::Maximum{}, T(1), nan)[0]));
        EXPECT_TRUE(std::isnan(both(el::Minimum{}, nan, T(1))[0]));
        EXPECT_EQ(both(el::Pow{}, T(3), T(0))[1], 0);
        EXPECT_EQ(both(el::Pow{}, T(0), T(2))[2], 0);
        EXPECT_EQ(both(el::Pow{}, T(0), T(0)), (std::vector<T>{1, 0, 0}));
    });
}

TYPED_TEST(KernelsOf, PowFollowsTheCLibraryAtSpecialPoints)
{
    using T = TypeParam;
    auto points = special_values<T>();
    points.insert(points.end(), {T(-2.5), T(3), T(-4), T(1e10), T(-7.3)});
    for_each_isa([&] {
        for (const T a : points)
            for (const T b : points) {
                const T bs[] = {b, T(1.37)};  // the second keeps the shortcuts for whole exponents away
                const T as[] = {a, T(1.1)};
                T y[2];
                binary<el::Pow>(dtype_of<T>, 2, as, 1, bs, 1, y);
                const T wanted = std::pow(a, b);
                EXPECT_LE(ulps(y[0], wanted), 2) << "pow(" << a << ", " << b << ") = " << y[0] << ", not " << wanted;
                if (wanted == T(0)) {
                    EXPECT_EQ(std::signbit(y[0]), std::signbit(wanted)) << "pow(" << a << ", " << b << ")";
                }
            }
    });
}

TYPED_TEST(KernelsOf, BinaryTakesArraysAndNumbersInAnyPlace)
{
    using T = TypeParam;
    for_each_isa([] {
        el::BinaryOps::for_each([]<class F>(F) {
            SCOPED_TRACE(F::name);
            for (std::size_t n = 0; n <= 70; ++n) {
                const auto a = uniform<T>(n + 1, 0.5, 3, 1), b = uniform<T>(n + 1, 0.5, 3, 2);
                for (const auto& [a_step, b_step] : {std::pair<Index, Index>{1, 1}, {0, 1}, {1, 0}, {0, 0}}) {
                    std::vector<T> y(n + 1, T(77));
                    binary<F>(dtype_of<T>, static_cast<Index>(n), a.data(), a_step, b.data(), b_step, y.data());
                    for (std::size_t i = 0; i < n; ++i) {
                        const long double wide_a = a[a_step == 1 ? i : 0], wide_b = b[b_step == 1 ? i : 0];
                        ASSERT_LE(ulps(y[i], F::value(wide_a, wide_b)), 2) << wide_a << ", " << wide_b << ", n = " << n;
                    }
                    ASSERT_EQ(y[n], T(77));
                }
            }
        });
    });
}

TYPED_TEST(KernelsOf, BinaryVjpsAreAdjointTimesDerivative)
{
    using T = TypeParam;
    const std::size_t n = 37;
    const double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-14;
    const auto b = uniform<T>(n, 0.5, 3, 2), gy = uniform<T>(n, -1, 1, 3);
    for_each_isa([&] {
        el::BinaryOps::for_each([&]<class F>(F) {
            SCOPED_TRACE(F::name);
            const auto a = std::is_same_v<F, el::Polygamma> ? std::vector<T>(n, T(2)) : uniform<T>(n, 0.5, 3, 1);
            for (Index b_step : {1, 0}) {
                std::vector<T> y(n), ga(n), gb(n);
                binary<F>(dtype_of<T>, n, a.data(), 1, b.data(), b_step, y.data());
                binary_vjp_a<F>(dtype_of<T>, n, gy.data(), a.data(), 1, b.data(), b_step, y.data(), ga.data());
                binary_vjp_b<F>(dtype_of<T>, n, gy.data(), a.data(), 1, b.data(), b_step, y.data(), gb.data());
                for (std::size_t i = 0; i < n; ++i) {
                    const double da = a[i], db = b[b_step == 1 ? i : 0], dy = F::value(da, db);
                    const double wanted_a = gy[i] * F::derivative_a(da, db, dy),
                                 wanted_b = gy[i] * F::derivative_b(da, db, dy);
                    ASSERT_NEAR(ga[i], wanted_a, tolerance * std::max(1.0, std::abs(wanted_a)));
                    ASSERT_NEAR(gb[i], wanted_b, tolerance * std::max(1.0, std::abs(wanted_b)));
                }
            }
        });
    });
}

TYPED_TEST(KernelsOf, BiasActivationAddsARowThenApplies)
{
    using T = TypeParam;
    for_each_isa([] {
        for (Index n : {1, 5, 16, 37}) {
            const Index rows = 3;
            const auto x = uniform<T>(static_cast<std::size_t>(rows * n), -2, 2, 1);
            const auto bias = uniform<T>(static_cast<std::size_t>(n), -2, 2, 2);
            std::vector<T> y(x.size());
            bias_activation(Activation::relu, dtype_of<T>, rows, n, x.data(), bias.data(), y.data());
            for (std::size_t i = 0; i < x.size(); ++i)
                ASSERT_EQ(y[i], std::max(T(0), x[i] + bias[i % static_cast<std::size_t>(n)]));
            bias_activation(Activation::tanh, dtype_of<T>, rows, n, x.data(), nullptr, y.data());
            for (std::size_t i = 0; i < x.size(); ++i) ASSERT_LE(ulps(y[i], std::tanh((long double)x[i])), 2);
        }
    });
}

TYPED_TEST(KernelsOf, ScaledSumsAndFills)
{
    using T = TypeParam;
    for_each_isa([] {
        for (std::size_t n = 0; n <= 40; ++n) {
            const auto x = uniform<T>(n, -2, 2, 1);
            std::vector<T> y(n, T(1)), z(n + 1, T(5));
            add_scaled(dtype_of<T>, static_cast<Index>(n), 3, x.data(), y.data());
            scale(dtype_of<T>, static_cast<Index>(n), 0.5, x.data(), z.data());
            for (std::size_t i = 0; i < n; ++i) {
                ASSERT_EQ(y[i], T(1) + T(3) * x[i]);
                ASSERT_EQ(z[i], T(0.5) * x[i]);
            }
            fill(dtype_of<T>, static_cast<Index>(n), 2.5, z.data());
            for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(z[i], T(2.5));
            ASSERT_EQ(z[n], T(5));
        }
    });
}

TYPED_TEST(KernelsOf, WhereTakesNumbersInAnyPlace)
{
    using T = TypeParam;
    const std::vector<unsigned char> condition = {1, 0, 0, 1, 1};
    const std::vector<T> a = {1, 2, 3, 4, 5}, b = {-1, -2, -3, -4, -5};
    for_each_isa([&] {
        for (Index condition_step : {0, 1})
            for (Index a_step : {0, 1})
                for (Index b_step : {0, 1}) {
                    std::vector<T> y(5);
                    active.where[index_of(dtype_of<T>)](5, condition.data(), condition_step, a.data(), a_step, b.data(),
                                                        b_step, y.data());
                    for (std::size_t i = 0; i < 5; ++i) {
                        const bool chosen = condition[condition_step == 1 ? i : 0] != 0;
                        ASSERT_EQ(y[i], chosen ? a[a_step == 1 ? i : 0] : b[b_step == 1 ? i : 0]);
                    }
                }
    });
}

}  // namespace
}  // namespace xgrad::kernels
