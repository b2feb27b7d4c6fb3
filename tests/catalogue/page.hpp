#pragma once

// The catalogue of operations, docs/operations.md, in Markdown. Everything in it comes from the library: declarations and
// their comments from the public headers, formulas, shapes and vjps from the Ops, values at special points and shapes
// of examples from running it.

#include <string>
#include <vector>

#include "tests/catalogue/headers.hpp"

namespace xgrad::catalogue {

/// Reads the headers of operations on tensors, in the order of autograd/ops/CMakeLists.txt.
std::vector<Family> read_families(const std::string& source_folder);

/// The page. `source_folder` holds the headers and the reference cases.
std::string page(const std::string& source_folder);

}  // namespace xgrad::catalogue
