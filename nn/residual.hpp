#pragma once

#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/members.hpp>
#include <xgrad/ops/elementwise.hpp>

#include <utility>

namespace xgrad::nn {

/// shortcut(x) + body(x): nn::Residual{nn::Sequential{...}}. The shortcut is x itself, or a layer that gives x the shape of
/// body's output. Source: He et al., Deep Residual Learning (2015).
template <class Body, class Shortcut = Identity>
struct Residual {
    explicit Residual(Body b, Shortcut s = {}) : body(std::move(b)), shortcut(std::move(s)) {}

    Tensor operator()(const Input& x) { return add(shortcut(x), body(x)); }
    Tensor operator()(const Input& x) const { return add(shortcut(x), body(x)); }

    Body body;
    Shortcut shortcut;
    XGRAD_MODULE(Residual, body, shortcut)
};

}  // namespace xgrad::nn
