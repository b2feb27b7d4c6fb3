#include "nn/check.hpp"

#include <xgrad/error.hpp>

namespace xgrad::nn::detail {

using xgrad::detail::error_text;

void check_positive(const char* layer, const char* what, std::int64_t number)
{
    if (number < 1)
        throw ShapeError(error_text(layer, std::string(what) + " is " + std::to_string(number), "it is at least 1",
                                    "check the order of the arguments"));
}

void check_dtype(const char* layer, const Tensor& x, const Parameter& weight) { check_dtype(layer, x, weight.dtype()); }

void check_dtype(const char* layer, const Tensor& x, Dtype dtype)
{
    if (x.dtype() == dtype) return;
    const std::string own = name_of(dtype), given = name_of(x.dtype());
    throw DtypeError(error_text(
        layer, "input " + describe(x) + " into a layer of " + own, "a module refuses a dtype that is not its own",
        "to(x, " + own + ")" + (is_floating(x.dtype()) ? ", or nn::to(module, " + given + ")" : std::string())));
}

const Tensor& value_or_none(const Parameter& parameter)
{
    static const Tensor kNone;
    return parameter.defined() ? parameter.value() : kNone;
}

}  // namespace xgrad::nn::detail
