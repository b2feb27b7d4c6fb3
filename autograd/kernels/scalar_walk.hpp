#pragma once

#include <cstdint>

namespace xgrad::kernels {

/// The walk back over scalar statements, in the memory that <xgrad/scalar_tape.hpp> describes: `operands` and `slot`
/// are where it stands, and where it goes on.
struct ScalarWalk {
    const std::uint8_t* counts;     // of slot 0
    double* adjoints;               // of slot 0; there is a spare one before it
    const std::uint32_t* operands;  // end of those not walked yet
    std::uint64_t slot;             // end of the slots not walked yet
};

/// Down to slot `first`.
using ScalarWalkKernel = void(ScalarWalk& walk, std::uint64_t first);

}  // namespace xgrad::kernels
