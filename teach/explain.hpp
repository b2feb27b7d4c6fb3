#pragma once

#include <xgrad/tape.hpp>

#include <string>

namespace xgrad {

/// A table of everything the tape recorded, in order: each value with its operation and the user's line; after a
/// backward pass also, for each operand, the local derivative (as formula and as number) and upstream x local, and at
/// the end the gradients of the leaves. At most 100 columns. Values without a name are called by their number, %3;
/// tape.name(value, "q") names them. Throws TapeError unless the tape was opened with explain.
std::string explain(const Tape& tape);

}  // namespace xgrad
