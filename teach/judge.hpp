#pragma once

// What a gradient by hand is, given autograd and numbers; the same for tensors and for scalars.

#include <xgrad/teach/check_by_hand.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "teach/numeric.hpp"
#include "teach/slips.hpp"

namespace xgrad::detail {

/// Numeric derivatives of some elements of a claim.
using NumericElements = std::vector<std::pair<std::int64_t, NumericDerivative>>;

struct JudgeOptions {
    double tolerance;
    double numeric_tolerance;  // of autograd against numbers, relative to the scale
    double scale;              // largest |autograd| of the claim; not less than a part of that of all
    bool is_probed;
};

/// Compares, and says in notes where the function is not smooth, or autograd and numbers disagree. Elements about which
/// nothing can be said are set to 0 in the claim; where autograd is wrong the claim gets the numeric derivative.
CheckedGradient judge(Claim& claim, const NumericElements& numeric, const JudgeOptions& options,
                      const std::vector<std::string>& operations_of_users);

/// Elements to take numeric derivatives of: `most` evenly spread, and the one where the two differ most.
std::vector<std::int64_t> elements_to_check(const Claim& claim, std::int64_t most);

/// Of the claim alone, or of all if that is much larger.
double scale_of(const Claim& claim, const std::vector<Claim>& all);

/// Fills in passed and message. `last_layer`: the wrong one of the probed values that was computed last.
void finish(CheckReport& report, const std::string& last_layer = "");

}  // namespace xgrad::detail
