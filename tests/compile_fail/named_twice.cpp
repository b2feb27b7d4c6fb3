// Does not compile: a name stands twice in the list, where another member was meant.
#include <xgrad/nn/linear.hpp>

struct Net {
    xgrad::nn::Linear first{4, 3}, second{3, 1};
    XGRAD_MODULE(Net, first, first)
};
