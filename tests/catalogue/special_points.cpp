#include "tests/catalogue/special_points.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/ops/elementwise_impl.hpp"
#include "tests/reference/binding.hpp"

namespace xgrad::catalogue {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Points where value or slope jump, of which a function has a few near 0.
std::vector<double> kinks(const OneOperand& f)
{
    constexpr double kStep = 1e-9, kJump = 1e-3;
    std::vector<double> places, left, right, found;
    for (int i = 0; i <= 28; ++i)
        for (const double place : {i * 0.25, -i * 0.25}) places.push_back(place);
    for (const double place : places) left.push_back(place - kStep), right.push_back(place + kStep);
    const std::vector<Slope> before = slopes(f, left), behind = slopes(f, right);
    for (std::size_t i = 0; i < places.size() && found.size() < 4; ++i) {
        const auto jumps = [&](double a, double b) { return std::abs(a - b) > kJump * std::max(1.0, std::abs(a)); };
        const bool is_kink =
            jumps(before[i].value, behind[i].value) || jumps(before[i].derivative, behind[i].derivative);
        if (is_kink && std::find(found.begin(), found.end(), places[i]) == found.end()) found.push_back(places[i]);
    }
    return found;
}

std::string row(const std::string& head, const std::vector<std::string>& cells)
{
    std::string text = "| " + head + " |";
    for (const std::string& cell : cells) text += " " + cell + " |";
    return text + "\n";
}

std::string rule(std::size_t columns) { return row("---", std::vector<std::string>(columns, "---")); }

std::vector<std::string> texts(const std::vector<double>& numbers)
{
    std::vector<std::string> cells;
    for (const double x : numbers) cells.push_back(number_text(x));
    return cells;
}

using TwoOperands = std::function<Tensor(const Tensor&, const Tensor&)>;

std::string table_of(const TwoOperands& f)
{
    const std::vector<double> a{1, 0, 1, 0, kInfinity, kInfinity, 1, kNan, 1};
    const std::vector<double> b{1, 0, 0, 1, kInfinity, 1, kInfinity, 1, kNan};
    Tape tape;
    const auto size = static_cast<std::int64_t>(a.size());
    const Tensor x = tape.variable(from_values({size}, a)), z = tape.variable(from_values({size}, b)), y = f(x, z);
    if (is_floating(y.dtype())) tape.backward(y, full({size}, 1, f64));
    const auto gradient = [&](const Tensor& of) {
        return of.grad().defined() ? texts(of.grad().to_vector<double>()) : std::vector<std::string>(a.size(), "0");
    };
    return row("a", texts(a)) + rule(a.size()) + row("b", texts(b)) + row("y", texts(y.to_vector<double>())) +
           row("dy/da", gradient(x)) + row("dy/db", gradient(z));
}

}  // namespace

std::vector<Slope> slopes(const OneOperand& f, const std::vector<double>& at, Dtype dtype)
{
    Tape tape;
    const auto size = static_cast<std::int64_t>(at.size());
    const Tensor x = tape.variable(to(from_values({size}, at), dtype)), y = f(x);
    tape.backward(y, full({size}, 1, dtype));
    const std::vector<double> values = to(detach(y), f64).to_vector<double>(),
                              derivatives = to(x.grad(), f64).to_vector<double>();
    std::vector<Slope> result;
    for (std::size_t i = 0; i < at.size(); ++i) result.push_back({values[i], derivatives[i]});
    return result;
}

std::string number_text(double x)
{
    if (std::isnan(x)) return "nan";
    return fmt::format("{:.4g}", x == 0 ? 0.0 : x);
}

std::string table_of(const OneOperand& f)
{
    std::vector<double> at = kinks(f);
    for (const double x : {-kInfinity, -1.0, 0.0, 1.0, kInfinity})
        if (std::find(at.begin(), at.end(), x) == at.end()) at.push_back(x);
    std::sort(at.begin(), at.end());
    at.push_back(kNan);
    std::vector<double> values, derivatives;
    for (const auto& [value, derivative] : slopes(f, at)) values.push_back(value), derivatives.push_back(derivative);
    return row("x", texts(at)) + rule(at.size()) + row("y", texts(values)) + row("dy/dx", texts(derivatives));
}

std::string table_of(const std::string& name)
{
    std::string table;
    elementary::UnaryOps::for_each([&]<class F>(F) {
        if (F::name == name) table = table_of([](const Tensor& x) { return detail::unary<F>(x); });
    });
    elementary::BinaryOps::for_each([&]<class F>(F) {
        if (F::name == name)
            table = table_of([](const Tensor& a, const Tensor& b) { return detail::binary<F>(a, b, true); });
    });
    return table;
}

bool has_parameters(const std::string& name)
{
    bool found = false;
    elementary::ParametricOps::for_each([&]<class F>(F) { found |= F::name == name; });
    return found;
}

std::string table_of(const reference::CaseSet& set, const std::string& torch)
{
    const reference::Binding* binding = reference::find_binding(torch);
    if (!binding) return "";
    for (const reference::Json& entry : set.cases()) {
        if (entry.at("op") != torch || entry.at("inputs").size() != 1) continue;
        const std::string input = entry.at("inputs")[0].at("name");
        const reference::Json& params = entry.at("params");
        const std::string called = params.empty() ? "" : "Called with `" + params.dump() + "`:\n\n";
        return called + table_of([&](const Tensor& x) {
                   return binding->run(reference::Call({{input, x}}, params)).tensors.at(0);
               });
    }
    return "";
}

}  // namespace xgrad::catalogue
