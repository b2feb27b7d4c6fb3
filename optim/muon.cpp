#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "autograd/kernels/elementwise.hpp"
#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

// The steps of Newton and Schulz: singular values near 1, on whichever side of the matrix has the smaller product.
Tensor orthogonal(const Tensor& direction, const MuonOptions& o)
{
    const bool tall = direction.size(0) > direction.size(1);
    Tensor x = tall ? transpose(direction, 0, 1) : direction;
    x = x / std::max(linalg::vector_norm(x).item(), o.eps);
    const auto [a, b, c] = o.ns_coefficients;
    for (std::int64_t i = 0; i < o.ns_steps; ++i) {
        const Tensor product = matmul(x, transpose(x, 0, 1));
        x = a * x + matmul(b * product + c * matmul(product, product), x);
    }
    return xgrad::detail::contiguous_copy(tall ? transpose(x, 0, 1) : x);
}

}  // namespace

template <>
struct Method<MuonOptions> {
    static constexpr const char* kName = "Muon";
    static constexpr Decay kDecay = Decay::decoupled;
    static constexpr std::array kStates = {"momentum_buffer", "direction"};

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("momentum", o.momentum);
        f("nesterov", o.nesterov);
        f("ns_coefficients", o.ns_coefficients);
        f("eps", o.eps);
        f("ns_steps", o.ns_steps);
        f("adjust_lr", o.adjust_lr);
        visit_common(f, o);
    }

    static void check(const Check& check, const MuonOptions& o)
    {
        check(o.momentum >= 0 && o.momentum < 1, "momentum", o.momentum, "it lies in [0, 1)");
        check(o.eps > 0, "eps", o.eps, "it is above 0");
        check(o.ns_steps >= 1 && o.ns_steps < 100, "ns_steps", static_cast<double>(o.ns_steps), "it lies in [1, 100)");
    }

    static void check_parameter(const ParameterRef& p)
    {
        if (p.sizes().size() == 2) return;
        throw ShapeError(xgrad::detail::error_text(
            kName, "parameter '" + p.name() + "' " + xgrad::describe(p.value()) + " is no matrix",
            "the singular values of a matrix are what Muon works on",
            "give it to another optimizer, or store it as a matrix"));
    }

    static double scale(const MuonOptions& o, double rows, double columns)
    {
        return o.adjust_lr == MuonScale::original ? std::sqrt(std::max(1.0, rows / columns))
                                                  : 0.2 * std::sqrt(std::max(rows, columns));
    }

    static void update(const Update& u, const MuonOptions& o)
    {
        const NoGrad nothing_is_recorded;
        u.apply(kernels::MuonRule{.keep = o.momentum, .nesterov = o.nesterov});
        const Sizes sizes = u.parameter.sizes();
        const double size = o.lr * scale(o, static_cast<double>(sizes[0]), static_cast<double>(sizes[1]));
        kernels::add_scaled(u.parameter.dtype(), u.parameter.numel(), -size, orthogonal(u.slot.state[1], o).raw(),
                            xgrad::detail::begin_write(u.parameter.cell()));
    }

    static void describe(Description& d, const MuonOptions& o)
    {
        d.line(fmt::format("m = {} m + {} g", o.momentum, rest(o.momentum)));
        if (o.nesterov) d.line(fmt::format("d = {} m + {} g", o.momentum, rest(o.momentum)));
        d.line(fmt::format("x = {0} / max(|{0}|, {1});  {2} times: x = {3} x + ({4} x x^T + {5} (x x^T)^2) x",
                           o.nesterov ? "d" : "m", o.eps, o.ns_steps, o.ns_coefficients[0], o.ns_coefficients[1],
                           o.ns_coefficients[2]));
        d.line(fmt::format(
            "p = p - {} {} x", o.lr,
            o.adjust_lr == MuonScale::original ? "sqrt(max(1, rows / columns))" : "0.2 sqrt(max(rows, columns))"));
    }
};

template class OptimizerOf<MuonOptions>;

}  // namespace xgrad::optim
