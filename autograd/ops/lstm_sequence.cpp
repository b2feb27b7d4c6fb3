#include "autograd/ops/lstm_sequence.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/record.hpp>

#include <algorithm>

#include "autograd/kernels/recurrent.hpp"
#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/walk.hpp"

namespace xgrad {

const Op kLstmSequence{
    .name = "lstm_sequence",
    .formula = "lstm(inputs, direction)",
    .shapes = "x: (T, N, 4 H), W: (4 H, H), h: (N, H), c: (N, H) -> y: (T + 1, N, H)",
    .derivatives = {"lstm_gradient(gy, inputs, direction, i)"},
    .where =
        "inputs = x, W, h, c; at every step t, from the first to the last for direction 1, the other way round for -1, "
        "(i, f, g, o) = x[t] + h @ W^T, c = sigmoid(f) * c + sigmoid(i) * tanh(g), h = sigmoid(o) * tanh(c), y[t] = h; "
        "y[T] is the last c",
    .source =
        "Hochreiter, Schmidhuber, Long short-term memory (1997); Gers, Schmidhuber, Cummins, Learning to forget: "
        "continual prediction with LSTM (2000)"};

namespace detail {

LstmGates lstm_gates(const Tensor& z)
{
    const std::vector<Tensor> gates = chunk(z, 4, -1);
    return {sigmoid(gates[0]), sigmoid(gates[1]), tanh(gates[2]), sigmoid(gates[3])};
}

namespace {

/// What the operation reads.
struct Sequence {
    Tensor x, w, h, c;
    bool backwards, from_zeros = false;  // h is zeros

    kernels::LstmSizes size() const { return {x.size(0), h.size(0), h.size(1), backwards}; }
};

struct Step {
    LstmGates gate;
    Tensor h_before, c_before, h, c, tanh_c;
};

/// All steps in operations, in the order in which they are taken: for vmap and for higher derivatives.
std::vector<Step> steps_in_operations(const Sequence& s)
{
    std::vector<Step> steps;
    Tensor h = s.h, c = s.c;
    const std::int64_t count = s.x.size(0);
    for (std::int64_t i = 0; i < count; ++i) {
        const Tensor x = select(s.x, 0, s.backwards ? count - 1 - i : i);
        Step step{lstm_gates(x + linear(h, s.w)), h, c, {}, {}, {}};
        step.c = c = step.gate.f * c + step.gate.i * step.gate.g;
        step.tanh_c = tanh(c);
        step.h = h = step.gate.o * step.tanh_c;
        steps.push_back(std::move(step));
    }
    return steps;
}

/// Tensors in the order of the steps taken, as one in the order of x.
Tensor in_order(std::vector<Tensor> of_steps, bool backwards)
{
    if (backwards) std::reverse(of_steps.begin(), of_steps.end());
    return stack(of_steps);
}

Tensor in_operations(const Sequence& s)
{
    std::vector<Tensor> h;
    const std::vector<Step> steps = steps_in_operations(s);
    for (const Step& step : steps) h.push_back(step.h);
    return cat({in_order(h, s.backwards), unsqueeze(steps.back().c, 0)});
}

/// Back-propagation through time.
void vjp_in_operations(const Sequence& s, const Tensor& gy, Adjoints& gx)
{
    const std::vector<Step> steps = steps_in_operations(s);
    const std::int64_t count = s.x.size(0);
    Tensor gh, gc = select(gy, 0, count);
    std::vector<Tensor> gz, h;
    for (std::int64_t i = count; i-- > 0;) {
        const Step& step = steps[static_cast<std::size_t>(i)];
        const auto& [in, forget, g, out] = step.gate;
        const Tensor from_output = select(gy, 0, s.backwards ? count - 1 - i : i);
        gh = gh.defined() ? gh + from_output : from_output;
        gc = gc + gh * out * (1 - square(step.tanh_c));
        gz.push_back(cat({gc * g * in * (1 - in), gc * step.c_before * forget * (1 - forget), gc * in * (1 - square(g)),
                          gh * step.tanh_c * out * (1 - out)},
                         -1));
        h.push_back(step.h_before);
        gc = gc * forget;
        gh = matmul(gz.back(), s.w);
    }
    gx.add(0, in_order(gz, !s.backwards));
    if (gx.wants(1)) gx.add(1, matmul(transpose(cat(gz)), cat(h)));
    gx.add(2, gh);
    gx.add(3, gc);
}

template <class T>
const T* first_h(const Sequence& s)
{
    return s.from_zeros ? nullptr : s.h.data<T>();
}

template <class T>
kernels::Matrix<T> matrix(const Tensor& w)
{
    return {w.data<T>(), w.strides()[0], w.strides()[1]};
}

template <class T>
Tensor run(const Sequence& s, const Tensor& kept)
{
    const kernels::LstmSizes size = s.size();
    const Tensor y = empty(s.x.dtype(), {size.steps + 1, size.batch, size.hidden});
    kernels::lstm<T>(size, s.x.data<T>(), matrix<T>(s.w), first_h<T>(s), s.c.data<T>(), mutable_data<T>(y),
                     kept.defined() ? mutable_data<T>(kept) : nullptr);
    return y;
}

template <class T>
void run_vjp(const Sequence& s, const Tensor& y, const Tensor& kept, const Tensor& given_gy, Adjoints& gx)
{
    const kernels::LstmSizes size = s.size();
    const Tensor gy = contiguous_data(given_gy), gz = empty_like(s.x), gh = empty_like(s.h), gc = empty_like(s.c);
    kernels::lstm_vjp<T>(size, gy.data<T>(), matrix<T>(s.w), kept.data<T>(), s.c.data<T>(), mutable_data<T>(gz),
                         mutable_data<T>(gh), gx.wants(2), mutable_data<T>(gc));
    if (gx.wants(1)) {
        const Tensor gw = empty(s.w.dtype(), s.w.sizes());
        kernels::lstm_weight_vjp<T>(size, gz.data<T>(), y.data<T>(), first_h<T>(s), mutable_data<T>(gw));
        gx.add(1, gw);
    }
    gx.add(0, gz);
    if (gx.wants(2)) gx.add(2, gh);
    gx.add(3, gc);
}

}  // namespace

// A vjp of its own because it is faster than those of the steps: one product gives the weight's adjoint and one packing of
// the weight serves all steps, and what a step does to its gates is one pass.
Tensor lstm_sequence(const Tensor& x, const Tensor& w, const Tensor& given_h, const Tensor& c, bool backwards)
{
    const Tensor h = given_h.defined() ? given_h : zeros(c.sizes(), c.dtype());
    if (is_batched(x, w, h, c)) return in_operations({x, w, h, c, backwards});
    const bool single = x.dtype() == f32;
    const Sequence s{contiguous(x), w, contiguous(h), contiguous(c), backwards, !given_h.defined()};
    Tensor kept;  // the activated gates and c
    if (is_tracked(x) || is_tracked(w) || is_tracked(h) || is_tracked(c))
        kept = empty(x.dtype(), {x.size(0), h.size(0), 5 * h.size(1)});
    const Tensor y = single ? run<float>(s, kept) : run<double>(s, kept);
    return record(kLstmSequence, {s.x, s.w, s.h, s.c}, y, [s, y, kept, single](const Tensor& gy, Adjoints& gx) {
        if (is_tracked(gy) || is_tracked(y) || is_batched(gy)) return vjp_in_operations(s, gy, gx);
        single ? run_vjp<float>(s, y, kept, gy, gx) : run_vjp<double>(s, y, kept, gy, gx);
    });
}

}  // namespace detail
}  // namespace xgrad
