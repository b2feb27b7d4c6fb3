// Does not compile: the struct does not say what its members are.
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module.hpp>

struct Net {
    xgrad::nn::Linear first{4, 3};
};

auto parameters_of(const Net& net) { return xgrad::nn::parameters(net); }
