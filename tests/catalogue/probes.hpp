#pragma once

// What functions along an axis give for nothing, ties, NaN and infinities, computed by the library.

#include <string>

#include "tests/reference/case_set.hpp"

namespace xgrad::catalogue {

/// A table in Markdown of a function of one tensor, called as its reference cases do; empty where no case takes a vector.
std::string probe_table(const reference::CaseSet& set, const std::string& torch);

}  // namespace xgrad::catalogue
