#include <xgrad/error.hpp>

#include "autograd/autopsy.hpp"

namespace xgrad::detail {

std::string error_text(const char* operation, const std::string& what, const std::string& rule, const std::string& hint)
{
    return std::string(operation) + ": " + what + ".\n  rule: " + rule + ".\n  try:  " + hint + "." +
           autopsy(operation);
}

void throw_out_of_memory(std::size_t bytes)
{
    throw MemoryError(error_text("memory", "the system does not give " + std::to_string(bytes) + " bytes",
                                 "values, gradients and what tapes keep fit in memory together",
                                 "check the sizes; use smaller ones, or keep less with checkpoint"));
}

}  // namespace xgrad::detail
