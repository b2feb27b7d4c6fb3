// One idea: a layer's weights are a matrix, and lectures lay it out in three ways for the same network.
//   S1, S3, nn::Linear   a = W h + b       W (out, in), W(r, c) leads from unit c to unit r; b apart
//   S0                   u = y W + b       W (in, out), w_jk leads from unit j to unit k; y and u are rows
//   S2                   z = Theta a       Theta (out, in + 1), column 0 is the bias, a begins with a 1
// 3 inputs, 3 hidden units and 1 output (N9): Theta is 3 x 4 and 1 x 4, 16 parameters in all.
// S3:205 and S3:254 have the indices of W the other way round than S3:299, S0:396 has a row u beside a column Delta,
// S0:93 has one vector w for C outputs, which have a matrix W, and S1:245 counts the bias among the inputs: "3 input
// units" for 2 features.
// Lecture: S0:57-83, S0:371-385, S1:209-300, S1:429-452, S2:58-101
// Prints:
//   layers.0.weight  3 x 3    layers.0.bias  3     Theta 3 x 4
//   layers.1.weight  1 x 3    layers.1.bias  1     Theta 1 x 4
//   16 parameters
//   column vectors  0.1846
//   row vectors     0.1846
//   Theta           0.1846

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

std::string text(const Tensor& x) { return fmt::format("{}", fmt::join(x.sizes(), " x ")); }

Tensor theta_of(const nn::Linear& layer) { return cat({unsqueeze(layer.bias, 1), layer.weight}, 1); }
Tensor with_one(const Tensor& a) { return cat({ones({1}), a}); }

}  // namespace

int main()
{
    nn::MLP net({3, 3, 1}, {.activation = nn::MlpActivation::sigmoid});
    for (std::size_t l = 0; l < 2; ++l)
        fmt::print("layers.{0}.weight  {1}    layers.{0}.bias  {2}     Theta {3}\n", l, text(net.layers[l].weight),
                   text(net.layers[l].bias), text(theta_of(net.layers[l])));
    fmt::print("{} parameters\n", nn::parameter_count(net));

    net.layers[0].weight = tensor({3, 3}, {1, -1, 0, 2, 0, 1, 0, 1, -2});
    net.layers[0].bias = tensor({3}, {0, -1, 1});
    net.layers[1].weight = tensor({1, 3}, {1, -2, 1});
    net.layers[1].bias = tensor({1}, {-1});
    const Tensor x = tensor({3}, {1, 2, 0.5});
    const nn::Linear &first = net.layers[0], &last = net.layers[1];

    const Tensor column = sigmoid(matmul(last.weight, sigmoid(matmul(first.weight, x) + first.bias)) + last.bias);
    const Tensor y = sigmoid(matmul(x, transpose(first.weight)) + first.bias);
    const Tensor row = sigmoid(matmul(y, transpose(last.weight)) + last.bias);
    const Tensor a2 = with_one(sigmoid(matmul(theta_of(first), with_one(x))));
    const Tensor h = sigmoid(matmul(theta_of(last), a2));
    fmt::print("column vectors  {:.4f}\nrow vectors     {:.4f}\nTheta           {:.4f}\n", column.item(), row.item(),
               h.item());
}
