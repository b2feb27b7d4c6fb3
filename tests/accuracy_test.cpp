// How many units in the last place each function of the kernels is off, against MPFR: over the whole range of f32 and
// f64 with denormal and huge numbers, and densely where it bends. Every instruction set.
#include <mpfr.h>

#include <algorithm>
#include <bit>
#include <functional>

#include "autograd/kernels/elementwise.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;
namespace el = elementary;

/// A number of 160 bits.
class Real {
public:
    Real() { mpfr_init2(value_, 160); }
    explicit Real(double x) : Real() { mpfr_set_d(value_, x, MPFR_RNDN); }
    Real(const Real&) = delete;
    Real& operator=(const Real&) = delete;
    ~Real() { mpfr_clear(value_); }
    mpfr_ptr get() { return value_; }
    long double rounded() const { return mpfr_get_ld(value_, MPFR_RNDN); }

private:
    mpfr_t value_;
};

using OneOperand = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

int log_gamma(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t mode)
{
    int sign = 0;
    return mpfr_lgamma(y, &sign, x, mode);
}

int sigmoid(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t mode)
{
    mpfr_neg(y, x, mode);
    mpfr_exp(y, y, mode);
    mpfr_add_ui(y, y, 1, mode);
    return mpfr_ui_div(y, 1, y, mode);
}

/// Newton's steps on erf(y) = x from a first value in double.
int inverse_erf(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t mode)
{
    const double start = el::erfinv(mpfr_get_d(x, mode));
    mpfr_set_d(y, start, mode);
    if (!std::isfinite(start) || start == 0) return 0;
    for (int step = 0; step < 2; ++step) {
        Real error, slope, half_root_pi;
        mpfr_erf(error.get(), y, mode);
        mpfr_sub(error.get(), error.get(), x, mode);
        mpfr_sqr(slope.get(), y, mode);
        mpfr_exp(slope.get(), slope.get(), mode);
        mpfr_const_pi(half_root_pi.get(), mode);
        mpfr_sqrt(half_root_pi.get(), half_root_pi.get(), mode);
        mpfr_mul(error.get(), error.get(), slope.get(), mode);
        mpfr_mul(error.get(), error.get(), half_root_pi.get(), mode);
        mpfr_div_ui(error.get(), error.get(), 2, mode);
        mpfr_sub(y, y, error.get(), mode);
    }
    return 0;
}

/// Numbers of all magnitudes: random bits.
template <class T>
std::vector<T> of_all_magnitudes(std::size_t n)
{
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    std::mt19937_64 engine(11);
    std::vector<T> x;
    while (x.size() < n) {
        const T number = std::bit_cast<T>(static_cast<Bits>(engine()));
        if (std::isfinite(number)) x.push_back(number);
    }
    return x;
}

/// Denormal numbers of both signs.
template <class T>
std::vector<T> denormals(std::size_t n)
{
    std::vector<T> x = uniform<T>(n, -1, 1, 17);
    for (T& number : x) number *= std::numeric_limits<T>::min();
    return x;
}

struct Range {
    double low, high;
};

template <class T>
std::vector<T> points(std::size_t n, std::initializer_list<Range> ranges)
{
    std::vector<T> x = of_all_magnitudes<T>(n);
    unsigned seed = 5;
    for (const Range& range : ranges) {
        const std::vector<T> more = uniform<T>(n, range.low, range.high, ++seed);
        x.insert(x.end(), more.begin(), more.end());
    }
    for (const T number : denormals<T>(n / 10)) x.push_back(number);
    for (const T special : special_values<T>()) x.push_back(special);
    for (const double special : {1e22, -1e22, 1e10, 0.7853981633974483, 1.5707963267948966, 3.141592653589793, 710.4,
                                 88.9, -745.1, -103.9, 1e-300, 1e-40, 0.999999999, 1.000000001})
        x.push_back(static_cast<T>(special));
    return x;
}

/// The largest error in units of the last place, where the absolute one is above `absolute`; reports where.
template <class F, class T>
void expect_accuracy(OneOperand exact, double max_ulps, std::initializer_list<Range> ranges, std::size_t n = 3000,
                     double absolute = 0)
{
    SCOPED_TRACE(F::name);
    const std::vector<T> x = points<T>(n, ranges);
    std::vector<long double> wanted;
    for (const T value : x) {
        Real in(value), out;
        exact(out.get(), in.get(), MPFR_RNDN);
        wanted.push_back(out.rounded());
    }
    for_each_isa([&] {
        std::vector<T> y(x.size());
        unary<F>(dtype_of<T>, static_cast<Index>(x.size()), x.data(), y.data());
        double worst = 0;
        std::size_t where = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            if (std::abs(y[i] - wanted[i]) <= absolute) continue;
            const double error = ulps(y[i], wanted[i]);
            if (!(error <= worst)) worst = error, where = i;
        }
        ::testing::Test::RecordProperty(std::string(F::name) + "_" + active.isa, std::to_string(worst));
        if (std::getenv("XGRAD_SHOW_ULPS"))
            std::printf("%-10s %-8s %s %.3f ulp at %.17g\n", F::name, active.isa, sizeof(T) == 4 ? "f32" : "f64", worst,
                        static_cast<double>(x[where]));
        EXPECT_LE(worst, max_ulps) << "at " << x[where] << ": " << y[where] << ", not " << wanted[where];
    });
}

template <class T>
class AccuracyOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(AccuracyOf, Floats);

TYPED_TEST(AccuracyOf, ExponentialsAndTheCubeRoot)
{
    using T = TypeParam;
    expect_accuracy<el::Exp, T>(mpfr_exp, 2, {{-1, 1}, {-750, 712}, {-105, 90}});
    expect_accuracy<el::Exp2, T>(mpfr_exp2, 2, {{-1, 1}, {-1080, 1030}, {-151, 130}});
    expect_accuracy<el::Expm1, T>(mpfr_expm1, 2, {{-1, 1}, {-50, 50}, {-750, 712}, {-1e-3, 1e-3}});
    expect_accuracy<el::Sigmoid, T>(sigmoid, 2, {{-1, 1}, {-50, 50}, {-750, 50}});
    expect_accuracy<el::Tanh, T>(mpfr_tanh, 2, {{-1, 1}, {-25, 25}, {-1e-3, 1e-3}});
    expect_accuracy<el::Cbrt, T>(mpfr_cbrt, 2, {{-1, 1}, {-30, 30}, {0.7, 1.5}, {0, 1e-38}, {0, 1e-307}}, 20000);
    expect_accuracy<el::Sinh, T>(mpfr_sinh, 2, {{-1, 1}, {-50, 50}, {-712, 712}, {-90, 90}, {-1e-3, 1e-3}});
    expect_accuracy<el::Cosh, T>(mpfr_cosh, 2, {{-1, 1}, {-50, 50}, {-712, 712}, {-90, 90}});
}

TYPED_TEST(AccuracyOf, Logarithms)
{
    using T = TypeParam;
    expect_accuracy<el::Log, T>(mpfr_log, 2, {{0, 4}, {0.99, 1.01}, {0.999999, 1.000001}, {0, 1e-38}});
    expect_accuracy<el::Log2, T>(mpfr_log2, 2, {{0, 4}, {0.99, 1.01}, {0.999999, 1.000001}, {0, 1e-38}});
    expect_accuracy<el::Log10, T>(mpfr_log10, 2, {{0, 4}, {0.99, 1.01}, {0.999999, 1.000001}, {0, 1e-38}});
    expect_accuracy<el::Log1p, T>(mpfr_log1p, 2, {{-1, 1}, {-0.01, 0.01}, {-1, -0.99}, {0, 100}});
    expect_accuracy<el::Asinh, T>(mpfr_asinh, 3, {{-1, 1}, {-100, 100}, {-1e-3, 1e-3}});
    expect_accuracy<el::Acosh, T>(mpfr_acosh, 3, {{1, 2}, {1, 1.001}, {1, 1e3}});
    expect_accuracy<el::Atanh, T>(mpfr_atanh, 3, {{-1, 1}, {-1e-3, 1e-3}, {0.99, 1}});
}

TYPED_TEST(AccuracyOf, TrigonometricFunctions)
{
    using T = TypeParam;
    expect_accuracy<el::Sin, T>(mpfr_sin, 2, {{-4, 4}, {-1e4, 1e4}, {-1e7, 1e7}, {3.14, 3.15}});
    expect_accuracy<el::Cos, T>(mpfr_cos, 2, {{-4, 4}, {-1e4, 1e4}, {-1e7, 1e7}, {1.57, 1.58}});
    expect_accuracy<el::Tan, T>(mpfr_tan, 3, {{-4, 4}, {-1e4, 1e4}, {-1e7, 1e7}, {1.57, 1.58}});
    expect_accuracy<el::Asin, T>(mpfr_asin, 2, {{-1, 1}, {0.49, 0.51}, {0.999, 1}, {-1e-3, 1e-3}});
    expect_accuracy<el::Acos, T>(mpfr_acos, 2, {{-1, 1}, {0.49, 0.51}, {0.999, 1}, {-1, -0.999}});
    expect_accuracy<el::Atan, T>(mpfr_atan, 2, {{-1, 1}, {-10, 10}, {0.4, 0.42}, {2.4, 2.43}});
}

TYPED_TEST(AccuracyOf, ErrorAndGammaFunctions)
{
    using T = TypeParam;
    expect_accuracy<el::Erf, T>(mpfr_erf, 2, {{-1, 1}, {-7, 7}, {-1e-3, 1e-3}});
    expect_accuracy<el::Erfc, T>(mpfr_erfc, 8, {{-1, 1}, {-7, 28}, {9, 11}});
    expect_accuracy<el::Erfinv, T>(inverse_erf, 8, {{-1, 1}, {0.999, 1}, {0.9999999, 1}, {-1e-3, 1e-3}});
    expect_accuracy<el::Lgamma, T>(log_gamma, 8, {{0, 3}, {0.9, 1.1}, {1.9, 2.1}, {0, 100}, {-10, 0}}, 400, 1e-15);
    expect_accuracy<el::Digamma, T>(mpfr_digamma, 8, {{0, 3}, {1.4, 1.5}, {0, 100}, {-10, 0}}, 200, 1e-15);
}

using TwoOperands = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

template <class F, class T>
void expect_accuracy(TwoOperands exact, double max_ulps, const std::vector<T>& a, const std::vector<T>& b)
{
    SCOPED_TRACE(F::name);
    std::vector<long double> wanted;
    for (std::size_t i = 0; i < a.size(); ++i) {
        Real x(a[i]), y(b[i]), out;
        exact(out.get(), x.get(), y.get(), MPFR_RNDN);
        wanted.push_back(out.rounded());
    }
    for_each_isa([&] {
        std::vector<T> y(a.size());
        binary<F>(dtype_of<T>, static_cast<Index>(a.size()), a.data(), 1, b.data(), 1, y.data());
        double worst = 0;
        std::size_t where = 0;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (const double error = ulps(y[i], wanted[i]); !(error <= worst)) worst = error, where = i;
        if (std::getenv("XGRAD_SHOW_ULPS"))
            std::printf("%-10s %-8s %s %.3f ulp at %.17g, %.17g\n", F::name, active.isa, sizeof(T) == 4 ? "f32" : "f64",
                        worst, static_cast<double>(a[where]), static_cast<double>(b[where]));
        EXPECT_LE(worst, max_ulps) << "at " << a[where] << ", " << b[where] << ": " << y[where] << ", not "
                                   << wanted[where];
    });
}

/// f of every number of one kind with random numbers of the other.
template <class F, class T>
void expect_accuracy_of_two(TwoOperands exact, double max_ulps, Range a, Range b)
{
    const std::size_t n = 20000;
    expect_accuracy<F, T>(exact, max_ulps, uniform<T>(n, a.low, a.high, 1), uniform<T>(n, b.low, b.high, 2));
    std::vector<T> all = of_all_magnitudes<T>(n), others = all;
    std::reverse(others.begin(), others.end());
    expect_accuracy<F, T>(exact, max_ulps, all, others);
    const std::vector<T> special = special_values<T>();
    std::vector<T> first, second;
    for (const T x : special)
        for (const T y : special) first.push_back(x), second.push_back(y);
    expect_accuracy<F, T>(exact, max_ulps, first, second);
}

TYPED_TEST(AccuracyOf, FunctionsOfTwoOperands)
{
    using T = TypeParam;
    expect_accuracy_of_two<el::Pow, T>(mpfr_pow, 2, {0, 10}, {-30, 30});
    expect_accuracy_of_two<el::Atan2, T>(mpfr_atan2, 2, {-3, 3}, {-3, 3});
    expect_accuracy_of_two<el::Hypot, T>(mpfr_hypot, 2, {-3, 3}, {-3, 3});
    expect_accuracy_of_two<el::Fmod, T>(mpfr_fmod, 0, {-100, 100}, {-3, 3});
}

TYPED_TEST(AccuracyOf, PowOverItsWholeDomain)
{
    using T = TypeParam;
    const std::size_t n = 20000;
    const auto whole = [](std::vector<T> x) {
        for (T& number : x) number = std::trunc(number);
        return x;
    };
    // Negative bases with whole exponents, odd and even; others give NaN.
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, uniform<T>(n, -10, 10, 1), whole(uniform<T>(n, -40, 40, 2)));
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, uniform<T>(n, -10, 0, 3), uniform<T>(n, -9, 9, 4));
    // Bases close to 1, whose digits a large exponent brings out.
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, uniform<T>(n, 0.999, 1.001, 5), uniform<T>(n, -90000, 90000, 6));
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, uniform<T>(n, -1.00001, -0.99999, 7), whole(uniform<T>(n, -1e6, 1e6, 8)));
    // Results that are denormal, 0, close to the largest number or beyond.
    std::vector<T> base = uniform<T>(n, 0.01, 100, 9), exponent = uniform<T>(n, -1, 1, 10);
    for (std::size_t i = 0; i < n; ++i) {
        const double bottom = std::log(double{std::numeric_limits<T>::min()});
        const double top = std::log(double{std::numeric_limits<T>::max()});
        const double wanted = exponent[i] < 0 ? bottom + 40 * exponent[i] : top + exponent[i] - 0.5;
        exponent[i] = static_cast<T>(wanted / std::log(double{base[i]}));
    }
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, base, exponent);
    expect_accuracy<el::Pow, T>(mpfr_pow, 2, denormals<T>(n), whole(uniform<T>(n, -4, 4, 11)));
}

}  // namespace
}  // namespace xgrad::kernels
