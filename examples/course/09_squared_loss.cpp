// One idea: the squared loss is the squared distance of output and target; lectures differ in what stands before it.
// f = (3, 1, -2) and the target (0, 1, 0), row 2 of 3 (N5): 9 + 0 + 4 = 13 with gradient 2 (f - y) = (6, 0, -4), or
// half of both with the 1/2 of S0:245, S0:405 and S4:123, whose gradient is just f - y. S1:743 gives f - y for the loss
// without 1/2. Over outputs and samples it is a sum in S0:188, S1:497 and S3:36, a mean over samples in S2:305 and
// S3:471: one learning rate does not fit both. The library's default is PyTorch's, the mean over all elements.
// describe() says what is meant.
// Lecture: S0:183-188, S0:245, S1:464-500, S2:213-232, S4:138-143
// Prints:
//   target of class 1 of 3: 0 1 0
//   sum        13.0000  gradient  6.0000 0.0000 -4.0000
//   half, sum   6.5000  gradient  3.0000 0.0000 -2.0000
//   mean        4.3333  gradient  2.0000 0.0000 -1.3333
//   mse_loss
//     l = (a - b)^2 / 2, dl/da = a - b
//     y = sum(l)
//   ...

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

void show(const char* name, MseOptions options)
{
    Tape tape;
    const Tensor f = tape.variable("f", tensor({3}, {3, 1, -2}, f64)), y = tensor({3}, {0, 1, 0}, f64);
    const Tensor loss = mse_loss(f, y, options);
    tape.backward(loss);
    fmt::print("{:9}  {:7.4f}  gradient  {:.4f}\n", name, loss.item(), fmt::join(f.grad().to_vector<double>(), " "));
}

}  // namespace

int main()
{
    const Tensor target = one_hot(tensor({}, {1}, i64), 3);
    fmt::print("target of class 1 of 3: {}\n", fmt::join(target.to_vector<std::int64_t>(), " "));
    show("sum", {.reduction = Reduction::sum});
    show("half, sum", {.half = true, .reduction = Reduction::sum});
    show("mean", {});
    fmt::print("{}", MseOptions{.half = true, .reduction = Reduction::sum}.describe());
}
