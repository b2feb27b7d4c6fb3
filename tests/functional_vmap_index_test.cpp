// vmap of operations whose indices, labels, masks and weights differ from sample to sample.
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/statistics.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>

#include "tests/expect_tensor.hpp"
#include "tests/numbers.hpp"

namespace {

using namespace xgrad;
using xgrad::testing::numbers;
using Function = std::function<Tensor(const Tensors&)>;

/// Three samples of a matrix (2, 3), and indices for each.
const Tensor kX = numbers({3, 2, 3}), kSource = numbers({3, 2, 2});
const Tensor kColumns = tensor({3, 2, 2}, {2, 0, 1, 1, 0, 0, 2, 1, 1, 2, 0, 2}, i64);  // along axis 1 of a sample
const Tensor kRows = tensor({3, 3}, {1, 0, 1, 0, 0, 1, 1, 1, 0}, i64);                 // along axis 0 of a sample

/// Value and gradients of the weighted sum of vmap(f), once as a batch and once as a loop. Inputs whose axis is kNoAxis
/// are shared; f is called `calls` times by the batch.
void expect_as_loop(const Function& f, const Tensors& inputs, std::vector<std::int64_t> axes, int calls = 1)
{
    Tensors results[2];
    int called = 0;
    for (const bool loop : {false, true}) {
        Tape tape;
        Tensors x;
        for (const Tensor& input : inputs) x.push_back(is_floating(input.dtype()) ? tape.variable(input) : input);
        const Tensor y = vmap(
            [&](const Tensors& one) {
                called += loop ? 0 : 1;
                return f(one);
            },
            {.in_axes = axes, .loop = loop})(x);
        results[loop].push_back(detach(y));
        if (!detail::is_tracked(y)) continue;
        tape.backward(y, reshape(cos(to(arange(0, static_cast<double>(y.numel()), 1, i64), f64)), y.sizes()));
        for (const Tensor& input : x)
            if (is_floating(input.dtype())) results[loop].push_back(input.grad());
    }
    EXPECT_EQ(called, calls);
    ASSERT_EQ(results[0].size(), results[1].size());
    for (std::size_t i = 0; i < results[0].size(); ++i) EXPECT_TENSOR_NEAR(results[0][i], results[1][i], 1e-13);
}

/// The same with each way to share the operands of which at least one has samples.
void expect_as_loop_however_shared(const Function& f, const Tensors& inputs)
{
    for (unsigned shared = 0; shared + 1 < 1u << inputs.size(); ++shared) {
        Tensors x;
        std::vector<std::int64_t> axes;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            const bool is_shared = shared >> i & 1;
            x.push_back(is_shared ? select(inputs[i], 0, 1) : inputs[i]);
            axes.push_back(is_shared ? kNoAxis : 0);
        }
        SCOPED_TRACE("shared: " + std::to_string(shared));
        expect_as_loop(f, x, axes);
    }
}

TEST(VmapOfIndices, ElementsAtIndices)
{
    expect_as_loop_however_shared([](const Tensors& x) { return square(gather(x[0], 1, x[1])); }, {kX, kColumns});
    expect_as_loop_however_shared([](const Tensors& x) { return square(take(x[0], x[1])); }, {kX, kColumns});
    expect_as_loop_however_shared([](const Tensors& x) { return square(take_along_dim(x[0], x[1], 1)); },
                                  {kX, kColumns});
    expect_as_loop_however_shared([](const Tensors& x) { return square(index_select(x[0], 0, x[1])); }, {kX, kRows});
    expect_as_loop_however_shared([](const Tensors& x) { return square(index_select(x[0], 0, x[1])); },
                                  {kX, select(kRows, 1, 0)});
}

TEST(VmapOfIndices, ElementsPutAndAdded)
{
    expect_as_loop_however_shared([](const Tensors& x) { return square(scatter(x[0], 1, x[1], x[2])); },
                                  {kX, kColumns, kSource});
    expect_as_loop_however_shared([](const Tensors& x) { return square(scatter_add(x[0], 1, x[1], x[2])); },
                                  {kX, kColumns, kSource});
    expect_as_loop_however_shared([](const Tensors& x) { return square(index_add(x[0], 0, x[1], x[2])); },
                                  {kX, kRows, numbers({3, 3, 3})});
    expect_as_loop_however_shared([](const Tensors& x) { return square(index_copy(x[0], 0, x[1], x[2])); },
                                  {kX, tensor({3, 2}, {0, 1, 1, 0, 0, 1}, i64), numbers({3, 2, 3})});
    for (const auto reduction : {ScatterReduction::sum, ScatterReduction::prod, ScatterReduction::mean,
                                 ScatterReduction::amax, ScatterReduction::amin})
        expect_as_loop_however_shared(
            [&](const Tensors& x) { return square(scatter_reduce(x[0], 1, x[1], x[2], reduction)); },
            {kX, kColumns, kSource});
}

TEST(VmapOfIndices, MasksOfSamples)
{
    const Tensor mask = kX > 0;
    expect_as_loop_however_shared([](const Tensors& x) { return square(masked_fill(x[0], x[1], 0.5)); }, {kX, mask});
    expect_as_loop_however_shared([](const Tensors& x) { return where(x[1], square(x[0]), exp(x[0])); }, {kX, mask});
    expect_as_loop([](const Tensors& x) { return to(logical_and(x[0], isfinite(x[1])), f64); }, {mask, kX}, {0, 0});
    expect_as_loop([](const Tensors& x) { return to(one_hot(x[0], 4), f64); }, {kColumns}, {0});
    expect_as_loop([](const Tensors& x) { return to(one_hot(x[0], -1), f64); }, {kColumns}, {0}, 4);
}

TEST(VmapOfIndices, Embeddings)
{
    const Tensor table = numbers({3, 2, 4});
    expect_as_loop_however_shared([](const Tensors& x) { return square(embedding(x[0], x[1])); }, {kRows, table});
    expect_as_loop_however_shared([](const Tensors& x) { return square(embedding(x[0], x[1], {.padding_idx = 1})); },
                                  {kRows, table});
    expect_as_loop_however_shared(
        [](const Tensors& x) { return square(embedding(x[0], x[1], {.scale_grad_by_freq = true})); }, {kRows, table});
    const Tensor rows = reshape(tensor({3, 4}, {1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0}, i64), {3, 2, 2});
    for (const BagMode mode : {BagMode::sum, BagMode::mean, BagMode::max})
        expect_as_loop_however_shared(
            [&](const Tensors& x) { return square(embedding_bag(x[0], x[1], {.mode = mode})); }, {rows, table});
}

TEST(VmapOfIndices, LossesOfLabels)
{
    const Tensor scores = numbers({3, 2, 3}), labels = tensor({3, 2}, {2, 0, 1, 0, 0, 2}, i64);
    const Tensor weight = tensor({3}, {0.5, 2, 1.25}, f64);
    for (const Reduction reduction : {Reduction::none, Reduction::sum, Reduction::mean}) {
        for (const Tensor& of_classes : {Tensor(), weight}) {
            expect_as_loop_however_shared(
                [&](const Tensors& x) {
                    return cross_entropy(
                        x[0], x[1],
                        {.weight = of_classes, .ignore_index = 1, .reduction = reduction, .label_smoothing = 0.25});
                },
                {scores, labels});
            expect_as_loop_however_shared(
                [&](const Tensors& x) {
                    return nll_loss(x[0], x[1], {.weight = of_classes, .ignore_index = 1, .reduction = reduction});
                },
                {scores, labels});
            expect_as_loop_however_shared(
                [&](const Tensors& x) {
                    return multi_margin_loss(x[0], x[1], {.weight = of_classes, .reduction = reduction});
                },
                {scores, labels});
        }
        // One row a sample, and rows with further axes.
        expect_as_loop_however_shared(
            [&](const Tensors& x) { return cross_entropy(x[0], x[1], {.reduction = reduction}); },
            {select(scores, 1, 0), select(labels, 1, 0)});
        expect_as_loop_however_shared(
            [&](const Tensors& x) { return cross_entropy(x[0], x[1], {.reduction = reduction}); },
            {numbers({3, 2, 3, 2}), tensor({3, 2, 2}, {2, 0, 1, 1, 0, 2, 0, 1, 2, 2, 1, 0}, i64)});
    }
}

TEST(VmapOfIndices, PoolingAndWhatUndoesIt)
{
    const Tensor images = numbers({3, 2, 4, 4});
    for (const Tensor& given : {images, unsqueeze(images, 1)})
        expect_as_loop(
            [](const Tensors& x) {
                const ValuesAndIndices y = max_pool2d_with_indices(x[0], 2);
                return max_unpool2d(square(y.values), y.indices, 2);
            },
            {given}, {0});
    expect_as_loop([](const Tensors& x) { return square(sort(x[0], 1).values); }, {kX}, {0});
    expect_as_loop([](const Tensors& x) { return square(median(x[0])); }, {kX}, {0});
    expect_as_loop([](const Tensors& x) { return square(cummax(x[0], 0).values); }, {kX}, {0});
    expect_as_loop([](const Tensors& x) { return to(searchsorted(x[0], x[1]), f64); },
                   {sort(select(kX, 1, 0), 1).values, kX}, {0, 0});
}

TEST(VmapOfIndices, ConvolutionsWithWeightsOfSamples)
{
    const Tensor images = numbers({3, 2, 4, 5, 5}), weights = numbers({3, 6, 2, 3, 3}) * 0.25, bias = numbers({3, 6});
    expect_as_loop_however_shared(
        [](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.padding = 1, .groups = 2}); },
        {images, weights, bias});
    expect_as_loop_however_shared([](const Tensors& x) { return conv2d(x[0], x[1], x[2], {.groups = 2}); },
                                  {select(images, 1, 0), weights, bias});
    expect_as_loop_however_shared(
        [](const Tensors& x) { return conv_transpose2d(x[0], x[1], x[2], {.stride = 2, .groups = 2}); },
        {images, numbers({3, 4, 3, 3, 3}) * 0.25, bias});
}

}  // namespace
