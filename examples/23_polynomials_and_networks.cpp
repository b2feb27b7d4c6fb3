// One idea: products of features grow out of hand; hidden neurons are features that are learned instead.
// n features have C(n + k, k) products of up to k of them. Then the digits, by a linear classifier of the 64 pixels, by one
// of all their products of up to two, which is better and large (up to three there would be 479,050 weights), and by a
// network, better than the first with a ninth of the weights of the second.
// Prints:
//   2 features, up to degree 2: 6 terms
//   2 features, up to degree 3: 10 terms
//   2 features, up to degree 10: 66 terms
//   64 features, up to degree 2: 2145 terms
//   64 features, up to degree 3: 47905 terms
//   64 features, up to degree 10: 718406958841 terms
//   100 features, up to degree 2: 5151 terms
//   100 features, up to degree 3: 176851 terms
//   100 features, up to degree 10: 46897636623981 terms
//   pixels:                  650 weights, accuracy 0.94... in training, 0.85... in the test
//   products of degree 2:  21450 weights, accuracy 0.99... in training, 0.92... in the test
//   32 hidden neurons:      2410 weights, accuracy 0.97... in training, 0.8... in the test

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

double count_of_terms(int features, int degree)
{
    double count = 1;
    for (int i = 1; i <= degree; ++i) count = count * (features + i) / i;
    return count;
}

data::Dataset pixels(const data::Dataset& set, std::int64_t degree)
{
    return {data::polynomial_features(flatten(set.inputs(), 1), degree, false), set.targets()};
}

void fit(const char* name, nn::MLP net, const data::Dataset& train, const data::Dataset& test)
{
    optim::Adam adam{nn::parameters(net), {.lr = 2e-3}};
    data::Loader loader(train, {.batch_size = 64, .seed = 1});
    for (int epoch = 0; epoch < 20; ++epoch)
        for (auto [x, labels] : loader) {
            Tape tape;
            const Tensor loss = cross_entropy(net(x), labels);
            adam.zero_grad();
            tape.backward(loss);
            adam.step();
        }
    fmt::print("{} {:6} weights, accuracy {:.3f} in training, {:.3f} in the test\n", name, nn::parameter_count(net),
               train::evaluate(net, train, 10).accuracy(), train::evaluate(net, test, 10).accuracy());
}

}  // namespace

int main()
{
    for (const int features : {2, 64, 100})
        for (const int degree : {2, 3, 10})
            fmt::print("{} features, up to degree {}: {:.0f} terms\n", features, degree,
                       count_of_terms(features, degree));

    manual_seed(1);
    const data::Split digits = data::digits();
    const data::Dataset first = pixels(digits.train, 1), second = pixels(digits.train, 2);
    fit("pixels:              ", nn::MLP{{64, 10}}, first, pixels(digits.test, 1));
    fit("products of degree 2:", nn::MLP{{second.inputs().size(1), 10}}, second, pixels(digits.test, 2));
    fit("32 hidden neurons:   ", nn::MLP{{64, 32, 10}}, first, pixels(digits.test, 1));
}
