// One idea: computing the output is going forward, layer by layer; and weights alone do not make a classifier.
// Both examples of the slides, which use the sign as activation, give +1 for every x:
//   N7: sign(4 h1 + 2 h2 + 7), h1 = sign(3 x1 + 5 x2), h2 = sign(6 + 3 x2): the sum is at least 7 - 4 - 2 = 1
//   N8: h1 = sign(W1 x + b1), h2 = sign(W2 h1 + b2), a3 = w3 h2 + b3: a3 is 8 or 14 for all 8 patterns of h1
// W(r, c) is the weight from unit c to unit r (S1:433); nn::Linear has it so, too.
// Lecture: S1:223-237, S1:429-462
// Prints:
//   N7: 4 h1 + 2 h2 + 7 for h = (-1,-1) (-1,1) (1,-1) (1,1): 1 5 9 13
//   N8: x = ( 1, 1)  a1 = (12, 11, 22)  h1 = (1, 1, 1)    a2 = (17, 15)  h2 = (1, 1)   a3 = 14
//   N8: x = (-3, 0)  a1 = (-4, 5, -21)  h1 = (-1, 1, -1)  a2 = (9, -9)   h2 = (1, -1)  a3 = 8
//   N8: a3 for the patterns of h1: 8 14 8 14 8 14 14 14

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

const Tensor w1 = tensor({3, 2}, {3, 4, 1, 2, 9, 7}), b1 = tensor({3}, {5, 8, 6});
const Tensor w2 = tensor({2, 3}, {3, 4, 1, 5, 2, 7}), b2 = tensor({2}, {9, 1});
const Tensor w3 = tensor({2}, {5, 3}), b3 = tensor(6.0);

std::string text(const Tensor& x) { return fmt::format("({})", fmt::join(x.to_vector<double>(), ", ")); }

Tensor third(const Tensor& h1) { return matmul(w3, sign(matmul(w2, h1) + b2)) + b3; }

void go_forward(const char* name, const Tensor& x)
{
    const Tensor a1 = matmul(w1, x) + b1, h1 = sign(a1);
    const Tensor a2 = matmul(w2, h1) + b2, h2 = sign(a2);
    const Tensor a3 = matmul(w3, h2) + b3;
    fmt::print("N8: x = {}  a1 = {:12}  h1 = {:11}  a2 = {:8}  h2 = {:7}  a3 = {}\n", name, text(a1), text(h1),
               text(a2), text(h2), a3.item());
}

}  // namespace

int main()
{
    const Tensor h = tensor({4, 2}, {-1, -1, -1, 1, 1, -1, 1, 1});
    fmt::print("N7: 4 h1 + 2 h2 + 7 for h = (-1,-1) (-1,1) (1,-1) (1,1): {}\n",
               fmt::join((matmul(h, tensor({2}, {4, 2})) + 7).to_vector<double>(), " "));
    go_forward("( 1, 1)", tensor({2}, {1, 1}));
    go_forward("(-3, 0)", tensor({2}, {-3, 0}));
    fmt::print("N8: a3 for the patterns of h1:");
    for (const double a : {-1, 1})
        for (const double b : {-1, 1})
            for (const double c : {-1, 1}) fmt::print(" {}", third(tensor({3}, {a, b, c})).item());
    fmt::print("\n");
}
