#include <xgrad/error.hpp>
#include <xgrad/ops/compare.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/train/monitor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xgrad::train {

namespace {

using xgrad::detail::error_text;

/// Parameters that make one row.
struct Row {
    std::string name;
    std::vector<ParameterRef> parameters;
};

std::vector<Row> rows_of(const nn::ConstModuleRef& model, bool each_parameter)
{
    std::vector<Row> rows;
    for (const auto& [name, parameter] : nn::named_parameters(model)) {
        const std::size_t dot = name.rfind('.');
        const std::string name_of_row = each_parameter || dot == std::string::npos ? name : name.substr(0, dot);
        auto place =
            std::find_if(rows.begin(), rows.end(), [&](const Row& other) { return other.name == name_of_row; });
        if (place == rows.end()) place = rows.insert(rows.end(), Row{name_of_row, {}});
        place->parameters.push_back(parameter);
    }
    return rows;
}

Flow flow_of(const GradientNorm& g, bool has_gradient, double largest_rms, const GradientOptions& options)
{
    if (!has_gradient) return Flow::missing;
    if (!std::isfinite(g.norm)) return Flow::not_finite;
    if (g.norm > options.exploding) return Flow::exploding;
    return g.rms() < options.vanishing * largest_rms || g.norm == 0 ? Flow::vanishing : Flow::fine;
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

/// The width of the first column.
template <class Named>
std::size_t width_of(const std::vector<Named>& rows)
{
    std::size_t width = 5;
    for (const Named& row : rows) width = std::max(width, row.name.size());
    return width;
}

}  // namespace

double GradientNorm::rms() const { return norm / std::sqrt(static_cast<double>(elements)); }

std::vector<GradientNorm> gradient_norms(nn::ConstModuleRef model, const GradientOptions& options)
{
    std::vector<GradientNorm> norms;
    std::vector<bool> has_gradient;
    double largest = 0;
    for (const Row& row : rows_of(model, options.each_parameter)) {
        GradientNorm g{row.name, 0, optim::grad_norm(row.parameters), Flow::fine};
        bool any = false;
        for (const ParameterRef& p : row.parameters) {
            g.elements += p.numel();
            any = any || p.grad().defined();
        }
        if (std::isfinite(g.norm)) largest = std::max(largest, g.rms());
        norms.push_back(g);
        has_gradient.push_back(any);
    }
    for (std::size_t i = 0; i < norms.size(); ++i) norms[i].flow = flow_of(norms[i], has_gradient[i], largest, options);
    return norms;
}

std::string gradient_table(const std::vector<GradientNorm>& norms)
{
    constexpr const char* kWords[] = {"", "  vanishing", "  exploding", "  not finite", "  no gradient"};
    const std::size_t width = width_of(norms);
    std::string text = fmt::format("{:<{}} {:>9} {:>11} {:>11}\n", "layer", width, "elements", "|gradient|", "rms");
    for (const GradientNorm& g : norms)
        text += fmt::format("{:<{}} {:>9} {:>11.3e} {:>11.3e}{}\n", g.name, width, g.elements, g.norm, g.rms(),
                            kWords[static_cast<int>(g.flow)]);
    return text;
}

Tensor UnitMonitor::see(const std::string& name, const Tensor& h)
{
    if (h.ndim() < 2)
        throw ShapeError(error_text("UnitMonitor::see", "\"" + name + "\" is " + describe(h), "h: (n, units, ...)",
                                    "unsqueeze(h, 0) for one sample"));
    const NoGrad looks_only;
    std::vector<std::int64_t> axes = {0};
    for (std::size_t axis = 2; axis < h.ndim(); ++axis) axes.push_back(static_cast<std::int64_t>(axis));
    const auto active = sum(ne(h, 0), axes).to_vector<std::int64_t>();
    auto place = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& s) { return s.name == name; });
    if (place == seen_.end())
        place = seen_.insert(seen_.end(), Seen{name, std::vector<std::int64_t>(active.size()), 0});
    if (place->active.size() != active.size())
        throw ShapeError(
            error_text("UnitMonitor::see",
                       fmt::format("\"{}\" has {} units, before it had {}", name, active.size(), place->active.size()),
                       "a name stands for one layer", "give each layer its name, or call reset()"));
    for (std::size_t unit = 0; unit < active.size(); ++unit) place->active[unit] += active[unit];
    place->outputs += h.numel();
    return h;
}

std::vector<UnitMonitor::Layer> UnitMonitor::layers() const
{
    std::vector<Layer> list;
    for (const Seen& seen : seen_) {
        std::int64_t dead = 0, active = 0;
        for (const std::int64_t count : seen.active) {
            dead += count == 0;
            active += count;
        }
        const auto outputs = static_cast<double>(seen.outputs);
        list.push_back({seen.name, static_cast<std::int64_t>(seen.active.size()), dead,
                        (outputs - static_cast<double>(active)) / outputs});
    }
    return list;
}

std::string to_string(const UnitMonitor& monitor)
{
    const std::vector<UnitMonitor::Layer> layers = monitor.layers();
    const std::size_t width = width_of(layers);
    std::string text =
        fmt::format("{:<{}} {:>7} {:>7} {:>8} {:>8}\n", "layer", width, "units", "dead", "share", "zeros");
    for (const UnitMonitor::Layer& layer : layers)
        text += fmt::format("{:<{}} {:>7} {:>7} {:>8} {:>8}\n", layer.name, width, layer.units, layer.dead,
                            percent(static_cast<double>(layer.dead) / static_cast<double>(layer.units)),
                            percent(layer.zeros));
    return text;
}

}  // namespace xgrad::train
