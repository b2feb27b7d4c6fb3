#include <xgrad/error.hpp>
#include <xgrad/teach/plot/drawing.hpp>

#include <gtest/gtest.h>

#include "tests/expect_throw.hpp"
#include "tests/temporary_files.hpp"

// Linked with teach/plot/png_missing.cpp in front of the library: as where cairo was not found.
namespace xgrad::test {
namespace {

constexpr const char* kText =
    "save: PNG, and pixels inside an SVG, need cairo, which this build of the library has not found.\n"
    "  rule: cairo is installed when the library is configured.\n"
    "  try:  install it (Debian: apt-get install libcairo2-dev), configure and build again.";

TEST(DrawingWithoutCairo, WritesSvgAndSaysWhatPngNeeds)
{
    const TemporaryFolder folder;
    plot::Drawing drawing(10, 10);
    drawing.circle({5, 5}, 3, plot::kBlack);
    drawing.save(folder.path() + "/a.svg");
    EXPECT_EQ(bytes_at(folder.path() + "/a.svg"), drawing.svg());
    EXPECT_THROW_TEXT(drawing.save(folder.path() + "/a.png"), DataError, kText);
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/a.png"));
    drawing.pixels({0, 0, 1, 1}, 1, 1, {plot::kBlack});
    EXPECT_THROW_TEXT(drawing.svg(), DataError, kText);
}

}  // namespace
}  // namespace xgrad::test
