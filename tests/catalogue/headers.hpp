#pragma once

// The public functions of the library's headers, with the comments above them: what the catalogue says of each.

#include <string>
#include <vector>

namespace xgrad::catalogue {

/// One declaration. `name` is qualified behind xgrad: "softmax", "linalg.det", "operator+".
struct Declaration {
    std::string name;
    std::string code;     ///< up to the semicolon, on as many lines as in the header; without a body
    std::string comment;  ///< what stands above and behind it; an indented line stays a line
};

/// A header: a family of functions.
struct Family {
    std::string header;   ///< "ops/softmax.hpp"
    std::string comment;  ///< what stands at its top
    std::vector<Declaration> declarations;
};

/// Reads the text of a header that is formatted as the house's are: declarations begin at the margin, and a comment
/// covers the declarations below it up to an empty line.
Family read_header(const std::string& name, const std::string& text);

/// The names of the functions, each once, in order.
std::vector<std::string> function_names(const Family& family);

}  // namespace xgrad::catalogue
