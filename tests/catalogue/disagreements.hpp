#pragma once

// Points at which a gradient of PyTorch 1.13 is not that of its value, its values overflow where the function does not, or
// two ways to call it disagree, and what the library gives there.

#include <span>
#include <string>

#include "tests/catalogue/special_points.hpp"

namespace xgrad::catalogue {

struct Disagreement {
    const char* call;      ///< the operation and where
    const char* torch;     ///< what PyTorch gives
    Tensor (*computed)();  ///< what the library gives
    Tensor ours;
    const char* reason;
};

std::span<const Disagreement> disagreements();

/// All of them as a table in Markdown, with computed values.
std::string disagreement_table();

}  // namespace xgrad::catalogue
