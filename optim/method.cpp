
#include "optim/method.hpp"
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace xgrad::optim {

using xgrad::detail::error_text;

void Check::fail(const char* option, double value, const char* rule) const
{
    throw std::invalid_argument(error_text(
        name_, fmt::format("{} is {}", option, value), rule,
        fmt::format("check the options of the {}", std::string(name_).ends_with("LR") ? "schedule" : "optimizer")));
}

double l2(double lambda, L2Form form, std::int64_t n)
{
    const Check check("l2");
    check(lambda >= 0, "lambda", lambda, "it is at least 0");
    if (form == L2Form::half) return lambda;
    if (form == L2Form::full) return 2 * lambda;
    check(n > 0, "n", static_cast<double>(n), "lambda / (2n) needs the number of samples");
    return lambda / static_cast<double>(n);
}

ElasticNet elastic_net(double lambda, double beta)
{
    const Check check("elastic_net");
    check(lambda >= 0, "lambda", lambda, "it is at least 0");
    check(beta >= 0, "beta", beta, "it is at least 0");
    return {2 * lambda * beta, lambda};
}

namespace detail {

bool is_bias(const ParameterRef& p)
{
    const std::string& name = p.name();
    const std::size_t dot = name.rfind('.');
    return name.compare(dot == std::string::npos ? 0 : dot + 1, 4, "bias") == 0;
}

bool names_option(const std::string& text, const char* name, std::size_t& index)
{
    const std::size_t length = std::strlen(name);
    if (text.compare(0, length, name) != 0) return false;
    if (text.size() == length) return true;
    if (text.size() != length + 2 || text[length] != '.' || text[length + 1] < '0' || text[length + 1] > '9')
        return false;
    index = static_cast<std::size_t>(text[length + 1] - '0');
    return true;
}

}  // namespace detail
}  // namespace xgrad::optim
