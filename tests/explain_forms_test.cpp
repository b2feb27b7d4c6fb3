// The forms of an explanation beside the table for terminals: Markdown, LaTeX, JSON, DOT, files.
#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar_math.hpp>
#include <xgrad/teach/explain.hpp>
#include <xgrad/teach/graph.hpp>
#include <xgrad/teach/names.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <sstream>

#include "tests/expect_throw.hpp"
#include "tests/slide.hpp"
#include "tests/temporary_files.hpp"

namespace {

using namespace xgrad;
using nlohmann::json;
using test::slide;

/// loss = sum((x W)^2) with names that are awkward in every form.
Explanation tensors()
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x_1|\"<a>\"", tensor({1, 2}, {1, 2}));
    const Tensor w = tape.variable("W & $b$ {c}~^\\#%", tensor({2, 2}, {1, 2, 3, 4}));
    const Tensor h = matmul(x, w);
    const Tensor l = sum(square(h));
    tape.name(h, "h");
    tape.name(l, "loss");
    tape.backward(l);
    return explain(tape);
}

TEST(ExplainMarkdown, SlideIsThreeTables)
{
    EXPECT_EQ(slide().markdown(), R"(## Forward

| value | is | computed as | line |
| --- | --- | --- | --- |
| `x` | `-2` | `variable` |  |
| `y` | `5` | `variable` |  |
| `z` | `-4` | `variable` |  |
| `q` | `3` | `add: x + y` | `graph.cpp:10` |
| `f` | `-12` | `mul: q * z` | `graph.cpp:11` |

## Backward

| gradient | local derivative | upstream x local | sum so far | gate |
| --- | --- | --- | --- | --- |
| `df/dq` | `df/dq = z = -4` | `1 * -4 = -4` |  | mul swaps |
| `df/dz` | `df/dz = q = 3` | `1 * 3 = 3` |  | mul swaps |
| `df/dx` | `dq/dx = 1` | `-4 * 1 = -4` |  | add distributes |
| `df/dy` | `dq/dy = 1` | `-4 * 1 = -4` |  | add distributes |

## Gradients

| leaf | gradient |
| --- | --- |
| `df/dx` | `-4` |
| `df/dy` | `-4` |
| `df/dz` | `3` |
)");
}

TEST(ExplainMarkdown, BarsInNamesDoNotEndCells)
{
    std::istringstream lines(tensors().markdown());
    for (std::string line; std::getline(lines, line);) EXPECT_EQ(line.find("x_1|"), std::string::npos) << line;
}

TEST(ExplainJson, SlideHasNodesEdgesAndTheOrderOfTheWalk)
{
    const json page = json::parse(slide().json());
    EXPECT_EQ(page["format"], "xgrad.explanation");
    EXPECT_EQ(page["version"], 1);
    EXPECT_EQ(page["root"], 4);
    EXPECT_EQ(page["root_name"], "f");
    EXPECT_EQ(page["walked"], true);
    EXPECT_EQ(page["scalar"], true);
    EXPECT_EQ(page["backward"], json::parse("[[4, 0], [4, 1], [3, 0], [3, 1]]"));
    const json& f = page["nodes"][4];
    EXPECT_EQ(f["name"], "f");
    EXPECT_EQ(f["symbol"], "*");
    EXPECT_EQ(f["formula"], "q * z");
    EXPECT_EQ(f["template"], "a * b");
    EXPECT_EQ(f["place"], json::parse(R"({"file": "graph.cpp", "line": 11})"));
    EXPECT_EQ(f["operands"][0], json::parse(R"({"letter": "a", "name": "q", "node": 3})"));
    EXPECT_EQ(f["edges"][0], json::parse(R"({"operand": 0, "to": 3, "derivative": "df/dq", "local": "z",
                                             "local_template": "b", "local_value": -4.0, "upstream": 1.0,
                                             "contribution": -4.0, "accumulated": -4.0})"));
    EXPECT_EQ(page["nodes"][0]["grad"], -4.0);
}

TEST(ExplainJson, TensorsAreNestedListsAndLargeOnesNull)
{
    const json page = json::parse(tensors().json());
    EXPECT_EQ(page["scalar"], false);
    EXPECT_EQ(page["nodes"][1]["value"], json::parse("[[1.0, 2.0], [3.0, 4.0]]"));
    EXPECT_EQ(page["nodes"][1]["shape"], json::parse("[2, 2]"));
    // h = (7, 10), dloss/dh = 2 h, dW = x^T dh = [[14, 20], [28, 40]].
    EXPECT_EQ(page["nodes"][1]["grad"], json::parse("[[14.0, 20.0], [28.0, 40.0]]"));

    Tape tape{{.explain = true}};
    (void)sum(tape.variable("big", zeros({100})));
    EXPECT_EQ(json::parse(explain(tape).json())["nodes"][0]["value"], nullptr);
}

TEST(ExplainJson, NotNumbersAreTexts)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 0.0);
    const Scalar y = 1.0 / x;
    tape.backward(y);
    const json page = json::parse(explain(tape).json());
    EXPECT_EQ(page["nodes"][1]["value"], "inf");
    EXPECT_EQ(page["nodes"][0]["grad"], "-inf");
}

TEST(ExplainJson, BytesThatAreNoUtf8AreReplaced)
{
    Tape tape{{.explain = true}};
    (void)tape.variable("\xff\xfe", 0.0);
    EXPECT_TRUE(json::accept(explain(tape).json()));
}

TEST(ExplainDot, SlideHasValuesAndGradientsOnItsEdges)
{
    EXPECT_EQ(slide().dot(), R"dot(// On each edge: the value that goes forward / the gradient that comes back.
digraph explanation {
  rankdir=LR;
  node [fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=11];
  n0 [label="x", shape=box];
  n1 [label="y", shape=box];
  n2 [label="z", shape=box];
  n3 [label="+", shape=ellipse];
  n4 [label="*", shape=ellipse];
  n0 -> n3 [label="-2 / -4"];
  n1 -> n3 [label="5 / -4"];
  n3 -> n4 [label="q = 3 / -4"];
  n2 -> n4 [label="-4 / 3"];
  r4 [shape=point];
  n4 -> r4 [label="f = -12 / 1"];
}
)dot");
}

TEST(ExplainLatex, SlideIsTheChainRule)
{
    const std::string page = slide().latex();
    for (const char* formula : {"\\[ q = x + y = 3 \\]", "\\[ f = q \\cdot z = -12 \\]",
                                "\\frac{\\partial f}{\\partial x} = \\frac{\\partial f}{\\partial q} \\cdot "
                                "\\frac{\\partial q}{\\partial x} = "
                                "-4 \\cdot (1) = -4"})
        EXPECT_NE(page.find(formula), std::string::npos) << formula << "\nin\n" << page;
}

bool is_installed(const char* program)
{
    return std::system((std::string("command -v ") + program + " >/dev/null 2>&1").c_str()) == 0;
}

TEST(ExplainLatex, Compiles)
{
    if (!is_installed("pdflatex")) GTEST_SKIP() << "pdflatex is not installed (Debian: texlive-latex-base)";
    const test::TemporaryFolder folder;
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 1e-30);
    const Scalar y = max(pow(x, 2.0), exp(-x)) + sigmoid(x) / x;
    tape.backward(y);
    int i = 0;
    for (const Explanation& explanation : {slide(), tensors(), explain(tape)}) {
        const std::string name = "page" + std::to_string(i++) + ".tex";
        explanation.save(folder.path() + "/" + name);
        const std::string command =
            "cd '" + folder.path() + "' && pdflatex -interaction=nonstopmode -halt-on-error " + name + " >log.txt 2>&1";
        EXPECT_EQ(std::system(command.c_str()), 0) << test::bytes_at(folder.path() + "/log.txt");
    }
}

TEST(ExplainDot, IsReadByGraphviz)
{
    if (!is_installed("dot")) GTEST_SKIP() << "dot is not installed (Debian: graphviz)";
    const test::TemporaryFolder folder;
    const std::string path = folder.path() + "/graph.dot";
    tensors().save(path);
    EXPECT_EQ(std::system(("dot -Tsvg '" + path + "' >'" + path + ".svg'").c_str()), 0);
}

TEST(ExplainSave, WritesTheFormThatTheExtensionSays)
{
    const test::TemporaryFolder folder;
    const Explanation explanation = slide();
    const auto written = [&](const char* name) {
        explanation.save(folder.path() + "/" + name);
        return test::bytes_at(folder.path() + "/" + name);
    };
    EXPECT_EQ(written("a.txt"), std::string(explanation));
    EXPECT_EQ(written("a.md"), explanation.markdown());
    EXPECT_EQ(written("a.tex"), explanation.latex());
    EXPECT_EQ(written("a.json"), explanation.json());
    EXPECT_EQ(written("a.dot"), explanation.dot());
}

TEST(ExplainSave, RefusesOtherExtensionsAndUnwritablePaths)
{
    EXPECT_THROW_TEXT(slide().save("a.doc"), ShapeError,
                      R"(explain: 'a.doc' has none of the extensions that say a form.
  rule: explanations are written as .txt, .md, .tex, .json, .dot or .html.
  try:  give the path one of them.)");
    EXPECT_THROW(slide().save("/no/such/folder/a.md"), DataError);
}

TEST(ExplainFollow, ShowsAnElementAndWhatFlowedToIt)
{
    Tape tape{{.explain = true}};
    const Tensor w = tape.variable("W", tensor({2, 2}, {1, 2, 3, 4}));
    const Tensor l = sum(w * w + w);
    tape.name(l, "l");
    tape.backward(l);
    // dl/dw = 2 w + 1: 7 at [1, 0], of which 1 from the sum with w and 3 from each factor.
    const std::string text = explain(tape, {.follow = {{"W", {1, 0}}}});
    EXPECT_NE(text.find("W[1, 0] = 3\n  dl/dW[1, 0] = 1 (from %2) + 3 (from %1) + 3 (from %1) = 7\n"),
              std::string::npos)
        << text;
    EXPECT_THROW(explain(tape, {.follow = {{"V", {0}}}}), ShapeError);
    EXPECT_THROW(explain(tape, {.follow = {{"W", {2, 0}}}}), ShapeError);
}

TEST(ExplainElements, LargerTensorsAreShownOnRequest)
{
    Tape tape{{.explain = true}};
    (void)tape.variable("big", zeros({4, 4}));
    EXPECT_EQ(explain(tape).find("tensor({4, 4}"), std::string::npos);
    EXPECT_NE(explain(tape, {.elements = 16}).find("tensor({4, 4}"), std::string::npos);
}

TEST(ExplainGraph, OutlivesTheTape)
{
    const teach::Graph graph = slide().graph();
    EXPECT_EQ(graph.nodes.size(), 5u);
    EXPECT_EQ(graph.nodes[4].value.item(), -12);
    EXPECT_EQ(graph.nodes[0].uses, 1u);
}

TEST(ExplainGraph, RecordsOfTheWalkHaveNoGradient)
{
    // y = x^3 with create_graph: the walk is recorded behind the root, and can be explained, too.
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 2.0);
    const Scalar y = x * x * x;
    tape.name(y, "y");
    const std::vector<Scalar> first = tape.grad(y, {x}, {.create_graph = true});
    tape.name(first[0], "g");
    tape.backward(first[0]);
    EXPECT_EQ(x.grad(), 12);  // 6 x
    const Explanation explanation = explain(tape);
    EXPECT_NE(explanation.find("dg/dx = 12"), std::string::npos) << explanation;
}

struct Model {
    nn::Linear first{2, 3}, second{3, 1};
    XGRAD_MODULE(Model, first, second)
};

TEST(ExplainGraph, ParametersHaveTheNamesOfTheirModel)
{
    const Model model;
    Tape tape{{.explain = true}};
    const Tensor l = sum(model.second(relu(model.first(ones({1, 2})))));
    teach::name_parameters(tape, model);
    tape.backward(l);
    const Explanation explanation = explain(tape);
    std::vector<std::string> groups;  // of the operations: each belongs to the last layer on its way
    for (const teach::GraphNode& node : explanation.graph().nodes)
        if (node.kind == teach::NodeKind::operation) groups.push_back(node.operation + " " + node.group);
    EXPECT_EQ(groups, (std::vector<std::string>{"linear first", "relu first", "linear second", "sum second"}));
    EXPECT_NE(explanation.find("dL/dsecond.bias = tensor({1}, {1}) f32"), std::string::npos) << explanation;
}

TEST(ExplainGraph, EndedTapesAreRefused)
{
    auto outer = std::make_unique<Tape>(TapeOptions{.explain = true});
    Tape inner{{.explain = true}};
    (void)inner.variable("x", 1.0);
    outer.reset();
    EXPECT_THROW_TEXT(explain(inner), TapeError,
                      R"(explain: tapes ended out of order: an outer tape ended before this one.
  rule: tapes end in the reverse order of their beginning.
  try:  make tapes local variables of nested blocks.)");
}

TEST(ExplainGraph, LargeOnesAreExplainedInAMoment)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 1.0);
    Scalar y = x;
    for (int i = 0; i < 20000; ++i) y = y * y;  // each value is used twice
    tape.backward(y);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(explain(tape).graph().backward.size(), 40000u);
    EXPECT_LT(std::chrono::steady_clock::now() - start,
              std::chrono::seconds(20));  // a search for each value took minutes
}

TEST(ExplainGraph, EmptyTapesAreRefused)
{
    Tape tape{{.explain = true}};
    EXPECT_THROW_TEXT(explain(tape), TapeError, R"(explain: the tape is empty.
  rule: variables of the tape, and operations on them, are recorded.
  try:  make variables with tape.variable(name, value) and compute with them.)");
}

}  // namespace
