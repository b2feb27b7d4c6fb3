// The update rules of optimizers: the one place where a rule's arithmetic is written down.
//
// A rule is a struct of numbers that hold for a whole array, with a template that changes one element, or one SIMD
// register of them: x the parameter, g its gradient (what GradientTerms made of it), state[0..kStates) what the
// optimizer remembers. The kernels load and store. A state whose pointer is null is neither read nor written; the rule
// says by a flag that it does not use it.
//
// Adding one: a struct here and its name in UpdateRules. V has operators, sqrt, abs, maximum and select.
#pragma once

#include <cstddef>

#include "autograd/elementary/base.hpp"

namespace xgrad::kernels {

/// What all rules share, before them: g = maximize ? -grad : grad;  g += decay x + l1 sign(x);  x *= shrink.
struct GradientTerms {
    double decay = 0, l1 = 0, shrink = 1;
    bool maximize = false;
};

/// -1, 0 or 1; NaN stays NaN.
template <class V>
V sign_of(const V& x)
{
    return select(x > V(0), V(1), select(x < V(0), V(-1), x));
}

/// v = keep v + take g (start g the first time);  x -= size (nesterov ? take g + keep v : v).   Without momentum
/// x -= size g.
struct SgdRule {
    static constexpr std::size_t kStates = 1;
    double size = 0, keep = 0, take = 1, start = 1;
    bool momentum = false, first = false, nesterov = false;

    template <class V>
    void operator()(V& x, V g, V* state) const
    {
        if (momentum) {
            const V v = first ? V(start) * g : V(keep) * state[0] + V(take) * g;
            state[0] = v;
            g = nesterov ? V(take) * g + V(keep) * v : v;
        }
        x = x - V(size) * g;
    }
};

/// m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2.
struct Moments {
    double beta1 = 0, beta2 = 0;

    template <class V>
    void move(V& m, V& v, const V& g) const
    {
        m = V(beta1) * m + V(1 - beta1) * g;
        v = V(beta2) * v + V(1 - beta2) * g * g;
    }
};

/// The moments; with amsgrad v is replaced by the largest so far; x -= size m / (sqrt(v) / root + eps), or, with
/// eps_inside, size m / sqrt(v / root^2 + eps).
struct AdamRule {
    static constexpr std::size_t kStates = 3;
    Moments moments;
    double size = 0, inverse_root = 1, eps = 0;
    bool amsgrad = false, eps_inside = false;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        moments.move(state[0], state[1], g);
        V square = state[1];
        if (amsgrad) square = state[2] = maximum(state[2], square);
        const V root = eps_inside ? sqrt(square * V(inverse_root * inverse_root) + V(eps))
                                  : sqrt(square) * V(inverse_root) + V(eps);
        x = x - V(size) * (state[0] / root);
    }
};

/// s += g^2;  x -= size g / (sqrt(s) + eps), or size g / sqrt(s + eps).
struct AdagradRule {
    static constexpr std::size_t kStates = 1;
    double size = 0, eps = 0;
    bool eps_inside = false;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        state[0] += g * g;
        x = x - V(size) * (g / (eps_inside ? sqrt(state[0] + V(eps)) : sqrt(state[0]) + V(eps)));
    }
};

/// v = rho v + (1 - rho) g^2;  d = sqrt(u + eps) / sqrt(v + eps) g;  u = rho u + (1 - rho) d^2;  x -= size d.
struct AdadeltaRule {
    static constexpr std::size_t kStates = 2;
    double size = 0, rho = 0, eps = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        state[0] = V(rho) * state[0] + V(1 - rho) * g * g;
        const V d = sqrt(state[1] + V(eps)) / sqrt(state[0] + V(eps)) * g;
        state[1] = V(rho) * state[1] + V(1 - rho) * d * d;
        x = x - V(size) * d;
    }
};

/// v = alpha v + (1 - alpha) g^2;  centered: a = alpha a + (1 - alpha) g and v - a^2 in place of v;
/// d = g / (sqrt(v) + eps), or g / sqrt(v + eps);  with momentum b = momentum b + d in place of d;  x -= size d.
struct RmspropRule {
    static constexpr std::size_t kStates = 3;  // v, a, b
    double size = 0, alpha = 0, eps = 0, momentum = 0;
    bool centered = false, eps_inside = false;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        state[0] = V(alpha) * state[0] + V(1 - alpha) * g * g;
        V square = state[0];
        if (centered) {
            state[1] = V(alpha) * state[1] + V(1 - alpha) * g;
            square = square - state[1] * state[1];
        }
        V d = g / (eps_inside ? sqrt(square + V(eps)) : sqrt(square) + V(eps));
        if (momentum > 0) d = state[2] = V(momentum) * state[2] + d;
        x = x - V(size) * d;
    }
};

/// m = beta1 m + (1 - beta1) g;  u = max(beta2 u, |g| + eps);  x -= size m / u.
struct AdamaxRule {
    static constexpr std::size_t kStates = 2;
    double size = 0, beta1 = 0, beta2 = 0, eps = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        state[0] = V(beta1) * state[0] + V(1 - beta1) * g;
        state[1] = maximum(V(beta2) * state[1], abs(g) + V(eps));
        x = x - V(size) * (state[0] / state[1]);
    }
};

/// The moments;  x -= (gradient_size g + mean_size m) / (sqrt(v) / root + eps).
struct NadamRule {
    static constexpr std::size_t kStates = 2;
    Moments moments;
    double gradient_size = 0, mean_size = 0, inverse_root = 1, eps = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        moments.move(state[0], state[1], g);
        const V root = sqrt(state[1]) * V(inverse_root) + V(eps);
        x = x - (V(gradient_size) * g + V(mean_size) * state[0]) / root;
    }
};

/// The moments;  x -= size m, divided by sqrt(v) + eps where the variance of v is known well enough.
struct RadamRule {
    static constexpr std::size_t kStates = 2;
    Moments moments;
    double size = 0, eps = 0;
    bool rectified = false;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        moments.move(state[0], state[1], g);
        V step = V(size) * state[0];
        if (rectified) step = step / (sqrt(state[1]) + V(eps));
        x = x - step;
    }
};

/// x = keep x - size g;  the average a += share (x - a).
struct AsgdRule {
    static constexpr std::size_t kStates = 1;
    double size = 0, keep = 1, share = 1;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        x = V(keep) * x - V(size) * g;
        state[0] = share == 1 ? x : state[0] + (x - state[0]) * V(share);
    }
};

/// Steps d grow where the gradient kept its sign, shrink where it changed, in which case nothing moves and the change
/// is forgotten;  x -= sign(g) d.
struct RpropRule {
    static constexpr std::size_t kStates = 2;  // gradient before, steps
    double shrink = 0, grow = 0, smallest = 0, largest = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        const V agreement = g * state[0];
        const V factor = select(agreement > V(0), V(grow), select(agreement < V(0), V(shrink), V(1)));
        V d = state[1] * factor;
        d = select(d < V(smallest), V(smallest), select(d > V(largest), V(largest), d));
        const V used = select(agreement < V(0), V(0), g);
        x = x - sign_of(used) * d;
        state[0] = used;
        state[1] = d;
    }
};

/// x -= size sign(beta1 m + (1 - beta1) g);  m = beta2 m + (1 - beta2) g.
struct LionRule {
    static constexpr std::size_t kStates = 1;
    double size = 0, beta1 = 0, beta2 = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        x = x - V(size) * sign_of(V(beta1) * state[0] + V(1 - beta1) * g);
        state[0] = V(beta2) * state[0] + V(1 - beta2) * g;
    }
};

/// The moments; the direction d = size m / (sqrt(v) / root + eps) + decay x, without moving.
struct LambRule {
    static constexpr std::size_t kStates = 3;  // m, v, d
    Moments moments;
    double size = 0, inverse_root = 1, eps = 0, decay = 0;

    template <class V>
    void operator()(V& x, const V& g, V* state) const
    {
        moments.move(state[0], state[1], g);
        state[2] = V(size) * (state[0] / (sqrt(state[1]) * V(inverse_root) + V(eps))) + V(decay) * x;
    }
};

/// m = keep m + (1 - keep) g;  the direction d = nesterov ? keep m + (1 - keep) g : m, without moving.
struct MuonRule {
    static constexpr std::size_t kStates = 2;  // m, d
    double keep = 0;
    bool nesterov = false;

    template <class V>
    void operator()(V&, const V& g, V* state) const
    {
        state[0] = V(keep) * state[0] + V(1 - keep) * g;
        state[1] = nesterov ? V(keep) * state[0] + V(1 - keep) * g : state[0];
    }
};

using UpdateRules = elementary::FunctionList<SgdRule, AdamRule, AdagradRule, AdadeltaRule, RmspropRule, AdamaxRule,
                                             NadamRule, RadamRule, AsgdRule, RpropRule, LionRule, LambRule, MuonRule>;

}  // namespace xgrad::kernels
