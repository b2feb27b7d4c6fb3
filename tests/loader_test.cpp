#include <xgrad/data/loader.hpp>
#include <xgrad/error.hpp>
#include <xgrad/random.hpp>

#include "tests/expect_throw.hpp"

#include <algorithm>
#include <numeric>

using xgrad::ShapeError;
using xgrad::Sizes;
using xgrad::Tensor;
using xgrad::data::Dataset;
using xgrad::data::Loader;
using xgrad::data::LoaderPosition;

namespace {

// Row i is (i, 10 i) with target i.
Dataset counting(std::int64_t rows)
{
    std::vector<float> inputs;
    std::vector<std::int64_t> targets;
    for (std::int64_t i = 0; i < rows; ++i) {
        inputs.push_back(static_cast<float>(i));
        inputs.push_back(static_cast<float>(10 * i));
        targets.push_back(i);
    }
    return {xgrad::from_values({rows, 2}, inputs), xgrad::from_values(Sizes{rows}, targets)};
}

// The targets of one epoch in their order; checks on the way that each input row belongs to its target.
std::vector<std::int64_t> epoch(Loader& loader)
{
    std::vector<std::int64_t> seen;
    for (auto [inputs, targets] : loader) {
        const auto x = inputs.to_vector<float>();
        const auto y = targets.to_vector<std::int64_t>();
        for (std::size_t i = 0; i < y.size(); ++i) {
            EXPECT_EQ(x[2 * i], static_cast<float>(y[i]));
            EXPECT_EQ(x[2 * i + 1], static_cast<float>(10 * y[i]));
        }
        seen.insert(seen.end(), y.begin(), y.end());
    }
    return seen;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values)
{
    std::sort(values.begin(), values.end());
    return values;
}

std::vector<std::int64_t> up_to(std::int64_t n)
{
    std::vector<std::int64_t> values(static_cast<std::size_t>(n));
    std::iota(values.begin(), values.end(), std::int64_t{0});
    return values;
}

}  // namespace

TEST(Loader, GivesEveryRowOnceInAnotherOrderEachEpoch)
{
    Loader loader(counting(10), {.batch_size = 4, .seed = 1});
    EXPECT_EQ(loader.size(), 3);
    const auto first = epoch(loader), second = epoch(loader);
    EXPECT_EQ(sorted(first), up_to(10));
    EXPECT_EQ(sorted(second), up_to(10));
    EXPECT_NE(first, up_to(10));
    EXPECT_NE(first, second);
    EXPECT_EQ(loader.epoch(), 2);
}

TEST(Loader, WithoutShufflingRowsKeepTheirOrder)
{
    Loader loader(counting(5), {.batch_size = 2, .shuffle = false});
    EXPECT_EQ(epoch(loader), up_to(5));
    EXPECT_EQ(epoch(loader), up_to(5));
}

TEST(Loader, BatchesHaveTheAskedSizeAndTheLastMayBeDropped)
{
    std::vector<std::int64_t> sizes;
    Loader all(counting(10), {.batch_size = 4});
    for (auto [inputs, targets] : all) sizes.push_back(inputs.size(0));
    EXPECT_EQ(sizes, (std::vector<std::int64_t>{4, 4, 2}));
    sizes.clear();
    Loader dropping(counting(10), {.batch_size = 4, .drop_last = true});
    for (auto [inputs, targets] : dropping) sizes.push_back(inputs.size(0));
    EXPECT_EQ(sizes, (std::vector<std::int64_t>{4, 4}));
    EXPECT_EQ(dropping.samples(), 8);
    EXPECT_EQ(dropping.size(), 2);
    Loader none(counting(3), {.batch_size = 4, .drop_last = true});
    EXPECT_TRUE(epoch(none).empty());
}

TEST(Loader, TheOrderDependsOnSeedAndEpochAlone)
{
    Loader a(counting(20), {.seed = 5}), b(counting(20), {.seed = 5}), c(counting(20), {.seed = 6});
    const auto first = epoch(a), second = epoch(a);
    EXPECT_EQ(epoch(b), first);
    EXPECT_NE(epoch(c), first);
    Loader resumed(counting(20), {.seed = 5});
    resumed.set_epoch(1);
    EXPECT_EQ(epoch(resumed), second);
}

TEST(Loader, WithoutASeedItFollowsManualSeed)
{
    xgrad::manual_seed(3);
    Loader a(counting(20)), other(counting(20));
    xgrad::manual_seed(3);
    Loader b(counting(20));
    const auto order = epoch(a);
    EXPECT_EQ(epoch(b), order);
    EXPECT_NE(epoch(other), order);
}

TEST(Loader, NestedLoopsOverOneLoaderDoNotDisturbEachOther)
{
    Loader loader(counting(6), {.batch_size = 1, .seed = 1}), alone(counting(6), {.batch_size = 1, .seed = 1});
    const auto expected = epoch(alone);
    std::vector<std::int64_t> outer;
    for (auto [inputs, targets] : loader) {
        outer.push_back(targets.to_vector<std::int64_t>()[0]);
        EXPECT_EQ(sorted(epoch(loader)), up_to(6));
    }
    EXPECT_EQ(outer, expected);
}

TEST(Loader, TakesViewsWithAnyStrides)
{
    const Tensor x = xgrad::tensor({2, 3}, {1, 2, 3, 4, 5, 6}), columns = xgrad::detail::view(x, {3, 2}, {1, 3}, 0);
    Loader loader(Dataset(columns, xgrad::tensor({3}, {0, 0, 0})), {.shuffle = false});
    for (auto [inputs, targets] : loader) EXPECT_EQ(inputs.to_vector<float>(), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(Loader, AnEmptyDataSetHasNoBatches)
{
    Loader loader(counting(4).rows(2, 2));
    EXPECT_EQ(loader.size(), 0);
    EXPECT_TRUE(epoch(loader).empty());
}

TEST(Loader, BatchSizeMustBePositive)
{
    EXPECT_THROW_TEXT(Loader(counting(4), {.batch_size = 0}), ShapeError,
                      "Loader: batch_size 0.\n  rule: batch_size >= 1.\n  try:  32 is a good start.");
}

namespace {

// The targets of the batches up to the end of the epoch, or `most` batches.
std::vector<std::int64_t> batches(Loader& loader, int most = 1000)
{
    std::vector<std::int64_t> seen;
    for (auto [inputs, targets] : loader) {
        const auto y = targets.to_vector<std::int64_t>();
        seen.insert(seen.end(), y.begin(), y.end());
        if (--most == 0) break;
    }
    return seen;
}

}  // namespace

TEST(LoaderPosition, IsBehindTheBatchGivenLast)
{
    Loader loader(counting(10), {.batch_size = 4, .seed = 1});
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 0, -1}));
    std::vector<LoaderPosition> seen;
    for (const auto& batch : loader) {
        (void)batch;
        seen.push_back(loader.position());
    }
    EXPECT_EQ(seen, (std::vector<LoaderPosition>{{1, 0, 4}, {1, 0, 8}, {1, 0, 10}}));
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 1, -1}));
}

TEST(LoaderPosition, AnotherLoaderGoesOnFromThere)
{
    Loader whole(counting(10), {.batch_size = 4, .seed = 1});
    std::vector<std::int64_t> all = batches(whole);
    const auto second = batches(whole);
    all.insert(all.end(), second.begin(), second.end());
    for (int given = 0; given <= 3; ++given) {
        Loader begun(counting(10), {.batch_size = 4, .seed = 1}), other(counting(10), {.batch_size = 4, .seed = 2});
        std::vector<std::int64_t> seen = given > 0 ? batches(begun, given) : std::vector<std::int64_t>();
        other.seek(begun.position());
        EXPECT_EQ(other.position(), begun.position());
        for (int i = 0; i < 2; ++i) {
            const auto more = batches(other);
            seen.insert(seen.end(), more.begin(), more.end());
        }
        EXPECT_EQ(seen, all) << given << " batches before";
        EXPECT_EQ(other.epoch(), 2);
    }
}

TEST(LoaderPosition, BehindTheLastBatchOfAnEpochNothingIsLeftOfIt)
{
    Loader loader(counting(10), {.batch_size = 5, .seed = 1});
    loader.seek({1, 3, 10});
    EXPECT_EQ(batches(loader).size(), 0U);
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 4, -1}));
    EXPECT_EQ(batches(loader).size(), 10U);
    EXPECT_EQ(loader.epoch(), 5);
}

TEST(LoaderPosition, SetEpochKeepsItInThatEpochAndBeginsAnotherOne)
{
    Loader loader(counting(10), {.batch_size = 5, .seed = 1});
    loader.seek({1, 3, 5});
    loader.set_epoch(3);
    EXPECT_EQ(batches(loader).size(), 5U);
    loader.seek({1, 3, 5});
    loader.set_epoch(2);
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 2, -1}));
    EXPECT_EQ(batches(loader).size(), 10U);
    EXPECT_EQ(batches(loader, 1).size(), 5U);  // left by break
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 3, 5}));
    loader.set_epoch(4);
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 4, -1}));
}

TEST(LoaderPosition, LeavesOutWhatDropLastLeavesOut)
{
    Loader loader(counting(10), {.batch_size = 4, .drop_last = true, .seed = 1});
    EXPECT_EQ(batches(loader, 2).size(), 8U);
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 0, 8}));
    loader.seek(loader.position());
    EXPECT_EQ(batches(loader).size(), 0U);
    EXPECT_EQ(batches(loader).size(), 8U);
}

TEST(LoaderPosition, WhereNoBatchBeginsIsRefused)
{
    Loader loader(counting(10), {.batch_size = 4, .seed = 1});
    EXPECT_THROW_TEXT(loader.seek({5, 0, 3}), std::invalid_argument,
                      "Loader::seek: row 3 of epoch 0.\n"
                      "  rule: a batch of 4 begins there, or the 10 rows end; -1: the epoch has not begun.\n"
                      "  try:  seek what position() of a loader with the same rows and options gave.");
    EXPECT_THROW(loader.seek({5, 0, 12}), std::invalid_argument);
    EXPECT_THROW(loader.seek({5, -1, 0}), std::invalid_argument);
    EXPECT_THROW(loader.seek({5, 0, -2}), std::invalid_argument);
    EXPECT_EQ(loader.position(), (LoaderPosition{1, 0, -1}));
}
