// Gradients for each of 128 samples of a small perceptron: vmap in one batch, and as the loop over samples.
#include <xgrad/functional/gradients.hpp>
#include <xgrad/functional/vmap.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/random.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

using namespace xgrad;

namespace {

/// The least time of a call, in seconds.
template <class F>
double least_time(int repetitions, F&& f)
{
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repetitions; ++i) {
        const auto start = std::chrono::steady_clock::now();
        f();
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        least = std::min(least, elapsed.count());
    }
    return least;
}

double largest_difference(const Tensors& a, const Tensors& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, max(abs(a[i] - b[i])).item());
    return largest;
}

void measure(std::int64_t inputs, std::int64_t hidden, std::int64_t classes)
{
    constexpr std::int64_t kSamples = 128;
    manual_seed(1);
    const Tensors w{randn({hidden, inputs}) * 0.1, randn({hidden}) * 0.1, randn({classes, hidden}) * 0.1,
                    randn({classes}) * 0.1};
    const Tensor x = randn({kSamples, inputs}), labels = randint(0, classes, {kSamples});
    const auto gradients = [](const Tensors& given) {
        const Tensor &of_x = given[4], &label = given[5];
        return grad([&](const Tensors& v) {
            return cross_entropy(linear(tanh(linear(of_x, v[0], v[1])), v[2], v[3]), label);
        })(Tensors(given.begin(), given.begin() + 4));
    };
    Tensors all = w;
    all.push_back(x);
    all.push_back(labels);
    VmapOptions options{.in_axes = {kNoAxis, kNoAxis, kNoAxis, kNoAxis, 0, 0}};
    const auto batched = vmap(gradients, options);
    options.loop = true;
    const auto loop = vmap(gradients, options);
    const double difference = largest_difference(batched(all), loop(all));
    const double a = least_time(30, [&] { (void)batched(all); }), b = least_time(10, [&] { (void)loop(all); });
    fmt::print("{:>4} -> {:>4} -> {:>3}: batched {:8.3f} ms, loop {:8.3f} ms, ratio {:5.1f}, difference {:.1e}\n",
               inputs, hidden, classes, a * 1e3, b * 1e3, b / a, difference);
}

}  // namespace

int main()
{
    measure(8, 16, 4);
    measure(32, 64, 10);
    measure(64, 128, 10);
    measure(784, 128, 10);
}
