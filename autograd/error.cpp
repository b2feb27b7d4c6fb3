#include <xgrad/error.hpp>

namespace xgrad::detail {

std::string error_text(const char* operation, const std::string& what, const std::string& rule, const std::string& hint)
{
    return std::string(operation) + ": " + what + ".\n  rule: " + rule + ".\n  try:  " + hint + ".";
}

}  // namespace xgrad::detail
