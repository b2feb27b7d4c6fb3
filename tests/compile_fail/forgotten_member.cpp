// Does not compile: the list leaves out a member. With -DXGRAD_LIST_ALL it does.
#include <xgrad/nn/linear.hpp>

struct Net {
    xgrad::nn::Linear first{4, 3};
    int heads = 2;
    xgrad::nn::Linear second{3, 1};
#ifdef XGRAD_LIST_ALL
    XGRAD_MODULE(Net, first, heads, second)
#else
    XGRAD_MODULE(Net, first, heads)
#endif
};
