#include <xgrad/error.hpp>

#include "teach/plot/formats.hpp"

// In place of png.cpp where cairo was not found.
namespace xgrad::plot::detail {
namespace {

[[noreturn]] void throw_without_cairo()
{
    throw DataError(
        error_text("save", "PNG, and pixels inside an SVG, need cairo, which this build of the library has not found",
                   "cairo is installed when the library is configured",
                   "install it (Debian: apt-get install libcairo2-dev), configure and build again"));
}

}  // namespace

std::string png_bytes(const Drawing&, double) { throw_without_cairo(); }
std::string png_bytes(const Pixels&) { throw_without_cairo(); }

}  // namespace xgrad::plot::detail
