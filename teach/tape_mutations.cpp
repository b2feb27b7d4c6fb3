// Which mistakes can be made at which operation of a tape of tensors, and the wrong terms that they give.
#include <xgrad/elementary.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autograd/formula_names.hpp"
#include "autograd/recording.hpp"
#include "teach/slip_texts.hpp"
#include "teach/slips_on_tape.hpp"

namespace xgrad::detail {
namespace {

using Part = Callable<Tensor(const Tensor&)>;

/// f' of the elementary function of that name, from x and y = f(x), of which it reads one; undefined for other functions.
Tensor slope(const std::string& name, const Tensor& x, const Tensor& y)
{
    Tensor out;
    elementary::UnaryOps::for_each([&]<class F>(F) {
        if constexpr (std::is_same_v<decltype(F::derivative(x, y)), Tensor>)
            if (name == F::name) out = F::derivative(x, y);
    });
    return out;
}

/// The axis along which the elements add up to 1; the last one if there are several, -1 if there is none.
std::int64_t axis_of_shares(const Tensor& shares)
{
    for (auto axis = static_cast<std::int64_t>(shares.ndim()); axis-- > 0;) {
        const std::vector<double> sums = sum(shares, axis, false).to_vector<double>();
        if (std::all_of(sums.begin(), sums.end(), [](double s) { return std::abs(s - 1) < 1e-5; })) return axis;
    }
    return -1;
}

class Catalogue {
public:
    Catalogue(Recording& r, const Tensor& target) : r_(r)
    {
        if (target.defined()) targets_.push_back(to(detach(target), f64));
        for (std::uint32_t n = 0; n < r_.nodes.size(); ++n)
            for (std::uint32_t i = 0; !is_leaf(n) && i < r_.nodes[n].input_count(); ++i)
                if (is_target(n, i)) targets_.push_back(entry(n).inputs[i]);
    }

    std::vector<Mutation> all()
    {
        for (n_ = 0; n_ < r_.nodes.size(); ++n_) {
            if (is_leaf(n_) || (r_.nodes[n_].flags & Node::kScalar) || !entry(n_).adjoint.defined()) continue;
            const std::string name = r_.nodes[n_].op->name;
            if (r_.nodes[n_].input_count() == 1 && is_differentiated(0)) of_one_operand(name);
            if (name == "matmul") product();
            if (name == "linear") layer();
            if (name == "mul") factors();
        }
        return std::move(out_);
    }

private:
    const ExplainedNode& entry(std::uint32_t n) const { return (*r_.log)[n]; }
    bool is_leaf(std::uint32_t n) const { return (r_.nodes[n].flags & Node::kLeaf) != 0; }
    bool is_differentiated(std::uint32_t i) const { return r_.nodes[n_].input_node(i) != Node::kNone; }

    /// A constant of floating numbers, once.
    bool is_target(std::uint32_t n, std::uint32_t i) const
    {
        const Tensor& x = entry(n).inputs[i];
        return r_.nodes[n].input_node(i) == Node::kNone && is_floating(x.dtype()) &&
               std::none_of(targets_.begin(), targets_.end(),
                            [&](const Tensor& t) { return t.unsafe_header() == x.unsafe_header(); });
    }

    std::string name_of_input(std::uint32_t i, const char* otherwise) const
    {
        const std::uint32_t from = r_.nodes[n_].input_node(i);
        return from == Node::kNone || entry(from).name.empty() ? otherwise : entry(from).name;
    }

    /// "sigmoid of u1", "sigmoid at loss.cpp:12".
    std::string operation() const
    {
        std::string text = r_.nodes[n_].op->name;
        const std::uint32_t from = r_.nodes[n_].input_count() > 0 ? r_.nodes[n_].input_node(0) : Node::kNone;
        if (from != Node::kNone && !entry(from).name.empty()) return text + " of " + entry(from).name;
        if (!entry(n_).name.empty()) return text + " that gives " + entry(n_).name;
        const char* file = entry(n_).file;
        if (!file || !*file || detail::is_library_file(file)) return text;
        return text + " at " + detail::place_text(file, entry(n_).line);
    }

    void add(std::size_t input, Mistake mistake, std::string text, Part part)
    {
        out_.push_back({n_, input, mistake, std::move(text), std::move(part)});
    }
    Tensor contribution(std::size_t input) const
    {
        for (const ExplainedNode::Contribution& c : entry(n_).contributions)
            if (c.input == input) return c.value;
        return {};
    }

    // ---- functions of one operand ----

    void of_one_operand(const std::string& name)
    {
        if (name == "softmax") return shares();
        if (name == "log_softmax") return log_shares();
        if (name == "cross_entropy") return cross_entropy();
        const Tensor x = detach(entry(n_).inputs[0]), y = detach(entry(n_).output);
        if (!(x.sizes() == y.sizes()) || !has_slope(name)) return;
        add(0, Mistake::slope_missing, slip_text::slope_missing(operation()), [](const Tensor& gy) { return gy; });
        const Tensor here = slope(name, x, y);
        if (!is_activation(name) || !here.defined()) return;
        const auto with = [&](Mistake mistake, std::string text, const Tensor& other) {
            add(0, mistake, std::move(text), [other](const Tensor& gy) { return gy * other; });
        };
        with(Mistake::slope_twice, slip_text::slope_twice(operation()), here * here);
        const NoGrad off;
        with(Mistake::slope_at_output, slip_text::slope_at_output(operation()),
             slope(name, y, slope_argument(name, y)));
        for (const Tensor& t : targets_)
            if (t.sizes() == y.sizes())
                with(Mistake::slope_at_target, slip_text::slope_at_target(operation()),
                     slope(name, to(t, y.dtype()), to(t, y.dtype())));
    }

    /// f(y): what a slope that reads the function's value gets where it is taken at y.
    static Tensor slope_argument(const std::string& name, const Tensor& y)
    {
        Tensor out = y;
        elementary::UnaryOps::for_each([&]<class F>(F) {
            if constexpr (F::reads == elementary::kY && std::is_same_v<decltype(F::derivative(y, y)), Tensor>)
                if (name == F::name) out = F::value(y);
        });
        return out;
    }

    // ---- softmax ----

    void softmax_twice(const Part& part) { add(0, Mistake::softmax_twice, slip_text::softmax_twice(), part); }

    /// p = softmax(o) and L = -sum y log p have dL/do = s (p - y), with s = -sum gp p.
    void shares()
    {
        const Tensor p = detach(entry(n_).output);
        const std::int64_t axis = axis_of_shares(p);
        if (axis < 0) return;
        softmax_twice([p, axis](const Tensor& gy) {
            const Tensor s = -sum(gy * p, axis, true);
            return p * (gy + s) + s * (softmax(p, axis) - p);
        });
    }

    /// y = log p: dL/do = gy - p sum gy.
    void log_shares()
    {
        const Tensor p = exp(detach(entry(n_).output));
        const std::int64_t axis = axis_of_shares(p);
        if (axis < 0) return;
        softmax_twice([p, axis](const Tensor& gy) { return gy - softmax(p, axis) * sum(gy, axis, true); });
        if (const std::uint32_t before = softmax_before(); before != Node::kNone) {
            const Tensor q = detach(entry(n_).inputs[0]), gy = entry(n_).adjoint;
            function_has_two(before, gy - q * sum(gy, axis, true));
        }
    }

    /// o -> s (p - y) for each row, with the label where it is smallest.
    void cross_entropy()
    {
        const Tensor o = detach(entry(n_).inputs[0]), right = contribution(0);
        if (!right.defined() || o.ndim() == 0) return;
        const std::int64_t axis = o.ndim() == 1 ? 0 : 1;
        const Tensor p = softmax(o, axis), y = to(right == amin(right, axis, true), p.dtype()), each = p - y;
        const Tensor s = sum(right * each, axis, true) / sum(each * each, axis, true);
        softmax_twice([right, p, s, axis](const Tensor&) { return right + s * (softmax(p, axis) - p); });
        if (const std::uint32_t before = softmax_before(); before != Node::kNone) function_has_two(before, s * (o - y));
    }

    /// The softmax whose result is the input.
    std::uint32_t softmax_before() const
    {
        const std::uint32_t from = r_.nodes[n_].input_node(0);
        const bool is_softmax =
            from != Node::kNone && !is_leaf(from) && std::strcmp(r_.nodes[from].op->name, "softmax") == 0;
        return is_softmax ? from : Node::kNone;
    }
    void function_has_two(std::uint32_t softmax_node, const Tensor& gradient)
    {
        out_.push_back({softmax_node, 0, Mistake::softmax_twice, slip_text::function_has_two_softmax(),
                        [gradient](const Tensor&) { return gradient; }});
    }

    // ---- products ----

    /// The activation that the value goes into, at most after a sum with a bias; kNone if it goes anywhere else.
    std::uint32_t activation_after(std::uint32_t value) const
    {
        for (std::uint32_t from = value;;) {
            std::uint32_t user = Node::kNone;
            for (std::uint32_t n = from + 1; n < r_.nodes.size(); ++n)
                for (std::uint32_t i = 0; !is_leaf(n) && i < r_.nodes[n].input_count(); ++i)
                    if (r_.nodes[n].input_node(i) == from) {
                        if (user != Node::kNone) return Node::kNone;
                        user = n;
                    }
            if (user == Node::kNone || is_activation(r_.nodes[user].op->name)) return user;
            if (std::strcmp(r_.nodes[user].op->name, "add") != 0) return Node::kNone;
            from = user;
        }
    }

    /// The slope of the activation behind a product, and what goes through W^T without it, in each other's place.
    template <class F>
    void swapped(std::uint32_t input, const std::string& weight, F&& through_weights)
    {
        const std::uint32_t g = activation_after(n_);
        if (g == Node::kNone || !entry(g).adjoint.defined()) return;
        const Tensor u = detach(entry(g).inputs[0]), y = detach(entry(g).output);
        const Tensor here = slope(r_.nodes[g].op->name, u, y);
        if (!here.defined() || !(here.sizes() == entry(n_).inputs[input].sizes())) return;
        const std::string operation = std::string(r_.nodes[g].op->name);
        add(input, Mistake::factors_swapped, slip_text::factors_swapped(weight, operation),
            [wrong = through_weights(entry(g).adjoint) * here](const Tensor&) { return wrong; });
    }

    void product()
    {
        const Tensor a = detach(entry(n_).inputs[0]), b = detach(entry(n_).inputs[1]);
        if (a.ndim() != 2 || b.ndim() != 2) return;
        const std::string left = name_of_input(0, "the left factor"), right = name_of_input(1, "the right factor");
        if (is_differentiated(0)) {
            swapped(0, right, [&](const Tensor& gy) { return matmul(gy, transpose(b)); });
            if (b.size(0) == b.size(1))
                add(0, Mistake::not_transposed, slip_text::not_transposed(right, left + " = dL/dY " + right + "^T"),
                    [b](const Tensor& gy) { return matmul(gy, b); });
            add(0, Mistake::factor_missing, slip_text::factor_missing(right, left),
                [b](const Tensor& gy) { return matmul(gy, transpose(ones_like(b))); });
        }
        if (is_differentiated(1)) {
            swapped(1, left, [&](const Tensor& gy) { return matmul(transpose(a), gy); });
            if (a.size(0) == a.size(1))
                add(1, Mistake::not_transposed, slip_text::not_transposed(left, right + " = " + left + "^T dL/dY"),
                    [a](const Tensor& gy) { return matmul(a, gy); });
            add(1, Mistake::factor_missing, slip_text::factor_missing(left, right),
                [a](const Tensor& gy) { return matmul(transpose(ones_like(a)), gy); });
        }
    }

    /// y = x W^T + b.
    void layer()
    {
        const Tensor x = detach(entry(n_).inputs[0]), w = detach(entry(n_).inputs[1]);
        if (x.ndim() != 2 || w.ndim() != 2) return;
        const std::string input = name_of_input(0, "the layer's input"), weight = name_of_input(1, "W");
        if (is_differentiated(0)) {
            swapped(0, weight, [&](const Tensor& gy) { return matmul(gy, w); });
            if (w.size(0) == w.size(1))
                add(0, Mistake::not_transposed, slip_text::transposed_too_often(weight, input),
                    [w](const Tensor& gy) { return matmul(gy, transpose(w)); });
            add(0, Mistake::factor_missing, slip_text::factor_missing(weight, input),
                [w](const Tensor& gy) { return matmul(gy, ones_like(w)); });
        }
        if (is_differentiated(1))
            add(1, Mistake::factor_missing, slip_text::factor_missing(input, weight),
                [x](const Tensor& gy) { return matmul(transpose(gy), ones_like(x)); });
    }

    /// y = a b, element by element.
    void factors()
    {
        const ExplainedNode& y = entry(n_);
        if (!(y.inputs[0].sizes() == y.inputs[1].sizes())) return;
        for (std::uint32_t i = 0; i < 2; ++i)
            if (is_differentiated(i))
                add(i, Mistake::factor_missing,
                    slip_text::factor_missing(name_of_input(1 - i, "the other factor"), name_of_input(i, "one factor")),
                    [](const Tensor& gy) { return gy; });
    }

    Recording& r_;
    std::uint32_t n_ = 0;
    std::vector<Tensor> targets_;
    std::vector<Mutation> out_;
};

}  // namespace

bool has_slope(const std::string& operation)
{
    bool found = false;
    const auto look = [&]<class F>(F) { found |= operation == F::name; };
    elementary::ExponentialOps::for_each(look);
    elementary::TrigonometricOps::for_each(look);
    elementary::SpecialOps::for_each(look);
    elementary::ActivationOps::for_each(look);
    elementary::ParametricOps::for_each(look);
    return found || operation == "square" || operation == "sqrt" || operation == "reciprocal" || operation == "abs";
}

bool is_activation(const std::string& operation)
{
    bool found = false;
    elementary::ActivationOps::for_each([&]<class F>(F) { found |= operation == F::name; });
    return found || operation == "sigmoid" || operation == "tanh" || operation == "atan" || operation == "sin";
}

std::vector<Mutation> mutations_on(Recording& recording, const Tensor& target)
{
    const CurrentTape nobody(null_tape);
    return Catalogue(recording, target).all();
}

}  // namespace xgrad::detail
