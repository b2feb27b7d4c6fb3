// Where an error comes from, for its text. Private to the library.
#pragma once

#include <string>

namespace xgrad::detail {

/// Lines to append to the text of an error; empty when no tape has anything to do with it.
///   Under an explaining tape: the operands that the user's program has just named, with lines, shapes and how they were
///   made, or where there are none the operation recorded last; in a backward pass the operation whose derivative was
///   being computed, its line, and the path to the root.
///   Under other tapes: the operation whose derivative was being computed, and how to get the rest.
std::string autopsy(const char* operation);

}  // namespace xgrad::detail
