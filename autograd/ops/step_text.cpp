#include "autograd/ops/step_text.hpp"

#include <fmt/format.h>

#include <vector>

#include "autograd/kernels/table.hpp"

namespace xgrad::detail {
namespace {

using kernels::Steps;
using Kind = Steps::Kind;
using Source = Steps::Source;
using Step = Steps::Step;
namespace el = elementary;

/// How tightly the last operator of a formula binds.
enum Binding : int { kComparison, kSum, kProduct, kWhole };

struct Formula {
    std::string text;
    Binding binding = kWhole;

    /// As an operand of what binds that tightly.
    std::string within(Binding binding_of_operator) const
    {
        return binding < binding_of_operator ? "(" + text + ")" : text;
    }
};

/// Names of functions in the order of the tables of kernels; parameters: how many they have.
struct Functions {
    const char* unary[kernels::kUnary];
    std::size_t parameters[kernels::kUnary] = {};
    const char* binary[el::BinaryOps::size];

    constexpr Functions() : unary(), binary()
    {
        std::size_t i = 0;
        el::UnaryOps::for_each([&]<class F>(F) { unary[i++] = F::name; });
        el::ParametricOps::for_each([&]<class F>(F) {
            parameters[i] = std::size(F::parameters);
            unary[i++] = F::name;
        });
        i = 0;
        el::BinaryOps::for_each([&]<class F>(F) { binary[i++] = F::name; });
    }
};
constexpr Functions kFunctions;

/// The operators among the functions of two operands, and how tightly they bind; others: null.
struct Operators {
    const char* sign[el::BinaryOps::size] = {};
    Binding binding[el::BinaryOps::size] = {};

    constexpr Operators()
    {
        set<el::Add>(" + ", kSum);
        set<el::Sub>(" - ", kSum);
        set<el::Mul>(" * ", kProduct);
        set<el::Div>(" / ", kProduct);
    }

private:
    template <class F>
    constexpr void set(const char* text, Binding tightness)
    {
        sign[el::BinaryOps::index<F>()] = text;
        binding[el::BinaryOps::index<F>()] = tightness;
    }
};
constexpr Operators kOperators;

class Writer {
public:
    explicit Writer(const Steps& steps) : steps_(steps), uses_(steps.registers(), 0)
    {
        for (const Step& step : steps.steps)
            kernels::for_each_source(step, [&](const Source& x) {
                if (!x.is_constant) ++uses_[x.at];
            });
        for (std::size_t i = 0; i < steps.inputs; ++i) values_.push_back({fmt::format("x{}", i)});
    }

    std::string text()
    {
        std::string named;
        int names = 0;
        for (const Step& step : steps_.steps) {
            Formula value = of(step);
            // logical_not uses its operand twice, in the same place.
            if (uses_[values_.size()] > 1 && step.kind < Kind::logical_and) {
                const std::string name = fmt::format("t{}", names++);
                named += name + " = " + value.text + "; ";
                value = {name};
            }
            values_.push_back(std::move(value));
        }
        return named + value(steps_.outputs[0]).text;
    }

private:
    Formula value(const Source& x) const
    {
        if (!x.is_constant) return values_[x.at];
        const double number = steps_.constants[x.at];
        return {fmt::format("{}", number), number < 0 ? kProduct : kWhole};
    }

    Formula of(const Step& step) const
    {
        static constexpr const char* const kComparisons[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};
        const Formula a = value(step.a), b = value(step.b);
        switch (step.kind) {
            case Kind::unary:
                return of_one(step, a);
            case Kind::binary:
                return of_two(step.function, a, b);
            case Kind::compare:
                return {a.within(kSum) + kComparisons[step.function] + b.within(kSum), kComparison};
            case Kind::where:
                return {fmt::format("where({}, {}, {})", a.text, b.text, value(step.c).text)};
            case Kind::logical_and:
                return {fmt::format("logical_and({}, {})", a.text, b.text)};
            case Kind::logical_or:
                return {fmt::format("logical_or({}, {})", a.text, b.text)};
            case Kind::logical_not:
                return {fmt::format("logical_not({})", a.text)};
        }
        return {};
    }

    Formula of_one(const Step& step, const Formula& a) const
    {
        if (step.function == el::UnaryOps::index<el::Neg>()) return {"-" + a.within(kWhole), kProduct};
        std::string text = std::string(kFunctions.unary[step.function]) + "(" + a.text;
        for (std::size_t i = 0; i < kFunctions.parameters[step.function]; ++i)
            text += fmt::format(", {}", steps_.parameters_of(step)[i]);
        return {text + ")"};
    }

    static Formula of_two(std::uint32_t function, const Formula& a, const Formula& b)
    {
        const char* const sign = kOperators.sign[function];
        if (sign == nullptr) return {fmt::format("{}({}, {})", kFunctions.binary[function], a.text, b.text)};
        const Binding binding = kOperators.binding[function];
        // To the right of an operator of its own kind a formula keeps its brackets: the order of rounding is another.
        return {a.within(binding) + sign + b.within(binding == kSum ? kProduct : kWhole), binding};
    }

    const Steps& steps_;
    std::vector<int> uses_;
    std::vector<Formula> values_;
};

}  // namespace

std::string text_of(const Steps& steps) { return Writer(steps).text(); }

}  // namespace xgrad::detail
