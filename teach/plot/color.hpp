#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad::plot {

/// Parts of 255, as the screen shows them; opacity 0 is invisible, 1 hides what lies behind.
struct Color {
    std::uint8_t red = 0, green = 0, blue = 0;
    double opacity = 1;
    bool operator==(const Color&) const = default;
};

inline constexpr Color kBlack{0, 0, 0}, kWhite{255, 255, 255}, kGray{120, 120, 120}, kLightGray{224, 224, 224},
    kNoColor{0, 0, 0, 0};

/// Seven colours that stay apart for colour-blind eyes and on a projector: blue, vermilion, green, purple, orange, sky
/// blue, black; then from the beginning. Source: Okabe and Ito, Color Universal Design (2002), without their yellow,
/// which is too pale on white.
Color palette(std::size_t index);

/// The colour `part` of the way from a (0) to b (1). Opacities are mixed too.
Color mix(Color a, Color b, double part);

/// "#0072b2", without the opacity.
std::string to_string(Color color);

/// From the lowest to the highest value.
enum class ColorMap : unsigned char {
    classes,    ///< pale blue over white to pale vermilion: regions of class 0 and class 1 behind points of both
    diverging,  ///< blue over white to vermilion: weights, from negative over 0 to positive
    grays,      ///< white to black: images, as ink on paper
    sequential  ///< dark blue over green to pale yellow, ever lighter: heights
};

/// The colour at a position in 0 to 1; positions outside take the nearest end, NaN is light gray.
Color color_at(ColorMap map, double position);

}  // namespace xgrad::plot
