// What is checked of each row of the op table; see tests/op_table.hpp. The rows stand in tests/ops_table_*.cpp.
#include "tests/op_table.hpp"

#include <xgrad/gradcheck.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/record.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "autograd/recording.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

class OpGradient : public ::testing::TestWithParam<OpCase> {};

/// Elements in memory in the reverse order of axes.
Tensor transposed_in_memory(const Tensor& x)
{
    detail::Dims reversed(x.ndim());
    for (std::size_t i = 0; i < x.ndim(); ++i) reversed[i] = static_cast<std::int64_t>(x.ndim() - 1 - i);
    return permute(detail::contiguous_copy(permute(x, reversed)), reversed);
}

/// Elements in every second place of memory.
Tensor with_gaps(const Tensor& x)
{
    std::vector<double> values;
    for (const double v : x.to_vector<double>()) values.insert(values.end(), {-1e3, v});
    const Tensor storage = to(from_values({x.numel() * 2}, values), x.dtype());
    detail::Dims strides(x.ndim());
    std::int64_t stride = 2;
    for (std::size_t i = x.ndim(); i-- > 0; stride *= x.sizes()[i]) strides[i] = stride;
    return detail::view(storage, x.sizes(), strides, x.numel() > 0 ? 1 : 0);
}

Tensor as_they_are(const Tensor& x) { return x; }

void check_row(const OpCase& row, const char* layout, Tensor (*arrange)(const Tensor&))
{
    In inputs;
    for (const Tensor& x : row.inputs) inputs.push_back(arrange(x));
    const GradcheckReport first = gradcheck(row.f, inputs, row.options);
    EXPECT_TRUE(first.ok) << row.name << ", first derivative, inputs " << layout << ": " << first.message;
    const GradcheckReport second = gradgradcheck(row.f, inputs, row.options);
    EXPECT_TRUE(second.ok) << row.name << ", second derivative, inputs " << layout << ": " << second.message;
}

TEST_P(OpGradient, AgreesWithCentralDifferences) { check_row(GetParam(), "in order", as_they_are); }
TEST_P(OpGradient, AgreesForTransposedInputs) { check_row(GetParam(), "transposed", transposed_in_memory); }
TEST_P(OpGradient, AgreesForInputsWithGaps) { check_row(GetParam(), "with gaps", with_gaps); }

/// sum(f(inputs) * weights) and its gradients, in the given dtype.
std::vector<Tensor> value_and_gradients(const OpCase& row, Dtype dtype)
{
    Tape tape;
    In inputs;
    for (const Tensor& x : row.inputs) inputs.push_back(is_floating(x.dtype()) ? tape.variable(to(x, dtype)) : x);
    const Tensor y = row.f(inputs);
    std::vector<double> weights;
    for (std::int64_t i = 0; i < y.numel(); ++i) weights.push_back(std::cos(static_cast<double>(i)));
    tape.backward(y, to(from_values(y.sizes(), weights), y.dtype()));
    std::vector<Tensor> out{detach(y)};
    for (const Tensor& x : inputs)
        if (is_floating(x.dtype())) out.push_back(x.grad().defined() ? x.grad() : zeros_like(x));
    return out;
}

TEST_P(OpGradient, SinglePrecisionAgreesWithDouble)
{
    const std::vector<Tensor> in_single = value_and_gradients(GetParam(), f32);
    const std::vector<Tensor> in_double = value_and_gradients(GetParam(), f64);
    for (std::size_t i = 0; i < in_double.size(); ++i) {
        ASSERT_EQ(in_single[i].sizes(), in_double[i].sizes());
        const auto a = in_single[i].to_vector<double>(), b = in_double[i].to_vector<double>();
        for (std::size_t k = 0; k < b.size(); ++k)
            EXPECT_NEAR(a[k], b[k], 1e-4 * std::max(1.0, std::abs(b[k])))
                << (i == 0 ? "value" : "gradient of input " + std::to_string(i - 1)) << ", element " << k;
    }
}

INSTANTIATE_TEST_SUITE_P(Ops, OpGradient, ::testing::ValuesIn(op_table()),
                         [](const auto& row) { return row.param.name; });

/// Names of the operations that the rows record, with those of their first and second derivatives.
std::set<std::string> recorded_operations()
{
    std::set<std::string> names;
    for (const OpCase& row : op_table()) {
        Tape tape{{.explain = row.options.explain}};
        In inputs;
        for (const Tensor& x : row.inputs) inputs.push_back(is_floating(x.dtype()) ? tape.variable(x) : x);
        In leaves;
        for (const Tensor& x : inputs)
            if (is_floating(x.dtype())) leaves.push_back(x);
        const Tensor y = row.f(inputs);
        const auto seed = [&tape](const Tensor& of) {  // to be differentiated, too
            return tape.variable(ones_like(of));
        };
        for (const Tensor& g : tape.grad(y, leaves, seed(y), {.create_graph = true}))
            if (detail::is_tracked(g)) (void)tape.grad(g, leaves, seed(g), {.create_graph = true});
        detail::Recording& r = tape.recording("test");
        for (std::uint32_t i = 0; i < r.nodes.size(); ++i) names.insert(r.nodes[i].op->name);
    }
    return names;
}

TEST(OpTable, EveryOperationWithADerivativeHasARow)
{
    const std::set<std::string> covered = recorded_operations();
    for (const Op* op = Op::first(); op; op = op->next) {
        if (!op->derivatives[0]) continue;
        EXPECT_TRUE(covered.contains(op->name)) << op->name << " has no row: add one to tests/ops_table_*.cpp";
    }
}

TEST(OpTable, EveryOperationHasAFormula)
{
    std::set<std::string> names;
    for (const Op* op = Op::first(); op; op = op->next) {
        if (op->name == std::string("leaf")) continue;
        EXPECT_NE(std::string(op->formula), "") << op->name;
        EXPECT_TRUE(names.insert(op->name).second) << op->name << " is the name of two operations";
    }
    EXPECT_GT(names.size(), 30u);
}

TEST(OpTable, NamesOfRowsAreUnique)
{
    std::set<std::string> names;
    for (const OpCase& row : op_table()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

}  // namespace
