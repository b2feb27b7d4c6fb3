// The table that explains a tape; N1 to N3 are the numeric examples of the lecture's graphs.
#include <xgrad/error.hpp>
#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/join.hpp>
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
#line 36 "tests/explain_test.cpp"
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
    const std::string table = explain(tape);
    EXPECT_EQ(table, R"(value of    is          computed as                 local derivative     upstream x local
x           -2          variable
y           5           variable
z           -4          variable
q           3           add: x + y                  graph.cpp:10         df/dq = -4
                        dq/dx                       1                    -4 * 1 = -4
                        dq/dy                       1                    -4 * 1 = -4
f           -12         mul: q * z                  graph.cpp:11         df/df = 1
                        df/dq                       z = -4               1 * -4 = -4
                        df/dz                       q = 3                1 * 3 = 3
gradients
  df/dx = -4
  df/dy = -4
  df/dz = 3
gates
  add distributes: each operand receives the upstream gradient unchanged
  mul swaps: each operand receives upstream times the other operand
)");
    expect_fits_hundred_columns(table);
}

TEST(Explain, NamelessValuesAreNumberedAndExpressionsTakenApart)
{
    Tape tape{{.explain = true}};
    auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
#line 10 "slides/graph.cpp"
    auto f = (x + y) * z;
#line 65 "tests/explain_test.cpp"
    tape.name(f, "f");
    EXPECT_EQ(explain(tape),
              R"(value of    is          computed as                 local derivative     upstream x local
x           -2          variable
y           5           variable
z           -4          variable
%3          3           add: x + y                  graph.cpp:10
                        d%3/dx                      1
                        d%3/dy                      1
f           -12         mul: %3 * z                 graph.cpp:10
                        df/d%3                      z = -4
                        df/dz                       %3 = 3
)");
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
#line 93 "tests/explain_test.cpp"
    for (const auto& [value, name] : {std::pair(a, "a"), {b, "b"}, {h, "h"}, {c, "c"}}) tape.name(value, name);
    tape.backward(c, 3.0);
    EXPECT_EQ(explain(tape),
              R"(value of    is          computed as                 local derivative     upstream x local
w           1           variable
x           2           variable
v           3           variable
y           4           variable
u           2           variable
a           2           mul: w * x                  graph.cpp:20         dL/da = 6
                        da/dw                       x = 2                6 * 2 = 12
                        da/dx                       w = 1                6 * 1 = 6
b           12          mul: v * y                  graph.cpp:21         dL/db = 6
                        db/dv                       y = 4                6 * 4 = 24
                        db/dy                       v = 3                6 * 3 = 18
h           14          add: a + b                  graph.cpp:22         dL/dh = 6
                        dh/da                       1                    6 * 1 = 6
                        dh/db                       1                    6 * 1 = 6
c           28          mul: u * h                  graph.cpp:23         dL/dc = 3
                        dc/du                       h = 14               3 * 14 = 42
                        dc/dh                       u = 2                3 * 2 = 6
gradients
  dL/dw = 12
  dL/dx = 6
  dL/dv = 24
  dL/dy = 18
  dL/du = 42
gates
  mul swaps: each operand receives upstream times the other operand
  add distributes: each operand receives the upstream gradient unchanged
)");
}

// N3: exp(1 / x) at 2: 1.648721271, derivative -exp(1 / x) / x^2 = -0.412180318.
TEST(Explain, StagedExponential)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 2.0);
#line 30 "slides/graph.cpp"
    const Scalar i = 1.0 / x;
    const Scalar e = exp(i);
#line 132 "tests/explain_test.cpp"
    tape.name(i, "i");
    tape.name(e, "e");
    tape.backward(e);
    EXPECT_EQ(explain(tape),
              R"(value of    is          computed as                 local derivative     upstream x local
x           2           variable
i           0.5         div: 1 / x                  graph.cpp:30         de/di = 1.64872
                        di/dx                       -i / x = -0.25       1.64872 * -0.25 = -0.41218
e           1.64872     exp: exp(i)                 graph.cpp:31         de/de = 1
                        de/di                       e = 1.64872          1 * 1.64872 = 1.64872
gradients
  de/dx = -0.41218
gates
  div scales: the numerator receives upstream / b, the denominator -upstream a / b^2
  exp scales: upstream times the local derivative
)");
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
#line 157 "tests/explain_test.cpp"
    tape.name(h, "h");
    tape.name(l, "loss");
    tape.backward(l);
    const std::string table = explain(tape);
    EXPECT_EQ(table, R"(value of    is          computed as                 local derivative     upstream x local
w           (2, 2)      variable
                        tensor({2, 2}, {1, 2, 3, 4}) f32
h           (2, 2)      matmul: w @ constant(2, 2)  graph.cpp:40         dloss/dh = (2, 2)
                        tensor({2, 2}, {1, -2, 3, -4}) f32
                        dh/dw                       gY @ constant(2, ... (2, 2)
                        tensor({2, 2}, {2, 0, 2, 0}) f32
Linear.bias (2,)        variable
                        tensor({2}, {0.5, -0.5}) f32
%3          (2, 2)      add: h + Linear.bias        graph.cpp:41         dloss/d%3 = (2, 2)
                        tensor({2, 2}, {1.5, -2.5, 3.5, -4.5}) f32
                        d%3/dh                      1                    (2, 2)
                        tensor({2, 2}, {2, 0, 2, 0}) f32
                        d%3/dLinear.bias            1                    (2,)
                        tensor({2}, {4, 0}) f32
%4          (2, 2)      relu: where(%3 <= 0, 0, %3) graph.cpp:41         dloss/d%4 = (2, 2)
                        tensor({2, 2}, {1.5, 0, 3.5, 0}) f32
                        d%4/d%3                     where(%4 <= 0, 0, 1) (2, 2)
                        tensor({2, 2}, {2, 0, 2, 0}) f32
%5          (2, 2)      mul: %4 * 2                 graph.cpp:42         dloss/d%5 = (2, 2)
                        tensor({2, 2}, {3, 0, 7, 0}) f32
                        d%5/d%4                     2                    (2, 2)
                        tensor({2, 2}, {2, 2, 2, 2}) f32
loss        10          sum: sum(%5, axes)          graph.cpp:42         dloss/dloss = 1
                        dloss/d%5                   expand(gy, %5, axes) (2, 2)
                        tensor({2, 2}, {1, 1, 1, 1}) f32
gradients
  dloss/dw = tensor({2, 2}, {2, 0, 2, 0}) f32
  dloss/dLinear.bias = tensor({2}, {4, 0}) f32
gates
  matmul swaps: each operand receives upstream times the other operand, transposed
  add distributes: each operand receives the upstream gradient unchanged
  relu routes: the upstream gradient passes where the value is positive, 0 elsewhere
  mul swaps: each operand receives upstream times the other operand
  sum distributes: each element receives the upstream gradient unchanged
)");
    expect_fits_hundred_columns(table);
}

TEST(Explain, ListsOfInputsStandInBrackets)
{
    Tape tape{{.explain = true}};
    const Tensor a = tape.variable("a", tensor({1}, {1})), b = tape.variable("b", tensor({1}, {2}));
    (void)cat({a, b, a});
    EXPECT_NE(explain(tape).find("cat: cat([a, b, a], axis)"), std::string::npos) << explain(tape);
}

TEST(Explain, ScalarsAndTensorsStandInOneOrder)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", 3.0);
#line 50 "slides/graph.cpp"
    const Tensor t = square(stack(std::vector<Scalar>{x, 2.0}));
    const Scalar s = t.scalar(0) * x;
#line 202 "tests/explain_test.cpp"
    tape.name(s, "s");
    tape.backward(s);  // s = x^3: 27, derivative 27
    EXPECT_EQ(explain(tape),
              R"(value of    is          computed as                 local derivative     upstream x local
x           3           variable
%1          (2,)        stack_scalars: (x, 2)                            ds/d%1 = (2,)
                        tensor({2}, {3, 2}) f64
                        d%1/dx                      gy[0]                18
%2          (2,)        square: %1 * %1             graph.cpp:50         ds/d%2 = (2,)
                        tensor({2}, {9, 4}) f64
                        d%2/d%1                     2 * %1               (2,)
                        tensor({2}, {18, 0}) f64
%3          9           scalar: %2[index]           graph.cpp:50         ds/d%3 = 3
                        d%3/d%2                     put(gy, index, %2)   (2,)
                        tensor({2}, {3, 0}) f64
s           27          mul: %3 * x                 graph.cpp:51         ds/ds = 1
                        ds/d%3                      x = 3                1 * 3 = 3
                        ds/dx                       %3 = 9               1 * 9 = 9
gradients
  ds/dx = 27
sums at copies
  ds/dx = 9 (from s) + 18 (from %1) = 27
gates
  stack_scalars splits: each operand receives its own part of the upstream gradient
  square scales: upstream times the local derivative
  scalar routes: the upstream gradient goes to the elements that were taken, 0 to the others
  mul swaps: each operand receives upstream times the other operand
  copy sums: a value used several times adds up what comes back from each use
)");
}

TEST(Explain, OperationsWithoutDerivativeHaveOneLine)
{
    Tape tape{{.explain = true}};
    const Tensor x = tape.variable("x", tensor(2));
#line 60 "slides/graph.cpp"
    const Tensor y = where(x > 0, x, 0.0);
#line 231 "tests/explain_test.cpp"
    tape.name(y, "y");
    tape.backward(y);
    EXPECT_EQ(explain(tape),
              R"(value of    is          computed as                 local derivative     upstream x local
x           2           variable
%1          1           gt: x > 0                   graph.cpp:60
y           2           where: where(%1, x, 0)      graph.cpp:60         dy/dy = 1
                        dy/dx                       where(%1, 1, 0) = 1  1 * 1 = 1
gradients
  dy/dx = 1
gates
  where routes: the upstream gradient goes to the operand that was chosen
)");
}

TEST(Explain, FusedExpressionsAreShownInTheNamesOfTheirArguments)
{
    Tape tape{{.explain = true}};
    const Tensor p = tape.variable("p", tensor({2}, {1, 2})), q = tape.variable("q", tensor({2}, {3, 4}));
    const auto shows = [&](const Tensor& y, const char* expression) {
        tape.name(y, "y");
        const std::string table = explain(tape);
        EXPECT_NE(table.find(expression), std::string::npos) << table;
        expect_fits_hundred_columns(table);
    };
    shows(fuse([](auto a, auto b) { return tanh(a * b + 1) * a; }, p, q), " fuse: tanh(p * q + 1) * p ");
    shows(fuse([](auto a, auto b) { return (a - (b - 2)) * -a; }, p, q), " fuse: (p - (q - 2)) * (-p) ");
    shows(fuse([](auto a, auto b) { return where(a > b, clamp(a, -1, 2), b); }, p, q),
          " where(p > q, clamp(p, -1, 2), q)\n");
    const auto with_name = [](auto a) {
        const auto t = exp(a);
        return t / (1 + t);
    };
    shows(fuse(with_name, p), " t0 = exp(p); t0 / (1 + t0)\n");
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
