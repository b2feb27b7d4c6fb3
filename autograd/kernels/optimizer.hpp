// Optimizer steps: parameter, gradient and state in one pass over memory. The rules are in update_rules.hpp.
#pragma once

#include "autograd/kernels/update_rules.hpp"
#include "autograd/kernels/update_table.hpp"

namespace xgrad::kernels {

namespace detail {
void update(std::size_t rule_number, Dtype dtype, Index n, const GradientTerms& terms, const void* rule,
            void* parameter, const void* grad, void* const* states, std::size_t state_count);
}

/// One step in place. States that the rule does not use may be null. f32, f64.
template <class Rule>
void update(Dtype dtype, Index n, const GradientTerms& terms, const Rule& rule, void* parameter, const void* grad,
            void* const (&states)[Rule::kStates])
{
    detail::update(UpdateRules::index<Rule>(), dtype, n, terms, &rule, parameter, grad, states, Rule::kStates);
}

/// Whether no element is NaN or infinite. f32, f64.
bool all_finite(Dtype dtype, Index n, const void* x);

}  // namespace xgrad::kernels
