// Back-propagation step by step; N1 and N2 are the numeric examples of the lecture's graphs.
#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/teach/stepper.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "tests/expect_throw.hpp"
#include "tests/slide.hpp"

namespace {

using namespace xgrad;
using teach::BackwardStepper;

teach::Graph slide() { return test::slide().graph(); }

/// a = x * x + x at x = 3: dy/dx = 2 x + 1 = 7, in three contributions.
teach::Graph fan_out()
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 3.0);
    const Scalar s = x * x;
    const Scalar y = s + x;
    tape.name(s, "s");
    tape.name(y, "y");
    tape.backward(y);
    return teach::graph_of(tape);
}

TEST(Stepper, TakesTheEdgesFromTheRootToTheLeaves)
{
    BackwardStepper stepper(slide());
    EXPECT_EQ(stepper.size(), 4u);
    EXPECT_EQ(stepper.edge(), nullptr);
    EXPECT_EQ(stepper.adjoint("f").item(), 1);
    EXPECT_FALSE(stepper.adjoint("q").defined());
    std::vector<std::string> derivatives;
    while (stepper.next()) derivatives.push_back(stepper.edge()->derivative);
    EXPECT_EQ(derivatives, (std::vector<std::string>{"df/dq", "df/dz", "dq/dx", "dq/dy"}));
    EXPECT_EQ(stepper.adjoint("q").item(), -4);
    EXPECT_EQ(stepper.adjoint("x").item(), -4);
    EXPECT_EQ(stepper.adjoint("y").item(), -4);
    EXPECT_EQ(stepper.adjoint("z").item(), 3);
}

TEST(Stepper, PreviousTakesBackWhatNextAdded)
{
    BackwardStepper stepper(slide());
    EXPECT_FALSE(stepper.previous());
    while (stepper.next()) {
    }
    EXPECT_FALSE(stepper.next());
    EXPECT_TRUE(stepper.previous());
    EXPECT_TRUE(stepper.previous());
    EXPECT_FALSE(stepper.adjoint("x").defined());
    EXPECT_EQ(stepper.adjoint("q").item(), -4);
    EXPECT_EQ(stepper.position(), 2u);
}

TEST(Stepper, AdjointsGrowAtFanOut)
{
    BackwardStepper stepper(fan_out());
    std::vector<double> seen;  // y hands 1 to s, 1 to x; then s hands 3 and 3 to x
    while (stepper.next())
        if (stepper.adjoint("x").defined()) seen.push_back(stepper.adjoint("x").item());
    EXPECT_EQ(seen, (std::vector<double>{1, 4, 7}));
}

TEST(Stepper, RunsToAValueAndToBreakpoints)
{
    BackwardStepper stepper(slide());
    stepper.run_to("q");
    EXPECT_EQ(stepper.position(), 1u);
    stepper.run_to("y");
    EXPECT_EQ(stepper.position(), 4u);
    stepper.run_to("z");  // lies behind: from the start
    EXPECT_EQ(stepper.position(), 2u);
    stepper.restart();
    stepper.add_breakpoint("x");
    EXPECT_TRUE(stepper.run());
    EXPECT_EQ(stepper.position(), 3u);
    EXPECT_FALSE(stepper.run());
    EXPECT_TRUE(stepper.is_at_end());
    stepper.restart();
    stepper.remove_breakpoint("x");
    EXPECT_FALSE(stepper.run());
}

TEST(Stepper, HooksSeeEachStep)
{
    BackwardStepper stepper(slide());
    std::vector<std::size_t> positions;
    stepper.on_step([&positions](const BackwardStepper& at) { positions.push_back(at.position()); });
    stepper.next();
    stepper.next();
    stepper.previous();
    stepper.restart();
    EXPECT_EQ(positions, (std::vector<std::size_t>{1, 2, 1, 0}));
}

TEST(Stepper, SaysEachStepInWordsFormulaAndNumbers)
{
    BackwardStepper stepper(slide());
    stepper.watch("x");
    EXPECT_EQ(stepper.text(), "start, 4 steps: the gradient at f is 1\n  watch df/dx = 0\n");
    stepper.next();
    EXPECT_EQ(stepper.text(), R"(step 1 of 4: through f = q * z   (graph.cpp:11)
  mul swaps: each operand receives upstream times the other operand
  df/dq = z
  df/dq = df/df * df/dq = 1 * -4 = -4
  watch df/dx = 0
)");
    stepper.run_to("x");
    EXPECT_EQ(stepper.text(), R"(step 3 of 4: through q = x + y   (graph.cpp:10)
  add distributes: each operand receives the upstream gradient unchanged
  dq/dx = 1
  df/dx = df/dq * dq/dx = -4 * 1 = -4
  watch df/dx = -4
)");
    stepper.unwatch("x");
    EXPECT_EQ(stepper.text().find("watch"), std::string::npos);
}

TEST(Stepper, SaysThatCopiesSum)
{
    BackwardStepper stepper(fan_out());
    stepper.run_to("x");
    EXPECT_NE(stepper.text().find("dy/dx += dy/ds * ds/dx = 1 * 3 = 3\n  dy/dx so far: 7   (copy sums)\n"),
              std::string::npos)
        << stepper.text();
}

TEST(Stepper, StepsThroughTensors)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", tensor({2}, {1, -2}));
    const Tensor y = relu(x);
    const Tensor l = sum(y);
    tape.name(y, "y");
    tape.name(l, "l");
    tape.backward(l);
    BackwardStepper stepper(tape);
    stepper.run_to("x");
    EXPECT_EQ(stepper.adjoint("x").to_vector<double>(), (std::vector<double>{1, 0}));
    EXPECT_NE(stepper.text().find("relu routes: "), std::string::npos) << stepper.text();
}

TEST(Stepper, RefusesGraphsThatWereNotWalkedAndUnknownNames)
{
    BackwardStepper stepper(slide());
    Tape tape{{.explain = true}};
    (void)tape.variable("x", 1.0);
    EXPECT_THROW_TEXT(BackwardStepper{tape}, TapeError, R"(BackwardStepper: the tape was not walked.
  rule: it shows the steps of a backward pass that was made.
  try:  call tape.backward(root) first.)");
    EXPECT_THROW_TEXT(stepper.run_to("w"), ShapeError, R"(BackwardStepper: no value is called 'w'.
  rule: values are called as tape.variable and tape.name say, others %0, %1 and so on.
  try:  take one of: x, y, z, q, f.)");
}

std::string output_of(const std::string& keys)
{
    BackwardStepper stepper(slide());
    std::istringstream in(keys);
    std::ostringstream out;
    step_through(stepper, in, out);
    return out.str();
}

TEST(StepThrough, KeysStepForwardBackAndAnew)
{
    const std::string text = output_of("nnprq");
    std::vector<std::string> firsts;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (line.rfind("st", 0) == 0) firsts.push_back(line.substr(0, line.find(':')));
    EXPECT_EQ(firsts, (std::vector<std::string>{"start, 4 steps", "step 1 of 4", "step 2 of 4", "step 1 of 4",
                                                "start, 4 steps"}));
}

TEST(StepThrough, EndsWithTheInputAndSaysWhereTheEndsAre)
{
    EXPECT_NE(output_of("p").find("this is the start\n"), std::string::npos);
    EXPECT_NE(output_of("en").find("the end: every leaf has its gradient\n"), std::string::npos);
}

TEST(StepThrough, NamesAreReadToTheEndOfTheLine)
{
    const std::string text = output_of("b x\nc\ng q\nw z\nq");
    EXPECT_NE(text.find("step 3 of 4"), std::string::npos) << text;
    EXPECT_NE(text.find("step 1 of 4"), std::string::npos) << text;
    EXPECT_NE(text.find("watch df/dz = 0"), std::string::npos) << text;
}

TEST(StepThrough, UnknownNamesAndKeysAreAnsweredAndItGoesOn)
{
    const std::string text = output_of("g nobody\nxnq");
    EXPECT_NE(text.find("no value is called 'nobody'"), std::string::npos) << text;
    EXPECT_NE(text.find("step 1 of 4"), std::string::npos) << text;
}

TEST(StepThrough, FitsHundredColumns)
{
    std::istringstream lines(output_of("lnnnn"));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

}  // namespace
