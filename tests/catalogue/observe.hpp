#pragma once

// What the reference cases, or a call of its own, show of a function: the operations that it records, and shapes.

#include <map>
#include <string>
#include <vector>

#include "tests/reference/case_set.hpp"

namespace xgrad::catalogue {

struct Observation {
    std::string torch;                    ///< PyTorch's name of the function; none without reference case
    std::vector<std::string> operations;  ///< recorded in its cases, each once, in order
    std::string shapes;                   ///< "(2, 3), (3) -> (2, 3)", of one case
};

/// The function that an operation of the reference data is: "softmax" for "nn.functional.softmax".
std::string function_of(const std::string& torch);

/// By function: what one run of each reference case shows, and of calls.hpp for functions that have none. Where two headers have a function of the same name, that of
/// the later one stands under "fold.hpp/unfold".
std::map<std::string, Observation> observe(reference::CaseSet& set);

}  // namespace xgrad::catalogue
