#include <xgrad/teach/plot/color.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace xgrad::plot {
namespace {

constexpr std::array kPalette{Color{0, 114, 178}, Color{213, 94, 0},   Color{0, 158, 115}, Color{204, 121, 167},
                              Color{230, 159, 0}, Color{86, 180, 233}, Color{0, 0, 0}};

// The first two colours of the palette, mixed with white.
constexpr std::array kClasses{Color{150, 199, 226}, Color{250, 250, 250}, Color{243, 190, 156}};
constexpr std::array kDiverging{Color{0, 114, 178}, Color{250, 250, 250}, Color{213, 94, 0}};
constexpr std::array kGrays{Color{255, 255, 255}, Color{0, 0, 0}};
// Six points of viridis. Source: Smith and van der Walt, the default colour map of matplotlib 2 (2015).
constexpr std::array kSequential{Color{68, 1, 84},    Color{65, 68, 135},  Color{42, 120, 142},
                                 Color{34, 168, 132}, Color{122, 209, 81}, Color{253, 231, 37}};

std::span<const Color> stops_of(ColorMap map)
{
    switch (map) {
        case ColorMap::classes:
            return kClasses;
        case ColorMap::diverging:
            return kDiverging;
        case ColorMap::grays:
            return kGrays;
        case ColorMap::sequential:
            break;
    }
    return kSequential;
}

std::uint8_t between(std::uint8_t a, std::uint8_t b, double part)
{
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * part));
}

}  // namespace

Color palette(std::size_t index) { return kPalette[index % kPalette.size()]; }

Color mix(Color a, Color b, double part)
{
    return {between(a.red, b.red, part), between(a.green, b.green, part), between(a.blue, b.blue, part),
            a.opacity + (b.opacity - a.opacity) * part};
}

std::string to_string(Color color) { return fmt::format("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue); }

Color color_at(ColorMap map, double position)
{
    if (std::isnan(position)) return kLightGray;
    const std::span<const Color> stops = stops_of(map);
    const double place = std::clamp(position, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
    const std::size_t below = std::min(static_cast<std::size_t>(place), stops.size() - 2);
    return mix(stops[below], stops[below + 1], place - static_cast<double>(below));
}

}  // namespace xgrad::plot
