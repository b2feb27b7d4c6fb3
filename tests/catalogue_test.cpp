// The catalogue of operations leaves nothing out.
#include <xgrad/record.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/catalogue/contradictions.hpp"
#include "tests/catalogue/disagreements.hpp"
#include "tests/catalogue/observe.hpp"
#include "tests/catalogue/page.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/reference/case_set.hpp"

using namespace xgrad;
using namespace xgrad::catalogue;

namespace {

const std::string kRoot = XGRAD_SOURCE_DIR;

const std::string& catalogue_page()
{
    static const std::string text = page(kRoot);
    return text;
}

bool has_heading(const std::string& text, const std::string& name)
{
    return text.find("\n### " + name + "\n") != std::string::npos;
}

/// The functions that the public header declares outside of namespace detail, found line by line by their shape alone.
std::set<std::string> functions_declared_in(const std::string& path)
{
    static const std::regex kFunction("^(inline )?[A-Za-z_:<>]+[ ]([a-z_0-9]+)\\(.*");
    std::set<std::string> names;
    std::ptrdiff_t internal_depth = 0;
    std::ifstream in(path);
    std::smatch match;
    for (std::string line; std::getline(in, line);) {
        if (internal_depth > 0 || line == "namespace detail {")
            internal_depth += std::count(line.begin(), line.end(), '{') - std::count(line.begin(), line.end(), '}');
        else if (std::regex_match(line, match, kFunction))
            names.insert(match[2]);
    }
    return names;
}

/// Those that have no heading in the text, with "linalg." before them neither.
std::set<std::string> left_out(const std::string& text, const std::set<std::string>& names)
{
    std::set<std::string> missing;
    for (const std::string& name : names)
        if (!has_heading(text, name) && !has_heading(text, "linalg." + name)) missing.insert(name);
    return missing;
}

bool same(double a, double b)
{
    return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(a - b) < 1e-6 * std::abs(b);
}

}  // namespace

TEST(Catalogue, HasEveryFunctionOfThePublicHeadersOfOperations)
{
    std::ifstream in(kRoot + "/autograd/ops/CMakeLists.txt");
    std::set<std::string> all;
    std::size_t headers = 0;
    for (std::string line; std::getline(in, line) && line != ")";) {
        const std::string header = std::regex_replace(line, std::regex("^ +"), "");
        if (!header.ends_with(".hpp") || header == "symbol.hpp") continue;
        ++headers;
        all.merge(functions_declared_in(kRoot + "/autograd/ops/" + header));
    }
    EXPECT_GE(headers, 35u);
    EXPECT_GE(all.size(), 280u);
    EXPECT_EQ(left_out(catalogue_page(), all), std::set<std::string>());
}

TEST(Catalogue, HasEveryFunctionThatIsComparedWithPyTorch)
{
    reference::CaseSet set(kRoot + "/tests/data/reference");
    std::set<std::string> all;
    for (const reference::Json& entry : set.cases()) all.insert(function_of(entry.at("op")));
    all.erase("full");  // of tensor.hpp
    EXPECT_GE(all.size(), 270u);
    for (const std::string& name : all) EXPECT_TRUE(has_heading(catalogue_page(), name)) << name;
}

TEST(Catalogue, HasEveryOperationWithItsShapes)
{
    for (const Op* op = Op::first(); op; op = op->next) {
        if (op->name == std::string("leaf")) continue;
        EXPECT_TRUE(has_heading(catalogue_page(), op->name)) << op->name;
        EXPECT_STRNE(op->shapes, "") << op->name;
        EXPECT_STRNE(op->formula, "") << op->name;
    }
}

TEST(Catalogue, CheckFindsAFunctionThatIsLeftOut)
{
    std::string text = catalogue_page();
    const std::string heading = "\n### softmin\n";
    text.erase(text.find(heading), heading.size());
    EXPECT_EQ(left_out(text, {"softmin", "softmax"}), std::set<std::string>{"softmin"});
}

TEST(CatalogueHeaders, DeclarationsWithTheirCommentsAreRead)
{
    const Family family = read_header("ops/small.hpp", R"(#pragma once

// A family.

#include <xgrad/record.hpp>

namespace xgrad {
namespace detail {
inline Tensor hidden(const Input& x)
{
    return x;
}
}

struct Options {
    double p = 2;
};

/// Of one operand.
///   x: S
/// Twice.
Tensor one(const Input& x, Options options = {});
inline Tensor two(const Input& x) { return one(x); }  ///< behind

namespace linalg {

Tensor three(const Input& x,
             double p);

}  // namespace linalg
}  // namespace xgrad
)");
    EXPECT_EQ(family.comment, "A family.");
    ASSERT_EQ(function_names(family), (std::vector<std::string>{"one", "two", "linalg.three"}));
    EXPECT_EQ(family.declarations[0].code, "Tensor one(const Input& x, Options options = {})");
    EXPECT_EQ(family.declarations[0].comment, "Of one operand.\n  x: S\nTwice.");
    EXPECT_EQ(family.declarations[1].code, "inline Tensor two(const Input& x)");
    EXPECT_EQ(family.declarations[1].comment, "Of one operand.\n  x: S\nTwice. behind");
    EXPECT_EQ(family.declarations[2].code, "Tensor three(const Input& x,\n             double p)");
}

// In every place of a vector and of what remains of one.
TEST(Contradictions, OfPyTorchAreResolvedAsThePageSays)
{
    for (const Contradiction& c : contradictions())
        for (std::size_t size = 1; size <= 33; ++size)
            for (const AtPoint& given : computed(c, size))
                EXPECT_TRUE(same(given.y, c.ours.y) && same(given.gradient, c.ours.gradient))
                    << c.function << " at " << c.x << ", " << size << " elements: " << given.y << ", "
                    << given.gradient;
}

TEST(Disagreements, AreResolvedAsThePageSays)
{
    for (const Disagreement& d : disagreements()) {
        SCOPED_TRACE(d.call);
        EXPECT_TENSOR_NEAR(d.computed(), d.ours, d.ours.dtype() == f32 ? 1e-6 : 1e-15);
    }
}

TEST(Contradictions, AreAllThatTheReferenceLeavesOut)
{
    const std::string folder = std::string(XGRAD_SHARED_DIR) + "/reference";
    if (!std::filesystem::exists(folder + "/index.json")) GTEST_SKIP() << folder << " is absent";
    const reference::CaseSet set(folder);
    const reference::Json& list = set.index().at("left_out_because_pytorch_contradicts_itself");
    ASSERT_EQ(list.size(), contradictions().size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Contradiction& c = contradictions()[i];
        const std::string head = std::string(c.function) + (c.dtype == f32 ? " float32" : " float64");
        EXPECT_NE(list[i].get<std::string>().find(head), std::string::npos) << list[i];
    }
}
