#include "tests/reference/binding.hpp"

namespace xgrad::reference {

const Binding* find_binding(const std::string& op)
{
    for (const auto family :
         {elementwise_bindings, reduction_bindings, shape_bindings, matmul_bindings, linalg_bindings,
          activation_bindings, softmax_loss_bindings, convolution_bindings, pool_bindings, norm_bindings,
          recurrent_bindings, attention_bindings, attention_embedding_bindings, interpolation_bindings})
        for (const Binding& row : family())
            if (row.op == op) return &row;
    return nullptr;
}

}  // namespace xgrad::reference
