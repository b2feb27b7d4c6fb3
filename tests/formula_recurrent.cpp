// Recurrent networks for the formulas of operations, number by number; see formula_array.hpp.
#include "tests/formula_array.hpp"

#include <cmath>

namespace xgrad::testing {
namespace {

/// A number and its derivative in one direction.
struct Dual {
    double value = 0, slope = 0;

    friend Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
    friend Dual operator*(Dual a, Dual b) { return {a.value * b.value, a.slope * b.value + a.value * b.slope}; }
    friend Dual tanh(Dual a)
    {
        const double y = std::tanh(a.value);
        return {y, a.slope * (1 - y * y)};
    }
    friend Dual sigmoid(Dual a)
    {
        const double y = 1 / (1 + std::exp(-a.value));
        return {y, a.slope * y * (1 - y)};
    }
};

/// The numbers of all inputs; `moved`: the one whose derivative is 1.
struct Place {
    std::size_t input = 0, element = 0;
};
std::vector<std::vector<Dual>> duals(const std::vector<Array>& inputs, const Place* moved)
{
    std::vector<std::vector<Dual>> all;
    for (const Array& x : inputs) {
        all.emplace_back();
        for (const double v : x.values) all.back().push_back({v, 0});
    }
    if (moved) all.at(moved->input).at(moved->element).slope = 1;
    return all;
}

/// y (T + 1, N, H), row-major.
std::vector<Dual> lstm(const std::vector<Array>& inputs, bool backwards, const Place* moved)
{
    const Index& sizes = inputs.at(0).sizes;
    const auto steps = static_cast<std::size_t>(sizes.at(0)), batch = static_cast<std::size_t>(sizes.at(1)),
               hidden = static_cast<std::size_t>(sizes.at(2) / 4);
    auto in = duals(inputs, moved);
    const std::vector<Dual>&x = in.at(0), &w = in.at(1);
    std::vector<Dual>&h = in.at(2), &c = in.at(3), y((steps + 1) * batch * hidden);
    for (std::size_t n = 0; n < batch; ++n)
        for (std::size_t s = 0; s < steps; ++s) {
            const std::size_t t = backwards ? steps - 1 - s : s;
            std::vector<Dual> z(4 * hidden);
            for (std::size_t row = 0; row < 4 * hidden; ++row) {
                z[row] = x.at((t * batch + n) * 4 * hidden + row);
                for (std::size_t k = 0; k < hidden; ++k) z[row] = z[row] + w.at(row * hidden + k) * h[n * hidden + k];
            }
            for (std::size_t j = 0; j < hidden; ++j) {
                Dual& cell = c.at(n * hidden + j);
                cell = sigmoid(z[hidden + j]) * cell + sigmoid(z[j]) * tanh(z[2 * hidden + j]);
                h.at(n * hidden + j) = sigmoid(z[3 * hidden + j]) * tanh(cell);
                y.at((t * batch + n) * hidden + j) = h[n * hidden + j];
                y.at((steps * batch + n) * hidden + j) = cell;
            }
        }
    return y;
}

Array lstm_value(const Array& list, const Array& direction)
{
    Index sizes = list.parts.at(0).sizes;
    sizes.at(0) += 1, sizes.at(2) /= 4;
    Array y(sizes, 0);
    const std::vector<Dual> numbers = lstm(list.parts, direction.at({}) < 0, nullptr);
    for (std::size_t k = 0; k < numbers.size(); ++k) y.values.at(k) = numbers[k].value;
    return y;
}

/// Element by element: the sum of gy times what y changes with it.
Array lstm_gradient(const Array& gy, const Array& list, const Array& direction, std::size_t input)
{
    Array gx(list.parts.at(input).sizes, 0);
    for (std::size_t element = 0; element < gx.values.size(); ++element) {
        const Place moved{input, element};
        const std::vector<Dual> y = lstm(list.parts, direction.at({}) < 0, &moved);
        for (std::size_t k = 0; k < y.size(); ++k) gx.values[element] += gy.values.at(k) * y[k].slope;
    }
    return gx;
}

}  // namespace

void add_recurrent_functions(Functions& f)
{
    f["lstm/2"] = [](const Arguments& x) { return lstm_value(x[0], x[1]); };
    f["lstm_gradient/4"] = [](const Arguments& x) {
        return lstm_gradient(x[0], x[1], x[2], static_cast<std::size_t>(x[3].at({})));
    };
}

}  // namespace xgrad::testing
