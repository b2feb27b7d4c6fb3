#pragma once

// Calls of functions that have no reference case, so that the page can say what they record.

#include <xgrad/tensor.hpp>

#include <span>
#include <vector>

namespace xgrad::catalogue {

struct ExampleCall {
    const char* function;
    std::vector<Tensor> inputs;
    std::vector<Tensor> (*run)(const std::vector<Tensor>&);
};

std::span<const ExampleCall> example_calls();

}  // namespace xgrad::catalogue
