// How optimizers and schedules print the formula in use. Private to optim.
#pragma once

#include "autograd/description.hpp"

namespace xgrad::optim {

using xgrad::detail::rest;

class Description : public xgrad::detail::Description {
public:
    /// g = dL/dp + ...; p = (1 - lr weight_decay) p; rows cut to a length.
    void gradient(bool maximize, double weight_decay, double l1);
    void shrink(double lr, double weight_decay);
    void max_norm(double bound);

    /// An option in PyTorch's call. Those that PyTorch lacks are said only when they are used, decay_biases in a line.
    template <class T>
    void option(const char* name, const T& value)
    {
        if (!is_ours(name)) return xgrad::detail::Description::option(name, value);
        if constexpr (std::is_arithmetic_v<T>)
            if (value != T{} && name != std::string("decay_biases")) lacks(name);
    }

    std::string text(const char* name) const;

private:
    static bool is_ours(const std::string& name);
};

}  // namespace xgrad::optim
