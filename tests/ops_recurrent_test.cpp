#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include <cmath>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

namespace xgrad {
namespace {

Tensor number(double value) { return tensor({1, 1}, {value}, f64); }

// relu(x + h): sums up.
const CellWeights kSum{.weight_ih = ones({1, 1}, f64), .weight_hh = ones({1, 1}, f64)};
const Tensor kSteps = tensor({3, 1, 1}, {1, 2, 3}, f64);

/// A network of one number whose gates see biases alone.
CellWeights biases(std::int64_t gates, const Tensor& bias)
{
    return {.weight_ih = zeros({gates, 1}, f64), .weight_hh = zeros({gates, 1}, f64), .bias_ih = bias};
}

TEST(RnnCell, AddsInputStateAndBiases)
{
    // 3 * 2 - 1 * 1 + 0.5 + 0.25 = 5.75; d/dW = x = 2, d/dU = h = 1, d/dx = W, d/dh = U
    Tape tape;
    const Tensor x = tape.variable(number(2)), h = tape.variable(number(1)), w = tape.variable(number(3)),
                 u = tape.variable(number(-1));
    const CellWeights weights{w, u, tensor({1}, {0.5}, f64), tensor({1}, {0.25}, f64)};
    const Tensor y = rnn_relu_cell(x, h, weights);
    EXPECT_TENSOR_EQ(y, number(5.75));
    EXPECT_TENSOR_NEAR(rnn_tanh_cell(x, h, weights), number(std::tanh(5.75)), 1e-15);
    tape.backward(y);
    EXPECT_TENSOR_EQ(w.grad(), number(2));
    EXPECT_TENSOR_EQ(u.grad(), number(1));
    EXPECT_TENSOR_EQ(x.grad(), number(3));
    EXPECT_TENSOR_EQ(h.grad(), number(-1));
}

TEST(LstmCell, ForgetsHalfAndAddsHalfOfTheNew)
{
    // Gates of bias 0 are 1/2, the cell gate tanh(atanh(1/2)) = 1/2: c' = c / 2 + 1/4, h' = tanh(c') / 2, dc'/dc = 1/2.
    Tape tape;
    const Tensor c = tape.variable(number(1));
    const LstmState y = lstm_cell(number(7), {number(5), c}, biases(4, tensor({4}, {0, 0, std::atanh(0.5), 0}, f64)));
    EXPECT_TENSOR_NEAR(y.c, number(0.75), 1e-15);
    EXPECT_TENSOR_NEAR(y.h, number(std::tanh(0.75) / 2), 1e-15);
    tape.backward(y.c);
    EXPECT_TENSOR_NEAR(c.grad(), number(0.5), 1e-15);
}

TEST(LstmCell, ProjectsItsOutput)
{
    CellWeights w = biases(4, tensor({4}, {0, 0, std::atanh(0.5), 0}, f64));
    w.weight_hr = number(10);
    const LstmState y = lstm_cell(number(7), {number(5), number(1)}, w);
    EXPECT_TENSOR_NEAR(y.c, number(0.75), 1e-15);
    EXPECT_TENSOR_NEAR(y.h, number(5 * std::tanh(0.75)), 1e-15);
}

TEST(GruCell, KeepsHalfAndTakesHalfOfTheNew)
{
    // z = 1/2 and n = tanh(atanh(1/2)) = 1/2: h' = 1/4 + h / 2. r enters n through the bias of W_hn alone:
    // n = tanh(r b) with r = sigmoid(0) = 1/2.
    CellWeights w = biases(3, tensor({3}, {0, 0, std::atanh(0.5)}, f64));
    EXPECT_TENSOR_NEAR(gru_cell(number(7), number(4), w), number(2.25), 1e-15);
    w.bias_hh = tensor({3}, {0, 0, 2}, f64), w.bias_ih = Tensor();
    EXPECT_TENSOR_NEAR(gru_cell(number(7), number(4), w), number(std::tanh(1.0) / 2 + 2), 1e-15);
}

TEST(Cells, TakeOneSampleAndStartFromZeros)
{
    const Tensor x = ones({1}, f64);
    EXPECT_TENSOR_EQ(rnn_relu_cell(x, Tensor(), kSum), x);
    EXPECT_TENSOR_EQ(gru_cell(x, Tensor(), biases(3, Tensor())), zeros({1}, f64));
    EXPECT_TENSOR_EQ(lstm_cell(x, {}, biases(4, Tensor())).c, zeros({1}, f64));
}

TEST(Rnn, RunsLayersOverTheSteps)
{
    const RecurrentOutput one = rnn_relu(kSteps, Tensor(), {kSum});
    EXPECT_TENSOR_EQ(one.output, tensor({3, 1, 1}, {1, 3, 6}, f64));
    EXPECT_TENSOR_EQ(one.h_n, tensor({1, 1, 1}, {6}, f64));
    const RecurrentOutput two = rnn_relu(kSteps, tensor({2, 1, 1}, {0, 100}, f64), {kSum, kSum});
    EXPECT_TENSOR_EQ(two.output, tensor({3, 1, 1}, {101, 104, 110}, f64));
    EXPECT_TENSOR_EQ(two.h_n, tensor({2, 1, 1}, {6, 110}, f64));
}

TEST(Rnn, RunsBothWays)
{
    const RecurrentOutput y = rnn_relu(kSteps, Tensor(), {kSum, kSum}, {.bidirectional = true});
    EXPECT_TENSOR_EQ(y.output, tensor({3, 1, 2}, {1, 6, 3, 5, 6, 3}, f64));
    EXPECT_TENSOR_EQ(y.h_n, tensor({2, 1, 1}, {6, 6}, f64));
}

TEST(Rnn, BatchFirstAndOneSample)
{
    const Tensor x = tensor({2, 3, 1}, {1, 2, 3, 10, 20, 30}, f64);
    EXPECT_TENSOR_EQ(rnn_relu(x, Tensor(), {kSum}, {.batch_first = true}).output,
                     tensor({2, 3, 1}, {1, 3, 6, 10, 30, 60}, f64));
    const RecurrentOutput single = rnn_relu(reshape(kSteps, {3, 1}), number(1), {kSum}, {.batch_first = true});
    EXPECT_TENSOR_EQ(single.output, tensor({3, 1}, {2, 4, 7}, f64));
    EXPECT_TENSOR_EQ(single.h_n, number(7));
}

TEST(Rnn, GradientCountsTheStepsThatSeeAnInput)
{
    // sum of all outputs: step t is seen by 3 - t of them
    Tape tape;
    const Tensor x = tape.variable(kSteps);
    tape.backward(sum(rnn_relu(x, Tensor(), {kSum}).output));
    EXPECT_TENSOR_EQ(x.grad(), tensor({3, 1, 1}, {3, 2, 1}, f64));
}

TEST(Recurrent, SequencesAreCellsInARow)
{
    const Tensor b4 = tensor({4}, {0.5, -1, 0.25, 1}, f64), b3 = tensor({3}, {0.5, -1, 0.25}, f64);
    const CellWeights of_lstm{reshape(b4, {4, 1}) * 0.5, reshape(b4, {4, 1}), b4};
    const CellWeights of_gru{reshape(b3, {3, 1}) * 0.5, reshape(b3, {3, 1}), b3};
    LstmState state;
    Tensor h;
    for (const double x : {1.0, 2.0, 3.0}) {
        state = lstm_cell(number(x), state, of_lstm);
        h = gru_cell(number(x), h, of_gru);
    }
    const LstmOutput y = lstm(kSteps, {}, {of_lstm});
    EXPECT_TENSOR_NEAR(y.h_n, unsqueeze(state.h, 0), 1e-15);
    EXPECT_TENSOR_NEAR(y.c_n, unsqueeze(state.c, 0), 1e-15);
    EXPECT_TENSOR_NEAR(gru(kSteps, Tensor(), {of_gru}).h_n, unsqueeze(h, 0), 1e-15);
}

TEST(Recurrent, BadInput)
{
    EXPECT_THROW_TEXT(rnn_tanh_cell(zeros({1, 2}, f64), Tensor(), kSum), ShapeError,
                      "rnn_tanh_cell: weight_ih of shape (1, 1).\n  rule: weight_ih has the shape (1, 2) here.\n"
                      "  try:  sizes follow from the last axis of x, weight_hh and the number of networks.");
    EXPECT_THROW_TEXT(rnn_tanh(zeros({0, 1, 1}, f64), Tensor(), {kSum}), ShapeError,
                      "rnn_tanh: x of shape (0, 1, 1) has no steps.\n  rule: a sequence has one step or more.\n"
                      "  try:  leave empty sequences out.");
    EXPECT_THROW_TEXT(rnn_relu(to(kSteps, f32), Tensor(), {kSum}), DtypeError,
                      "rnn_relu: f64 (1, 1) beside x f32 (3, 1, 1).\n  rule: x, states and weights are of one dtype.\n"
                      "  try:  convert the input with to(x, dtype), or the module.");
    EXPECT_THROW(rnn_tanh(kSteps, Tensor(), {}), ShapeError);
    EXPECT_THROW(rnn_tanh(kSteps, Tensor(), {kSum}, {.bidirectional = true}), ShapeError);
    EXPECT_THROW(rnn_tanh(kSteps, number(1), {kSum}), ShapeError);
    EXPECT_THROW(rnn_tanh(kSteps, Tensor(), {CellWeights{}}), ShapeError);
    EXPECT_THROW(rnn_tanh(to(kSteps, i64), Tensor(), {kSum}), DtypeError);
    EXPECT_THROW(rnn_tanh(zeros({1}, f64), Tensor(), {kSum}), ShapeError);
    EXPECT_THROW(gru(kSteps, Tensor(), {kSum}), ShapeError);
    CellWeights projected = kSum;
    projected.weight_hr = number(1);
    EXPECT_THROW(gru(kSteps, Tensor(), {projected}), ShapeError);
    EXPECT_THROW(lstm(kSteps, {zeros({1, 1, 1}, f64), zeros({1, 1, 2}, f64)}, {biases(4, Tensor())}), ShapeError);
    CellWeights wide{.weight_ih = zeros({2, 1}, f64), .weight_hh = zeros({2, 2}, f64)};
    EXPECT_THROW(rnn_tanh(kSteps, Tensor(), {kSum, wide}), ShapeError);
}

}  // namespace
}  // namespace xgrad
