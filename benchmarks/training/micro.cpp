// Single expressions: overhead of the graph, elementwise operations, matrix products.
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/fuse.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/random.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <memory>

#include "benchmarks/training/workload.hpp"

using namespace xgrad;

namespace bench {
namespace {

Parameter leaf(Sizes sizes, double scale = 1) { return Parameter(nn::init::normal(sizes, 0, scale)); }

// f = (x + y) * z on 0-dimensional tensors: build the graph and differentiate it.
Workload tiny_graph()
{
    struct Leaves {
        Parameter x{tensor(1.5)}, y{tensor(-2.25)}, z{tensor(0.75)};
    };
    const auto p = std::make_shared<Leaves>();
    Workload workload;
    workload.ops_per_step = 1;
    workload.item = "graph";
    workload.step = [p] {
        p->x.zero_grad();
        p->y.zero_grad();
        p->z.zero_grad();
        Tape tape;
        tape.backward((p->x + p->y) * p->z);
    };
    workload.loss = [p] { return p->z.grad().item(); };
    return workload;
}

// The same with scalars.
Workload tiny_graph_scalar()
{
    const auto gradient = std::make_shared<double>();
    Workload workload;
    workload.ops_per_step = 1;
    workload.item = "graph";
    workload.step = [gradient] {
        Tape tape;
        const Scalar x = tape.variable(1.5), y = tape.variable(-2.25), z = tape.variable(0.75);
        tape.backward((x + y) * z);
        *gradient = z.grad();
    };
    workload.loss = [gradient] { return *gradient; };
    return workload;
}

// 100 operations (add, mul, tanh in turn) on 16 elements, summed, differentiated: by x and, with `all`, by a and b.
Workload small_ops(bool all)
{
    struct Leaves {
        Parameter x = leaf({16}), a = leaf({16}, 0.5), b = leaf({16}, 0.5);
        Tensor loss;
    };
    const auto p = std::make_shared<Leaves>();
    p->a.requires_grad(all);
    p->b.requires_grad(all);
    Workload workload;
    workload.ops_per_step = 100;
    workload.items_per_step = 100;
    workload.item = "op";
    workload.step = [p] {
        p->x.zero_grad();
        p->a.zero_grad();
        p->b.zero_grad();
        Tape tape;
        Tensor t = p->x;
        for (int i = 0; i < 100; ++i) {
            switch (i % 3) {
                case 0:
                    t = t + p->a;
                    break;
                case 1:
                    t = t * p->b;
                    break;
                default:
                    t = tanh(t);
            }
        }
        p->loss = sum(t);
        tape.backward(p->loss);
    };
    workload.loss = [p] { return p->loss.item(); };
    return workload;
}

// sum(tanh(a b + c) a) on a million elements, differentiated; the expression by `f`, a function of parameters.
template <class F>
Workload elementwise_1m(F f)
{
    struct Leaves {
        Parameter a = leaf({1000000}), b = leaf({1000000}), c = leaf({1000000});
        Tensor loss;
    };
    const auto p = std::make_shared<Leaves>();
    Workload workload;
    workload.items_per_step = 1e6;
    workload.item = "element";
    workload.step = [p, f] {
        p->a.zero_grad();
        p->b.zero_grad();
        p->c.zero_grad();
        Tape tape;
        p->loss = sum(f(p->a, p->b, p->c));
        tape.backward(p->loss);
    };
    workload.loss = [p] { return p->loss.item(); };
    return workload;
}

Workload softmax_xent()
{
    struct Leaves {
        Parameter logits = leaf({512, 10000});
        Tensor labels, loss;
    };
    const auto p = std::make_shared<Leaves>();
    std::vector<std::int64_t> labels(512);
    fill_integers(labels, 0, 10000);
    p->labels = from_values({512}, labels);
    Workload workload;
    workload.items_per_step = 512;
    workload.item = "row";
    workload.step = [p] {
        p->logits.zero_grad();
        Tape tape;
        p->loss = cross_entropy(p->logits, p->labels);
        tape.backward(p->loss);
    };
    workload.loss = [p] { return p->loss.item(); };
    return workload;
}

// C = A B and both gradients from a fixed dense dC: three products of n^3.
Workload matmul_square(std::int64_t n)
{
    struct Leaves {
        Parameter a, b;
        Tensor upstream;
    };
    const auto p = std::make_shared<Leaves>(Leaves{leaf({n, n}), leaf({n, n}), nn::init::normal({n, n}, 0, 1)});
    Workload workload;
    workload.item = "fwd+bwd";
    workload.flop_per_step = 6.0 * static_cast<double>(n * n * n);
    workload.step = [p] {
        p->a.zero_grad();
        p->b.zero_grad();
        Tape tape;
        tape.backward(matmul(p->a, p->b), p->upstream);
    };
    return workload;
}

}  // namespace

void add_micro(Factories& factories)
{
    factories["tiny_graph"] = tiny_graph;
    factories["tiny_graph_scalar"] = tiny_graph_scalar;
    factories["small_ops"] = [] { return small_ops(true); };
    factories["small_ops_x_only"] = [] { return small_ops(false); };
    const auto expression = [](const auto& a, const auto& b, const auto& c) { return tanh(a * b + c) * a; };
    factories["elementwise_1m"] = [=] { return elementwise_1m(expression); };
    factories["elementwise_1m_fused"] = [=] {
        return elementwise_1m([=](const auto&... x) { return fuse(expression, x...); });
    };
    factories["softmax_xent"] = softmax_xent;
    factories["matmul_1024"] = [] { return matmul_square(1024); };
}

}  // namespace bench
