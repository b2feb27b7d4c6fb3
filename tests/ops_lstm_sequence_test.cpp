// An LSTM over a sequence as one operation: by hand, and beside the steps that it stands for.
#include <xgrad/nn/init.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/random.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/threads.hpp>

#include <algorithm>
#include <cmath>

#include "autograd/ops/lstm_sequence.hpp"
#include "autograd/recording.hpp"
#include "tests/expect_tensor.hpp"
#include "tests/kernels_testing.hpp"

namespace xgrad {
namespace {

using Tensors = std::vector<Tensor>;

TEST(LstmSequence, OfHalfOpenGatesHalvesItsCell)
{
    // W = 0 and gates of 0 are 1/2, with the cell gate tanh(atanh(1/2)) = 1/2: c' = c / 2 + 1/4. From c = 1 in three
    // steps 3/4, 5/8, 9/16; h = tanh(c) / 2.
    //   d last c / d c = 1/8
    //   d last c / d z of the forget gate at step t: c before it * 1/4 * (1/2)^(steps behind it) = 1/16, 3/32, 5/32
    //   d last c / d z of the cell gate: 1/2 * (1 - 1/4) * (1/2)^(steps behind it) = 3/32, 3/16, 3/8
    Tape tape;
    const Tensor of_step = tensor({4}, {0, 0, std::atanh(0.5), 0}, f64);
    const Tensor x = tape.variable(stack({of_step, of_step, of_step})), c = tape.variable(ones({1, 1}, f64));
    const Tensor y =
        detail::lstm_sequence(unsqueeze(x, 1), zeros({4, 1}, f64), zeros({1, 1}, f64), c, /*backwards=*/false);
    EXPECT_TENSOR_NEAR(flatten(y),
                       tensor({4}, {std::tanh(0.75) / 2, std::tanh(0.625) / 2, std::tanh(0.5625) / 2, 0.5625}, f64),
                       1e-15);
    tape.backward(sum(select(y, 0, 3)));
    EXPECT_TENSOR_NEAR(c.grad(), tensor({1, 1}, {0.125}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(select(x.grad(), 1, 1), tensor({3}, {1. / 16, 3. / 32, 5. / 32}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(select(x.grad(), 1, 2), tensor({3}, {3. / 32, 3. / 16, 3. / 8}, f64), 1e-15);
    EXPECT_TENSOR_NEAR(select(x.grad(), 1, 3), zeros({3}, f64), 1e-15);
}

TEST(LstmSequence, WeightSeesTheOutputBefore)
{
    // Two steps of half-open gates as above, c from 0: c = 1/4, then 3/8. Of row f of W, d last c = c before * 1/4 * h
    // before: only the second step has one, 1/4 * 1/4 * tanh(1/4) / 2. Backwards the same.
    for (const bool backwards : {false, true}) {
        Tape tape;
        const Tensor of_step = tensor({1, 4}, {0, 0, std::atanh(0.5), 0}, f64), zero = zeros({1, 1}, f64);
        const Tensor w = tape.variable(zeros({4, 1}, f64));
        const Tensor y = detail::lstm_sequence(stack({of_step, of_step}), w, zero, zero, backwards);
        tape.backward(sum(select(y, 0, 2)));
        EXPECT_NEAR(select(w.grad(), 0, 1).item(), std::tanh(0.25) / 32, 1e-16);
    }
}

/// All outputs of an LSTM, and the gradients of x, both states and the weights.
Tensors outputs_and_gradients(const Tensors& inputs, bool backwards, bool by_cells)
{
    Tape tape;
    Tensors x;
    for (const Tensor& t : inputs) x.push_back(tape.variable(t));
    const CellWeights w{x[3], x[4], x[5], x[6]};
    const std::int64_t steps = x[0].size(0);
    LstmState state{x[1], x[2]};
    Tensors h;
    for (std::int64_t i = 0; by_cells && i < steps; ++i) {
        state = lstm_cell(select(x[0], 0, backwards ? steps - 1 - i : i), state, w);
        h.push_back(state.h);
    }
    if (backwards) std::reverse(h.begin(), h.end());
    Tensors y{h.empty() ? Tensor() : stack(h), state.h, state.c};
    if (!by_cells) {
        // both directions, of which the first is not looked at, or one
        const Tensor h_0 = unsqueeze(x[1], 0), c_0 = unsqueeze(x[2], 0);
        const LstmOutput all = backwards
                                   ? lstm(x[0], {cat({h_0, h_0}), cat({c_0, c_0})}, {w, w}, {.bidirectional = true})
                                   : lstm(x[0], {h_0, c_0}, {w});
        const std::int64_t hidden = x[1].size(1);
        y = {narrow(all.output, 2, backwards ? hidden : 0, hidden), select(all.h_n, 0, -1), select(all.c_n, 0, -1)};
    }
    Tensor loss = sum(square(y[1] + 0.5)) + sum(y[2] * y[1]);
    for (std::int64_t t = 0; t < steps; ++t)
        loss = loss + sum(square(select(y[0], 0, t))) * (0.5 + static_cast<double>(t));
    tape.backward(loss);
    for (const Tensor& leaf : x) y.push_back(leaf.grad());
    return y;
}

Tensors numbers(std::int64_t steps, std::int64_t batch, std::int64_t input, std::int64_t hidden, Dtype dtype)
{
    manual_seed(7);
    Tensors all;
    for (const std::vector<std::int64_t>& sizes : std::vector<std::vector<std::int64_t>>{{steps, batch, input},
                                                                                         {batch, hidden},
                                                                                         {batch, hidden},
                                                                                         {4 * hidden, input},
                                                                                         {4 * hidden, hidden},
                                                                                         {4 * hidden},
                                                                                         {4 * hidden}})
        all.push_back(to(nn::init::normal(sizes, 0, 0.5), dtype));
    return all;
}

TEST(LstmSequence, GivesWhatCellsInARowGive)
{
    kernels::testing::for_each_isa([] {
        // batches of whole and cut tiles; 90 hidden f64 numbers are two blocks of k in the vjp
        const std::int64_t sizes[][3] = {{3, 1, 1}, {1, 2, 3}, {4, 7, 5}, {3, 13, 33}, {2, 5, 90}};
        for (const auto& [steps, batch, hidden] : sizes)
            for (const Dtype dtype : {f32, f64})
                for (const bool backwards : {false, true}) {
                    SCOPED_TRACE(std::to_string(batch) + " x " + std::to_string(hidden) + (backwards ? " back" : ""));
                    const Tensors inputs = numbers(steps, batch, 3, hidden, dtype);
                    const Tensors one = outputs_and_gradients(inputs, backwards, false);
                    const Tensors cells = outputs_and_gradients(inputs, backwards, true);
                    for (std::size_t i = 0; i < one.size(); ++i)
                        EXPECT_TENSOR_NEAR(one[i], cells[i], dtype == f32 ? 1e-4 : 1e-12) << "number " << i;
                }
    });
}

TEST(LstmSequence, GivesTheSameBitsForAnyNumberOfThreads)
{
    const Tensors inputs = numbers(4, 45, 3, 64, f32);
    Tensors first;
    for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        const Tensors all = outputs_and_gradients(inputs, false, false);
        if (first.empty()) first = all;
        for (std::size_t i = 0; i < all.size(); ++i) EXPECT_TENSOR_EQ(all[i], first[i]) << i << ", " << threads;
    }
    set_num_threads(0);
}

TEST(LstmSequence, WithoutATapeGivesTheSame)
{
    const Tensors x = numbers(4, 7, 20, 5, f64);
    const Tensor of_constants = detail::lstm_sequence(x[0], x[4], x[1], x[2], false);
    Tape tape;
    EXPECT_TENSOR_EQ(detail::lstm_sequence(tape.variable(x[0]), x[4], x[1], x[2], false), of_constants);
}

TEST(Lstm, IsOneOperationUnlessATapeExplainsEachStep)
{
    for (const bool explain : {false, true}) {
        Tape tape{{.explain = explain}};
        const Tensors x = numbers(2, 1, 3, 2, f64);
        (void)lstm(tape.variable(x[0]), {}, {{x[3], x[4], x[5], x[6]}});
        int sequences = 0, sigmoids = 0;
        for (const detail::Node& node : tape.recording("test").nodes) {
            sequences += node.op->name == std::string("lstm_sequence");
            sigmoids += node.op->name == std::string("sigmoid");
        }
        EXPECT_EQ(sequences, explain ? 0 : 1);
        EXPECT_EQ(sigmoids, explain ? 2 * 3 : 0);
    }
}

}  // namespace
}  // namespace xgrad
