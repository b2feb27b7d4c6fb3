#pragma once

// What is said of a wrong derivation, the same for tensors and for numbers.

#include <string>

namespace xgrad::detail::slip_text {

inline std::string slope_missing(const std::string& operation)
{
    return "g' is missing: the slope of " + operation + " is left out. delta = dL/dy g'(u), by hand it is dL/dy";
}
inline std::string slope_at_target(const std::string& operation)
{
    return "g' is taken at the target: the slope of " + operation +
           " belongs at its own input; at a target of 0 or 1 the sigmoid's, y (1 - y), is 0";
}
inline std::string slope_at_output(const std::string& operation)
{
    return "g' is taken at the output: g'(y) instead of g'(u), y = g(u), for " + operation +
           ". In terms of y the sigmoid's slope is y (1 - y)";
}
inline std::string slope_twice(const std::string& operation)
{
    return "one g' too many: the slope of " + operation +
           " counts twice. Sigmoid and cross entropy together have delta = a - y, without a slope";
}
inline std::string factor_missing(const std::string& missing, const std::string& of)
{
    return "a factor is missing: in the product of both, the gradient of " + of + " is delta times " + missing +
           "; by hand it is delta alone";
}
inline std::string not_transposed(const std::string& factor, const std::string& rule)
{
    return factor + " is not transposed: for a product Y, dL/d" + rule;
}
inline std::string transposed_too_often(const std::string& weight, const std::string& input)
{
    return weight + " is transposed where it should not be: of y = x W^T, dL/d" + input + " is dL/dy W";
}
inline std::string factors_swapped(const std::string& weight, const std::string& operation)
{
    return "the factors are in the wrong order: dL/dy is multiplied by the slope of " + operation +
           " before it goes through " + weight +
           "; by hand the slope comes behind, W^T dL/dy times g'(u), which fits only because " + weight + " is square";
}
inline std::string softmax_twice()
{
    return "softmax is applied twice: the gradient of the scores o is softmax(o) - y, by hand it is "
           "softmax(softmax(o)) - y";
}
inline std::string function_has_two_softmax()
{
    return "softmax is applied twice by the function: its loss takes raw scores, and gets what softmax gave. By hand "
           "there is one softmax";
}

}  // namespace xgrad::detail::slip_text
