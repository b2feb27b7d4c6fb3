#include "autograd/kernels/elementwise.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

using namespace testing;
namespace el = elementary;

template <class T>
class BroadcastOf : public ::testing::Test {
};
using Floats = ::testing::Types<float, double>;
TYPED_TEST_SUITE(BroadcastOf, Floats);

TYPED_TEST(BroadcastOf, StridesBroadcastAndReverse)
{
    using T = TypeParam;
    const auto a = uniform<T>(400, -2, 2, 1), b = uniform<T>(400, 1, 2, 2);
    struct Case {
        std::vector<Index> sizes, a, b;
        Index a_start, b_start;
    };
    const std::vector<Case> cases = {
        {{4, 5}, {5, 1}, {0, 1}, 0, 0},                    // a row for every row
        {{4, 5}, {5, 1}, {1, 0}, 0, 0},                    // a column for every column
        {{4, 5}, {1, 4}, {5, 1}, 0, 0},                    // a transpose
        {{2, 3, 4}, {12, 4, 1}, {0, 1, 0}, 0, 0},          // a channel bias
        {{3, 7}, {-7, -1}, {7, 1}, 20, 0},                 // backwards in both dimensions
        {{2, 150}, {150, 1}, {0, 2}, 0, 0},                // every second element of a long row
        {{3, 1, 2, 2}, {8, 5, 2, 1}, {0, 0, 0, 0}, 0, 0},  // one number
        {{}, {}, {}, 3, 5},                                // one element
        {{3, 0}, {1, 1}, {1, 1}, 0, 0},                    // none
        {{300}, {1}, {-1}, 0, 299},
    };
    for_each_isa([&] {
        for (const Case& c : cases) {
            Index n = 1;
            for (Index size : c.sizes) n *= size;
            std::vector<T> y(static_cast<std::size_t>(n) + 1, T(77));
            binary<el::Div>(dtype_of<T>, c.sizes, a.data() + c.a_start, c.a.data(), b.data() + c.b_start, c.b.data(),
                            y.data());
            for (Index i = 0; i < n; ++i) {
                Index rest = i, at_a = c.a_start, at_b = c.b_start;
                for (std::size_t d = c.sizes.size(); d-- > 0; rest /= c.sizes[d]) {
                    at_a += rest % c.sizes[d] * c.a[d];
                    at_b += rest % c.sizes[d] * c.b[d];
                }
                ASSERT_EQ(y[static_cast<std::size_t>(i)],
                          a[static_cast<std::size_t>(at_a)] / b[static_cast<std::size_t>(at_b)]);
            }
            ASSERT_EQ(y[static_cast<std::size_t>(n)], T(77));
        }
    });
}

TYPED_TEST(BroadcastOf, LargeBroadcastsAgreeWithPlainLoops)
{
    using T = TypeParam;
    const std::vector<Index> sizes = {700, 90};
    const auto a = uniform<T>(700 * 90, -2, 2, 1), row = uniform<T>(90, -2, 2, 2), column = uniform<T>(700, -2, 2, 3);
    const Index full[] = {90, 1}, of_row[] = {0, 1}, of_column[] = {1, 0};
    std::vector<T> y(700 * 90), g(700 * 90);
    binary<el::Add>(dtype_of<T>, sizes, a.data(), full, row.data(), of_row, y.data());
    binary_vjp_a<el::Mul>(dtype_of<T>, sizes, y.data(), nullptr, nullptr, column.data(), of_column, nullptr, g.data());
    for (std::size_t i = 0; i < y.size(); ++i) {
        ASSERT_EQ(y[i], a[i] + row[i % 90]);
        ASSERT_EQ(g[i], y[i] * column[i / 90]);
    }
}

TYPED_TEST(BroadcastOf, RowsBroadcastForEverySizeAndLayout)
{
    using T = TypeParam;
    const auto a = uniform<T>(3 * 7 * 40, 1, 2, 1), b = uniform<T>(3 * 7 * 40, 1, 2, 2);
    for_each_isa([&] {
        for (Index columns = 1; columns <= 40; ++columns) {
            const std::vector<Index> sizes = {3, 7, columns};
            const Index full[] = {7 * columns, columns, 1}, row[] = {0, 0, 1}, column[] = {0, 1, 0},
                        plane[] = {1, 0, 0};
            const Index reversed[] = {1, 3, 21};
            for (const Index* strides : {full, row, column, plane, reversed}) {
                std::vector<T> y(static_cast<std::size_t>(21 * columns)), z(y.size());
                binary<el::Sub>(dtype_of<T>, sizes, a.data(), full, b.data(), strides, y.data());
                binary<el::Sub>(dtype_of<T>, sizes, b.data(), strides, a.data(), full, z.data());
                std::vector<T> g(y.size());
                binary_vjp_a<el::Mul>(dtype_of<T>, sizes, a.data(), nullptr, nullptr, b.data(), strides, nullptr,
                                      g.data());
                for (Index i = 0; i < 21 * columns; ++i) {
                    const auto at = static_cast<std::size_t>(i);
                    const Index offset =
                        i / (7 * columns) * strides[0] + i / columns % 7 * strides[1] + i % columns * strides[2];
                    const T other = b[static_cast<std::size_t>(offset)];
                    ASSERT_EQ(y[at], a[at] - other) << columns;
                    ASSERT_EQ(z[at], other - a[at]) << columns;
                    ASSERT_EQ(g[at], a[at] * other) << columns;
                }
            }
        }
    });
}

}  // namespace
}  // namespace xgrad::kernels
