#include <xgrad/scalar.hpp>

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

namespace xgrad::detail {

namespace {

const ScalarTape* tape_of(std::uint64_t serial)
{
    for (const ScalarTape* tape = current; tape; tape = tape->below)
        if (tape->holds(serial)) return tape;
    return open_tape_with(serial);  // NoGrad hides the tape from `current`
}

}  // namespace

double gradient_of(std::uint64_t serial)
{
    if (serial == 0)
        throw TapeError(
            error_text("grad", "the scalar is a constant", "only values that a tape recorded have a gradient",
                       "make it with tape.variable(value), or compute it from tracked values while the tape is open"));
    const ScalarTape* tape = tape_of(serial);
    if (!tape)
        throw TapeError(error_text("grad", "the scalar's tape has ended or belongs to another thread",
                                   "a scalar's gradient lives in its tape, between backward and the tape's end",
                                   "read grad() while the tape is open, in the thread that opened it"));
    const std::uint32_t slot = tape->slot_of(serial);
    if (tape->is_leaf(slot)) return tape->adjoints[slot];
    if (tape->explains()) return (*tape->records)[slot].adjoint;
    throw TapeError(error_text("grad", "the scalar is an intermediate value",
                               "a plain tape keeps the gradients of its variables; others are used up by the walk",
                               "open the tape with Tape tape{{.explain = true}}, which keeps every gradient"));
}

}  // namespace xgrad::detail
