#include "autograd/description.hpp"

#include <fmt/format.h>

namespace xgrad::detail {

std::string rest(double x) { return fmt::format("{:g}", 1 - x); }

std::string Description::number(double value) { return fmt::format("{}", value); }

void Description::call_option(const std::string& name, const std::string& value)
{
    options_ += fmt::format("{}{}={}", options_.empty() ? "" : ", ", name, value);
}

void Description::lacks(const char* option) { lacking_ += fmt::format("{}{}", lacking_.empty() ? "" : ", ", option); }

std::string Description::text(const std::string& name, const std::string& call) const
{
    std::string result = name + "\n";
    for (const std::string& line : lines_) result += fmt::format("  {}\n", line);
    if (!pytorch_.empty())
        result += fmt::format("  PyTorch {}\n", pytorch_);
    else if (lacking_.empty())
        result += fmt::format("  PyTorch: {}({})\n", call, options_);
    else
        result += fmt::format("  PyTorch: {}({}), which has no {}\n", call, options_, lacking_);
    if (!lecture_.empty()) result += fmt::format("  lecture: {}\n", lecture_);
    return result;
}

}  // namespace xgrad::detail
