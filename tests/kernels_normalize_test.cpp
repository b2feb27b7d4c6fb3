#include "autograd/kernels/normalize.hpp"

#include "autograd/kernels/threads.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;

constexpr double kEps = 1e-3;

/// Rows, long rows, channels of images (also of few and of many pixels), channels of vectors.
const NormGroups kShapes[] = {{1, 1, 1, kEps},    {1, 5, 3, kEps}, {1, 7, 64, kEps},  {1, 70, 33, kEps},
                              {1, 2, 9001, kEps}, {3, 4, 5, kEps}, {2, 3, 100, kEps}, {40, 2, 130, kEps},
                              {2, 2, 5000, kEps}, {5, 1, 1, kEps}, {9, 19, 1, kEps},  {64, 33, 1, kEps},
                              {1, 40, 1, kEps},   {0, 3, 4, kEps}, {3, 0, 4, kEps},   {3, 4, 0, kEps}};

/// A normalisation and its vjp, in T or, as the reference, by the formulas in long double.
template <class T>
struct Result {
    explicit Result(const NormGroups& s)
        : y(std::size_t(s.numel())),
          gx(y.size()),
          gw(std::size_t(s.weight_count())),
          gb(gw.size()),
          statistics(3 * std::size_t(s.groups))
    {
    }
    std::vector<T> y, gx, gw, gb, statistics;
};

template <class T>
struct Inputs {
    explicit Inputs(const NormGroups& s, double mean = 0.3)
        : x(uniform<T>(std::size_t(s.numel()), mean - 1, mean + 1, 1)),
          gy(uniform<T>(x.size(), -1, 1, 2)),
          weight(uniform<T>(std::size_t(s.weight_count()), -2, 2, 3)),
          bias(uniform<T>(weight.size(), -2, 2, 4))
    {
    }
    std::vector<T> x, gy, weight, bias;
};

template <class T>
Result<T> run(const NormGroups& s, const Inputs<T>& in)
{
    Result<T> r(s);
    const bool plain = s.weights == Weights::none;
    normalize(dtype_of<T>, s, in.x.data(), plain ? nullptr : in.weight.data(), plain ? nullptr : in.bias.data(),
              r.y.data(), r.statistics.data());
    normalize_vjp(dtype_of<T>, s, in.gy.data(), in.x.data(), plain ? nullptr : in.weight.data(), r.statistics.data(),
                  r.gx.data(), plain ? nullptr : r.gw.data(), plain ? nullptr : r.gb.data());
    return r;
}

template <class T>
Result<long double> reference(const NormGroups& s, const Inputs<T>& in)
{
    Result<long double> r(s);
    for (Index g = 0; g < s.groups; ++g) {
        const auto each = [&](auto f) {
            for (Index p = 0; p < s.pieces; ++p)
                for (Index i = 0; i < s.n; ++i)
                    f(std::size_t((p * s.groups + g) * s.n + i),
                      std::size_t(s.weights == Weights::of_elements ? i : g));
        };
        const auto weight = [&](std::size_t w) { return s.weights == Weights::none ? 1 : (long double)(in.weight[w]); };
        const long double n = static_cast<long double>(s.pieces * s.n);
        const long double shift = in.x.empty() ? 0 : in.x[std::size_t(g * s.n)];  // beside a large mean digits count
        long double mean = 0, var = 0, mean_g = 0, mean_gz = 0;
        each([&](std::size_t i, std::size_t) { mean += (in.x[i] - shift) / n; });
        const auto centred = [&](std::size_t i) { return in.x[i] - shift - mean; };
        each([&](std::size_t i, std::size_t) { var += centred(i) * centred(i) / n; });
        const long double scale = 1 / std::sqrt(var + static_cast<long double>(s.eps));
        each([&](std::size_t i, std::size_t w) {
            const long double z = centred(i) * scale;
            r.y[i] = s.weights == Weights::none ? z : z * weight(w) + in.bias[w];
            mean_g += in.gy[i] * weight(w) / n, mean_gz += in.gy[i] * weight(w) * z / n;
            if (s.weights != Weights::none) r.gw[w] += in.gy[i] * z, r.gb[w] += in.gy[i];
        });
        each([&](std::size_t i, std::size_t w) {
            r.gx[i] = scale * (in.gy[i] * weight(w) - mean_g - centred(i) * scale * mean_gz);
        });
    }
    return r;
}

template <class T>
void expect_near(const std::vector<T>& got, const std::vector<long double>& wanted, double tolerance)
{
    for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(double(got[i]), double(wanted[i]), tolerance * (1 + std::abs(double(wanted[i])))) << i;
}

template <class T>
class Normalize : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Normalize, Floats);

template <class F>
void for_each_shape(F&& body)
{
    for (NormGroups s : kShapes)
        for (const Weights weights : {Weights::none, Weights::of_groups, Weights::of_elements}) {
            if (weights == Weights::of_elements && s.pieces != 1) continue;
            s.weights = weights;
            SCOPED_TRACE(std::to_string(s.pieces) + " " + std::to_string(s.groups) + " " + std::to_string(s.n) +
                         " weights " + std::to_string(int(weights)));
            body(s);
        }
}

TYPED_TEST(Normalize, ValueAndVjpAreThoseOfTheFormulas)
{
    using T = TypeParam;
    const double tolerance = 200 * std::numeric_limits<T>::epsilon();
    for_each_isa([&] {
        for_each_shape([&](const NormGroups& s) {
            const Inputs<T> in(s);
            const Result<T> got = run(s, in);
            const Result<long double> wanted = reference(s, in);
            expect_near(got.y, wanted.y, tolerance);
            expect_near(got.gx, wanted.gx, tolerance);
            expect_near(got.gw, wanted.gw, tolerance);
            expect_near(got.gb, wanted.gb, tolerance);
        });
    });
}

TYPED_TEST(Normalize, ALargeMeanCostsNoDigits)
{
    // Deviations of about 1 beside a mean whose last place is 1/4 or larger in T.
    using T = TypeParam;
    const double mean = sizeof(T) == 4 ? 0x1p22 : 0x1p51, tolerance = 100 * std::numeric_limits<T>::epsilon();
    for_each_isa([&] {
        for_each_shape([&](const NormGroups& s) {
            Inputs<T> in(s, mean);
            expect_near(run(s, in).y, reference(s, in).y, tolerance);
        });
    });
}

TYPED_TEST(Normalize, GradientsThatNobodyWantsAreNotWritten)
{
    using T = TypeParam;
    for_each_isa([&] {
        for_each_shape([&](const NormGroups& s) {
            if (s.weights == Weights::none) return;
            const Inputs<T> in(s);
            const Result<T> all = run(s, in);
            Result<T> some(s);
            normalize_vjp(dtype_of<T>, s, in.gy.data(), in.x.data(), in.weight.data(), all.statistics.data(), nullptr,
                          some.gw.data(), nullptr);
            EXPECT_EQ(some.gw, all.gw);
            normalize_vjp(dtype_of<T>, s, in.gy.data(), in.x.data(), in.weight.data(), all.statistics.data(),
                          some.gx.data(), nullptr, some.gb.data());
            EXPECT_EQ(some.gx, all.gx);
            EXPECT_EQ(some.gb, all.gb);
        });
    });
}

TYPED_TEST(Normalize, BitsDoNotDependOnTheNumberOfThreads)
{
    using T = TypeParam;
    const NormGroups shapes[] = {{1, 300, 700, kEps, Weights::of_elements}, {1, 300, 700, kEps},
                                 {1, 3001, 60, kEps, Weights::of_elements}, {1, 3001, 60, kEps},
                                 {30, 37, 300, kEps, Weights::of_groups},   {300, 1001, 1, kEps, Weights::of_groups}};
    for (const NormGroups& s : shapes) {
        const Inputs<T> in(s, 0x1p20);  // so that some of the neighbouring groups need a third pass
        set_num_threads(1);
        const Result<T> one = run(s, in);
        for (const int threads : {2, 3, 7}) {
            set_num_threads(threads);
            const Result<T> more = run(s, in);
            EXPECT_EQ(more.y, one.y);
            EXPECT_EQ(more.gx, one.gx);
            EXPECT_EQ(more.gw, one.gw);
            EXPECT_EQ(more.gb, one.gb);
        }
        set_num_threads(0);
    }
}

TYPED_TEST(Normalize, AConstantGroupBecomesZero)
{
    // Whatever rounding does to the mean of n times 0.1.
    using T = TypeParam;
    for_each_isa([&] {
        for (const NormGroups& s :
             {NormGroups{1, 2, 768, kEps}, NormGroups{7, 3, 11, kEps}, NormGroups{77, 9, 1, kEps}}) {
            Inputs<T> in(s);
            in.x.assign(in.x.size(), T(0.1));
            for (const T y : run(s, in).y) ASSERT_NEAR(y, 0, 1e-6 * (sizeof(T) == 4 ? 1 : 1e-9));
        }
    });
}

}  // namespace
}  // namespace xgrad::kernels
