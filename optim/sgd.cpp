#include <xgrad/optim/sgd.hpp>

#include <fmt/format.h>

#include "autograd/kernels/elementwise.hpp"
#include "optim/method.hpp"

namespace xgrad::optim {

template <>
struct Method<SGDOptions> {
    static constexpr const char* kName = "SGD";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"momentum_buffer"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("momentum", o.momentum);
        f("dampening", o.dampening);
        f("nesterov", o.nesterov);
        f("form", o.form);
        f("look_ahead", o.look_ahead);
        visit_common(f, o);
    }

    static void check(const Check& check, const SGDOptions& o)
    {
        check_at_least_0(check, "momentum", o.momentum);
        check(!o.nesterov || o.momentum > 0, "momentum", o.momentum, "nesterov needs it");
        check(!o.nesterov || o.dampening == 0, "dampening", o.dampening, "nesterov allows none");
        check(o.form != MomentumForm::ema || o.momentum <= 1, "momentum", o.momentum, "an average needs at most 1");
        check(o.form != MomentumForm::ema || o.dampening == 0, "dampening", o.dampening, "an average has none");
        check(!o.look_ahead || o.nesterov, "look_ahead", o.look_ahead, "it is a form of nesterov");
    }

    static bool needs(const SGDOptions& o, std::size_t) { return o.momentum != 0; }

    static kernels::SgdRule rule(const SGDOptions& o)
    {
        kernels::SgdRule rule{.size = o.lr, .keep = o.momentum, .take = 1 - o.dampening, .momentum = o.momentum != 0};
        if (o.form == MomentumForm::classical) rule.take = rule.start = o.lr * (1 - o.dampening), rule.size = 1;
        if (o.form == MomentumForm::ema) rule.take = rule.start = 1 - o.momentum;
        if (!rule.momentum) rule.size = o.lr;
        rule.nesterov = o.nesterov && !o.look_ahead;
        return rule;
    }

    static void update(const Update& u, const SGDOptions& o)
    {
        kernels::SgdRule rule = Method::rule(o);
        rule.first = u.slot.fresh;
        u.apply(rule);
    }

    static bool looks_ahead(const SGDOptions& o) { return o.look_ahead; }

    // p - momentum v, v as long as the step that it makes
    static void move_ahead(const Update& u, const SGDOptions& o)
    {
        if (!o.look_ahead || !u.slot.state[0].defined()) return;
        const kernels::SgdRule rule = Method::rule(o);
        kernels::add_scaled(u.parameter.dtype(), u.parameter.numel(), -rule.keep * rule.size, u.state(0),
                            xgrad::detail::begin_write(u.parameter.cell()));
    }

    static void describe(Description& d, const SGDOptions& o)
    {
        const kernels::SgdRule r = rule(o);
        if (!r.momentum) {
            d.line(fmt::format("p = p - {} g", o.lr));
            d.lecture("w -= eta Delta (S0:198)");
            return;
        }
        if (o.look_ahead) d.line(fmt::format("g is taken at p - {} v", r.keep * r.size));
        d.line(fmt::format("v = {} v + {} g{}", r.keep, r.take, r.start != r.take ? ", the first time v = g" : ""));
        if (r.nesterov)
            d.line(fmt::format("p = p - {} ({} g + {} v)", r.size, r.take, r.keep));
        else
            d.line(fmt::format("p = p - {} v", r.size));
        if (o.form == MomentumForm::classical) d.not_in_pytorch("form with lr inside v; its v is this v / lr");
        if (o.form == MomentumForm::ema) d.not_in_pytorch("form with (1 - momentum) from the first step on");
        if (o.look_ahead) d.not_in_pytorch("look_ahead; its parameter is p - momentum v of this one");
        d.lecture(o.nesterov ? o.look_ahead ? "the look-ahead gradient of S0:509" : "S0:509, re-parameterised"
                  : o.form == MomentumForm::classical ? "v = gamma v + eta g (S0:495)"
                  : o.form == MomentumForm::ema ? "(1 - beta) g + beta v (S1:899, with the missing alpha and minus)"
                                                : "S0:495 while eta is constant; there eta is inside v");
    }
};

template class OptimizerOf<SGDOptions>;

}  // namespace xgrad::optim
