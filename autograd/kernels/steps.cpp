#include "autograd/kernels/steps.hpp"

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {
namespace {

using Kind = Steps::Kind;
using Source = Steps::Source;
using Step = Steps::Step;
namespace el = elementary;

/// What of a step's values its derivatives read: bits of elementary::Reads, kA for a single operand.
struct ReadsTable {
    unsigned char unary[kUnary] = {}, by_a[el::BinaryOps::size] = {}, by_b[el::BinaryOps::size] = {};

    constexpr ReadsTable()
    {
        std::size_t i = 0;
        el::UnaryOps::for_each([&]<class F>(F) { unary[i++] = F::reads; });
        el::ParametricOps::for_each([&]<class F>(F) { unary[i++] = F::reads; });
        i = 0;
        el::BinaryOps::for_each([&]<class F>(F) { by_a[i] = F::reads_a, by_b[i++] = F::reads_b; });
    }
};
constexpr ReadsTable kReads;
static_assert(el::kX == el::kA);

using CheapUnary =
    el::Joined<el::ArithmeticOps, el::FunctionList<el::Relu, el::Softsign, el::Hardsigmoid, el::Hardswish>>::List;
using CheapParametric =
    el::Joined<el::ArithmeticParametricOps,
               el::FunctionList<el::Hardtanh, el::LeakyRelu, el::Hardshrink, el::Softshrink, el::Threshold>>::List;
using CheapBinary = el::FunctionList<el::Add, el::Sub, el::Mul, el::Div, el::Maximum, el::Minimum, el::Fmax, el::Fmin,
                                     el::Copysign, el::Prelu>;

struct CheapTable {
    bool unary[kUnary] = {}, binary[el::BinaryOps::size] = {};

    constexpr CheapTable()
    {
        CheapUnary::for_each([&]<class F>(F) { unary[el::UnaryOps::index<F>()] = true; });
        CheapParametric::for_each(
            [&]<class F>(F) { unary[el::UnaryOps::size + el::ParametricOps::index<F>()] = true; });
        CheapBinary::for_each([&]<class F>(F) { binary[el::BinaryOps::index<F>()] = true; });
    }
};
constexpr CheapTable kCheap;

bool is_set(const Marks& marks, const Source& source) { return !source.is_constant && marks[source.at] != 0; }
void set(Marks& marks, const Source& source)
{
    if (!source.is_constant) marks[source.at] = 1;
}

/// What of its values the walk back reads at a step.
unsigned reads_back(const Step& step, const Marks& takers)
{
    switch (step.kind) {
        case Kind::unary:
            return kReads.unary[step.function];
        case Kind::binary:
            return (is_set(takers, step.a) ? kReads.by_a[step.function] : 0u) |
                   (is_set(takers, step.b) ? kReads.by_b[step.function] : 0u);
        case Kind::where:
            return el::kA;
        default:
            return el::kNothing;
    }
}

}  // namespace

bool is_costly(const Step& step)
{
    if (step.kind == Kind::unary) return !kCheap.unary[step.function];
    return step.kind == Kind::binary && !kCheap.binary[step.function];
}

Marks mark_takers(const Steps& steps, const bool* wanted)
{
    Marks takers(wanted, wanted + steps.inputs);
    takers.reserve(steps.registers());
    for (const Step& step : steps.steps) {
        bool takes = false;
        if (step.kind == Kind::unary) takes = is_set(takers, step.a);
        if (step.kind == Kind::binary) takes = is_set(takers, step.a) || is_set(takers, step.b);
        if (step.kind == Kind::where) takes = is_set(takers, step.b) || is_set(takers, step.c);
        takers.push_back(takes);
    }
    return takers;
}

Marks mark_needed_back(const Steps& steps, const Marks& takers, const Marks& kept)
{
    Marks needed(steps.registers(), 0);
    for (std::size_t i = steps.steps.size(); i-- > 0;) {
        const Step& step = steps.steps[i];
        const std::size_t place = steps.inputs + i;
        const unsigned reads = takers[place] ? reads_back(step, takers) : el::kNothing;
        if (reads & el::kY) needed[place] = 1;
        if (reads & el::kA) set(needed, step.a);
        if (reads & el::kB) set(needed, step.b);
        if (kept[place]) needed[place] = 0;
        if (needed[place]) for_each_source(step, [&](const Source& x) { set(needed, x); });
    }
    return needed;
}

}  // namespace xgrad::kernels
