#include "tests/catalogue/probes.hpp"

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include <limits>
#include <optional>

#include "tests/catalogue/special_points.hpp"
#include "tests/reference/binding.hpp"

namespace xgrad::catalogue {
namespace {

using reference::Binding;
using reference::Json;
using reference::Outputs;

std::string list_text(const Tensor& x)
{
    std::string text;
    for (const double v : to(x, f64).to_vector<double>()) text += (text.empty() ? "" : ", ") + number_text(v);
    return x.ndim() == 0 ? text : "[" + text + "]";
}

/// Values and the gradient of the sum of the first, or what is thrown.
struct Probed {
    std::string y, gradient;
    bool throws = false;
};

Probed probe(const Binding& binding, const Json& params, const Tensor& values)
{
    try {
        Tape tape;
        const Tensor x = tape.variable(values);
        const std::vector<Tensor> ys = binding.run(reference::Call({{"input", x}}, params)).tensors;
        Probed result;
        for (const Tensor& y : ys) result.y += (result.y.empty() ? "" : "; ") + list_text(y);
        if (!is_floating(ys[0].dtype())) return result;
        tape.backward(ys[0], full(ys[0].sizes(), 1, f64));
        if (x.grad().defined()) result.gradient = list_text(x.grad());
        return result;
    } catch (const ShapeError&) {
        return {"throws ShapeError", "", true};
    } catch (const reference::CallError&) {  // it has to be called with a parameter that is not there
        return {"", "", true};
    }
}

}  // namespace

std::string probe_table(const reference::CaseSet& set, const std::string& torch)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    static const std::vector<std::vector<double>> kVectors{{}, {2, 2}, {0, 0}, {kNan, 1}, {kInfinity, 1}};
    const Binding* found = reference::find_binding(torch);
    if (!found) return "";
    const Binding& binding = *found;
    std::vector<Json> candidates;
    for (const Json& entry : set.cases())
        if (entry.at("op") == torch && entry.at("inputs").size() == 1 && entry.at("inputs")[0].at("name") == "input")
            candidates.push_back(entry.at("params"));
    if (!candidates.empty()) candidates.push_back(Json{{"dim", 0}});
    for (const Json& params : candidates) {
        const auto vector_of = [](const std::vector<double>& v) {
            return from_values({static_cast<std::int64_t>(v.size())}, v);
        };
        if (probe(binding, params, vector_of({2, 2})).throws) continue;
        std::string head = "| x |", rule = "| --- |", y = "| y |", gradient = "| dx |";
        for (const std::vector<double>& v : kVectors) {
            const Probed p = probe(binding, params, vector_of(v));
            head += " " + list_text(vector_of(v)) + " |";
            rule += " --- |";
            y += " " + p.y + " |";
            gradient += " " + p.gradient + " |";
        }
        return "Called with `" + params.dump() + "`, and gy = 1:\n\n" + head + "\n" + rule + "\n" + y + "\n" +
               gradient + "\n";
    }
    return "";
}

}  // namespace xgrad::catalogue
