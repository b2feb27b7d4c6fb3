// fuse of a function with a branch that depends on an element.
#include <xgrad/ops/fuse.hpp>

xgrad::Tensor f(const xgrad::Tensor& x)
{
    return xgrad::fuse([](auto a) { return a > 0.0 ? a : -a; }, x);
}
