#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "autograd/state_reader.hpp"
#include "optim/line_search.hpp"
#include "optim/method.hpp"

namespace xgrad::optim {

using xgrad::detail::error_text;

template <>
struct Method<LBFGSOptions> {
    static constexpr const char* kName = "LBFGS";
    static constexpr Decay kDecay = Decay::own;
    static constexpr auto kStates = kNone;

    static void visit(auto& f, auto& o)
    {
        f("lr", o.lr);
        f("max_iter", o.max_iter);
        f("max_eval", o.max_eval);
        f("tolerance_grad", o.tolerance_grad);
        f("tolerance_change", o.tolerance_change);
        f("history_size", o.history_size);
        f("line_search_fn", o.line_search_fn);
    }

    static void check(const Check& check, const LBFGSOptions& o)
    {
        check(o.max_iter >= 1, "max_iter", static_cast<double>(o.max_iter), "it is at least 1");
        check(o.max_eval >= 0, "max_eval", static_cast<double>(o.max_eval), "it is at least 0");
        check(o.history_size >= 1, "history_size", static_cast<double>(o.history_size), "it is at least 1");
        check_at_least_0(check, "tolerance_grad", o.tolerance_grad);
        check_at_least_0(check, "tolerance_change", o.tolerance_change);
        const bool plain = o.weight_decay == 0 && o.penalty.l1 == 0 && o.penalty.max_norm == 0 && !o.maximize;
        check(plain, "weight_decay", o.weight_decay, "penalties and signs belong into the loss of the closure");
    }

    static void update(const Update&, const LBFGSOptions&)
    {
        throw std::logic_error(error_text("LBFGS::step", "there is no closure",
                                          "the line is searched by computing the loss anew", "call step(closure)"));
    }

    static void describe(Description& d, const LBFGSOptions& o)
    {
        d.line(fmt::format("d = -H g, H from the last {} pairs y = g' - g, s = p' - p, begun with (y s / y y) 1",
                           o.history_size));
        d.line(o.line_search_fn == LineSearch::none
                   ? fmt::format("p = p + t d, t = {}; in the first iteration t = {} min(1, 1 / sum |g|)", o.lr, o.lr)
                   : std::string("p = p + t d, t by the strong Wolfe conditions with 1e-4 and 0.9"));
        d.line(fmt::format("{} iterations a step", o.max_iter));
        if (o.line_search_fn == LineSearch::strong_wolfe)
            d.pytorch(
                fmt::format(": torch.optim.LBFGS(lr={}, max_iter={}, history_size={}, line_search_fn='strong_wolfe')",
                            o.lr, o.max_iter, o.history_size));
    }
};

template class OptimizerOf<LBFGSOptions>;

// What goes on from step to step. The vectors hold all parameters, one behind the other.
struct LBFGS::Memory {
    std::int64_t iterations = 0, evaluations = 0;
    double t = 0, scale = 1, loss = 0;
    Tensor direction, gradient;    // of the iteration before
    std::vector<Tensor> y, s;      // differences of gradients and of parameters, oldest first
    std::vector<double> inverses;  // 1 / (y s)

    void remember(const Tensor& g, std::int64_t history);
    Tensor direction_at(const Tensor& g) const;
};

namespace {

double dot(const Tensor& a, const Tensor& b) { return xgrad::dot(a, b).item(); }
double largest(const Tensor& x) { return max(abs(x)).item(); }

Tensor joined_values(const std::vector<ParameterRef>& parameters)
{
    std::vector<Tensor> parts;
    for (const ParameterRef& p : parameters) parts.push_back(flatten(xgrad::detail::contiguous_copy(p.value())));
    return cat(parts, 0);
}

Tensor joined_gradients(const std::vector<ParameterRef>& parameters)
{
    const NoGrad nothing_is_recorded;  // gradients may be on a tape
    std::vector<Tensor> parts;
    for (const ParameterRef& p : parameters)
        parts.push_back(flatten(p.grad().defined() ? p.grad() : zeros_like(p.value())));
    return cat(parts, 0);
}

void set_values(const std::vector<ParameterRef>& parameters, const Tensor& joined)
{
    std::int64_t begin = 0;
    for (const ParameterRef& p : parameters) {
        p.set_value(reshape(slice(joined, 0, begin, begin + p.numel()), p.sizes()));
        begin += p.numel();
    }
}

std::vector<Tensor> rows(const Tensor& matrix)
{
    std::vector<Tensor> list;
    for (std::int64_t i = 0; i < matrix.size(0); ++i) list.push_back(select(matrix, 0, i));
    return list;
}

}  // namespace

LBFGS::LBFGS(std::vector<ParameterRef> parameters, LBFGSOptions options)
    : OptimizerOf(std::move(parameters), options), memory_(std::make_unique<Memory>())
{
    for (const ParameterRef& p : parameters_)
        if (p.dtype() != parameters_[0].dtype())
            throw DtypeError(error_text("LBFGS", "parameters are f32 and f64", "their values stand in one vector",
                                        "bring the model to one dtype with nn::to"));
}

LBFGS::LBFGS(LBFGS&&) noexcept = default;
LBFGS::~LBFGS() = default;

std::int64_t LBFGS::iterations() const { return memory_->iterations; }
std::int64_t LBFGS::evaluations() const { return memory_->evaluations; }

void LBFGS::Memory::remember(const Tensor& g, std::int64_t history)
{
    const Tensor change = g - gradient, moved = direction * t;
    const double product = dot(change, moved);
    if (!(product > 1e-10)) return;
    if (static_cast<std::int64_t>(y.size()) == history) {
        y.erase(y.begin());
        s.erase(s.begin());
        inverses.erase(inverses.begin());
    }
    y.push_back(change);
    s.push_back(moved);
    inverses.push_back(1 / product);
    scale = product / dot(change, change);
}

// The two loops of Nocedal and Wright's algorithm 7.4.
Tensor LBFGS::Memory::direction_at(const Tensor& g) const
{
    std::vector<double> shares(y.size());
    Tensor q = -g;
    for (std::size_t i = y.size(); i-- > 0;) {
        shares[i] = dot(s[i], q) * inverses[i];
        q = q - shares[i] * y[i];
    }
    q = q * scale;
    for (std::size_t i = 0; i < y.size(); ++i) q = q + (shares[i] - dot(y[i], q) * inverses[i]) * s[i];
    return q;
}

// One step: where it is, and the way on.
struct LBFGS::Descent {
    const std::vector<ParameterRef>& parameters;
    const Closure& closure;
    const LBFGSOptions& o;
    Memory m;
    Tensor x, g;
    double loss;
    std::int64_t evaluations = 1;

    void evaluate(const Tensor& at)
    {
        set_values(parameters, at);
        ++evaluations;
        loss = closure().item();
        g = joined_gradients(parameters);
    }

    bool is_flat() const { return largest(g) <= o.tolerance_grad; }

    /// False when there is no way down any more.
    bool choose_direction()
    {
        if (++m.iterations > 1) m.remember(g, o.history_size);
        m.direction = m.iterations == 1 ? -g : m.direction_at(g);
        m.gradient = g;
        m.loss = loss;
        m.t = m.iterations == 1 ? std::min(1.0, 1 / sum(abs(g)).item()) * o.lr : o.lr;
        return !(dot(g, m.direction) > -o.tolerance_change);
    }

    void search_line()
    {
        const Callable<detail::LinePoint(double)> along = [&](double t) {
            evaluate(x + t * m.direction);
            return detail::LinePoint{t, loss, dot(g, m.direction), g};
        };
        const detail::LinePoint start{0, loss, dot(g, m.direction), g};
        const detail::LinePoint found = detail::strong_wolfe(along, start, m.t, largest(m.direction));
        m.t = found.t;
        loss = found.loss;
        g = found.gradient;
        x = x + m.t * m.direction;
        set_values(parameters, x);
    }

    void run()
    {
        const std::int64_t most = o.max_eval > 0 ? o.max_eval : o.max_iter * 5 / 4;
        if (is_flat()) return;
        for (std::int64_t i = 1; choose_direction(); ++i) {
            if (o.line_search_fn == LineSearch::strong_wolfe) {
                search_line();
            } else {
                x = x + m.t * m.direction;
                if (i < o.max_iter)
                    evaluate(x);
                else
                    set_values(parameters, x);  // the next step computes loss and gradient there
            }
            if (i == o.max_iter || evaluations >= most || is_flat()) return;
            if (largest(m.direction * m.t) <= o.tolerance_change || std::abs(loss - m.loss) < o.tolerance_change)
                return;
        }
    }
};

Tensor LBFGS::step(const Closure& closure)
{
    const Tensor first = closure();
    if (!begin_step()) return first;
    const Tensor start = joined_values(parameters_);
    Descent descent{parameters_, closure, options(), *memory_, start, joined_gradients(parameters_), first.item()};
    try {
        descent.run();
    } catch (...) {
        set_values(parameters_, start);
        throw;
    }
    *memory_ = std::move(descent.m);
    memory_->evaluations += descent.evaluations;
    return first;
}

void LBFGS::add_own_state(NamedTensors& state) const
{
    const Memory& m = *memory_;
    for (const auto& [name, number] : {std::pair<const char*, double>{"n_iter", static_cast<double>(m.iterations)},
                                       {"func_evals", static_cast<double>(m.evaluations)},
                                       {"t", m.t},
                                       {"H_diag", m.scale},
                                       {"prev_loss", m.loss}})
        state.emplace_back(std::string("lbfgs.") + name, tensor(number, f64));
    if (m.direction.defined()) {
        state.emplace_back("lbfgs.d", m.direction);
        state.emplace_back("lbfgs.prev_flat_grad", m.gradient);
    }
    if (m.y.empty()) return;
    const NoGrad nothing_is_recorded;
    state.emplace_back("lbfgs.old_dirs", stack(m.y, 0));
    state.emplace_back("lbfgs.old_stps", stack(m.s, 0));
    state.emplace_back("lbfgs.ro", from_values({static_cast<std::int64_t>(m.inverses.size())}, m.inverses));
}

Callable<void()> LBFGS::read_own_state(detail::StateReader& reader)
{
    Memory m;
    m.iterations = reader.count("lbfgs.n_iter");
    m.evaluations = reader.count("lbfgs.func_evals");
    m.t = reader.number("lbfgs.t");
    m.scale = reader.number("lbfgs.H_diag");
    m.loss = reader.number("lbfgs.prev_loss");
    const Tensor like = joined_values(parameters_);
    if (m.iterations > 0) {
        m.direction = reader.copy("lbfgs.d", like);
        m.gradient = reader.copy("lbfgs.prev_flat_grad", like);
    }
    if (reader.has("lbfgs.ro")) {
        m.inverses = reader.numbers("lbfgs.ro");
        const Tensor pairs = zeros({static_cast<std::int64_t>(m.inverses.size()), like.numel()}, like.dtype());
        if (const Tensor y = reader.copy("lbfgs.old_dirs", pairs); y.defined()) m.y = rows(y);
        if (const Tensor s = reader.copy("lbfgs.old_stps", pairs); s.defined()) m.s = rows(s);
    }
    return [this, m]() mutable { *memory_ = std::move(m); };
}

}  // namespace xgrad::optim
