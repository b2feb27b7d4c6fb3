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

// Why the library gives what it does.
constexpr const char* kNoOverflow = "exp(x) overflows, the result does not: it is computed without exp(x)";
constexpr const char* kSideOfTheSign = "1 / (x (1 - x)) at -0, the limit from the side of its sign";
constexpr const char* kNotCutOff = "NaN lies between no bounds: what is not cut off passes the gradient on";
constexpr const char* kOtherSide = "NaN is not at or below 0: the slope of the other side";
constexpr const char* kBeyondThree = "NaN is not at or below 3: the slope beyond";
constexpr const char* kMiddle = "the bound belongs to the middle, whose slope there is x / 3 + 1 / 2";
constexpr const char* kKept = "NaN lies not in [-lambd, lambd]: what is kept passes the gradient on";
constexpr const char* kOnNeitherSide =
    "NaN lies on neither side, which leaves 0, and not in [-lambd, lambd], which passes the gradient on";

// PyTorch's loop for what remains of vectors and its loop for vectors, at a point, for a dtype or both.
constexpr AtPoint kLarge{1.8378978479023534e+38, 1.378423385926765e+38}, kInfinite{kInfinity, kInfinity};
constexpr AtPoint kFromAbove{-kInfinity, kInfinity}, kFromBelow{-kInfinity, -kInfinity};
constexpr AtPoint kPasses{kNan, 0.75}, kStops{kNan, 0}, kLost{kNan, kNan};
constexpr AtPoint kSelu64{kNan, 0.7880257405166103}, kSelu32{kNan, 0.7880257368087769};

constexpr Contradiction in_dtype(Contradiction c, Dtype dtype)
{
    c.dtype = dtype;
    return c;
}

/// Of each function the points in f64, then those in f32, as the reference lists them.
std::vector<Contradiction> all()
{
    std::vector<Contradiction> list{{"sinh", f32, 88.8, kLarge, kInfinite, kLarge, kNoOverflow},
                                    {"cosh", f32, 88.8, kLarge, kInfinite, kLarge, kNoOverflow}};
    const auto add = [&list](std::initializer_list<Contradiction> in_f64, std::initializer_list<Contradiction> more) {
        for (const Contradiction& c : in_f64) list.push_back(in_dtype(c, f64));
        for (const Contradiction& c : in_f64) list.push_back(in_dtype(c, f32));
        list.insert(list.end(), more.begin(), more.end());
    };
    add({{"logit", f64, -0.0, kFromAbove, kFromBelow, kFromBelow, kSideOfTheSign}},
        {{"logit", f32, -1e-300, kFromAbove, kFromBelow, kFromBelow, kSideOfTheSign}});
    add({{"relu6", f64, kNan, kPasses, kStops, kPasses, kNotCutOff}}, {});
    add({{"elu", f64, kNan, kPasses, kLost, kPasses, kOtherSide}}, {});
    list.push_back({"selu", f64, kNan, kSelu64, kLost, kSelu64, kOtherSide});
    list.push_back({"selu", f32, kNan, kSelu32, kLost, kSelu32, kOtherSide});
    add({{"celu", f64, kNan, kPasses, kLost, kPasses, kOtherSide}}, {});
    add({{"hardtanh", f64, kNan, kPasses, kStops, kPasses, kNotCutOff}}, {});
    add({{"hardswish", f64, kNan, kPasses, kLost, kPasses, kBeyondThree},
         {"hardswish", f64, 3.0, {3.0, 1.125}, {3.0, 0.75}, {3.0, 1.125}, kMiddle}},
        {});
    add({{"hardshrink", f64, kNan, kPasses, kStops, kPasses, kKept}}, {});
    add({{"softshrink", f64, kNan, {0.0, 0.75}, {0.0, 0.0}, {0.0, 0.75}, kOnNeitherSide}}, {});
    return list;
}

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

std::span<const Contradiction> contradictions()
{
    static const std::vector<Contradiction> list = all();
    return list;
}

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
    for (const Contradiction& c : contradictions())
        text += fmt::format("| `{}` {} | {} | {} | {} | {} | {} |\n", c.function, c.dtype == f32 ? "f32" : "f64",
                            c.x == 0 ? "-0" : number_text(c.x), text_of(c.torch_remainder), text_of(c.torch_vector),
                            text_of(computed(c, 1)[0]), c.reason);
    return text;
}

}  // namespace xgrad::catalogue
