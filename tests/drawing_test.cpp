#include <xgrad/error.hpp>
#include <xgrad/teach/plot/drawing.hpp>

#include <cairo.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <stdexcept>

#include "tests/expect_throw.hpp"
#include "tests/svg_reader.hpp"
#include "tests/temporary_files.hpp"

namespace xgrad::test {
namespace {

using namespace plot;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInf = std::numeric_limits<double>::infinity();
constexpr Color kBlue{0, 0, 200}, kRed{200, 0, 0};

TEST(Drawing, TextStaysTextAndIsEscaped)
{
    Drawing drawing(100, 50);
    const std::string words = "a < b && \"c\" > 'd'";
    drawing.text({10, 20}, words, {.size = 14, .anchor = Anchor::end, .bold = true, .angle = 90});
    const std::string svg = drawing.svg();
    EXPECT_NE(svg.find("a &lt; b &amp;&amp; &quot;c&quot; &gt; 'd'"), std::string::npos);
    const Element root = read_svg(svg);
    ASSERT_EQ(root.all("text").size(), 1u);
    const Element& text = *root.all("text")[0];
    EXPECT_EQ(text.text, words);
    EXPECT_EQ(text.at("text-anchor"), "end");
    EXPECT_EQ(text.at("font-weight"), "bold");
    EXPECT_EQ(text.at("transform"), "rotate(-90 10 20)");
}

TEST(Drawing, BytesThatAreNoUtf8AndControlCharactersAreReplaced)
{
    Drawing drawing(100, 50);
    drawing.text({0, 0}, "\xCE\xB7 \xFF\x01 \xC3 \xED\xA0\x80 \xF0\x9F\x98\x80 \xC0\xAF");
    // η; two wrong bytes; a character cut off; a surrogate, of three bytes; one of four bytes; a / of two bytes instead
    // of one.
    const std::string r = "\xEF\xBF\xBD";
    const Element root = read_svg(drawing.svg());
    EXPECT_EQ(root.all("text")[0]->text,
              "\xCE\xB7 " + r + r + " " + r + " " + r + r + r + " \xF0\x9F\x98\x80 " + r + r);
    EXPECT_NO_THROW(read_png(drawing.png()));
}

TEST(Drawing, TextsAreAsWideAsTheFontSays)
{
    cairo_surface_t* const surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t* const context = cairo_create(surface);
    for (const bool bold : {false, true}) {
        cairo_select_font_face(context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                               bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(context, 100);
        for (const std::string text : {"Validation loss (epoch 12): 0.0345", "10\u207b\u00b2", "WWW", "iii.,"}) {
            cairo_text_extents_t extents;
            cairo_text_extents(context, text.c_str(), &extents);
            EXPECT_NEAR(text_width(text, {.size = 100, .bold = bold}) / extents.x_advance, 1, bold ? 0.15 : 0.07)
                << text;
        }
    }
    cairo_destroy(context);
    cairo_surface_destroy(surface);
}

TEST(Drawing, PointsThatAreNotFiniteBreakALine)
{
    Drawing drawing(100, 50);
    drawing.line({{0, 0}, {1, 1.256}, {2, kNaN}, {3, 3}, {4, 4}, {kInf, 0}}, {kBlack, 2, Dash::dashed});
    const Element root = read_svg(drawing.svg());
    ASSERT_EQ(root.all("path").size(), 1u);
    EXPECT_EQ(root.all("path")[0]->at("d"), "M0,0 1,1.26M3,3 4,4");
    EXPECT_EQ(root.all("path")[0]->at("stroke-dasharray"), "8 5");
}

TEST(Drawing, OtherShapesThatAreNotFiniteAreLeftOut)
{
    Drawing drawing(100, 50);
    drawing.circle({kNaN, 1}, 2, kBlue);
    drawing.circle({1, 1}, kInf, kBlue);
    drawing.rectangle({0, 0, kInf, 1}, kBlue);
    drawing.polygon({{0, 0}, {1, kNaN}, {1, 1}}, kBlue);
    drawing.text({0, kNaN}, "nowhere");
    drawing.arrow({0, 0}, {kInf, 0}, {});
    drawing.arrow({3, 3}, {3, 3}, {});
    drawing.pixels({kNaN, 0, 1, 1}, 1, 1, {kBlue});
    EXPECT_EQ(drawing.svg(), Drawing(100, 50).svg());
}

TEST(Drawing, FarCoordinatesAreCutToAMillion)
{
    Drawing drawing(100, 50);
    drawing.line({{-1e300, 25}, {1e300, 25}}, {kBlue, 10, Dash::solid});
    EXPECT_EQ(read_svg(drawing.svg()).all("path")[0]->at("d"), "M-1000000,25 1000000,25");
    EXPECT_EQ(read_png(drawing.png(1)).at(50, 25), (Image::Color{0, 0, 200}));
}

TEST(Drawing, PngHasTheColoursDrawnAndTwoPixelsAUnit)
{
    Drawing drawing(40, 20);
    drawing.rectangle({10, 5, 10, 10}, kBlue);
    const Image image = read_png(drawing.png());
    EXPECT_EQ(image.width, 80u);
    EXPECT_EQ(image.height, 40u);
    EXPECT_EQ(image.at(30, 20), (Image::Color{0, 0, 200}));
    EXPECT_EQ(image.at(50, 20), (Image::Color{255, 255, 255}));
    EXPECT_EQ(image.count_colors(), 2u);
    EXPECT_NEAR(image.share_of({0, 0, 200}), 100.0 / 800, 1e-12);
    EXPECT_EQ(read_png(drawing.png(0.5)).width, 20u);
}

TEST(Drawing, OpacityMixesWithWhatLiesBehind)
{
    Drawing drawing(10, 10);
    drawing.rectangle({0, 0, 10, 10}, {0, 0, 0, 0.5});
    EXPECT_NEAR(read_png(drawing.png()).at(5, 5).red, 127, 1);
    EXPECT_EQ(read_svg(drawing.svg()).children[1].at("fill-opacity"), "0.5");
}

TEST(Drawing, NothingIsShownOutsideOfAClip)
{
    Drawing drawing(40, 20);
    drawing.begin_clip("left", {0, 0, 20, 20});
    drawing.rectangle({10, 5, 20, 10}, kBlue);
    drawing.end_group();
    drawing.rectangle({35, 5, 2, 2}, kRed);
    const Image image = read_png(drawing.png(1));
    EXPECT_EQ(image.at(15, 10), (Image::Color{0, 0, 200}));
    EXPECT_EQ(image.at(25, 10), (Image::Color{255, 255, 255}));
    EXPECT_EQ(image.at(36, 6), (Image::Color{200, 0, 0}));
    const Element root = read_svg(drawing.svg());
    EXPECT_EQ(root.all("g", "left").at(0)->at("clip-path"), "url(#clip1)");
    EXPECT_EQ(root.all("clipPath").at(0)->children.at(0).at("width"), "20");
}

TEST(Drawing, PixelsAreEmbeddedAsTheyAre)
{
    Drawing drawing(40, 20);
    drawing.pixels({0, 0, 40, 20}, 2, 2, {kBlue, kRed, kWhite, {10, 20, 30}});
    const Element root = read_svg(drawing.svg());
    const Image inside = embedded_image(*root.all("image").at(0)), outside = read_png(drawing.png(1));
    EXPECT_EQ(inside.width, 2u);
    EXPECT_EQ(inside.height, 2u);
    const Image::Color colors[] = {{0, 0, 200}, {200, 0, 0}, {255, 255, 255}, {10, 20, 30}};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(inside.at(i % 2, i / 2), colors[i]);
        EXPECT_EQ(outside.at(20 * (i % 2) + 18, 10 * (i / 2) + 8), colors[i]);  // sharp up to the border
    }
}

TEST(Drawing, AnArrowEndsInItsHead)
{
    Drawing drawing(40, 20);
    drawing.arrow({5, 10}, {35, 10}, {kBlue, 2, Dash::solid}, 10);
    const Element root = read_svg(drawing.svg());
    EXPECT_EQ(root.all("path").at(0)->at("d"), "M5,10 25,10");
    EXPECT_EQ(root.all("path").at(1)->at("d"), "M35,10 25,14 25,6Z");
}

TEST(Drawing, GroupsLeftOpenAreClosed)
{
    Drawing drawing(40, 20);
    drawing.begin_group("outer", {{"name", "a \"name\""}});
    drawing.begin_group("inner");
    const Element root = read_svg(drawing.svg());
    EXPECT_EQ(root.all("g", "outer").at(0)->at("data-name"), "a \"name\"");
    EXPECT_EQ(root.all("g", "outer").at(0)->children.at(0).at("class"), "inner");
    EXPECT_NO_THROW(drawing.png());
}

TEST(Drawing, SaveWritesWhatTheEndingSays)
{
    const TemporaryFolder folder;
    Drawing drawing(40, 20);
    drawing.text({5, 15}, "hello");
    drawing.save(folder.path() + "/a.svg");
    drawing.save(folder.path() + "/b.PNG");
    EXPECT_EQ(bytes_at(folder.path() + "/a.svg"), drawing.svg());
    EXPECT_EQ(bytes_at(folder.path() + "/b.PNG"), drawing.png());
}

TEST(Drawing, SaveRefusesOtherEndings)
{
    const Drawing drawing(40, 20);
    EXPECT_THROW_TEXT(drawing.save("picture.jpg"), DataError,
                      "save: picture.jpg: the ending '.jpg' names no format of pictures.\n"
                      "  rule: pictures are written as .svg or .png.\n  try:  end the path with .svg or .png.");
    EXPECT_THROW_TEXT(drawing.save("folder.svg/picture"), DataError,
                      "save: folder.svg/picture: the ending '' names no format of pictures.\n"
                      "  rule: pictures are written as .svg or .png.\n  try:  end the path with .svg or .png.");
}

TEST(Drawing, WhereAFileCannotBeWrittenNothingIsLeft)
{
    const TemporaryFolder folder;
    const Drawing drawing(40, 20);
    EXPECT_THROW_TEXT(drawing.save("/no/such/folder/picture.svg"), DataError,
                      "save: /no/such/folder/picture.svg: cannot be written: No such file or directory.\n"
                      "  rule: a path in an existing folder that may be written, with room on the disk.\n"
                      "  try:  check the path, its permissions and the free space.");
    const std::string taken = folder.path() + "/picture.png";
    std::filesystem::create_directory(taken);
    EXPECT_THROW(drawing.save(taken), DataError);
    const auto entries = std::filesystem::directory_iterator(folder.path());
    EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);  // the folder that was there
}

TEST(Drawing, BadInputSaysWhatIsWrong)
{
    EXPECT_THROW_TEXT(
        Drawing(0, 100), ShapeError,
        "Drawing: a sheet of 0 x 100 pixels.\n  rule: both sides are at least 1 and at most 20000 pixels.\n"
        "  try:  check the size of the figure and its rows and columns.");
    EXPECT_THROW(Drawing(100, kNaN), ShapeError);
    EXPECT_THROW(Drawing(30000, 100), ShapeError);
    Drawing drawing(15000, 20);
    EXPECT_THROW_TEXT(drawing.png(), ShapeError,
                      "png: 15000 x 20 units at 2 pixels a unit.\n"
                      "  rule: the scale is positive, and a PNG has at most 20000 pixels a side.\n"
                      "  try:  take a smaller scale, or .svg.");
    EXPECT_THROW(drawing.png(0), ShapeError);
    EXPECT_THROW(drawing.png(kNaN), ShapeError);
    EXPECT_THROW_TEXT(drawing.pixels({0, 0, 1, 1}, 2, 2, {kBlue}), ShapeError,
                      "pixels: 1 colours for 2 columns and 2 rows.\n"
                      "  rule: there is a colour for each column of each row, and at least one.\n"
                      "  try:  check columns and rows.");
    EXPECT_THROW_TEXT(drawing.end_group(), std::logic_error,
                      "end_group: no group has begun.\n  rule: each end_group belongs to a begin_group or begin_clip.\n"
                      "  try:  take this call out.");
}

TEST(Color, MapsGoFromTheirFirstToTheirLastColour)
{
    EXPECT_EQ(color_at(ColorMap::grays, 0), kWhite);
    EXPECT_EQ(color_at(ColorMap::grays, 1), kBlack);
    EXPECT_EQ(color_at(ColorMap::grays, 7), kBlack);
    EXPECT_EQ(color_at(ColorMap::grays, -kInf), kWhite);
    EXPECT_EQ(color_at(ColorMap::grays, kNaN), kLightGray);
    EXPECT_EQ(color_at(ColorMap::diverging, 0), palette(0));
    EXPECT_EQ(color_at(ColorMap::diverging, 1), palette(1));
    EXPECT_EQ(color_at(ColorMap::grays, 0.2), (Color{204, 204, 204}));  // 255 * 0.8
    EXPECT_EQ(to_string(Color{0, 114, 178}), "#0072b2");
    EXPECT_EQ(palette(7), palette(0));
}

TEST(SvgReader, RefusesWhatIsNoXml)
{
    EXPECT_NO_THROW(read_svg("<a b=\"1 &lt; 2\"><c/>text</a>\n"));
    for (const char* wrong : {"", "<a>", "<a></b>", "<a b=1/>", "<a b=\"1\" b=\"2\"/>", "<a>&no;</a>", "<a/><b/>",
                              "<a b=\"<\"/>", "<a>\x01</a>"})
        EXPECT_THROW(read_svg(wrong), std::runtime_error) << wrong;
}

}  // namespace
}  // namespace xgrad::test
