// The player's page as a file: what it holds, what it may not hold, and errors.
#include <xgrad/error.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/explain.hpp>

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/expect_throw.hpp"
#include "tests/player_graphs.hpp"
#include "tests/temporary_files.hpp"

namespace {

using namespace xgrad;

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(PlayerFile, IsOneSmallPage)
{
    const std::string folder = xgrad::testing::player_folder();
    xgrad::testing::slide_graph().html(folder + "/slide.html");
    const std::string page = test::bytes_at(folder + "/slide.html");
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
    EXPECT_LE(page.size(), 200'000u);
    // No other file is named: what the page has of addresses is the name of SVG.
    for (const char* part : {"src=", "@import", "url(h", "fetch(", "XMLHttpRequest", "https://"})
        EXPECT_FALSE(holds(page, part)) << part;
    xgrad::testing::lenet5_graph().html(folder + "/lenet5.html");
    EXPECT_LE(std::filesystem::file_size(folder + "/lenet5.html"), 2'000'000u);
}

TEST(PlayerFile, SaveWritesItToo)
{
    const test::TemporaryFolder folder;
    const Explanation slide = xgrad::testing::slide_graph();
    slide.html(folder.path() + "/a.html");
    slide.save(folder.path() + "/b.html");
    EXPECT_EQ(test::bytes_at(folder.path() + "/a.html"), test::bytes_at(folder.path() + "/b.html"));
}

TEST(PlayerFile, NamesAndTitlesAreNoMarkup)
{
    const test::TemporaryFolder folder;
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("</script><script>alert(1)</script>", 2.0);
    const Scalar y = x * x;
    tape.name(y, "a&b<\"c\">'d'");
    tape.backward(y);
    const std::string path = folder.path() + "/page.html";
    explain(tape).html(path, "<b> & \"@DATA@\"");
    const std::string page = test::bytes_at(path);
    EXPECT_TRUE(holds(page, "<title>&lt;b&gt; &amp; &quot;@DATA@&quot;</title>"));
    EXPECT_FALSE(holds(page, "<script>alert"));
    std::size_t ends = 0;
    for (std::size_t at = 0; (at = page.find("</script>", at)) != std::string::npos; ++at) ++ends;
    EXPECT_EQ(ends, 2u);  // of the data and of the program
}

TEST(PlayerFile, TooManyNodesAreSaid)
{
    const test::TemporaryFolder folder;
    Tape tape{{.explain = true}};
    Scalar y = tape.variable("x", 1.0);
    for (int i = 0; i < 1000; ++i) y = y * 1.5;
    const Explanation explanation = explain(tape);
    const std::string path = folder.write("page.html", "before");
    EXPECT_THROW_TEXT(explanation.html(path), TapeError,
                      "html: 1001 nodes are too many to draw.\n"
                      "  rule: a page draws at most 1000 nodes.\n"
                      "  try:  explain one sample or one layer on a tape of its own; print explain(tape) for all.");
    EXPECT_EQ(test::bytes_at(path), "before");
}

TEST(PlayerFile, APathThatCannotBeWrittenLeavesNothing)
{
    const test::TemporaryFolder folder;
    const Explanation slide = xgrad::testing::slide_graph();
    const std::string missing = folder.path() + "/no/page.html";
    EXPECT_THROW_TEXT(slide.html(missing), DataError,
                      "html: " + missing +
                          ": cannot be written: No such file or directory.\n"
                          "  rule: a path in an existing folder that may be written, with room on the disk.\n"
                          "  try:  check the path, its permissions and the free space.");
    const std::string taken = folder.path() + "/folder";
    std::filesystem::create_directory(taken);
    EXPECT_THROW(slide.html(taken), DataError);
    // No part of a page is left behind.
    std::size_t entries = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) entries += entry.exists();
    EXPECT_EQ(entries, 1u);
}

TEST(PlayerFile, AnEmptyTapeAndOneThatWasNotOpenedForItAreSaid)
{
    Tape plain;
    EXPECT_THROW((void)explain(plain), TapeError);
    Tape tape{{.explain = true, .isolated = true}};
    EXPECT_THROW((void)explain(tape), TapeError);
}

}  // namespace
