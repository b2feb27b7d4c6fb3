#include <xgrad/optim/asgd.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "optim/method.hpp"

namespace xgrad::optim {

template <>
struct Method<ASGDOptions> {
    static constexpr const char* kName = "ASGD";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"ax"};
    static constexpr std::array kNumbers = {"eta", "mu"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("lambd", o.lambd);
        f("alpha", o.alpha);
        f("t0", o.t0);
        visit_common(f, o);
    }

    static void check(const Check&, const ASGDOptions&) {}

    static void update(const Update& u, const ASGDOptions& o)
    {
        // PyTorch keeps both in f32.
        double &eta = u.slot.numbers[0], &mu = u.slot.numbers[1];
        if (u.slot.step == 1) eta = static_cast<float>(o.lr), mu = 1;
        u.apply(kernels::AsgdRule{.size = eta, .keep = 1 - o.lambd * eta, .share = mu});
        eta = static_cast<float>(o.lr / std::pow(1 + o.lambd * o.lr * u.step(), o.alpha));
        mu = static_cast<float>(1 / std::max(1.0, u.step() - o.t0));
    }

    static void describe(Description& d, const ASGDOptions& o)
    {
        d.line(fmt::format("eta_1 = {},  eta_(t+1) = {} / (1 + {} t)^{}", o.lr, o.lr, o.lambd * o.lr, o.alpha));
        d.line(fmt::format("mu_1 = 1,  mu_(t+1) = 1 / max(1, t - {})", o.t0));
        d.line(fmt::format("p = (1 - {} eta_t) p - eta_t g", o.lambd));
        d.line("a = a + mu_t (p - a), the average");
    }
};

template class OptimizerOf<ASGDOptions>;

}  // namespace xgrad::optim
