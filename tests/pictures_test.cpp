#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "tests/svg_reader.hpp"
#include "tests/temporary_files.hpp"

// What the programs of examples/pictures have drawn, read back from their files.
namespace xgrad::test {
namespace {

using Points = std::vector<ReadAxes::Point>;
using Texts = std::vector<std::string>;

/// Both files of a picture. The PNG is looked at here: it has the size of the SVG, and is not blank.
struct Picture {
    explicit Picture(const std::string& name)
        : root(read_svg(bytes_at(XGRAD_PICTURES_DIR "/" + name + ".svg"))),
          png(read_png(bytes_at(XGRAD_PICTURES_DIR "/" + name + ".png"))),
          axes(axes_of(root))
    {
        EXPECT_EQ(static_cast<double>(png.width), 2 * std::stod(root.at("width")));
        EXPECT_EQ(static_cast<double>(png.height), 2 * std::stod(root.at("height")));
        EXPECT_GT(png.count_colors(), 20u);
        EXPECT_LT(png.share_of({255, 255, 255}), 0.98);
    }
    Picture(const Picture&) = delete;

    const Element root;
    const Image png;
    const std::vector<ReadAxes> axes;
};

constexpr Image::Color kBlue{0, 114, 178}, kVermilion{213, 94, 0};

/// Which class a heat map shows at a point of the data: the colours of class 1 have more red than blue.
int class_at(const ReadAxes& axes, ReadAxes::Point p)
{
    const Image image = embedded_image(*axes.find("heat-map")->all("image").at(0));
    const auto x = axes.group().numbers("data-x-range"), y = axes.group().numbers("data-y-range");
    const auto cell = [](double part, std::size_t n) {
        return std::min(static_cast<std::size_t>(part * static_cast<double>(n)), n - 1);
    };
    const Image::Color c =
        image.at(cell((p.x - x[0]) / (x[1] - x[0]), image.width), cell((y[1] - p.y) / (y[1] - y[0]), image.height));
    return c.red > c.blue;
}

/// How many points of the two classes lie on their colour.
std::size_t on_their_side(const ReadAxes& axes)
{
    std::size_t right = 0;
    for (int label = 0; label < 2; ++label)
        for (const auto& p : axes.dots("class " + std::to_string(label))) right += class_at(axes, p) == label;
    return right;
}

double length(const Points& line)
{
    double total = 0;
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
        total += std::hypot(line[i + 1].x - line[i].x, line[i + 1].y - line[i].y);
    return total;
}

TEST(Pictures, ActivationsAndTheirDerivatives)
{
    const Picture picture("activations");
    ASSERT_EQ(picture.axes.size(), 4u);
    const ReadAxes &sigmoid = picture.axes[0], &tanh = picture.axes[1], &relu = picture.axes[2],
                   &softplus = picture.axes[3];
    EXPECT_EQ(sigmoid.labels("line"), (Texts{"sigmoid", "derivative"}));
    EXPECT_EQ(softplus.labels("line"), (Texts{"softplus", "derivative", "ReLU"}));
    for (const double u : {-5.0, -1.0, 0.0, 2.0, 5.0}) {
        const double s = 1 / (1 + std::exp(-u)), t = std::tanh(u);
        EXPECT_NEAR(sigmoid.value("sigmoid", u), s, 0.003);
        EXPECT_NEAR(sigmoid.value("derivative", u), s * (1 - s), 0.003);
        EXPECT_NEAR(tanh.value("tanh", u), t, 0.006);
        EXPECT_NEAR(tanh.value("derivative", u), 1 - t * t, 0.006);
        EXPECT_NEAR(relu.value("ReLU", u), std::max(u, 0.0), 0.02);
        if (u != 0) {
            EXPECT_NEAR(relu.value("derivative", u), u > 0, 0.02);
        }
        EXPECT_NEAR(softplus.value("softplus", u), std::log1p(std::exp(u)), 0.02);
        EXPECT_NEAR(softplus.value("derivative", u), s, 0.02);
    }
    EXPECT_TRUE(picture.root.says("u"));
    // The PNG has the curve's colour where the SVG has the curve.
    const std::vector<double> d = sigmoid.find("line", "sigmoid")->all("path").at(0)->numbers("d");
    const std::size_t middle = d.size() / 4 * 2;
    EXPECT_EQ(picture.png.at(static_cast<std::size_t>(2 * d[middle]), static_cast<std::size_t>(2 * d[middle + 1])),
              kBlue);
    EXPECT_GT(picture.png.share_of(kVermilion), 0.001);
}

TEST(Pictures, APerceptronCannotDivideWhatANetworkDivides)
{
    const Picture picture("boundaries");
    ASSERT_EQ(picture.axes.size(), 6u);
    const std::size_t points[] = {4, 100, 120};
    for (std::size_t i = 0; i < 3; ++i) {
        const ReadAxes &perceptron = picture.axes[i], &network = picture.axes[i + 3];
        EXPECT_NE(perceptron.title().find("perceptron"), std::string::npos);
        EXPECT_EQ(network.dots("class 0").size(), points[i] / 2);
        EXPECT_EQ(network.dots("class 1").size(), points[i] / 2);
        EXPECT_LT(on_their_side(perceptron), points[i]) << perceptron.title();
        EXPECT_EQ(on_their_side(network), points[i]) << network.title();
        // The perceptron's boundary is straight.
        const Points line = perceptron.curve("", "contours");
        ASSERT_GT(line.size(), 2u);
        EXPECT_NEAR(length(line), std::hypot(line.back().x - line.front().x, line.back().y - line.front().y), 0.02);
    }
    // One closed line between the circles of radius 0.45 and 1.
    const Element* boundary = picture.axes[4].find("contours");
    EXPECT_EQ(boundary->all("path").size(), 1u);
    for (const auto& p : picture.axes[4].curve("", "contours")) {
        EXPECT_GT(std::hypot(p.x, p.y), 0.45);
        EXPECT_LT(std::hypot(p.x, p.y), 1);
    }
    EXPECT_GT(picture.png.share_of(kBlue), 0.003);
    EXPECT_GT(picture.png.share_of(kVermilion), 0.003);
}

TEST(Pictures, ValidationLossIsLeastWhereTrainingShouldStop)
{
    const Picture picture("training_curves");
    ASSERT_EQ(picture.axes.size(), 2u);
    const ReadAxes &loss = picture.axes[0], &accuracy = picture.axes[1];
    EXPECT_EQ(loss.labels("line"), (Texts{"training", "validation", "stop here"}));
    const Points training = loss.curve("training"), validation = loss.curve("validation"),
                 stop = loss.curve("stop here");
    ASSERT_EQ(validation.size(), 60u);
    const auto lower = [](auto a, auto b) { return a.y < b.y; };
    const double best = std::min_element(validation.begin(), validation.end(), lower)->x;
    EXPECT_NEAR(stop.front().x, best, 0.1);
    EXPECT_NEAR(stop.back().x, best, 0.1);
    EXPECT_LT(training.back().y, 0.05);
    EXPECT_GT(validation.back().y, 0.2);
    EXPECT_NEAR(accuracy.curve("training").back().y, 100, 0.3);
    EXPECT_LT(accuracy.curve("validation").back().y, 97);
    for (const char* words : {"epoch", "cross-entropy", "%"}) EXPECT_TRUE(picture.root.says(words)) << words;
}

TEST(Pictures, TheRateThatShrinksArrivesLowest)
{
    const Picture picture("learning_rates");
    const ReadAxes& axes = picture.axes.at(0);
    EXPECT_EQ(axes.group().at("data-y-scale"), "log");
    std::map<std::string, double> last;
    for (const std::string& label : axes.labels("line")) last[label] = axes.curve(label).back().y;
    ASSERT_EQ(last.size(), 4u);
    EXPECT_LT(last["rate 0.8, a fifth every 10 epochs"], last["rate 0.2"]);
    EXPECT_LT(last["rate 0.2"], last["rate 0.01"]);
    EXPECT_GT(last["rate 0.01"], 1);
    EXPECT_GT(last["rate 3"], last["rate 0.01"]);
}

TEST(Pictures, SmallBatchesGetLowerInTheSameEpochs)
{
    const Picture picture("batch_sizes");
    const ReadAxes& axes = picture.axes.at(0);
    const Texts labels{"batches of 4", "batches of 20", "batches of 80", "all 320 at once"};
    EXPECT_EQ(axes.labels("line"), labels);
    double before = 0;
    for (const std::string& label : labels) {
        EXPECT_NEAR(axes.value(label, 0), std::log(10), 0.1);  // all begin alike, knowing nothing of ten classes
        EXPECT_GT(axes.value(label, 19.99), before + 0.02);
        before = axes.value(label, 19.99);
    }
}

TEST(Pictures, FiltersAndMapsHaveTheirSizesAndContent)
{
    const Picture picture("features");
    ASSERT_EQ(picture.axes.size(), 20u);  // the digit, 6 filters, 6 maps of 28 x 28 pixels, 7 maps of 10 x 10
    std::map<std::size_t, int> sizes;
    int varied = 0;
    bool positive = false, negative = false;
    for (const ReadAxes& axes : picture.axes) {
        const Image image = embedded_image(*axes.find("image")->all("image").at(0));
        EXPECT_EQ(image.width, image.height);
        ++sizes[image.width];
        varied += image.count_colors() > 10;
        if (axes.title().rfind("filter", 0) != 0) continue;
        for (std::size_t i = 0; i < 25; ++i) {
            negative |= image.at(i % 5, i / 5).blue > image.at(i % 5, i / 5).red + 50;
            positive |= image.at(i % 5, i / 5).red > image.at(i % 5, i / 5).blue + 50;
        }
    }
    EXPECT_EQ(sizes, (std::map<std::size_t, int>{{5, 6}, {10, 7}, {28, 7}}));
    EXPECT_TRUE(positive && negative);
    EXPECT_GE(varied, 12);  // some maps may be 0 for this digit
    const Image digit = embedded_image(*picture.axes[0].find("image")->all("image").at(0));
    EXPECT_GT(digit.share_of({255, 255, 255}), 0.1);
    EXPECT_GT(digit.share_of({0, 0, 0}), 0.001);
}

TEST(Pictures, GradientsVanishWithSigmoidAndExplodeWithLargeWeights)
{
    const Picture picture("gradient_norms");
    ASSERT_EQ(picture.axes.size(), 2u);
    const ReadAxes &outputs = picture.axes[0], &weights = picture.axes[1];
    const auto ratio = [](const ReadAxes& axes, const char* label) {
        const Points line = axes.curve(label);
        EXPECT_EQ(line.size(), 15u);
        return line.front().y / line.back().y;
    };
    EXPECT_EQ(outputs.group().at("data-y-scale"), "log");
    EXPECT_LT(ratio(outputs, "sigmoid"), 1e-6);
    EXPECT_LT(ratio(weights, "sigmoid"), 1e-6);
    EXPECT_GT(ratio(outputs, "ReLU, He"), 0.1);
    EXPECT_LT(ratio(outputs, "ReLU, He"), 10);
    EXPECT_GT(ratio(outputs, "ReLU, 3 x He"), 1e5);
    EXPECT_GT(weights.curve("ReLU, 3 x He").front().y, 1e4 * weights.curve("ReLU, He").front().y);
}

TEST(Pictures, StrongerPenaltiesMakeSmootherBoundaries)
{
    const Picture picture("regularisation");
    ASSERT_EQ(picture.axes.size(), 4u);
    const char* titles[] = {"\u03bb = 0", "\u03bb = 0.003", "\u03bb = 0.03", "\u03bb = 0.1"};
    std::vector<double> lengths;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(picture.axes[i].title(), titles[i]);
        EXPECT_EQ(picture.axes[i].find("scatter")->all("circle").size() > 20, true);
        double total = 0;
        for (const Element* path : picture.axes[i].find("contours")->all("path")) {
            const std::vector<double> d = path->numbers("d");
            for (std::size_t j = 0; j + 3 < d.size(); j += 2) total += std::hypot(d[j + 2] - d[j], d[j + 3] - d[j + 1]);
        }
        lengths.push_back(total);
    }
    EXPECT_GT(lengths[0], 1.3 * lengths[2]);
    EXPECT_GT(lengths[2], 1.05 * lengths[3]);
}

TEST(Pictures, PathsLeadDownContoursOfTheirFunction)
{
    const Picture picture("optimizer_paths");
    const ReadAxes& axes = picture.axes.at(0);
    EXPECT_EQ(axes.labels("line"), (Texts{"SGD", "momentum", "RMSprop", "Adam"}));
    const auto f = [](ReadAxes::Point p) { return (p.x * p.x + 15 * p.y * p.y) / 2; };
    const auto turns = [&](const char* label) {
        const Points path = axes.curve(label);
        EXPECT_NEAR(path.front().x, -4, 0.02);
        EXPECT_NEAR(path.front().y, 1, 0.01);
        EXPECT_LT(f(path.back()), 0.1);
        int changes = 0;
        for (std::size_t i = 0; i + 1 < 9; ++i) changes += path[i].y * path[i + 1].y < 0;
        return changes;
    };
    EXPECT_EQ(turns("SGD"), 8);  // to and fro in every step
    for (const char* label : {"momentum", "RMSprop", "Adam"}) EXPECT_LT(turns(label), 5) << label;
    const std::vector<double> levels{0.1, 0.5, 1.5, 3, 5, 8, 12, 16, 20};
    const Points contours = axes.curve("", "contours");
    ASSERT_GT(contours.size(), 500u);
    for (const auto& p : contours) {
        const auto near = std::min_element(levels.begin(), levels.end(),
                                           [&](double a, double b) { return std::abs(a - f(p)) < std::abs(b - f(p)); });
        EXPECT_NEAR(f(p), *near, 0.02 + 0.01 * *near);
    }
}

TEST(Pictures, AtASaddlePlainDescentIsTheLastToLeave)
{
    const Picture picture("saddle");
    const ReadAxes &plane = picture.axes.at(0), &heights = picture.axes.at(1);
    const Texts labels{"SGD", "momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam"};
    EXPECT_EQ(plane.labels("line"), labels);
    EXPECT_EQ(heights.labels("line"), labels);
    const double sgd = heights.curve("SGD").back().y;
    EXPECT_LT(sgd, 0.6);
    for (const std::string& label : labels) {
        EXPECT_NEAR(plane.curve(label).front().x, -1, 0.01);
        EXPECT_NEAR(plane.curve(label).front().y, 0.01, 0.01);
        if (label != "SGD") {
            EXPECT_GT(heights.curve(label).back().y, sgd + 0.1) << label;
        }
    }
    EXPECT_EQ(class_at(plane, {1, 0}), 1);  // high
    EXPECT_EQ(class_at(plane, {0, 1}), 0);  // low
}

TEST(Pictures, MomentumLooksAtTheSlopeWhereItStandsAndNesterovAhead)
{
    const Picture picture("momentum");
    ASSERT_EQ(picture.axes.size(), 2u);
    const auto ends = [](const ReadAxes& axes, const std::string& label) {
        const Points p = axes.curve(label, "arrow");  // begin and neck, then the head from its tip
        return std::pair(p.at(0), p.at(2));
    };
    const auto same = [](ReadAxes::Point a, ReadAxes::Point b) { return std::hypot(a.x - b.x, a.y - b.y) < 0.02; };
    const auto [w, ahead] = ends(picture.axes[0], "\u03b1 v");
    EXPECT_TRUE(same(ends(picture.axes[0], "\u2212\u03b7 \u2207f(w)").first, w));
    const auto [from, to] = ends(picture.axes[1], "\u2212\u03b7 \u2207f(w + \u03b1 v)");
    EXPECT_TRUE(same(from, ahead));
    EXPECT_TRUE(same(to, ends(picture.axes[1], "step").second));
    EXPECT_FALSE(same(ends(picture.axes[0], "step").second, to));
}

TEST(Pictures, TheFreestPolynomialIsNearestToThePointsAndFarthestFromTheSine)
{
    const Picture picture("regression");
    const ReadAxes& axes = picture.axes.at(0);
    EXPECT_EQ(axes.labels("line"), (Texts{"degree 1", "degree 3", "degree 11", "sine"}));
    const Points data = axes.dots("data");
    EXPECT_EQ(data.size(), 14u);
    const auto from_data = [&](const std::string& label) {
        double sum = 0;
        for (const auto& p : data) sum += std::abs(axes.value(label, std::clamp(p.x, -0.995, 0.995)) - p.y);
        return sum / static_cast<double>(data.size());
    };
    const auto from_sine = [&](const std::string& label) {
        double most = 0;
        for (double x = -0.99; x < 0.9; x += 0.01)
            most = std::max(most, std::abs(axes.value(label, x) - std::sin(std::numbers::pi * x)));
        return most;
    };
    EXPECT_LT(from_data("degree 11"), from_data("degree 3"));
    EXPECT_LT(from_data("degree 3"), from_data("degree 1"));
    EXPECT_GT(from_sine("degree 11"), 2 * from_sine("degree 3"));
}

TEST(Pictures, NetworkShowsWeightsBiasesAndValues)
{
    const Picture picture("network");
    const auto edges = picture.root.all("g", "edge");
    ASSERT_EQ(edges.size(), 2u * 3 + 3 * 2 + 2);
    std::map<std::string, std::string> weights;
    for (const Element* edge : edges)
        weights[edge->at("data-from") + " " + edge->at("data-to")] = edge->at("data-weight");
    EXPECT_EQ(weights["0.0 1.2"], "9");  // row 3, column 1 of the first matrix
    EXPECT_EQ(weights["1.2 2.1"], "7");
    EXPECT_EQ(weights["2.0 3.0"], "5");
    for (const char* words : {"9", "7", "b = 5", "b = 8", "b = 9"}) EXPECT_TRUE(picture.root.says(words)) << words;
    for (const Element* unit : picture.root.all("g", "unit"))
        EXPECT_TRUE(unit->says("1"));  // what the lecture's network gives
}

TEST(Pictures, GraphsHaveValuesAndGradientsOnTheirEdges)
{
    const Picture picture("graphs");
    const auto graphs = picture.root.all("g", "computation");
    ASSERT_EQ(graphs.size(), 2u);
    std::map<std::string, std::string> edges;  // "from to": "value / gradient"
    for (const Element* edge : graphs[0]->all("g", "edge"))
        edges[edge->at("data-from") + " " + edge->at("data-to")] =
            edge->at("data-value") + " / " + edge->at("data-gradient");
    // f = (x + y) z at (-2, 5, -4): q = 3, df/dq = z, df/dz = q, and the sum passes df/dq on.
    EXPECT_EQ(edges,
              (std::map<std::string, std::string>{
                  {"x q", "-2 / -4"}, {"y q", "5 / -4"}, {"z f", "-4 / 3"}, {"q f", "3 / -4"}, {"f ", "-12 / 1"}}));
    for (const char* words : {"x", "y", "z", "q", "f", "+", "-12", "3"}) EXPECT_TRUE(graphs[0]->says(words)) << words;
    // s'(u) = s (1 - s) at u = 1, times x0 = -1.
    for (const Element* edge : graphs[1]->all("g", "edge"))
        if (edge->at("data-from") == "w0") {
            EXPECT_NEAR(std::stod(edge->at("data-gradient")), -0.196612, 1e-5);
        }
}

TEST(Pictures, LeNetsLayersAreAsLargeAsWhatTheyGive)
{
    const Picture picture("lenet5");
    const auto layers = picture.root.all("g", "layer");
    ASSERT_EQ(layers.size(), 8u);
    const std::size_t boxes[] = {1, 6, 6, 16, 16, 1, 1, 1};  // a map each, then bars
    const double sides[] = {28, 28, 14, 10, 5};
    for (std::size_t i = 0; i < 8; ++i) {
        EXPECT_EQ(layers[i]->all("rect").size(), boxes[i]);
        EXPECT_TRUE(layers[i]->says(layers[i]->at("data-shape")));
        if (i < 5) {
            EXPECT_NEAR(
                std::stod(layers[i]->all("rect")[0]->at("width")) / std::stod(layers[0]->all("rect")[0]->at("width")),
                sides[i] / 28, 1e-3);
        }
    }
    EXPECT_EQ(layers[3]->at("data-shape"), "16 \u00d7 10 \u00d7 10");
}

TEST(Pictures, DropoutLeavesOutHiddenUnitsWithTheirEdges)
{
    const Picture picture("dropout");
    const auto networks = picture.root.all("g", "network");
    ASSERT_EQ(networks.size(), 2u);
    EXPECT_EQ(networks[0]->all("g", "edge").size(), 4u * 6 + 6 * 6 + 6 * 3);
    std::map<char, std::size_t> left;
    for (const Element* unit : networks[1]->all("g", "unit")) {
        const bool dropped = unit->at("data-dropped") == "true";
        left[unit->at("data-unit")[0]] += !dropped;
        EXPECT_EQ(unit->all("path").size(), dropped ? 2u : 0u);
    }
    EXPECT_EQ(left['0'], 4u);
    EXPECT_EQ(left['3'], 3u);
    EXPECT_LT(left['1'] + left['2'], 12u);
    EXPECT_EQ(networks[1]->all("g", "edge").size(),
              left['0'] * left['1'] + left['1'] * left['2'] + left['2'] * left['3']);
}

}  // namespace
}  // namespace xgrad::test
