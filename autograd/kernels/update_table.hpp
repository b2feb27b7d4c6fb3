#pragma once
// The kernels of update rules that are compiled once for each instruction set. optimizer.hpp has the function to call.
#include "autograd/kernels/table.hpp"
#include "autograd/kernels/update_rules.hpp"

namespace xgrad::kernels {

/// One step in place for n elements. `rule` is the struct of the rule; unused states are null.
using UpdateKernel = void(Index n, const GradientTerms& terms, const void* rule, void* parameter, const void* grad,
                          void* const* states);
/// Whether all of x is finite.
using FiniteKernel = bool(Index n, const void* x);

struct UpdateTable {
    UpdateKernel* update[kFloats][UpdateRules::size];
    FiniteKernel* all_finite[kFloats];
};

/// For the instruction set that kernels::active uses.
extern UpdateTable updates;

}  // namespace xgrad::kernels
