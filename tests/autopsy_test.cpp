// What the text of an error says of the way to it: lines, operands and the path to the loss on an explaining tape, the
// operation's name on any other.
#include <xgrad/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/scalar_math.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <string>

namespace {

using namespace xgrad;

/// What stands behind the three lines of every error text; "nothing" when nothing was thrown.
template <class F>
std::string autopsy(F&& statement)
{
    try {
        statement();
    } catch (const std::exception& error) {
        const std::string text = error.what();
        const std::size_t end = text.find('\n', text.find("\n  try:") + 1);
        return end == std::string::npos ? "" : text.substr(end);
    }
    return "nothing";
}

constexpr const char* kOpenIt = "open the tape with xgrad::Tape tape{{.explain = true}}";

TEST(Autopsy, ForwardErrorsShowLinesShapesAndHowOperandsWereMade)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2, 3}));
    const Parameter weight(ones({4, 5}), "fc.weight");
#line 10 "net/model.cpp"
    const Tensor h = relu(x);
    tape.name(h, "h");
    const std::string text = autopsy([&] { (void)matmul(h, weight); });
#line 49 "tests/autopsy_test.cpp"
    EXPECT_EQ(text, R"(
  at:   model.cpp:12, with
        h f32 (2, 3) = where(x <= 0, 0, x) (model.cpp:10)
        fc.weight f32 (4, 5), a parameter)");
}

TEST(Autopsy, ForwardErrorsOfDtypesShowTheOperandsThatCarryALine)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2}));
#line 20 "net/model.cpp"
    const std::string text = autopsy([&] { (void)gather(x, 0, tensor({2}, {0.5, 1.5})); });
#line 61 "tests/autopsy_test.cpp"
    EXPECT_EQ(text, R"(
  at:   model.cpp:20, with
        x f32 (2,), a leaf)");
}

TEST(Autopsy, LayersShowTheLineOfTheirCall)
{
    const nn::Linear layer(4, 5);
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2, 3}));
#line 24 "net/model.cpp"
    const std::string text = autopsy([&] { (void)layer(x); });
#line 72 "tests/autopsy_test.cpp"
    EXPECT_EQ(text, R"(
  at:   model.cpp:24, with
        x f32 (2, 3), a leaf)");
}

TEST(Autopsy, WhereNoOperandCarriesALineItShowsWhatWasRecordedLast)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2, 3}));
    EXPECT_EQ(autopsy([&] { (void)x.size(7); }), "");
#line 25 "net/model.cpp"
    const Tensor h = relu(x);
#line 85 "tests/autopsy_test.cpp"
    EXPECT_EQ(autopsy([&] { (void)h.size(7); }), R"(
  last: recorded was %1 f32 (2, 3) = where(x <= 0, 0, x) (model.cpp:25))");
}

TEST(Autopsy, OtherTapesNameTheOperationAndSayHowToGetTheRest)
{
    Tape tape;
    const Tensor x = tape.variable("x", ones({2, 3}));
    const std::string more = std::string("\n  more: for the line and the operands ") + kOpenIt;
    const nn::Linear layer(4, 5);
    EXPECT_EQ(autopsy([&] { (void)layer(x); }), more);
    EXPECT_EQ(autopsy([&] { (void)matmul(x, ones({4, 5})); }), more);
}

TEST(Autopsy, WithoutATapeThereIsNothingToAdd)
{
    EXPECT_EQ(autopsy([] { (void)matmul(ones({2, 3}), ones({4, 5})); }), "");
}

/// An operation whose vjp hands back the wrong shape.
Tensor broken(const Input& x)
{
    return record("broken", {x}, *x * 2, [](const Tensor&, Adjoints& gx) { gx.add(0, ones({7})); });
}

TEST(Autopsy, BackwardErrorsShowTheOperationItsInputsAndThePathToTheLoss)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2}));
#line 30 "net/model.cpp"
    const Tensor h = broken(x);
    const Tensor y = square(h);
    const Tensor l = sum(y);
#line 100 "tests/autopsy_test.cpp"
    tape.name(h, "h");
    tape.name(l, "loss");
    EXPECT_EQ(autopsy([&] { tape.backward(l); }), R"(
  in:   the derivative of 'broken' (model.cpp:30)
        h f32 (2,) = broken of x (model.cpp:30)
        x f32 (2,), a leaf
  path: h -> %3 -> loss)");
    EXPECT_FALSE(x.grad().defined());
}

TEST(Autopsy, BackwardErrorsOfOtherTapesNameTheOperation)
{
    Tape tape;
    const Tensor x = tape.variable("x", ones({2}));
    const Tensor l = sum(broken(x));
    EXPECT_EQ(autopsy([&] { tape.backward(l); }),
              std::string("\n  in:   the derivative of 'broken'; for its line, operands and path ") + kOpenIt);
}

TEST(Autopsy, SecondBackwardShowsWhatWasUsedUp)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2}));
#line 40 "net/model.cpp"
    const Tensor l = sum(square(x));
#line 125 "tests/autopsy_test.cpp"
    tape.name(l, "loss");
    tape.backward(l);
    EXPECT_EQ(autopsy([&] { tape.backward(l); }), R"(
  in:   the derivative of 'sum' (model.cpp:40)
        loss f32 () = sum(%1, axes) (model.cpp:40)
        %1 f32 (2,) = x * x (model.cpp:40)
  path: loss)");
}

TEST(Autopsy, SecondBackwardThroughScalarsNamesOne)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 2.0);
#line 50 "net/model.cpp"
    const Scalar y = x * 3.0;
#line 140 "tests/autopsy_test.cpp"
    tape.name(y, "y");
    tape.backward(y);
    try {
        tape.backward(y);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const TapeError& error) {
        EXPECT_NE(std::string(error.what()).find("such as y = x * 3.000000 (model.cpp:50)"), std::string::npos)
            << error.what();
    }
}

TEST(Autopsy, OverwrittenParameterShowsWhereItWasUsed)
{
    Parameter w(tensor({2}, {1, 2}), "w");
    optim::SGD sgd({w}, {.lr = 0.1});
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", ones({2}));
#line 60 "net/model.cpp"
    const Tensor y = x * w;
    const Tensor l = sum(y);
#line 160 "tests/autopsy_test.cpp"
    tape.name(y, "y");
    tape.name(l, "loss");
    tape.backward(l, {.retain = true});
    sgd.step();
    EXPECT_EQ(autopsy([&] { tape.backward(l); }), R"(
  in:   the derivative of 'mul' (model.cpp:60)
        y f32 (2,) = x * w (model.cpp:60)
        x f32 (2,), a leaf
        w f32 (2,), a parameter
  path: y -> loss)");
}

TEST(Autopsy, AnomaliesForwardShowTheExpression)
{
    Tape tape{{.explain = true, .detect_anomaly = true}};
    const Tensor x = tape.variable("x", tensor({2}, {1, -1}));
#line 70 "net/model.cpp"
    const std::string text = autopsy([&] { (void)log(x); });
#line 179 "tests/autopsy_test.cpp"
    EXPECT_EQ(text, R"(
  at:   model.cpp:70, with
        x f32 (2,), a leaf)");
}

TEST(Autopsy, AnomaliesBackwardShowTheOperationAndThePath)
{
    Tape tape{{.explain = true, .detect_anomaly = true}};
    const Tensor x = tape.variable("x", tensor({2}, {1, 0}));
#line 80 "net/model.cpp"
    const Tensor r = sqrt(x);
    const Tensor l = sum(r);
#line 191 "tests/autopsy_test.cpp"
    tape.name(r, "r");
    tape.name(l, "loss");
    EXPECT_EQ(autopsy([&] { tape.backward(l); }), R"(
  in:   the derivative of 'sqrt' (model.cpp:80)
        r f32 (2,) = sqrt(x) (model.cpp:80)
        x f32 (2,), a leaf
  path: r -> loss)");
}

TEST(Autopsy, ScalarAnomaliesShowExpressionAndLine)
{
    Tape tape{{.explain = true, .detect_anomaly = true}};
    const Scalar x = tape.variable("x", -1.0);
    try {
#line 90 "net/model.cpp"
        const Scalar y = log(x);
#line 207 "tests/autopsy_test.cpp"
        ADD_FAILURE() << "nothing was thrown, y = " << y.value();
    } catch (const AnomalyError& error) {
        EXPECT_NE(std::string(error.what()).find("the value of log(x) is -nan (net/model.cpp:90)"), std::string::npos)
            << error.what();
    }
}

}  // namespace
