// fuse of a function that returns a number.
#include <xgrad/ops/fuse.hpp>

xgrad::Tensor f(const xgrad::Tensor& x)
{
    return xgrad::fuse([](auto) { return 2.0; }, x);
}
