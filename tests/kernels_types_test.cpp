// Kernels of whole numbers, comparisons, choices and casts.
#include <limits>
#include <vector>

#include "autograd/kernels/elementwise.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;
namespace el = elementary;

TEST(Kernels, IntegersWrapAndCompare)
{
    using Integers = std::vector<std::int64_t>;
    for_each_isa([] {
        const Integers a = {1, -5, std::numeric_limits<std::int64_t>::max(), 7}, b = {2, -5, 1, 3};
        Integers y(4);
        binary<el::Add>(i64, 4, a.data(), 1, b.data(), 1, y.data());
        EXPECT_EQ(y, (Integers{3, -10, std::numeric_limits<std::int64_t>::min(), 10}));
        binary<el::Mul>(i64, 4, a.data(), 1, b.data(), 0, y.data());
        EXPECT_EQ(y, (Integers{2, -10, -2, 14}));
        binary<el::Maximum>(i64, 4, a.data(), 1, b.data(), 1, y.data());
        EXPECT_EQ(y, (Integers{2, -5, std::numeric_limits<std::int64_t>::max(), 7}));
        std::vector<unsigned char> less(4);
        compare(Comparison::lt, i64, 4, a.data(), 1, b.data(), 1, less.data());
        EXPECT_EQ(less, (std::vector<unsigned char>{1, 0, 0, 0}));
    });
}

TEST(Kernels, ComparisonsWithNanAreFalseButForNe)
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> a = {1, nan, 2, 3}, b = {1, nan, nan, 2};
    for_each_isa([&] {
        const auto result = [&](Comparison c) {
            std::vector<int> y;
            std::vector<unsigned char> bytes(4);
            compare(c, f64, 4, a.data(), 1, b.data(), 1, bytes.data());
            y.assign(bytes.begin(), bytes.end());
            return y;
        };
        using Bits = std::vector<int>;
        EXPECT_EQ(result(Comparison::eq), (Bits{1, 0, 0, 0}));
        EXPECT_EQ(result(Comparison::ne), (Bits{0, 1, 1, 1}));
        EXPECT_EQ(result(Comparison::lt), (Bits{0, 0, 0, 0}));
        EXPECT_EQ(result(Comparison::le), (Bits{1, 0, 0, 0}));
        EXPECT_EQ(result(Comparison::gt), (Bits{0, 0, 0, 1}));
        EXPECT_EQ(result(Comparison::ge), (Bits{1, 0, 0, 1}));
    });
}

TEST(Kernels, WhereBroadcastsItsThreeOperands)
{
    const std::vector<unsigned char> condition = {1, 0, 1};
    const std::vector<float> a = {1, 2, 3, 4, 5, 6};
    const float b = -1;
    const std::vector<Index> sizes = {2, 3};
    const Index row[] = {0, 1}, full[] = {3, 1}, number[] = {0, 0};
    for_each_isa([&] {
        std::vector<float> y(6);
        where(f32, sizes, condition.data(), row, a.data(), full, &b, number, y.data());
        EXPECT_EQ(y, (std::vector<float>{1, -1, 3, 4, -1, 6}));
    });
}

TEST(Kernels, CastsCutTowardsZeroAndTestForZero)
{
    const std::vector<double> x = {-2.7, 0.0, -0.0, 3.9, std::numeric_limits<double>::quiet_NaN(), 1e300};
    for_each_isa([&] {
        std::vector<std::int64_t> whole(6);
        cast(f64, i64, 6, x.data(), whole.data());
        const std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
        EXPECT_EQ(whole, (std::vector<std::int64_t>{-2, 0, 0, 3, smallest, smallest}));
        std::vector<unsigned char> truth(6);
        cast(f64, boolean, 6, x.data(), truth.data());
        EXPECT_EQ(truth, (std::vector<unsigned char>{1, 0, 0, 1, 1, 1}));
        std::vector<float> back(6);
        cast(boolean, f32, 6, truth.data(), back.data());
        EXPECT_EQ(back, (std::vector<float>{1, 0, 0, 1, 1, 1}));
        const std::vector<Index> sizes = {2, 3};
        const Index backwards[] = {-3, -1};
        cast(f64, f32, sizes, x.data() + 5 - 0, backwards, back.data());
        EXPECT_EQ(back[2], 3.9f);
    });
}

}  // namespace
}  // namespace xgrad::kernels
