#pragma once

#include <xgrad/record.hpp>

namespace xgrad {

/// What stands outside a tensor: a number; the tensor mirrored at its first and last elements; these elements
/// themselves; or the tensor again.
enum class PadMode : unsigned char { constant, reflect, replicate, circular };

struct PadOptions {
    PadMode mode = PadMode::constant;
    double value = 0;  ///< of PadMode::constant
};

/// More positions at the start and end of axes: `amounts` lists (start, end) of the last axis, then of the one before
/// it, and so on; negative amounts take positions away. Throws ShapeError for an odd list, for more pairs than axes, for
/// amounts that leave less than nothing, and where there are too few positions: reflect needs more than it adds,
/// circular as many, replicate one.
Tensor pad(const Input& x, Sizes amounts, PadOptions options = {});

}  // namespace xgrad
