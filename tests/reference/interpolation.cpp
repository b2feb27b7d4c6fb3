#include "tests/reference/binding.hpp"

#include <xgrad/ops/grid_sample.hpp>
#include <xgrad/ops/interpolate.hpp>

#include <nlohmann/json.hpp>

#include <map>

namespace xgrad::reference {
namespace {

template <class Mode>
Mode named(const std::map<std::string, Mode>& modes, const std::string& name)
{
    const auto found = modes.find(name);
    if (found == modes.end()) throw CallError("unknown mode " + name);
    return found->second;
}

Outputs bound_interpolate(const Call& c)
{
    static const std::map<std::string, InterpolateMode> modes{
        {"nearest", InterpolateMode::nearest}, {"nearest-exact", InterpolateMode::nearest_exact},
        {"linear", InterpolateMode::linear},   {"bilinear", InterpolateMode::bilinear},
        {"bicubic", InterpolateMode::bicubic}, {"trilinear", InterpolateMode::trilinear},
        {"area", InterpolateMode::area},
    };
    InterpolateOptions options{.mode = named(modes, c.text("mode", "nearest")),
                               .align_corners = c.flag("align_corners", false),
                               .recompute_scale_factor = c.flag("recompute_scale_factor", false),
                               .antialias = c.flag("antialias", false)};
    if (c.has("size")) options.size = c.integers("size");
    if (c.has("scale_factor")) {
        const nlohmann::json& factors = c.json("scale_factor");
        if (factors.is_array())
            options.scale_factor = factors.get<std::vector<double>>();
        else
            options.scale_factor = {factors.get<double>()};
    }
    return interpolate(c.tensor("input"), options);
}

Outputs bound_grid_sample(const Call& c)
{
    static const std::map<std::string, GridMode> modes{
        {"bilinear", GridMode::bilinear}, {"nearest", GridMode::nearest}, {"bicubic", GridMode::bicubic}};
    static const std::map<std::string, GridPadding> paddings{
        {"zeros", GridPadding::zeros}, {"border", GridPadding::border}, {"reflection", GridPadding::reflection}};
    return grid_sample(c.tensor("input"), c.tensor("grid"),
                       {.mode = named(modes, c.text("mode", "bilinear")),
                        .padding_mode = named(paddings, c.text("padding_mode", "zeros")),
                        .align_corners = c.flag("align_corners", false)});
}

constexpr Binding kRows[] = {
    {"nn.functional.interpolate", bound_interpolate},
    {"nn.functional.grid_sample", bound_grid_sample},
    {"nn.functional.affine_grid",
     [](const Call& c) -> Outputs {
         return affine_grid(c.tensor("theta"), c.integers("size"), c.flag("align_corners", false));
     }},
    {"nn.functional.pixel_shuffle",
     [](const Call& c) -> Outputs { return pixel_shuffle(c.tensor("input"), c.integer("upscale_factor")); }},
    {"nn.functional.pixel_unshuffle",
     [](const Call& c) -> Outputs { return pixel_unshuffle(c.tensor("input"), c.integer("downscale_factor")); }},
    {"nn.functional.channel_shuffle",
     [](const Call& c) -> Outputs { return channel_shuffle(c.tensor("input"), c.integer("groups")); }},
};

}  // namespace

Bindings interpolation_bindings() { return kRows; }

}  // namespace xgrad::reference
