#include "tests/catalogue/contradictions.hpp"

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <limits>
#include <map>

namespace xgrad::catalogue {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// function, dtype, x, PyTorch's loop for what remains, its loop for vectors, what the library gives, and why
constexpr Contradiction kAll[] = {
    {"sinh",
     f32,
     88.8,
     {1.8378978479023534e+38, 1.378423385926765e+38},
     {kInfinity, kInfinity},
     {1.8378978479023534e+38, 1.378423385926765e+38},
     "exp(x) overflows, the result does not: it is computed without exp(x)"},
    {"cosh",
     f32,
     88.8,
     {1.8378978479023534e+38, 1.378423385926765e+38},
     {kInfinity, kInfinity},
     {1.8378978479023534e+38, 1.378423385926765e+38},
     "exp(x) overflows, the result does not: it is computed without exp(x)"},
    {"logit",
     f64,
     -0.0,
     {-kInfinity, kInfinity},
     {-kInfinity, -kInfinity},
     {-kInfinity, -kInfinity},
     "1 / (x (1 - x)) at -0, the limit from the side of its sign"},
    {"logit",
     f32,
     -0.0,
     {-kInfinity, kInfinity},
     {-kInfinity, -kInfinity},
     {-kInfinity, -kInfinity},
     "1 / (x (1 - x)) at -0, the limit from the side of its sign"},
    {"logit",
     f32,
     -1e-300,
     {-kInfinity, kInfinity},
     {-kInfinity, -kInfinity},
     {-kInfinity, -kInfinity},
     "1 / (x (1 - x)) at -0, the limit from the side of its sign"},
    {"relu6",
     f64,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies between no bounds: what is not cut off passes the gradient on"},
    {"relu6",
     f32,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies between no bounds: what is not cut off passes the gradient on"},
    {"elu",
     f64,
     kNan,
     {kNan, 0.75},
     {kNan, kNan},
     {kNan, 0.75},
     "NaN is not at or below 0: the slope of the other side"},
    {"elu",
     f32,
     kNan,
     {kNan, 0.75},
     {kNan, kNan},
     {kNan, 0.75},
     "NaN is not at or below 0: the slope of the other side"},
    {"selu",
     f64,
     kNan,
     {kNan, 0.7880257405166103},
     {kNan, kNan},
     {kNan, 0.7880257405166103},
     "NaN is not at or below 0: the slope of the other side"},
    {"selu",
     f32,
     kNan,
     {kNan, 0.7880257368087769},
     {kNan, kNan},
     {kNan, 0.7880257368087769},
     "NaN is not at or below 0: the slope of the other side"},
    {"celu",
     f64,
     kNan,
     {kNan, 0.75},
     {kNan, kNan},
     {kNan, 0.75},
     "NaN is not at or below 0: the slope of the other side"},
    {"celu",
     f32,
     kNan,
     {kNan, 0.75},
     {kNan, kNan},
     {kNan, 0.75},
     "NaN is not at or below 0: the slope of the other side"},
    {"hardtanh",
     f64,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies between no bounds: what is not cut off passes the gradient on"},
    {"hardtanh",
     f32,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies between no bounds: what is not cut off passes the gradient on"},
    {"hardswish", f64, kNan, {kNan, 0.75}, {kNan, kNan}, {kNan, 0.75}, "NaN is not at or below 3: the slope beyond"},
    {"hardswish",
     f64,
     3.0,
     {3.0, 1.125},
     {3.0, 0.75},
     {3.0, 1.125},
     "the bound belongs to the middle, whose slope there is x / 3 + 1 / 2"},
    {"hardswish", f32, kNan, {kNan, 0.75}, {kNan, kNan}, {kNan, 0.75}, "NaN is not at or below 3: the slope beyond"},
    {"hardswish",
     f32,
     3.0,
     {3.0, 1.125},
     {3.0, 0.75},
     {3.0, 1.125},
     "the bound belongs to the middle, whose slope there is x / 3 + 1 / 2"},
    {"hardshrink",
     f64,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies not in [-lambd, lambd]: what is kept passes the gradient on"},
    {"hardshrink",
     f32,
     kNan,
     {kNan, 0.75},
     {kNan, 0.0},
     {kNan, 0.75},
     "NaN lies not in [-lambd, lambd]: what is kept passes the gradient on"},
    {"softshrink",
     f64,
     kNan,
     {0.0, 0.75},
     {0.0, 0.0},
     {0.0, 0.75},
     "NaN lies on neither side, which leaves 0, and not in [-lambd, lambd], which passes the gradient on"},
    {"softshrink",
     f32,
     kNan,
     {0.0, 0.75},
     {0.0, 0.0},
     {0.0, 0.75},
     "NaN lies on neither side, which leaves 0, and not in [-lambd, lambd], which passes the gradient on"},
};

Tensor call(const std::string& name, const Tensor& x)
{
    static const std::map<std::string, Tensor (*)(const Tensor&)> kFunctions{
        {"sinh", [](const Tensor& v) { return sinh(v); }},
        {"cosh", [](const Tensor& v) { return cosh(v); }},
        {"logit", [](const Tensor& v) { return logit(v); }},
        {"relu6", [](const Tensor& v) { return relu6(v); }},
        {"elu", [](const Tensor& v) { return elu(v); }},
        {"selu", [](const Tensor& v) { return selu(v); }},
        {"celu", [](const Tensor& v) { return celu(v); }},
        {"hardtanh", [](const Tensor& v) { return hardtanh(v); }},
        {"hardswish", [](const Tensor& v) { return hardswish(v); }},
        {"hardshrink", [](const Tensor& v) { return hardshrink(v); }},
        {"softshrink", [](const Tensor& v) { return softshrink(v); }},
    };
    return kFunctions.at(name)(x);
}

std::string text_of(const AtPoint& p) { return number_text(p.y) + ", " + number_text(p.gradient); }

}  // namespace

std::span<const Contradiction> contradictions() { return kAll; }

std::vector<AtPoint> computed(const Contradiction& c, std::size_t count)
{
    Tape tape;
    const auto size = static_cast<std::int64_t>(count);
    const Tensor x = tape.variable(full({size}, c.x, c.dtype)), y = call(c.function, x);
    tape.backward(y, full({size}, 0.75, c.dtype));
    const std::vector<double> values = to(detach(y), f64).to_vector<double>(),
                              gradients = to(x.grad(), f64).to_vector<double>();
    std::vector<AtPoint> points;
    for (std::size_t i = 0; i < count; ++i) points.push_back({values[i], gradients[i]});
    return points;
}

std::string contradiction_table()
{
    std::string text =
        "| function | x | PyTorch, remainder | PyTorch, vectors | here | why |\n|---|---|---|---|---|---|\n";
    for (const Contradiction& c : kAll)
        text += fmt::format("| `{}` {} | {} | {} | {} | {} | {} |\n", c.function, c.dtype == f32 ? "f32" : "f64",
                            c.x == 0 ? "-0" : number_text(c.x), text_of(c.torch_remainder), text_of(c.torch_vector),
                            text_of(computed(c, 1)[0]), c.reason);
    return text;
}

}  // namespace xgrad::catalogue
