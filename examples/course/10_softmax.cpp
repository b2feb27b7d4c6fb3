// One idea: softmax makes probabilities of scores, and its loss is -log of the probability of the right class.
//   f_k = exp(o_k) / sum_j exp(o_j),   L = -log f_k for class k,   dL/do = f - y with y = 1 at k, 0 elsewhere
// o = (0.6, -1, 5, 8, 4) (N4). The slide, S1:510, prints 0.006 and 0.17 for 0.0006 and 0.017; its numbers add up to
// 1.163. The decision is the largest score, here the fourth (S1:257). A number added to all scores changes nothing.
// cross_entropy takes the scores o. S1:747 has softmax(f(x)) - y where f(x) is a softmax already (S1:508): that is
// another loss, which can hardly fall, since its scores lie between 0 and 1. examples/12_softmax_regression.cpp trains
// with it.
// Lecture: S0:85-98, S1:250-259, S1:502-524, S2:197-211
// Prints:
//   o         0.600000 -1.000000  5.000000  8.000000  4.000000
//   softmax   0.000572  0.000115  0.046581  0.935596  0.017136   sum 1.000000, largest at 3
//   o + 100   0.000572  0.000115  0.046581  0.935596  0.017136   sum 1.000000, largest at 3
//   -log      7.466571  9.066571  3.066571  0.066571  4.066571
//   dL/do     0.000572  0.000115 -0.953419  0.935596  0.017136   for class 2, L = 3.066571
//   twice    -0.000099 -0.000020 -0.054297  0.057333 -0.002917   L = 1.842666

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

std::string text(const Tensor& x) { return fmt::format("{:9.6f}", fmt::join(x.to_vector<double>(), " ")); }

void show_loss(const char* name, Tensor (*scores)(const Tensor&), const char* suffix)
{
    Tape tape;
    const Tensor o = tape.variable("o", tensor({5}, {0.6, -1, 5, 8, 4}, f64));
    const Tensor loss = cross_entropy(scores(o), tensor({}, {2}, i64));
    tape.backward(loss);
    fmt::print("{:8} {}   {}L = {:.6f}\n", name, text(o.grad()), suffix, loss.item());
}

}  // namespace

int main()
{
    const Tensor o = tensor({5}, {0.6, -1, 5, 8, 4}, f64);
    fmt::print("o        {}\n", text(o));
    for (const double shift : {0.0, 100.0}) {
        const Tensor f = softmax(o + shift, 0);
        fmt::print("{:8} {}   sum {:.6f}, largest at {}\n", shift == 0 ? "softmax" : "o + 100", text(f), sum(f).item(),
                   argmax(f).item());
    }
    fmt::print("-log     {}\n", text(-log_softmax(o, 0)));
    show_loss(
        "dL/do", [](const Tensor& x) { return x; }, "for class 2, ");
    show_loss(
        "twice", [](const Tensor& x) { return softmax(x, 0); }, "");
}
