// The table that explains a tape; N1 to N3 are the numeric examples of the lecture's graphs.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/explain.hpp>

#include <gtest/gtest.h>

#include <sstream>

#include "tests/expect_throw.hpp"

namespace {

using namespace xgrad;

void expect_fits_hundred_columns(const std::string& table)
{
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
}

// N1: f = (x + y) z at (-2, 5, -4): q = 3, f = -12; df/dq = z = -4, df/dz = q = 3, df/dx = df/dy = -4.
TEST(Explain, SumTimesNumberIsTheSlide)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
#line 10 "slides/graph.cpp"
    const Scalar q = x + y;
    const Scalar f = q * z;
#line 38 "tests/explain_test.cpp"
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
    const std::string table = explain(tape);
    EXPECT_EQ(table, R"(N1)");
    expect_fits_hundred_columns(table);
}

TEST(Explain, NamelessValuesAreNumberedAndExpressionsTakenApart)
{
    Tape tape{{.explain = true}};
    auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
#line 10 "slides/graph.cpp"
    auto f = (x + y) * z;
#line 52 "tests/explain_test.cpp"
    tape.name(f, "f");
    EXPECT_EQ(explain(tape), R"(N1a)");
}

// N2: a = w x, b = v y, h = a + b, c = u h at w = 1, x = 2, v = 3, y = 4, u = 2, with dL/dc = 3:
// a = 2, b = 12, h = 14, c = 28; dL/du = 42, dL/dh = dL/da = dL/db = 6, dL/dw = 12, dL/dx = 6, dL/dv = 24, dL/dy = 18.
TEST(Explain, StagedNodeWithAnUpstreamGradient)
{
    Tape tape{{.explain = true}};
    const Scalar w = tape.variable("w", 1.0), x = tape.variable("x", 2.0), v = tape.variable("v", 3.0);
    const Scalar y = tape.variable("y", 4.0), u = tape.variable("u", 2.0);
#line 20 "slides/graph.cpp"
    const Scalar a = w * x;
    const Scalar b = v * y;
    const Scalar h = a + b;
    const Scalar c = u * h;
#line 71 "tests/explain_test.cpp"
    for (const auto& [value, name] : {std::pair(a, "a"), {b, "b"}, {h, "h"}, {c, "c"}}) tape.name(value, name);
    tape.backward(c, 3.0);
    EXPECT_EQ(explain(tape), R"(N2)");
}

// N3: exp(1 / x) at 2: 1.648721271, derivative -exp(1 / x) / x^2 = -0.412180318.
TEST(Explain, StagedExponential)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 2.0);
#line 30 "slides/graph.cpp"
    const Scalar i = 1.0 / x;
    const Scalar e = exp(i);
#line 86 "tests/explain_test.cpp"
    tape.name(i, "i");
    tape.name(e, "e");
    tape.backward(e);
    EXPECT_EQ(explain(tape), R"(N3)");
}

TEST(Explain, TensorsShowShapesSmallValuesAndWhatFlowsBack)
{
    Tape tape{{.explain = true}};
    const Tensor w = tape.variable("w", tensor({2, 2}, {1, 2, 3, 4}));
    const Parameter bias(tensor({2}, {0.5, -0.5}), "Linear.bias");
#line 40 "slides/graph.cpp"
    const Tensor h = matmul(w, tensor({2, 2}, {1, 0, 0, -1}));
    const Tensor y = relu(h + bias);
    const Tensor l = sum(y * 2);
#line 103 "tests/explain_test.cpp"
    tape.name(h, "h");
    tape.name(l, "loss");
    tape.backward(l);
    const std::string table = explain(tape);
    EXPECT_EQ(table, R"(T1)");
    expect_fits_hundred_columns(table);
}

TEST(Explain, ScalarsAndTensorsStandInOneOrder)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 3.0);
#line 50 "slides/graph.cpp"
    const Tensor t = square(stack(std::vector<Scalar>{x, 2.0}));
    const Scalar s = t.scalar(0) * x;
#line 121 "tests/explain_test.cpp"
    tape.name(s, "s");
    tape.backward(s);  // s = x^3: 27, derivative 27
    EXPECT_EQ(explain(tape), R"(T2)");
}

TEST(Explain, LongNamesAndManyElementsAreShortened)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable(std::string(200, 'x'), zeros({5, 7}));
    const Tensor y = tape.variable(std::string(200, 'y'), tensor({4}, {1e-7, 123456789, -1.23456789e-300, 3}, f64));
    tape.backward(sum(x) + sum(y) + sum(exp(y) * y));
    const std::string table = explain(tape);
    expect_fits_hundred_columns(table);
    EXPECT_NE(table.find("xxx..."), std::string::npos);
}

TEST(Explain, PlainTapeIsRefused)
{
    const Tape tape;
    EXPECT_THROW_TEXT((void)explain(tape), TapeError,
                      "explain: the tape was not opened for it.\n"
                      "  rule: what a tape records is chosen when it is opened.\n"
                      "  try:  open it with xgrad::Tape tape{{.explain = true}}.");
    const Tape anomaly{{.isolated = true, .detect_anomaly = true}};
    EXPECT_THROW((void)explain(anomaly), TapeError);
}

TEST(Explain, NamingOnAPlainTapeDoesNothingAndAForeignValueIsRefused)
{
    Tape plain;
    plain.name(plain.variable(1.0), "x");
    Tape tape{{.explain = true, .isolated = true}};
    EXPECT_THROW(tape.name(Scalar(1.0), "x"), TapeError);
    EXPECT_THROW(tape.name(tensor(1), "x"), TapeError);
}

}  // namespace
