#pragma once

// Which function of the library an operation of the reference data is. One row an operation, in the file of its family:
//   {"nn.functional.softmax", [](const Call& c) -> Outputs { return softmax(c.tensor("input"), c.integer("dim")); }},

#include <xgrad/ops/reduce.hpp>
#include <xgrad/tensor.hpp>

#include "tests/reference/call.hpp"

#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::reference {

/// A case that its binding cannot call.
struct CallError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What an operation gives: one or several tensors.
struct Outputs {
    Outputs(Tensor y) : tensors{std::move(y)} {}
    Outputs(std::vector<Tensor> ys) : tensors(std::move(ys)) {}
    Outputs(ValuesAndIndices y) : tensors{std::move(y.values), std::move(y.indices)} {}
    std::vector<Tensor> tensors;
};

struct Binding {
    const char* op;
    Outputs (*run)(const Call&);
};
using Bindings = std::span<const Binding>;

Bindings elementwise_bindings();
Bindings reduction_bindings();
Bindings shape_bindings();
Bindings matmul_bindings();
Bindings linalg_bindings();
Bindings activation_bindings();
Bindings softmax_loss_bindings();
Bindings convolution_bindings();
Bindings pool_bindings();
Bindings norm_bindings();
Bindings recurrent_bindings();
Bindings attention_bindings();
Bindings attention_embedding_bindings();
Bindings interpolation_bindings();

/// The row of an operation; null when there is none.
const Binding* find_binding(const std::string& op);

}  // namespace xgrad::reference
