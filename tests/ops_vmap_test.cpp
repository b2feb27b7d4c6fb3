// vmap of each row of the op table against the loop over its samples; see tests/op_table.hpp.
#include "tests/op_table.hpp"

#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/expect_tensor.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

/// Rows of which vmap calls the function once for each sample. An operation that needs no loop must not stand here.
const std::set<std::string> kLoops = {"Lstsq", "LstsqResiduals"};  // whether there are residuals depends on the rank

constexpr double kFactors[] = {1, 1.005, 0.995};  // what the samples are: the row's input times each

Tensor samples_of(const Tensor& x)
{
    std::vector<Tensor> samples;
    for (const double factor : kFactors) samples.push_back(is_floating(x.dtype()) ? x * factor : x);
    return stack(samples);
}

/// The row's inputs, those that `chosen` names with samples.
struct Arguments {
    template <class F>
    Arguments(const OpCase& row, F&& chosen)
    {
        for (std::size_t i = 0; i < row.inputs.size(); ++i) {
            const bool has_samples = chosen(i, row.inputs[i]);
            inputs.push_back(has_samples ? samples_of(row.inputs[i]) : row.inputs[i]);
            options.in_axes.push_back(has_samples ? 0 : kNoAxis);
            any |= has_samples;
        }
    }
    In inputs;
    VmapOptions options;
    bool any = false;
};

bool is_float(std::size_t, const Tensor& x) { return is_floating(x.dtype()); }

Tensor weights_like(const Tensor& y)
{
    std::vector<double> weights;
    for (std::int64_t i = 0; i < y.numel(); ++i) weights.push_back(std::cos(static_cast<double>(i)));
    return to(from_values(y.sizes(), weights), y.dtype());
}

/// The value of vmap(f) and the gradients of its elements' weighted sum.
std::vector<Tensor> value_and_gradients(const OpCase& row, const Arguments& arguments, bool loop)
{
    VmapOptions options = arguments.options;
    options.loop = loop;
    Tape tape;
    In x;
    for (const Tensor& input : arguments.inputs) x.push_back(is_floating(input.dtype()) ? tape.variable(input) : input);
    const Tensor y = vmap(row.f, options)(x);
    std::vector<Tensor> out{detach(y)};
    if (!detail::is_tracked(y)) return out;
    tape.backward(y, weights_like(y));
    for (const Tensor& input : x)
        if (is_floating(input.dtype())) out.push_back(input.grad().defined() ? input.grad() : zeros_like(input));
    return out;
}

void expect_same(const std::vector<Tensor>& batched, const std::vector<Tensor>& loop, const std::string& what)
{
    ASSERT_EQ(batched.size(), loop.size()) << what;
    for (std::size_t i = 0; i < loop.size(); ++i)
        EXPECT_TRUE(xgrad::testing::tensors_agree(batched[i], loop[i], 1e-10))
            << what << ", " << (i == 0 ? "value" : "gradient " + std::to_string(i - 1));
}

/// The rows with something to batch. Those that need an explaining tape read its scalars, which stand for one sample.
std::vector<OpCase> rows()
{
    std::vector<OpCase> chosen;
    for (const OpCase& row : op_table())
        if (!row.options.explain && Arguments(row, is_float).any) chosen.push_back(row);
    return chosen;
}

class VmapOfOp : public ::testing::TestWithParam<OpCase> {};

TEST_P(VmapOfOp, EqualsTheLoopOverSamples)
{
    const Arguments all(GetParam(), is_float);
    expect_same(value_and_gradients(GetParam(), all, false), value_and_gradients(GetParam(), all, true), "all inputs");
}

TEST_P(VmapOfOp, EqualsTheLoopWhereOneInputHasSamples)
{
    for (std::size_t chosen = 0; chosen < GetParam().inputs.size(); ++chosen) {
        const Arguments one(GetParam(), [chosen](std::size_t i, const Tensor&) { return i == chosen; });
        expect_same(value_and_gradients(GetParam(), one, false), value_and_gradients(GetParam(), one, true),
                    "input " + std::to_string(chosen));
    }
}

TEST_P(VmapOfOp, GradientsOfSamplesEqualThoseOfTheLoop)
{
    const OpCase& row = GetParam();
    const Arguments all(row, is_float);
    const auto gradients = [&row](const In& x) {
        In floats;
        for (const Tensor& input : x)
            if (is_floating(input.dtype())) floats.push_back(input);
        return grad([&](const In& given) {
            In inputs;
            std::size_t next = 0;
            for (const Tensor& input : x) inputs.push_back(is_floating(input.dtype()) ? given[next++] : input);
            const Tensor y = row.f(inputs);
            return sum(y * weights_like(y));
        })(floats);
    };
    VmapOptions loop = all.options;
    loop.loop = true;
    expect_same(vmap(gradients, all.options)(all.inputs), vmap(gradients, loop)(all.inputs), "gradients of samples");
}

TEST_P(VmapOfOp, WalkForManyAdjointsEqualsTheLoop)
{
    const OpCase& row = GetParam();
    In floats;
    for (const Tensor& input : row.inputs)
        if (is_floating(input.dtype())) floats.push_back(input);
    const auto [y, pull_back] = vjp(
        [&row](const In& given) {
            In inputs;
            std::size_t next = 0;
            for (const Tensor& input : row.inputs) inputs.push_back(is_floating(input.dtype()) ? given[next++] : input);
            return row.f(inputs);
        },
        floats);
    const Tensor w = weights_like(y), adjoints = stack({w, w * w, w + 1.0});
    const auto of_one = [&pull = pull_back](const Tensor& gy) { return pull(gy); };
    expect_same(vmap(of_one)(adjoints), vmap(of_one, {.loop = true})(adjoints), "adjoints");
}

TEST_P(VmapOfOp, NestedEqualsTheLoop)
{
    const Arguments all(GetParam(), is_float);
    In twice;
    for (std::size_t i = 0; i < all.inputs.size(); ++i)
        twice.push_back(all.options.in_axes[i] == kNoAxis ? all.inputs[i]
                                                          : stack({all.inputs[i], all.inputs[i] * 1.0025}));
    VmapOptions loop = all.options;
    loop.loop = true;
    const auto nested = [&](const VmapOptions& options) {
        return vmap([&](const In& x) { return vmap(GetParam().f, options)(x); }, options)(twice);
    };
    EXPECT_TENSOR_NEAR(nested(all.options), nested(loop), 1e-10);
}

TEST_P(VmapOfOp, CallsTheFunctionOnceButForNamedExceptions)
{
    const Arguments all(GetParam(), is_float);
    int calls = 0;
    (void)vmap(
        [&](const In& x) {
            ++calls;
            return GetParam().f(x);
        },
        all.options)(all.inputs);
    if (kLoops.contains(GetParam().name))
        EXPECT_EQ(calls, 4) << "works on batches: take it off the list";
    else
        EXPECT_EQ(calls, 1) << "calls the function for each sample: give the operation a rule (autograd/ops/batch.hpp)";
}

INSTANTIATE_TEST_SUITE_P(Ops, VmapOfOp, ::testing::ValuesIn(rows()), [](const auto& row) { return row.param.name; });

}  // namespace
