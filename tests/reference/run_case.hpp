#pragma once

#include "tests/reference/binding.hpp"
#include "tests/reference/case_set.hpp"

#include <string>
#include <vector>

namespace xgrad::reference {

/// Calls the operation as the entry says, without a tape, with one for first derivatives, with one for second ones,
/// and compares. Returns a text for each quantity that differs; none: the case passed.
std::vector<std::string> run_case(CaseSet& set, const Json& entry, const Binding& binding);

}  // namespace xgrad::reference
