// One idea: there are two cross entropies: one question with K answers, or K questions with yes or no.
//   categorical       p = softmax(o),  L = -sum_k y_k log p_k                                   dL/do = p - y
//   K binary ones     a = sigmoid(o),  L = -sum_k [y_k log a_k + (1 - y_k) log(1 - a_k)]        dL/do = a - y
// S2:197 calls the first one binary; S0:192, S2:315 and S4:98 mean the second, with brackets behind the minus.
// Without the minus (S2:113, S2:362, S2:420, S2:494, S3:188, S3:246, S3:384, S4:209) it is the log-likelihood, which
// one maximises: its gradient is y - a (S2:430), and the step of S2:440 would go down it, away from the answer. The loss
// here is its negative, always, with a - y (S2:455, S3:363).
// Lecture: S0:190-192, S2:109-115, S2:197-211, S2:299-328, S3:34-44
// Prints:
//   categorical     L = 0.2413  dL/do =  0.1753  0.0391 -0.2144
//   three binary    L = 1.4143  dL/do =  0.6225  0.2689 -0.1192
//   log-likelihood  l =-1.4143  dl/do = -0.6225 -0.2689  0.1192

#include <xgrad/xgrad.hpp>

#include <fmt/format.h>

using namespace xgrad;

namespace {

const Tensor y = tensor({3}, {0, 0, 1}, f64);

Tensor categorical(const Tensor& o) { return cross_entropy(o, y); }
Tensor binary(const Tensor& o) { return binary_cross_entropy_with_logits(o, y, {.reduction = Reduction::sum}); }
Tensor log_likelihood(const Tensor& o)
{
    const Tensor a = sigmoid(o);
    return sum(y * log(a) + (1 - y) * log(1 - a));
}

void show(const char* name, char letter, Tensor (*f)(const Tensor&))
{
    const auto [value, gradient] = value_and_grad(f)(tensor({3}, {0.5, -1, 2}, f64));
    fmt::print("{:14}  {} ={:7.4f}  d{}/do = {:7.4f}\n", name, letter, value.item(), letter,
               fmt::join(gradient.to_vector<double>(), " "));
}

}  // namespace

int main()
{
    show("categorical", 'L', categorical);
    show("three binary", 'L', binary);
    show("log-likelihood", 'l', log_likelihood);
}
