#include "autograd/kernels/copy.hpp"

#include <functional>
#include <numeric>

#include "tests/kernels_testing.hpp"

namespace xgrad::kernels {
namespace {

struct Case {
    std::vector<Index> sizes, strides;
    Index start;
};

const std::vector<Case> kCases = {
    {{}, {}, 3},
    {{5}, {2}, 0},
    {{5}, {-1}, 4},
    {{3, 4}, {1, 3}, 0},
    {{40, 50}, {1, 40}, 0},
    {{2, 30, 20}, {600, 1, 30}, 0},
    {{30, 2, 20}, {1, 600, 30}, 0},
    {{4, 3, 2, 5}, {1, 20, 60, 4}, 0},
    {{17, 33}, {-33, -1}, 560},
    {{200, 201}, {402, 2}, 1},
    {{300, 301}, {1, 300}, 0},
    {{530, 10, 18}, {1, 530, 5300}, 0},
    {{0, 3}, {3, 1}, 0},
};

Index offset(const Case& c, Index i)
{
    Index at = c.start;
    for (std::size_t d = c.sizes.size(); d-- > 0; i /= c.sizes[d]) at += i % c.sizes[d] * c.strides[d];
    return at;
}

template <class T>
void round_trip(const Case& c)
{
    std::vector<T> x(100000), y, back(x.size(), T{});
    std::iota(x.begin(), x.end(), T{1});
    const Index n = std::accumulate(c.sizes.begin(), c.sizes.end(), Index{1}, std::multiplies<>());
    y.assign(static_cast<std::size_t>(n) + 1, T{77});
    to_contiguous(sizeof(T), c.sizes, x.data() + c.start, c.strides.data(), y.data());
    from_contiguous(sizeof(T), c.sizes, y.data(), back.data() + c.start, c.strides.data());
    std::vector<T> wanted_back(x.size(), T{});
    for (Index i = 0; i < n; ++i) {
        const auto at = static_cast<std::size_t>(offset(c, i));
        ASSERT_EQ(y[static_cast<std::size_t>(i)], x[at]) << i;
        wanted_back[at] = x[at];
    }
    ASSERT_EQ(y[static_cast<std::size_t>(n)], T{77});
    ASSERT_EQ(back, wanted_back);
}

void round_trips(const Case& c)
{
    SCOPED_TRACE(::testing::PrintToString(c.sizes) + " strides " + ::testing::PrintToString(c.strides));
    round_trip<std::uint32_t>(c);
    round_trip<double>(c);
    round_trip<std::uint8_t>(c);
}

TEST(Copy, GathersAndScattersAnyLayout)
{
    testing::for_each_isa([] {
        for (const Case& c : kCases) round_trips(c);
    });
}

TEST(Copy, TransposesPlanesOfAnySize)
{
    // With gaps on the side that is read: rows lie columns + 3 apart.
    testing::for_each_isa([] {
        for (Index rows = 1; rows < 36; ++rows)
            for (Index columns : {1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33, 40})
                round_trips({{columns, rows}, {1, columns + 3}, 2});
    });
}

TEST(Copy, TransposesPlanesThatEndBesideAPanel)
{
    // A panel has 256 columns; a rest smaller than a tile belongs to the panel before it.
    testing::for_each_isa([] {
        for (Index rows : {9, 255, 256, 257, 263, 264})
            for (Index columns : {9, 257, 265}) round_trips({{columns, rows}, {1, columns + 3}, 2});
    });
}

template <class T>
void transposes(Index rows, Index columns)
{
    std::vector<T> x(static_cast<std::size_t>(rows * columns)), y(x.size());
    std::iota(x.begin(), x.end(), T{1});
    const Index sizes[] = {columns, rows}, strides[] = {1, columns};
    to_contiguous(sizeof(T), sizes, x.data(), strides, y.data());
    for (Index i = 0; i < rows; ++i)
        for (Index k = 0; k < columns; ++k)
            ASSERT_EQ(y[static_cast<std::size_t>(k * rows + i)], x[static_cast<std::size_t>(i * columns + k)]);
}

TEST(Copy, TransposesPlanesThatTheCacheDoesNotHold)
{
    testing::for_each_isa([] {
        for (const auto& [rows, columns] : {std::pair<Index, Index>{401, 650}, {517, 531}, {1030, 260}}) {
            transposes<std::uint32_t>(rows, columns);
            transposes<double>(rows, columns);
        }
    });
}

TEST(Copy, TakesEverySecondElementOfAnyNumber)
{
    testing::for_each_isa([] {
        for (Index n = 1; n < 40; ++n) round_trips({{n}, {2}, 1}), round_trips({{3, n}, {2 * n + 1, 2}, 0});
    });
}

TEST(Copy, ReadsNothingBehindTheLastElement)
{
    // Sanitizers see what is read beyond the vector.
    testing::for_each_isa([] {
        for (std::size_t n = 1; n < 70; ++n) {
            const std::vector<float> x = testing::uniform<float>(2 * n - 1, -1, 1, 5);
            std::vector<float> y(n);
            to_contiguous(4, std::vector<Index>{static_cast<Index>(n)}, x.data(), std::vector<Index>{2}.data(),
                          y.data());
            for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(y[i], x[2 * i]);
        }
    });
}

TEST(Copy, RepeatsBroadcastElements)
{
    const std::vector<double> x = {1, 2, 3};
    const Index rows[] = {0, 1}, columns[] = {1, 0}, all[] = {0, 0};
    std::vector<double> y(9);
    to_contiguous(8, std::vector<Index>{3, 3}, x.data(), rows, y.data());
    EXPECT_EQ(y, (std::vector<double>{1, 2, 3, 1, 2, 3, 1, 2, 3}));
    to_contiguous(8, std::vector<Index>{3, 3}, x.data(), columns, y.data());
    EXPECT_EQ(y, (std::vector<double>{1, 1, 1, 2, 2, 2, 3, 3, 3}));
    to_contiguous(8, std::vector<Index>{3, 3}, x.data(), all, y.data());
    EXPECT_EQ(y, std::vector<double>(9, 1.0));
}

}  // namespace
}  // namespace xgrad::kernels
