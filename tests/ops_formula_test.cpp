// The formulas of operations say what they compute: on every row of the op table, each recorded operation's value and
// each adjoint from its vjp are compared with the Op's formulas, also of the operations recorded by first and second
// derivatives. Formulas are read by tests/formula.hpp. Their names:
//
//   x; a, b; c, a, b     one, two, three inputs, also as capitals where they are matrices
//   x, W, b              the inputs where the formula has a W; b is 0 where it is left out
//   inputs, i            a list of any number of inputs; the derivative is that with respect to the i-th
//   s                    scalars that enter a tensor
//   y, gy                the output and its adjoint
//   anything else        a parameter, which a row of the table names: {"sum", {{"axes", {1}}}}
//
// A derivative that names gy is the vjp, another one is multiplied by gy; broadcasting is undone here, as by Adjoints.
#include "tests/formula.hpp"

#include <xgrad/ops/bridge.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/record.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include "autograd/recording.hpp"
#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;
using xgrad::testing::Array;
using xgrad::testing::elementwise;
using xgrad::testing::Names;

bool mentions(const std::string& formula, const char* part) { return formula.find(part) != std::string::npos; }

Names names_of_inputs(const Op& op, const std::vector<Tensor>& inputs)
{
    static const char* const kPlain[] = {"", "x", "ab", "cab"};
    Names names;
    for (const Tensor& x : inputs) names["inputs"].parts.push_back(x);
    const bool is_layer = inputs.size() > 1 && mentions(op.formula, "W");
    if (is_layer) names["b"] = 0.0;
    const std::string order = is_layer ? "xWb" : inputs.size() < std::size(kPlain) ? kPlain[inputs.size()] : "";
    for (std::size_t i = 0; i < std::min(order.size(), inputs.size()); ++i) {
        names[std::string(1, order[i])] = inputs[i];
        if (!is_layer) names[std::string(1, static_cast<char>(std::toupper(order[i])))] = inputs[i];
    }
    return names;
}

/// Infinities must be the same.
bool is_near(double wanted, double given, double tolerance)
{
    return wanted == given ||
           (std::isfinite(wanted) && std::abs(wanted - given) <= tolerance * std::max(1.0, std::abs(wanted)));
}

/// Empty, or how the tensor differs from the array.
std::string difference(const Array& wanted, const Tensor& actual, double tolerance)
{
    const Array given = actual;
    bool same = same_but_for_ones(wanted, given);
    for (std::size_t i = 0; same && i < given.values.size(); ++i)
        same = is_near(wanted.values[i], given.values[i], tolerance);
    if (same) return "";
    std::ostringstream text;
    text << "gives shape " << to_string(Sizes(wanted.sizes)) << ",";
    for (const double v : wanted.values) text << " " << v;
    text << " for " << to_string(actual);
    return text.str();
}

/// The adjoint of the input by the formula of a derivative.
Array adjoint_of(const std::string& formula, const Array& input, const Names& names)
{
    Array d = evaluate(formula, names);
    if (!mentions(formula, "gy") && !mentions(formula, "gY"))
        d = elementwise({d, names.at("gy")}, [](const auto& v) { return v[0] * v[1]; });
    return same_but_for_ones(d, input) ? d : sum_to(d, input);
}

std::set<std::string> words(const std::string& text)
{
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

Tensor weights_for(const Tensor& y)
{
    std::vector<double> weights;
    for (std::int64_t i = 0; i < y.numel(); ++i) weights.push_back(std::cos(static_cast<double>(i) + 0.5));
    return to(from_values(y.sizes(), weights), y.dtype());
}

class Checker {
public:
    /// Three walks deep: the operations of the row, of its first and of its second derivatives.
    void run(const OpCase& row)
    {
        row_ = &row;
        firsts_.clear();
        Tape tape{{.explain = true}};
        In inputs, leaves;
        for (const Tensor& x : row.inputs) inputs.push_back(is_floating(x.dtype()) ? tape.variable(x) : x);
        for (const Tensor& x : inputs)
            if (is_floating(x.dtype())) leaves.push_back(x);
        In roots{row.f(inputs)};
        check(tape.recording("test"));
        for (int depth = 0; depth < 3; ++depth) {
            In next;
            for (const Tensor& root : roots) {
                if (!is_floating(root.dtype()) || !detail::is_tracked(root)) continue;
                leaves.push_back(tape.variable(weights_for(root)));
                if (depth == 0) (void)tape.grad(root, leaves, leaves.back(), {.retain = true});
                check(tape.recording("test"));
                for (const Tensor& g : tape.grad(root, leaves, leaves.back(), {.create_graph = true}))
                    next.push_back(g);
                check(tape.recording("test"));
            }
            roots = next;
        }
        for (const OpParameters& p : row.parameters)
            for (const std::string& name : words(p.operations))
                if (!firsts_.contains(name))
                    failures.push_back(row.name + " has parameters of " + name + ", which it does not record");
    }

    std::vector<std::string> failures;
    std::set<std::pair<std::string, std::size_t>> derivatives;  // that were checked, by operation and input
    std::set<std::string> values;
    std::map<std::string, std::string> unknown;  // why some were not

private:
    void check(detail::Recording& r)
    {
        for (std::uint32_t i = 0; i < r.nodes.size(); ++i) {
            const Op& op = *r.nodes[i].op;
            if (!*op.formula) continue;
            const bool fresh = firsts_.try_emplace(op.name, i).first->second == i || i >= seen_;
            detail::ExplainedNode& node = (*r.log)[i];
            if (fresh || node.adjoint.defined()) check(op, node, firsts_.at(op.name) == i);
            node.adjoint = Tensor();  // the next walk's come
            node.contributions.clear();
        }
        seen_ = r.nodes.size();
    }

    void check(const Op& op, const detail::ExplainedNode& node, bool is_first)
    {
        Names names = names_of_inputs(op, node.inputs);
        for (const detail::Operand& s : node.scalars) names["s"].values.push_back(s.value);
        if (!node.scalars.empty()) names["s"].sizes = {static_cast<std::int64_t>(node.scalars.size())};
        names["y"] = names["Y"] = node.output;
        bool declared = false;
        for (const OpParameters& p : row_->parameters) {
            if (!is_first || !words(p.operations).contains(op.name)) continue;
            declared = true;
            names.insert(p.values.begin(), p.values.end());
        }
        try {
            check_value(op, node, names);
            if (node.adjoint.defined()) names["gy"] = names["gY"] = node.adjoint, check_adjoints(op, node, names);
        } catch (const xgrad::testing::UnknownName& e) {
            if (declared) fail(op, e.what());
            unknown.emplace(op.name, row_->name + ": " + e.what());
        } catch (const std::exception& e) {
            fail(op, e.what());
        }
    }

    void check_value(const Op& op, const detail::ExplainedNode& node, const Names& names)
    {
        compare(op, op.formula, evaluate(op.formula, names), node.output, tolerance(node));
        values.insert(op.name);
    }

    void check_adjoints(const Op& op, const detail::ExplainedNode& node, Names& names)
    {
        const bool is_list = mentions(op.formula, "inputs");
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const std::size_t which = is_list ? 0 : i;
            const char* formula = which < std::size(op.derivatives) ? op.derivatives[which] : nullptr;
            if (!formula) return fail(op, "no derivative for input " + std::to_string(i));
            names["i"] = static_cast<double>(i);
            if (!is_floating(node.inputs[i].dtype()) && evaluate(formula, names).values == std::vector<double>{0})
                derivatives.insert({op.name, which});
            for (const auto& contribution : node.contributions) {
                if (contribution.input != i) continue;
                compare(op, formula, adjoint_of(formula, node.inputs[i], names), contribution.value, tolerance(node));
                derivatives.insert({op.name, which});
            }
        }
    }

    static double tolerance(const detail::ExplainedNode& node)
    {
        bool single = node.output.dtype() == f32;
        for (const Tensor& x : node.inputs) single |= x.dtype() == f32;
        return single ? 1e-6 : 1e-12;
    }
    void compare(const Op& op, const char* formula, const Array& wanted, const Tensor& actual, double tolerance)
    {
        const std::string text = difference(wanted, actual, tolerance);
        if (!text.empty()) fail(op, std::string("'") + formula + "' " + text);
    }
    void fail(const Op& op, const std::string& what) { failures.push_back(row_->name + ", " + op.name + ": " + what); }

    const OpCase* row_ = nullptr;
    std::map<std::string, std::uint32_t> firsts_;  // the first node of each operation, whose parameters a row gives
    std::uint32_t seen_ = 0;
};

// Operations without derivative: their values alone.
const std::vector<OpCase> kWithoutDerivative{
    {"Eq", [](const In& x) { return eq(x[0], x[1]); }, {kMatrix, kOther}},
    {"Ne", [](const In& x) { return ne(x[0], x[1]); }, {kMatrix, kOther}},
    {"Lt", [](const In& x) { return lt(x[0], x[1]); }, {kMatrix, kOther}},
    {"Le", [](const In& x) { return le(x[0], x[1]); }, {kMatrix, kOther}},
    {"Gt", [](const In& x) { return gt(x[0], x[1]); }, {kMatrix, kOther}},
    {"Ge", [](const In& x) { return ge(x[0], x[1]); }, {kMatrix, kRow}},
    {"Argmax", [](const In& x) { return argmax(x[0]); }, {kMatrix}, {}, {{"argmax", {{"axes", {0, 1}}}}}},
    {"Argmin", [](const In& x) { return argmin(x[0], 1); }, {kCube}, {}, {{"argmin", {{"axes", {1}}}}}},
};

class OpFormula : public ::testing::TestWithParam<OpCase> {};

TEST_P(OpFormula, GivesTheValuesAndTheAdjoints)
{
    Checker checker;
    checker.run(GetParam());
    for (const std::string& failure : checker.failures) ADD_FAILURE() << failure;
}

INSTANTIATE_TEST_SUITE_P(Ops, OpFormula, ::testing::ValuesIn(op_table()),
                         [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(OpsWithoutDerivative, OpFormula, ::testing::ValuesIn(kWithoutDerivative),
                         [](const auto& row) { return row.param.name; });

/// The Op of that name.
const Op& op_named(const std::string& name)
{
    const Op* op = Op::first();
    while (op && op->name != name) op = op->next;
    return *op;
}

TEST(OpFormulas, OfScalarsThatEnterATensorHolds)
{
    Tape tape;
    std::vector<Scalar> s{tape.variable(0.5), tape.variable(-2.0), tape.variable(1.25), tape.variable(3.0)};
    const Tensor y = tensor({2, 2}, s), gy = weights_for(y);
    tape.backward(y, gy);
    const Names names{{"s", {0.5, -2, 1.25, 3}}, {"y", y}, {"gy", gy}};
    const Op& op = op_named("stack_scalars");
    EXPECT_EQ(difference(evaluate(op.formula, names), y, 0), "");
    const Array gs = evaluate(op.derivatives[0], names);
    for (std::size_t i = 0; i < s.size(); ++i) EXPECT_EQ(s[i].grad(), gs.values.at(i)) << i;
}

TEST(OpFormulas, OfEveryOperationAreChecked)
{
    Checker checker;
    for (const OpCase& row : op_table()) checker.run(row);
    for (const OpCase& row : kWithoutDerivative) checker.run(row);
    for (const Op* op = Op::first(); op; op = op->next) {
        if (op->name == std::string("leaf")) continue;
        const auto why = [&] {
            return std::string(op->name) + ": no row of the op table checks its formula. " + checker.unknown[op->name];
        };
        EXPECT_TRUE(checker.values.contains(op->name)) << why();
        if (op->name == std::string("stack_scalars")) continue;  // its inputs are no tensors: the test above
        for (std::size_t i = 0; i < std::size(op->derivatives) && op->derivatives[i]; ++i)
            EXPECT_TRUE(checker.derivatives.contains({op->name, i})) << why() << ", derivative " << i;
    }
}

TEST(OpFormulas, CheckerRejectsWrongFormulas)
{
    const std::pair<const char*, const char*> wrong[] = {{"2 * x", "3"},             // the value
                                                         {"3 * x", "2"},             // the derivative
                                                         {"3 * x", "2 * gy"},        // the vjp
                                                         {"3 * x", "3 * sum(gy)"},   // its shape
                                                         {"3 x", "3"},               // no formula
                                                         {"3 * sum(x, x, x)", "3"},  // no such function
                                                         {"factor * x", "3"}};       // a name without a value
    for (const auto& [formula, derivative] : wrong) {
        Op op = op_named("square");  // a copy is on no list
        op.formula = formula;
        op.derivatives[0] = derivative;
        const auto triple = [&op](const In& x) {
            return record(op, {x[0]}, detach(x[0] * 3.0), [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy * 3.0); });
        };
        Checker checker;
        checker.run({"Triple", triple, {kMatrix}});
        EXPECT_FALSE(checker.failures.empty() && checker.unknown.empty()) << formula << ", " << derivative;
        checker.failures.clear();
        op.formula = "factor * x";
        op.derivatives[0] = "3";
        checker.run({"Triple", triple, {kMatrix}, {}, {{"square", {{"factor", 3}}}}});
        EXPECT_TRUE(checker.failures.empty());
    }
}

}  // namespace
