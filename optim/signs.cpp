#include <xgrad/optim/signs.hpp>

#include <fmt/format.h>

#include "optim/method.hpp"

namespace xgrad::optim {

template <>
struct Method<RpropOptions> {
    static constexpr const char* kName = "Rprop";
    static constexpr Decay kDecay = Decay::coupled;
    static constexpr std::array kStates = {"prev", "step_size"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("etas", o.etas);
        f("step_sizes", o.step_sizes);
        visit_common(f, o);
    }

    static void check(const Check& check, const RpropOptions& o)
    {
        check(o.etas[0] > 0 && o.etas[0] < 1, "etas[0]", o.etas[0], "it lies in (0, 1)");
        check(o.etas[1] > 1, "etas[1]", o.etas[1], "it is above 1");
        check(o.step_sizes[0] <= o.step_sizes[1], "step_sizes[0]", o.step_sizes[0], "it is at most step_sizes[1]");
    }

    static double initial(const RpropOptions& o, std::size_t k) { return k == 1 ? o.lr : 0; }

    static void update(const Update& u, const RpropOptions& o)
    {
        u.apply(kernels::RpropRule{
            .shrink = o.etas[0], .grow = o.etas[1], .smallest = o.step_sizes[0], .largest = o.step_sizes[1]});
    }

    static void describe(Description& d, const RpropOptions& o)
    {
        d.line(fmt::format("d = {} d where g keeps its sign, {} d where it changes, within [{}, {}], from d = {}",
                           o.etas[1], o.etas[0], o.step_sizes[0], o.step_sizes[1], o.lr));
        d.line("g = 0 where the sign changed");
        d.line("p = p - sign(g) d");
        if (o.weight_decay != 0)
            d.not_in_pytorch("weight_decay in Rprop");
        else
            d.pytorch(fmt::format(": torch.optim.Rprop(lr={}, etas=({}, {}), step_sizes=({}, {}))", o.lr, o.etas[0],
                                  o.etas[1], o.step_sizes[0], o.step_sizes[1]));
    }
};

template <>
struct Method<LionOptions> {
    static constexpr const char* kName = "Lion";
    static constexpr Decay kDecay = Decay::decoupled;
    static constexpr std::array kStates = {"exp_avg"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("betas", o.betas);
        visit_common(f, o);
    }

    static void check(const Check& check, const LionOptions& o) { check_betas(check, o.betas); }

    static void update(const Update& u, const LionOptions& o)
    {
        u.apply(kernels::LionRule{.size = o.lr, .beta1 = o.betas[0], .beta2 = o.betas[1]});
    }

    static void describe(Description& d, const LionOptions& o)
    {
        d.line(fmt::format("p = p - {} sign({} m + {} g)", o.lr, o.betas[0], rest(o.betas[0])));
        d.line(fmt::format("m = {} m + {} g", o.betas[1], rest(o.betas[1])));
        d.not_in_pytorch("Lion");
    }
};

template class OptimizerOf<RpropOptions>;
template class OptimizerOf<LionOptions>;

}  // namespace xgrad::optim
