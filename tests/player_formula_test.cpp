// The page computes what C++ computes: every scalar operation, value and derivatives, at ordinary and special points.
#include <xgrad/elementary.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/scalar_explain.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>
#include <map>

#include "tests/player_testing.hpp"

namespace {

using namespace xgrad;
using nlohmann::json;
using xgrad::testing::Player;

constexpr double kInf = std::numeric_limits<double>::infinity();
const std::vector<double> kPoints{-kInf, -30,  -2.5, -1.7, -1,  -0.5, -0.3, -0.0, 0.0, 0.25,         0.7,
                                  1,     1.46, 2,    2.5,  3.2, 5.3,  9,    12.5, 30,  std::nan(""), kInf};

/// One formula at one point, and what C++ has there.
struct Case {
    std::string function, formula;
    std::map<std::string, double> names;
    double expected;
};

json number_in_json(double x)
{
    return std::isfinite(x) ? json(x) : json(std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf");
}

double number_from_json(const json& x)
{
    if (!x.is_string()) return x.get<double>();
    return x == "NaN" ? std::nan("") : x == "Infinity" ? kInf : -kInf;
}

/// The cases of one function at one point: its value, and its derivatives at the value that C++ has.
void add_cases(std::vector<Case>& cases, const detail::ElementaryInfo& info, double a, double b)
{
    const bool two = info.n_operands == 2;
    const double y = info.value(a, b);
    double partials[2];
    info.partials(a, b, y, partials);
    std::map<std::string, double> names{{two ? "a" : "x", a}};
    if (two) names["b"] = b;
    cases.push_back({info.name, info.formula, names, y});
    names["y"] = y;
    for (unsigned i = 0; i < info.n_operands; ++i)
        cases.push_back({info.name, info.derivative_formulas[i], names, partials[i]});
}

std::vector<Case> all_cases()
{
    std::vector<Case> cases;
    elementary::UnaryOps::for_each([&]<class F>(F) {
        for (const double x : kPoints) add_cases(cases, detail::info_of<F>(), x, 0);
    });
    elementary::BinaryOps::for_each([&]<class F>(F) {
        for (const double a : kPoints)
            for (const double b : kPoints) add_cases(cases, detail::info_of<F>(), a, b);
    });
    return cases;
}

/// What the page makes of the formulas, in one call.
std::vector<double> computed_in(xgrad::testing::Chromium& page, const std::vector<Case>& cases)
{
    json list = json::array();
    for (const Case& c : cases) {
        json names;
        for (const auto& [name, value] : c.names) names[name] = number_in_json(value);
        list.push_back({c.formula, names});
    }
    const json results = page.evaluate(
        "(" + list.dump() +
        ").map(([text, names]) => { for (const name in names) names[name] = player.model.number(names[name]);"
        " const y = formula.evaluate(text, names); return Number.isFinite(y) ? y : String(y); })");
    std::vector<double> numbers;
    for (const json& x : results) numbers.push_back(number_from_json(x));
    return numbers;
}

/// Where rounding decides: trigamma has 1 / sin^2 of whole numbers below 0, which is some 1e33 or 1e39, and the formula
/// of acosh' is -infinity or infinity at -1, where acosh itself is NaN.
bool is_pole(const Case& c)
{
    const double x = c.names.contains("x") ? c.names.at("x") : 0;
    return (c.formula == "trigamma(x)" && x < 0 && x == std::floor(x)) || (c.function == "acosh" && x == -1);
}

TEST_F(Player, ComputesEveryScalarOperationAsCppDoes)
{
    page().navigate(url("slide.html"));
    const std::vector<Case> cases = all_cases();
    const std::vector<double> found = computed_in(page(), cases);
    ASSERT_EQ(found.size(), cases.size());
    std::map<std::string, double> worst;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        const Case& c = cases[i];
        const double y = found[i];
        if (y == c.expected || (std::isnan(y) && std::isnan(c.expected))) continue;
        if (is_pole(c)) continue;
        const double error = std::abs(y - c.expected) / std::abs(c.expected);
        double& so_far = worst[c.function];
        so_far = std::max(so_far, error);
        EXPECT_TRUE(error <= 1e-12) << c.function << ": " << c.formula << " at " << json(c.names).dump() << " gives "
                                    << y << ", C++ has " << c.expected << ", relative error " << error;
    }
    for (const auto& [function, error] : worst) RecordProperty("worst of " + function, std::to_string(error));
}

/// Branches that the inputs close and open, one value used several times, numbers as operands on either side.
Scalar program(const Scalar& x, const Scalar& y)
{
    const Scalar a = relu(x) * exp(-y) + square(x - y);
    const Scalar b = maximum(a, sin(x * 3.0)) / (1.0 + abs(y));
    return log1p(b * b) + pow(a + 2.0, 1.5) - hypot(x, 2.0 - y) * relu(y - x);
}

struct Result {
    double value;
    std::vector<double> gradients;
};
Result result_at(double at_x, double at_y, const std::string& path)
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", at_x), y = tape.variable("<y> & \"z\"", at_y);
    const Scalar f = program(x, y);
    tape.name(f, "f'</script>");
    tape.backward(f);
    if (!path.empty()) explain(tape).html(path, "a <program> & \"more\"");
    return {f.value(), {x.grad(), y.grad()}};
}

TEST_F(Player, ComputesAGraphAnewAsCppDoes)
{
    result_at(-0.5, 0.75, xgrad::testing::player_folder() + "/program.html");
    page().navigate(url("program.html"));
    EXPECT_EQ(text("graph").find("<y>") != std::string::npos, true);  // a name is text
    EXPECT_EQ(page().evaluate("document.title"), "a <program> & \"more\"");
    const std::pair<double, double> points[] = {{-0.5, 0.75}, {1.25, 0.5}, {2, -3}, {-1.5, -0.25}, {0.5, 3}};
    for (const auto& [x, y] : points) {
        const Result expected = result_at(x, y, "");
        const json state = page().evaluate("(() => { const s = player.model.computed({0: " + json(x).dump() +
                                           ", 1: " + json(y).dump() +
                                           "}); return [s.value[player.model.root], s.adjoint[0], s.adjoint[1]]; })()");
        EXPECT_NEAR(state[0], expected.value, 1e-14 * std::abs(expected.value)) << x << ", " << y;
        for (std::size_t i = 0; i < 2; ++i)
            EXPECT_NEAR(state[i + 1], expected.gradients[i], 1e-13 * std::abs(expected.gradients[i])) << x << ", " << y;
    }
    EXPECT_EQ(page().errors(), std::vector<std::string>{});
}

}  // namespace
