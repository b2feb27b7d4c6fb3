// Transforms that turn, deform and disturb images: small ones by hand, and what seeds and threads must not change.
#include <xgrad/data/transform.hpp>
#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/threads.hpp>

#include <cmath>
#include <numbers>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;
using namespace xgrad::data;

namespace {

// 1 2 3
// 4 5 6
const Tensor kImage = tensor({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});

Tensor many_images()
{
    Generator generator(3);
    return rand({6, 2, 9, 7}, {.generator = generator});
}

/// What a transform of fixed seed makes of the images with one thread and with four.
template <class Make>
void expect_same_for_any_number_of_threads(Make make)
{
    set_num_threads(1);
    auto first = make();
    const Tensor alone = first(many_images()), next = first(many_images());
    set_num_threads(4);
    const Tensor together = make()(many_images());
    set_num_threads(0);
    EXPECT_TENSOR_EQ(together, alone);
    EXPECT_FALSE(xgrad::testing::tensors_agree(next, alone, 0)) << "the second batch draws other numbers";
}

}  // namespace

TEST(RandomFlip, TurnsOverAndTwiceIsNothing)
{
    RandomFlip across({.horizontal = 1}, 1), down({.horizontal = 0, .vertical = 1}, 1);
    EXPECT_TENSOR_EQ(across(kImage), tensor({1, 1, 2, 3}, {3, 2, 1, 6, 5, 4}));
    EXPECT_TENSOR_EQ(down(kImage), tensor({1, 1, 2, 3}, {4, 5, 6, 1, 2, 3}));
    RandomFlip both({.horizontal = 1, .vertical = 1}, 1);
    EXPECT_TENSOR_EQ(both(kImage), tensor({1, 1, 2, 3}, {6, 5, 4, 3, 2, 1}));
    EXPECT_TENSOR_EQ(across(across(many_images())), many_images());
    EXPECT_TENSOR_EQ(down(down(many_images())), many_images());
    RandomFlip never({.horizontal = 0}, 1);
    EXPECT_TENSOR_EQ(never(many_images()), many_images());
}

TEST(RandomFlip, ChoosesImagesWithItsProbability)
{
    // 10000 draws of 0.3: deviation sqrt(0.3 * 0.7 / 10000) = 0.0046
    RandomFlip flips({.horizontal = 0.3}, 7);
    const Tensor images = reshape(stack({zeros({10000}), ones({10000})}, 1), {10000, 1, 1, 2});
    const double turned = mean(narrow(flips(images), 3, 0, 1)).item();
    EXPECT_NEAR(turned, 0.3, 4 * 0.0046);
}

TEST(Displace, AConstantDisplacementIsAShift)
{
    // Every pixel takes its value from the one to its right, a row below: outside is 0.
    const Tensor one = ones({1, 1, 2, 3});
    EXPECT_TENSOR_EQ(displace(kImage, cat({0 * one, one}, 1)), tensor({1, 1, 2, 3}, {2, 3, 0, 5, 6, 0}));
    EXPECT_TENSOR_EQ(displace(kImage, cat({one, 0 * one}, 1)), tensor({1, 1, 2, 3}, {4, 5, 6, 0, 0, 0}));
    // half a pixel to the right: the mean of two neighbours, at the edge of the last and 0
    EXPECT_TENSOR_EQ(displace(kImage, cat({0 * one, 0.5 * one}, 1)),
                     tensor({1, 1, 2, 3}, {1.5, 2.5, 1.5, 4.5, 5.5, 3}));
}

TEST(Displace, FarAwayAndNanAreOutside)
{
    const double nan = std::nan("");
    const Tensor d = tensor({1, 2, 2, 3}, {1e30, -1e30, nan, 0, 0, 0, 0, 0, 0, 0, 1e30, nan});
    EXPECT_TENSOR_EQ(displace(kImage, d), tensor({1, 1, 2, 3}, {0, 0, 0, 4, 0, 0}));
}

TEST(Displace, TakesEachPixelFromItsOwnPlaceInAllChannels)
{
    // Rows change places: 1 down in the first, 1 up in the second; columns stay.
    const Tensor d = tensor({1, 2, 2, 2}, {1, 1, -1, -1, 0, 0, 0, 0});
    EXPECT_TENSOR_EQ(displace(tensor({1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), d),
                     tensor({1, 2, 2, 2}, {3, 4, 1, 2, 7, 8, 5, 6}));
    EXPECT_THROW_TEXT(displace(kImage, d), ShapeError,
                      "displace: images (1, 1, 2, 3) and displacements (1, 2, 2, 2).\n"
                      "  rule: images (n, c, h, w) go with displacements (n, 2, h, w).\n"
                      "  try:  one for rows and one for columns.");
}

TEST(ElasticDeformation, OfAlphaZeroIsNothing)
{
    ElasticDeformation none({.alpha = 0}, 1);
    EXPECT_TENSOR_EQ(none(many_images()), many_images());
    EXPECT_EQ(none(zeros({0, 1, 4, 4})).numel(), 0);
}

TEST(ElasticDeformation, SmoothsItsDisplacementsWithAGaussian)
{
    // sigma 1/2 reaches int(4 sigma + 1/2) = 2 pixels with weights e^-8, e^-2, 1, e^-2, e^-8 over their sum, in both
    // directions: the pixel in the middle of 5 x 5 is the sum of all, each times two weights.
    ElasticDeformation plain({.alpha = 1, .sigma = 0}, 5), smooth({.alpha = 3, .sigma = 0.5}, 5);
    const Tensor field = plain.draw(1, 5, 5);
    const Tensor one = exp(tensor({5}, {-8, -2, 0, -2, -8}, f64)), weights = one / sum(one);
    const Tensor wanted = 3 * sum(to(field, f64) * reshape(weights, {5, 1}) * weights, {2, 3});
    const Tensor got = to(smooth.draw(1, 5, 5), f64);
    EXPECT_TENSOR_NEAR(reshape(narrow(narrow(got, 2, 2, 1), 3, 2, 1), {1, 2}), wanted, 1e-6);
    // in the corner a quarter of the weights lies inside, the rest meets zeros
    const Tensor inside = narrow(weights, 0, 2, 3);
    const Tensor corner = narrow(narrow(to(field, f64), 2, 0, 3), 3, 0, 3);
    EXPECT_TENSOR_NEAR(reshape(narrow(narrow(got, 2, 0, 1), 3, 0, 1), {1, 2}),
                       3 * sum(corner * reshape(inside, {3, 1}) * inside, {2, 3}), 1e-6);
}

TEST(ElasticDeformation, DisplacementsHaveTheDeviationThatItsCommentSays)
{
    // Uniform numbers have variance 1/3; a Gaussian of two dimensions keeps 1 / (4 pi sigma^2) of it. Fields of sigma 2 have
    // about (60 / 7)^2 independent places, 2 x 50 planes: the deviation is within 4 / sqrt(2 * 7000) of it.
    ElasticDeformation elastic({.alpha = 10, .sigma = 2}, 11);
    const Tensor field = elastic.draw(50, 76, 76);
    const Tensor middle = narrow(narrow(field, 2, 8, 60), 3, 8, 60);
    const double wanted = 10 / (2 * std::sqrt(12 * std::numbers::pi));
    EXPECT_NEAR(std::sqrt(mean(square(middle)).item()) / wanted, 1, 0.035);
}

TEST(GaussianNoise, HasItsDeviationAndNoMean)
{
    GaussianNoise noise(0.5, 3);
    const Tensor x = full({100, 1000}, 2, f64), difference = noise(x) - x;
    EXPECT_NEAR(mean(difference).item(), 0, 4 * 0.5 / std::sqrt(1e5));
    EXPECT_NEAR(std::sqrt(mean(square(difference)).item()), 0.5, 4 * 0.5 / std::sqrt(2e5));
    GaussianNoise none(0, 3);
    EXPECT_TENSOR_EQ(none(many_images()), many_images());
}

TEST(SaltAndPepper, OverwritesItsPartsOfTheElements)
{
    SaltAndPepper speckles({.salt = 0.1, .pepper = 0.2, .lo = -1, .hi = 3}, 3);
    const Tensor y = speckles(full({1000, 100}, 0.5));
    const auto part = [&](double value) { return mean(to(eq(y, value), f64)).item(); };
    EXPECT_NEAR(part(3), 0.1, 4 * std::sqrt(0.09 / 1e5));
    EXPECT_NEAR(part(-1), 0.2, 4 * std::sqrt(0.16 / 1e5));
    EXPECT_NEAR(part(0.5), 0.7, 4 * std::sqrt(0.21 / 1e5));
    SaltAndPepper all({.salt = 0, .pepper = 1}, 3);
    EXPECT_TENSOR_EQ(all(kImage), zeros({1, 1, 2, 3}));
}

TEST(Transforms, DrawTheSameNumbersForAnyNumberOfThreads)
{
    expect_same_for_any_number_of_threads([] { return RandomAffine({.rotation = 0.3, .shift = 2}, 1); });
    expect_same_for_any_number_of_threads([] { return RandomFlip({}, 1); });
    expect_same_for_any_number_of_threads([] { return ElasticDeformation({}, 1); });
    expect_same_for_any_number_of_threads([] { return GaussianNoise(0.1, 1); });
    expect_same_for_any_number_of_threads([] { return SaltAndPepper({}, 1); });
}

TEST(Compose, AppliesOneTransformAfterTheOther)
{
    // turned over, twice as bright, cut off: 3 2 1 / 6 5 4 -> 6 4 2 / 12 10 8 -> at most 9
    Compose augment{RandomFlip{{.horizontal = 1}, 1}, [](const Tensor& x) { return 2 * x; },
                    [](const Tensor& x) { return clamp(x, 0, 9); }};
    EXPECT_TENSOR_EQ(augment(kImage), tensor({1, 1, 2, 3}, {6, 4, 2, 9, 9, 8}));
}

TEST(Transforms, BadInputIsNamed)
{
    RandomFlip flips({}, 1);
    EXPECT_THROW_TEXT(flips(tensor({2}, {1, 2})), ShapeError,
                      "RandomFlip: the images are f32 (2,).\n  rule: images are f32 (n, channels, height, width).\n"
                      "  try:  reshape them, or convert with to(images, f32).");
    EXPECT_THROW_TEXT(RandomFlip({.vertical = 1.5}, 1), std::invalid_argument,
                      "RandomFlip: vertical is 1.5.\n  rule: it is a probability, from 0 to 1.\n"
                      "  try:  for example 0.5.");
    EXPECT_THROW(ElasticDeformation({.sigma = -1}, 1), std::invalid_argument);
    EXPECT_THROW(ElasticDeformation({.alpha = std::nan("")}, 1), std::invalid_argument);
    EXPECT_THROW(GaussianNoise(-1, 1), std::invalid_argument);
    EXPECT_THROW(SaltAndPepper({.salt = 0.6, .pepper = 0.6}, 1), std::invalid_argument);
    GaussianNoise noise(1, 1);
    EXPECT_THROW_TEXT(noise(zeros({2}, i64)), DtypeError,
                      "GaussianNoise: x is i64 (2,).\n  rule: x is f32 or f64.\n  try:  to(x, f32).");
}
