#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include "autograd/kernels/elementwise.hpp"
#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

double length(const Tensor& x)
{
    const NoGrad nothing_is_recorded;
    return linalg::vector_norm(x).item();
}

bool is_decayed(const Update& u, const Penalty& penalty) { return penalty.biases || !detail::is_bias(u.parameter); }

}  // namespace

template <>
struct Method<LAMBOptions> {
    static constexpr const char* kName = "LAMB";
    static constexpr Decay kDecay = Decay::own;
    static constexpr std::array kStates = {"exp_avg", "exp_avg_sq", "direction"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("betas", o.betas);
        f("eps", o.eps);
        visit_common(f, o);
    }

    static void check(const Check& check, const LAMBOptions& o)
    {
        check_betas(check, o.betas);
        check_at_least_0(check, "eps", o.eps);
        check(!o.penalty.decoupled, "penalty.decoupled", 1, "the decay of LAMB is part of its direction");
    }

    static void update(const Update& u, const LAMBOptions& o)
    {
        u.apply(kernels::LambRule{.moments = {o.betas[0], o.betas[1]},
                                  .size = 1 / (1 - std::pow(o.betas[0], u.step())),
                                  .inverse_root = 1 / std::sqrt(1 - std::pow(o.betas[1], u.step())),
                                  .eps = o.eps,
                                  .decay = is_decayed(u, o.penalty) ? o.weight_decay : 0});
        const double of_parameter = length(u.parameter.value()), of_direction = length(u.slot.state[2]);
        const double ratio = of_parameter > 0 && of_direction > 0 ? of_parameter / of_direction : 1;
        kernels::add_scaled(u.parameter.dtype(), u.parameter.numel(), -o.lr * ratio, u.state(2),
                            xgrad::detail::begin_write(u.parameter.cell()));
    }

    static void describe(Description& d, const LAMBOptions& o)
    {
        d.line(fmt::format("m = {} m + {} g,  v = {} v + {} g^2", o.betas[0], rest(o.betas[0]), o.betas[1],
                           rest(o.betas[1])));
        d.line(fmt::format("d = m / (1 - {}^t) / (sqrt(v / (1 - {}^t)) + {}) + {} p", o.betas[0], o.betas[1], o.eps,
                           o.weight_decay));
        d.line(fmt::format("p = p - {} |p| / |d| d", o.lr));
        d.not_in_pytorch("LAMB");
        d.lecture("named only (S2:605)");
    }
};

template <>
struct Method<LARSOptions> {
    static constexpr const char* kName = "LARS";
    static constexpr Decay kDecay = Decay::own;
    static constexpr std::array kStates = {"momentum_buffer"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("momentum", o.momentum);
        f("trust_coefficient", o.trust_coefficient);
        f("eps", o.eps);
        f("nesterov", o.nesterov);
        visit_common(f, o);
    }

    static void check(const Check& check, const LARSOptions& o)
    {
        check_at_least_0(check, "momentum", o.momentum);
        check_at_least_0(check, "trust_coefficient", o.trust_coefficient);
        check_at_least_0(check, "eps", o.eps);
        check(!o.nesterov || o.momentum > 0, "momentum", o.momentum, "nesterov needs it");
        check(!o.penalty.decoupled, "penalty.decoupled", 1, "the decay of LARS is part of its local rate");
    }

    static bool needs(const LARSOptions& o, std::size_t) { return o.momentum != 0; }

    static void update(const Update& u, const LARSOptions& o)
    {
        const double decay = is_decayed(u, o.penalty) ? o.weight_decay : 0;
        const double of_parameter = length(u.parameter.value()), of_gradient = length(u.parameter.grad());
        const double local = of_parameter > 0 && of_gradient > 0
                                 ? o.trust_coefficient * of_parameter / (of_gradient + decay * of_parameter + o.eps)
                                 : 1;
        Update decayed = u;
        decayed.terms.decay = decay;
        kernels::SgdRule rule{.size = 1, .keep = o.momentum, .take = o.lr * local, .momentum = o.momentum != 0};
        rule.start = rule.take;
        rule.nesterov = o.nesterov;
        if (!rule.momentum) rule.size = rule.take;
        decayed.apply(rule);
    }

    static void describe(Description& d, const LARSOptions& o)
    {
        d.line(fmt::format("r = {} |p| / (|g| + {} |p| + {})", o.trust_coefficient, o.weight_decay, o.eps));
        d.line(fmt::format("v = {} v + {} r (g + {} p)", o.momentum, o.lr, o.weight_decay));
        if (o.nesterov)
            d.line(fmt::format("p = p - {} v - {} r (g + {} p)", o.momentum, o.lr, o.weight_decay));
        else
            d.line("p = p - v");
        d.not_in_pytorch("LARS");
    }
};

template class OptimizerOf<LAMBOptions>;
template class OptimizerOf<LARSOptions>;

}  // namespace xgrad::optim
