#pragma once

#include <xgrad/nn/module.hpp>
#include <xgrad/tape.hpp>

namespace xgrad::teach {

/// Calls the parameters of a model, in explanations of the tape, as nn::named_parameters does: "conv1.weight". Those that
/// were not used on the tape so far are passed over; tapes that do not explain forget it. Throws TapeError when the tape
/// cannot be used here.
void name_parameters(Tape& tape, nn::ConstModuleRef model);

}  // namespace xgrad::teach
