#include <xgrad/error.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <fmt/format.h>

namespace xgrad::nn {

Dropout::Dropout(double probability, DropoutOptions o) : p(probability), options(o)
{
    if (!(p >= 0 && p <= 1))
        throw ShapeError(xgrad::detail::error_text("Dropout", fmt::format("p = {}", p),
                                                   "p is a probability, from 0 to 1",
                                                   "p is the part that is dropped; Dropout::keep(q) says what stays"));
}

Tensor Dropout::operator()(const Input& x) const
{
    Generator& generator = options.generator ? *options.generator : default_generator();
    if (options.form == DropoutForm::inverted) return dropout(x, p, training, generator);
    return training ? mul(x, bernoulli(full_like(*x, 1 - p), generator)) : mul(x, 1 - p);
}

std::string Dropout::describe() const
{
    const double keep = 1 - p;
    if (options.form == DropoutForm::inverted)
        return fmt::format(
            "Dropout, inverted: training y = x m / {0:g}, m = 1 with probability {0:g}; evaluation y = x\n"
            "  PyTorch: torch.nn.Dropout(p={1:g}); by keep probability: q = {0:g}",
            keep, p);
    return fmt::format(
        "Dropout, classic: training y = x m, m = 1 with probability {0:g}; evaluation y = {0:g} x\n"
        "  PyTorch has the inverted form alone: torch.nn.Dropout(p={1:g}), {2:g} times this one",
        keep, p, keep > 0 ? 1 / keep : 0);
}

}  // namespace xgrad::nn
