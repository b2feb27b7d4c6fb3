#pragma once

// A recorded scalar function as data. Its values have registers: first the inputs, then each step has one. StepBlock
// (step_block.hpp) computes it.

#include <xgrad/scalar.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::detail {

struct ScalarSteps {
    struct Source {
        std::uint32_t at = 0;  // a register, or a place among the constants
        bool is_constant = false;
    };
    struct Step {
        std::uint32_t function;  // its place in elementary::UnaryOps or BinaryOps
        bool is_unary;
        Source a, b;
    };

    std::size_t inputs = 0;
    std::vector<double> constants;
    std::vector<Step> steps;
    std::vector<Source> outputs;

    std::size_t registers() const { return inputs + steps.size(); }
};

/// What leads from the leaves to the outputs on the explaining tape that is current. Throws TapeError where a tensor
/// lies between.
ScalarSteps compile(const std::vector<Scalar>& leaves, const std::vector<Scalar>& outputs);

}  // namespace xgrad::detail
