#include <xgrad/optim/rmsprop.hpp>

#include <fmt/format.h>

#include "optim/method.hpp"

namespace xgrad::optim {

template <>
struct Method<AdagradOptions> {
    static constexpr const char* kName = "Adagrad";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"sum"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("lr_decay", o.lr_decay);
        f("initial_accumulator_value", o.initial_accumulator_value);
        f("eps", o.eps);
        f("eps_inside_sqrt", o.eps_inside_sqrt);
        visit_common(f, o);
    }

    static void check(const Check& check, const AdagradOptions& o)
    {
        check_at_least_0(check, "lr_decay", o.lr_decay);
        check_at_least_0(check, "initial_accumulator_value", o.initial_accumulator_value);
        check_at_least_0(check, "eps", o.eps);
    }

    static double initial(const AdagradOptions& o, std::size_t) { return o.initial_accumulator_value; }

    static void update(const Update& u, const AdagradOptions& o)
    {
        u.apply(kernels::AdagradRule{
            .size = o.lr / (1 + (u.step() - 1) * o.lr_decay), .eps = o.eps, .eps_inside = o.eps_inside_sqrt});
    }

    static void describe(Description& d, const AdagradOptions& o)
    {
        d.line(fmt::format("s = s + g^2, from s = {}", o.initial_accumulator_value));
        d.line(fmt::format(
            "p = p - {} g / {}",
            o.lr_decay == 0 ? fmt::format("{}", o.lr) : fmt::format("{} / (1 + {} (t - 1))", o.lr, o.lr_decay),
            o.eps_inside_sqrt ? fmt::format("sqrt(s + {})", o.eps) : fmt::format("(sqrt(s) + {})", o.eps)));
        d.lecture(o.eps_inside_sqrt ? "eta / sqrt(s + eps) g (S0:470)" : "S0:470 has eps inside the root");
    }
};

template <>
struct Method<AdadeltaOptions> {
    static constexpr const char* kName = "Adadelta";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"square_avg", "acc_delta"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("rho", o.rho);
        f("eps", o.eps);
        visit_common(f, o);
    }

    static void check(const Check& check, const AdadeltaOptions& o)
    {
        check(o.rho >= 0 && o.rho <= 1, "rho", o.rho, "it lies in [0, 1]");
        check_at_least_0(check, "eps", o.eps);
    }

    static void update(const Update& u, const AdadeltaOptions& o)
    {
        u.apply(kernels::AdadeltaRule{.size = o.lr, .rho = o.rho, .eps = o.eps});
    }

    static void describe(Description& d, const AdadeltaOptions& o)
    {
        d.line(fmt::format("v = {} v + {} g^2,  d = sqrt(u + {}) / sqrt(v + {}) g", o.rho, rest(o.rho), o.eps, o.eps));
        d.line(fmt::format("u = {} u + {} d^2,  p = p - {} d", o.rho, rest(o.rho), o.lr));
        d.lecture("S0:475 speaks of a sliding window of gradients; the method has running averages");
    }
};

template <>
struct Method<RMSpropOptions> {
    static constexpr const char* kName = "RMSprop";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"square_avg", "grad_avg", "momentum_buffer"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("alpha", o.alpha);
        f("eps", o.eps);
        f("momentum", o.momentum);
        f("centered", o.centered);
        f("eps_inside_sqrt", o.eps_inside_sqrt);
        visit_common(f, o);
    }

    static void check(const Check& check, const RMSpropOptions& o)
    {
        check_at_least_0(check, "alpha", o.alpha);
        check_at_least_0(check, "eps", o.eps);
        check_at_least_0(check, "momentum", o.momentum);
    }

    static bool needs(const RMSpropOptions& o, std::size_t k)
    {
        return k == 0 || (k == 1 ? o.centered : o.momentum > 0);
    }

    static void update(const Update& u, const RMSpropOptions& o)
    {
        u.apply(kernels::RmspropRule{.size = o.lr,
                                     .alpha = o.alpha,
                                     .eps = o.eps,
                                     .momentum = o.momentum,
                                     .centered = o.centered,
                                     .eps_inside = o.eps_inside_sqrt});
    }

    static void describe(Description& d, const RMSpropOptions& o)
    {
        d.line(fmt::format("v = {} v + {} g^2", o.alpha, rest(o.alpha)));
        if (o.centered) d.line(fmt::format("a = {} a + {} g,  v - a^2 in place of v below", o.alpha, rest(o.alpha)));
        d.line(fmt::format("d = g / {}", o.eps_inside_sqrt ? fmt::format("sqrt(v + {})", o.eps)
                                                           : fmt::format("(sqrt(v) + {})", o.eps)));
        if (o.momentum > 0) d.line(fmt::format("b = {} b + d,  in place of d below", o.momentum));
        d.line(fmt::format("p = p - {} d", o.lr));
        d.lecture("named only (S0:548, S4:271)");
    }
};

template class OptimizerOf<AdagradOptions>;
template class OptimizerOf<AdadeltaOptions>;
template class OptimizerOf<RMSpropOptions>;

}  // namespace xgrad::optim
