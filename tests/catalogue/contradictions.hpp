#pragma once

// Points at which two loops of PyTorch 1.13, that for vectors and that for what remains of them, give different results,
// and what the library gives there.

#include <span>
#include <string>
#include <vector>

#include "tests/catalogue/special_points.hpp"

namespace xgrad::catalogue {

/// y and, for gy = 0.75, the gradient.
struct AtPoint {
    double y, gradient;
};

struct Contradiction {
    const char* function;
    Dtype dtype;
    double x;
    AtPoint torch_remainder, torch_vector;
    AtPoint ours;
    const char* reason;
};

std::span<const Contradiction> contradictions();

/// What the library gives for so many elements, each of which is that x.
std::vector<AtPoint> computed(const Contradiction& c, std::size_t count);

/// All of them as a table in Markdown, with computed values.
std::string contradiction_table();

}  // namespace xgrad::catalogue
