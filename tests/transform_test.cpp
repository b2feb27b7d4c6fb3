#include <xgrad/data/transform.hpp>
#include <xgrad/error.hpp>

#include "tests/expect_throw.hpp"

#include <cmath>
#include <numeric>

using xgrad::Tensor;
using xgrad::tensor;
using xgrad::data::RandomAffine;

namespace {

Tensor images(std::int64_t count)
{
    std::vector<float> values(static_cast<std::size_t>(count * 2 * 4 * 5));
    std::iota(values.begin(), values.end(), 1.0F);
    return xgrad::from_values({count, 2, 4, 5}, values);
}

}  // namespace

TEST(RandomAffine, WithoutMovementNothingChanges)
{
    RandomAffine augment({}, 1);
    EXPECT_EQ(augment(images(3)).to_vector<float>(), images(3).to_vector<float>());
    EXPECT_EQ(augment(images(3)).sizes(), images(3).sizes());
    EXPECT_EQ(augment(xgrad::zeros({0, 1, 8, 8})).numel(), 0);
}

TEST(RandomAffine, SameSeedMovesTheSameEachImageItsOwnWay)
{
    const Tensor one = xgrad::from_values<float>({2, 1, 3, 3}, {0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0});
    RandomAffine a({.rotation = 0.2, .scale = 0.1, .shear = 0.1, .shift = 1}, 7), b = a;
    const auto first = a(one).to_vector<float>(), second = a(one).to_vector<float>();
    EXPECT_EQ(first, b(one).to_vector<float>());
    EXPECT_NE(first, second);
    EXPECT_NE((std::vector<float>(first.begin(), first.begin() + 9)),
              (std::vector<float>(first.begin() + 9, first.end())));
}

TEST(RandomAffine, AShiftSpreadsAPixelOverItsNeighboursAndKeepsItsSum)
{
    // A shift of at most one pixel in linear interpolation: the dot's weights in a 3 x 3 window sum to 1.
    std::vector<float> values(25);
    values[12] = 8;
    RandomAffine augment({.shift = 1}, 3);
    const auto moved = augment(xgrad::from_values({1, 1, 5, 5}, values)).to_vector<float>();
    EXPECT_NEAR(std::accumulate(moved.begin(), moved.end(), 0.0), 8, 1e-5);
    EXPECT_LT(moved[12], 8);
    EXPECT_EQ(moved[0] + moved[4] + moved[20] + moved[24], 0);
}

TEST(RandomAffine, ARotationLeavesTheCentreOfADiskAlone)
{
    std::vector<float> values(25);
    for (const std::size_t i : {7, 11, 12, 13, 17}) values[i] = 1;
    RandomAffine augment({.rotation = 3}, 5);
    const auto moved = augment(xgrad::from_values({1, 1, 5, 5}, values)).to_vector<float>();
    EXPECT_FLOAT_EQ(moved[12], 1);
}

TEST(RandomAffine, BadInputIsNamed)
{
    RandomAffine augment({}, 1);
    EXPECT_THROW_TEXT(augment(tensor({2}, {1, 2})), xgrad::ShapeError,
                      "RandomAffine: the images are f32 (2,).\n  rule: images are f32 (n, channels, height, width).\n"
                      "  try:  reshape them, or convert with to(images, f32).");
    EXPECT_THROW(augment(xgrad::zeros({1, 1, 2, 2}, xgrad::f64)), xgrad::DtypeError);
    EXPECT_THROW_TEXT(RandomAffine({.scale = 1}, 1), std::invalid_argument,
                      "RandomAffine: scale is 1.\n  rule: it is at least 0 and below 1.\n"
                      "  try:  a small positive number.");
    EXPECT_THROW(RandomAffine({.shift = std::nan("")}, 1), std::invalid_argument);
    EXPECT_THROW(RandomAffine({.rotation = -1}, 1), std::invalid_argument);
}
