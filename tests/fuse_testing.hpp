#pragma once

// What the tests of fuse share.

#include <xgrad/ops/create.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <vector>

#include "tests/expect_tensor.hpp"

namespace xgrad::testing {

using Tensors = std::vector<Tensor>;

inline Tensor numbers(Sizes sizes, Dtype dtype, std::uint64_t seed)
{
    Generator generator(seed);
    return randn(sizes, {.dtype = dtype, .generator = generator});
}

/// The value of f and the gradients of all inputs, for an adjoint that differs from element to element.
template <class F>
Tensors value_and_gradients(F f, const Tensors& inputs)
{
    Tape tape;
    Tensors x;
    for (const Tensor& input : inputs) x.push_back(tape.variable(input));
    const Tensor y = f(x);
    tape.backward(y, numbers(y.sizes(), y.dtype(), 99));
    Tensors out{detach(y)};
    for (const Tensor& one : x) out.push_back(one.grad());
    return out;
}

inline void expect_equal(const Tensors& actual, const Tensors& wanted, double tolerance = 0)
{
    ASSERT_EQ(actual.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        EXPECT_TRUE(tensors_agree(actual[i], wanted[i], tolerance)) << "result " << i;
}

}  // namespace xgrad::testing
