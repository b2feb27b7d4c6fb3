// One idea: a perceptron divides the plane by one line; a network with hidden layers bends the boundary round anything.
// Draws what both decide on the exclusive or, on circles and on spirals into boundaries.svg and .png. Rosenblatt's rule
// finds no line, as there is none, and stops after 100 epochs.
// Prints:
//   XOR: perceptron ... of 4 right, network 4 of 4
//   circles: perceptron ... of 100 right, network 100 of 100
//   spirals: perceptron ... of 120 right, network 120 of 120

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using namespace xgrad;

namespace {

struct Problem {
    const char* name;
    Tensor x, y;   // (n, 2), and 0 or 1
    double reach;  // the picture shows -reach to reach
};

Problem exclusive_or()
{
    return {"XOR", tensor({4, 2}, {-1.2, -0.8, -0.8, 1, 1, -1.1, 0.9, 1.2}), tensor({4}, {0, 1, 1, 0}), 2};
}

/// Points at radius(i, class) and angle(i, class), a little shifted at random, the classes in turns.
template <class Place>
Problem rings(const char* name, int points, Place place)
{
    Generator generator(3);
    std::vector<float> x, y;
    for (int i = 0; i < points; ++i) {
        const auto [radius, angle] = place(static_cast<double>(i / 2) / (points / 2), i % 2);
        x.push_back(static_cast<float>(radius * std::cos(angle)));
        x.push_back(static_cast<float>(radius * std::sin(angle)));
        y.push_back(static_cast<float>(i % 2));
    }
    const Tensor noise = randn({points, 2}, {.generator = generator}) * 0.04;
    return {name, from_values({points, 2}, x) + noise, from_values({points}, y), 1.4};
}

struct Polar {
    double radius, angle;
};

Problem circles()
{
    return rings("circles", 100, [](double part, int label) {
        return Polar{label ? 1.0 : 0.45, 2 * std::numbers::pi * part};
    });
}

Problem spirals()
{
    return rings("spirals", 120, [](double part, int label) {
        return Polar{0.15 + part, 3 * std::numbers::pi * part + std::numbers::pi * label};
    });
}

/// With a column of ones, by which the perceptron has a bias.
Tensor with_ones(const Tensor& x) { return cat({ones({x.size(0), 1}), x}, 1); }

nn::MLP train_network(const Problem& problem)
{
    manual_seed(2);
    nn::MLP network{{2, 16, 16, 1}, {.activation = nn::MlpActivation::tanh}};
    optim::Adam adam{nn::parameters(network), {.lr = 0.02}};
    for (int step = 0; step < 600; ++step) {
        Tape tape;
        const Tensor loss = binary_cross_entropy_with_logits(squeeze(network(problem.x), -1), problem.y);
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
    }
    return network;
}

/// Regions by decision, in 0 to 1, and the line where the score behind it is 0.
void show(plot::Axes& axes, const Problem& problem, const plot::Grid& grid, const Tensor& decisions,
          const Tensor& scores)
{
    axes.heat_map(grid, decisions, {.colors = plot::ColorMap::classes, .low = 0, .high = 1});
    axes.contours(grid, scores, {.levels = {0}});
    for (int label = 0; label < 2; ++label) {
        const Tensor rows = masked_select(arange(problem.y.size(0)), eq(problem.y, label));
        axes.scatter(index_select(problem.x, 0, rows), {.label = fmt::format("class {}", label)});
    }
    axes.equal_aspect().legend(plot::Legend::none);
}

/// How many points lie on their side.
std::int64_t right(const Tensor& scores, const Tensor& y)
{
    return static_cast<std::int64_t>(sum(to(eq(ge(scores, 0), gt(y, 0.5)), f64)).item());
}

}  // namespace

int main(int argc, char** argv)
{
    const std::string folder = argc > 1 ? argv[1] : ".";
    plot::Figure figure{
        {.title = "What a perceptron and a network can divide", .rows = 2, .columns = 3, .width = 340, .height = 350}};
    int column = 0;
    for (const Problem& problem : {exclusive_or(), circles(), spirals()}) {
        const plot::Grid grid{-problem.reach, problem.reach, -problem.reach, problem.reach, 90, 90};
        optim::PerceptronRule rule(3, {.max_epochs = 100});
        rule.fit(with_ones(problem.x), problem.y);
        const nn::MLP network = train_network(problem);
        const auto line = [&](const Tensor& x) { return matmul(with_ones(x), to(rule.theta(), f32)); };
        const auto bent = [&](const Tensor& x) { return squeeze(network(x), -1); };

        const Tensor points = grid.points();
        show(figure.axes(0, column).title(fmt::format("{}: perceptron", problem.name)), problem, grid,
             to(ge(line(points), 0), f32), line(points));
        show(figure.axes(1, column).title(fmt::format("{}: network 2-16-16-1", problem.name)), problem, grid,
             sigmoid(bent(points)), bent(points));
        fmt::print("{}: perceptron {} of {} right, network {} of {}\n", problem.name, right(line(problem.x), problem.y),
                   problem.y.numel(), right(bent(problem.x), problem.y), problem.y.numel());
        ++column;
    }
    figure.save(folder + "/boundaries.svg");
    figure.save(folder + "/boundaries.png");
}
