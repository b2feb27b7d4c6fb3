#include <xgrad/optim/adam.hpp>

#include <fmt/format.h>

#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

// What Adam and its relatives have in common.
template <class Options>
struct WithMoments {
    static void visit_moments(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("betas", o.betas);
        f("eps", o.eps);
    }

    /// Those that have no other options.
    static void visit(auto& f, auto& o)
    {
        visit_moments(f, o);
        visit_common(f, o);
    }

    static void check(const Check& check, const Options& o)
    {
        check_betas(check, o.betas);
        check_at_least_0(check, "eps", o.eps);
    }

    static kernels::Moments moments(const Options& o) { return {o.betas[0], o.betas[1]}; }

    /// 1 - beta^t.
    static double correction(const Update& u, double beta) { return 1 - std::pow(beta, u.step()); }

    static void describe_moments(Description& d, const Options& o)
    {
        d.line(fmt::format("m = {} m + {} g,  v = {} v + {} g^2", o.betas[0], rest(o.betas[0]), o.betas[1],
                           rest(o.betas[1])));
    }
};

template <class Options>
struct AdamMethod : WithMoments<Options> {
    static constexpr std::array kStates = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};

    static void visit(auto& f, auto& o)
    {
        AdamMethod::visit_moments(f, o);
        f("amsgrad", o.amsgrad);
        f("eps_inside_sqrt", o.eps_inside_sqrt);
        visit_common(f, o);
    }

    static bool needs(const Options& o, std::size_t k) { return k < 2 || o.amsgrad; }

    static void update(const Update& u, const Options& o)
    {
        u.apply(kernels::AdamRule{.moments = AdamMethod::moments(o),
                                  .size = o.lr / AdamMethod::correction(u, o.betas[0]),
                                  .inverse_root = 1 / std::sqrt(AdamMethod::correction(u, o.betas[1])),
                                  .eps = o.eps,
                                  .amsgrad = o.amsgrad,
                                  .eps_inside = o.eps_inside_sqrt});
    }

    static void describe(Description& d, const Options& o)
    {
        AdamMethod::describe_moments(d, o);
        if (o.amsgrad) d.line("w = max(w, v), in place of v below (AMSGrad)");
        d.line(fmt::format("p = p - {} m / (1 - {}^t) / {}", o.lr, o.betas[0],
                           o.eps_inside_sqrt ? fmt::format("sqrt(v / (1 - {}^t) + {})", o.betas[1], o.eps)
                                             : fmt::format("(sqrt(v / (1 - {}^t)) + {})", o.betas[1], o.eps)));
        d.lecture("Adam with bias correction (S0:536)");
    }
};

}  // namespace

template <>
struct Method<AdamOptions> : AdamMethod<AdamOptions> {
    static constexpr const char* kName = "Adam";
    static constexpr Decay kDecay = Decay::coupled;
};

template <>
struct Method<AdamWOptions> : AdamMethod<AdamWOptions> {
    static constexpr const char* kName = "AdamW";
    static constexpr Decay kDecay = Decay::decoupled;
};

template <>
struct Method<AdamaxOptions> : WithMoments<AdamaxOptions> {
    static constexpr const char* kName = "Adamax";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"exp_avg", "exp_inf"};

    static void update(const Update& u, const AdamaxOptions& o)
    {
        u.apply(kernels::AdamaxRule{
            .size = o.lr / correction(u, o.betas[0]), .beta1 = o.betas[0], .beta2 = o.betas[1], .eps = o.eps});
    }

    static void describe(Description& d, const AdamaxOptions& o)
    {
        d.line(
            fmt::format("m = {} m + {} g,  u = max({} u, |g| + {})", o.betas[0], rest(o.betas[0]), o.betas[1], o.eps));
        d.line(fmt::format("p = p - {} m / (1 - {}^t) / u", o.lr, o.betas[0]));
        d.lecture("named only (S0:548)");
    }
};

template <>
struct Method<NAdamOptions> : WithMoments<NAdamOptions> {
    static constexpr const char* kName = "NAdam";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"exp_avg", "exp_avg_sq"};
    static constexpr std::array kNumbers = {"mu_product"};

    static void visit(auto& f, auto& o)
    {
        visit_moments(f, o);
        f("momentum_decay", o.momentum_decay);
        visit_common(f, o);
    }

    static void check(const Check& check, const NAdamOptions& o)
    {
        WithMoments::check(check, o);
        check_at_least_0(check, "momentum_decay", o.momentum_decay);
    }

    static void update(const Update& u, const NAdamOptions& o)
    {
        const auto mu_of = [&](double t) { return o.betas[0] * (1 - 0.5 * std::pow(0.96, t * o.momentum_decay)); };
        const double mu = mu_of(u.step()), next = mu_of(u.step() + 1);
        // PyTorch keeps the products in f32.
        const auto times = [](double a, double b) { return static_cast<float>(a) * static_cast<float>(b); };
        double& product = u.slot.numbers[0];
        product = times(u.slot.step == 1 ? 1 : product, mu);
        const double product_next = times(times(product, mu), next);
        u.apply(kernels::NadamRule{.moments = moments(o),
                                   .gradient_size = o.lr * (1 - mu) / (1 - product),
                                   .mean_size = o.lr * next / (1 - product_next),
                                   .inverse_root = 1 / std::sqrt(correction(u, o.betas[1])),
                                   .eps = o.eps});
    }

    static void describe(Description& d, const NAdamOptions& o)
    {
        describe_moments(d, o);
        d.line(fmt::format("mu_t = {} (1 - 0.96^({} t) / 2),  M_t = mu_1 ... mu_t", o.betas[0], o.momentum_decay));
        d.line(fmt::format("p = p - {} ((1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_t mu_t mu_(t+1)) m)", o.lr));
        d.line(fmt::format("        / (sqrt(v / (1 - {}^t)) + {})", o.betas[1], o.eps));
        d.lecture("named only (S0:548)");
    }
};

template <>
struct Method<RAdamOptions> : WithMoments<RAdamOptions> {
    static constexpr const char* kName = "RAdam";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"exp_avg", "exp_avg_sq"};

    static void update(const Update& u, const RAdamOptions& o)
    {
        const double correction2 = correction(u, o.betas[1]);
        const double most = 2 / (1 - o.betas[1]) - 1;
        const double length = most - 2 * u.step() * (1 - correction2) / correction2;
        kernels::RadamRule rule{.moments = moments(o), .size = o.lr / correction(u, o.betas[0]), .eps = o.eps};
        rule.rectified = length > 5;
        if (rule.rectified)
            rule.size *=
                std::sqrt(correction2 * (length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length));
        u.apply(rule);
    }

    static void describe(Description& d, const RAdamOptions& o)
    {
        describe_moments(d, o);
        d.line(fmt::format("rho = {:g},  rho_t = rho - 2 t {}^t / (1 - {}^t)", 2 / (1 - o.betas[1]) - 1, o.betas[1],
                           o.betas[1]));
        d.line(fmt::format("rho_t > 5: p = p - {} m / (1 - {}^t) sqrt(1 - {}^t) / (sqrt(v) + {})", o.lr, o.betas[0],
                           o.betas[1], o.eps));
        d.line("             sqrt((rho_t - 4) (rho_t - 2) rho / ((rho - 4) (rho - 2) rho_t))");
        d.line(fmt::format("else:      p = p - {} m / (1 - {}^t)", o.lr, o.betas[0]));
    }
};

template class OptimizerOf<AdamOptions>;
template class OptimizerOf<AdamWOptions>;
template class OptimizerOf<AdamaxOptions>;
template class OptimizerOf<NAdamOptions>;
template class OptimizerOf<RAdamOptions>;

}  // namespace xgrad::optim
