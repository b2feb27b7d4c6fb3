#include <xgrad/error.hpp>
#include <xgrad/nn/activations.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/sequential.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <any>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <variant>

#include "tests/expect_tensor.hpp"
#include "tests/expect_throw.hpp"

using namespace xgrad;

namespace {

using Names = std::vector<std::string>;

Names names_of(const auto& module)
{
    Names names;
    for (const auto& [name, parameter] : nn::named_parameters(module)) names.push_back(name);
    return names;
}

Parameter number(double value) { return Parameter(tensor({1}, {value}, f64), "number"); }

// Two layers and things that are no modules.
struct Net {
    nn::Linear first{2, 3};
    int heads = 4;
    nn::Linear second{3, 1, {.bias = false}};
    std::string note = "kept";
    XGRAD_MODULE(Net, first, heads, second, note)

    Tensor operator()(const Input& x) const { return second(tanh(first(x))); }
};

// Everything a module may hold. Each member is initialised from the list checker's AnyMember without ambiguity.
struct Everything {
    std::vector<nn::Linear> layers;
    std::unique_ptr<nn::Linear> owned;
    std::optional<nn::Linear> maybe;
    std::array<nn::Linear, 2> pair{nn::Linear{1, 1}, nn::Linear{1, 1}};
    nn::Linear raw[2] = {nn::Linear{1, 1}, nn::Linear{1, 1}};
    int grid[2][3] = {};
    std::map<std::string, nn::Linear> dictionary;
    std::tuple<nn::Linear, int> mixed{nn::Linear{1, 1}, 2};
    Net net;
    Parameter scale;
    Tensor mean;
    std::optional<int> number;
    std::any any;
    std::variant<int, double> either;
    std::function<int()> function;
    nn::LinearOptions options;
    const double* pointer = nullptr;
    bool training = true;
    XGRAD_MODULE(Everything, layers, owned, maybe, pair, raw, grid, dictionary, mixed, net, scale, mean, number, any,
                 either, function, options, pointer, training)
};

// Two members that are one parameter, one of them on the heap.
struct Tied {
    Parameter out = number(3);
    std::vector<Parameter> in;
    Parameter free = number(5);
    XGRAD_MODULE(Tied, out, in, free)

    Tied()
    {
        in.resize(2);
        in[0] = number(1);
        in[1].tie(out);
    }
};

}  // namespace

TEST(Module, NamesParametersByTheirPathsInTheOrderOfTheList)
{
    EXPECT_EQ(names_of(Net{}), (Names{"first.weight", "first.bias", "second.weight"}));
    EXPECT_EQ(nn::parameters(Net{}).size(), 3U);
    EXPECT_EQ(nn::parameter_count(Net{}), 2 * 3 + 3 + 3);
    EXPECT_EQ(names_of(std::vector<nn::Linear>(1, nn::Linear{1, 1})), (Names{"0.weight", "0.bias"}));
}

TEST(Module, WalksContainersPointersOptionalsAndNestedModules)
{
    Everything all;
    all.layers.emplace_back(1, 1);
    all.owned = std::make_unique<nn::Linear>(1, 1);
    all.dictionary.emplace("left", nn::Linear{1, 1, {.bias = false}});
    all.scale = number(1);
    EXPECT_EQ(names_of(all),
              (Names{"layers.0.weight", "layers.0.bias", "owned.weight", "owned.bias", "pair.0.weight", "pair.0.bias",
                     "pair.1.weight", "pair.1.bias", "raw.0.weight", "raw.0.bias", "raw.1.weight", "raw.1.bias",
                     "dictionary.left.weight", "mixed.0.weight", "mixed.0.bias", "net.first.weight", "net.first.bias",
                     "net.second.weight", "scale"}));
    EXPECT_TRUE(nn::named_buffers(all).empty());
    all.mean = tensor({2}, {1, 2});
    ASSERT_EQ(nn::named_buffers(all).size(), 1U);
    EXPECT_EQ(nn::named_buffers(all)[0].first, "mean");
    nn::eval(all);
    EXPECT_FALSE(all.training);
    nn::train(all);
    EXPECT_TRUE(all.training);
}

TEST(Module, CopyIsASecondModel)
{
    Net net;
    Net copy = net;
    EXPECT_FALSE(same(net.first.weight, copy.first.weight));
    EXPECT_TENSOR_EQ(copy.first.weight.value(), net.first.weight.value());
    const double before = net.first.weight.value().to_vector<double>()[0];
    copy.first.weight = zeros({3, 2});
    EXPECT_EQ(net.first.weight.value().to_vector<double>()[0], before);
    EXPECT_EQ(copy.note, "kept");
}

TEST(Module, MoveKeepsTheCells)
{
    Net net;
    const std::vector<ParameterRef> before = nn::parameters(net);
    const Net moved = std::move(net);
    const std::vector<ParameterRef> after = nn::parameters(moved);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(same(before[i], after[i]));
}

TEST(Module, AssignmentWritesIntoTheExistingCells)
{
    Net net, other;
    const std::vector<ParameterRef> held = nn::parameters(net);
    net = other;
    EXPECT_TRUE(same(held[0], net.first.weight));
    EXPECT_FALSE(same(held[0], other.first.weight));
    EXPECT_TENSOR_EQ(held[0].value(), other.first.weight.value());
    other.first.weight = zeros({3, 2});
    net = std::move(other);
    EXPECT_TRUE(same(held[0], net.first.weight));
    EXPECT_TENSOR_EQ(held[0].value(), zeros({3, 2}));
}

TEST(Module, TiedMembersAreListedOnceAndSavedUnderEachName)
{
    const Tied tied;
    EXPECT_EQ(names_of(tied), (Names{"out", "in.0", "free"}));
    Names saved;
    for (const auto& [name, value] : nn::state_dict(tied)) saved.push_back(name);
    EXPECT_EQ(saved, (Names{"out", "in.0", "in.1", "free"}));
}

TEST(Module, TiedMembersStayTiedInACopyAlsoOnTheHeap)
{
    const Tied tied;
    const Tied a = tied, b = tied, c = a;
    for (const Tied* copy : {&a, &b, &c}) {
        EXPECT_TRUE(same(copy->out, copy->in[1]));
        EXPECT_FALSE(same(copy->out, tied.out));
        EXPECT_FALSE(same(copy->out, copy->free));
    }
    EXPECT_FALSE(same(a.out, b.out));
    EXPECT_FALSE(same(a.out, c.out));
}

TEST(Module, ACopyInUseIsNotJoinedByALaterCopyOfAnotherMember)
{
    const Tied tied;
    Parameter first = tied.out;
    first = tensor({1}, {7}, f64);
    const Parameter second = tied.in[1];
    EXPECT_FALSE(same(first, second));
    EXPECT_TENSOR_EQ(second.value(), tensor({1}, {3}, f64));
}

TEST(Module, ThreadsCopyATiedModelIndependently)
{
    const Tied tied;
    std::vector<Tied> copies(4);
    std::vector<std::thread> threads;
    for (Tied& copy : copies)
        threads.emplace_back([&copy, &tied] {
            for (int i = 0; i < 100; ++i) {
                Tied mine = tied;
                ASSERT_TRUE(same(mine.out, mine.in[1]));
            }
            copy.in.clear();
            copy.in = tied.in;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_FALSE(same(copies[0].in[1], copies[1].in[1]));
}

TEST(Module, StateDictIsACopyAndLoadsIntoAnotherModel)
{
    Net net, other;
    const NamedTensors state = nn::state_dict(net);
    const std::vector<double> before = state[0].second.to_vector<double>();
    net.first.weight = zeros({3, 2});
    EXPECT_EQ(state[0].second.to_vector<double>(), before);
    const ParameterRef held = other.first.weight;
    nn::load_state_dict(other, state);
    EXPECT_EQ(held.value().to_vector<double>(), before);
}

TEST(Module, BuffersAreSavedAndLoaded)
{
    Everything a, b;
    a.mean = tensor({2}, {1, 2});
    b.mean = zeros({2});
    nn::load_state_dict(b, nn::state_dict(a));
    EXPECT_TENSOR_EQ(b.mean, tensor({2}, {1, 2}));
}

TEST(Module, LoadingListsAllDifferencesAndWritesNothing)
{
    nn::Linear layer{2, 1};
    const Tensor before = clone(layer.weight);
    EXPECT_THROW_TEXT(nn::load_state_dict(layer, {{"weight", zeros({1, 3})}, {"scale", zeros({2}, f64)}}),
                      std::invalid_argument,
                      "load_state_dict: 3 differences\n    weight: the module has f32 (1, 2), the state f32 (1, 3)\n"
                      "    unexpected: scale f64 (2,)\n    missing: bias f32 (1,).\n"
                      "  rule: the state has the module's names, shapes and dtypes, no more and no less.\n"
                      "  try:  load it into a model built with the same options, or rename its entries.");
    EXPECT_THROW_TEXT(
        nn::load_state_dict(layer, {{"weight", zeros({1, 2})}, {"bias", zeros({1})}, {"weight", zeros({1, 2})}}),
        std::invalid_argument,
        "load_state_dict: 1 difference\n    given twice: weight.\n"
        "  rule: the state has the module's names, shapes and dtypes, no more and no less.\n"
        "  try:  load it into a model built with the same options, or rename its entries.");
    EXPECT_TENSOR_EQ(layer.weight.value(), before);
}

TEST(Module, ConvertsParametersGradientsAndFloatingBuffers)
{
    Everything all;
    all.scale = Parameter(tensor({1}, {2}), "scale");
    all.scale.set_grad(tensor({1}, {0.5}));
    all.mean = tensor({1}, {3});
    const ParameterRef held = all.scale;
    nn::to(all, f64);
    EXPECT_TENSOR_EQ(held.value(), tensor({1}, {2}, f64));
    EXPECT_TENSOR_EQ(held.grad(), tensor({1}, {0.5}, f64));
    EXPECT_TENSOR_EQ(all.mean, tensor({1}, {3}, f64));
    EXPECT_EQ(all.pair[1].weight.dtype(), f64);
    EXPECT_THROW_TEXT(nn::to(all, i64), DtypeError,
                      "nn::to: a module of i64.\n  rule: parameters are f32 or f64, since gradients flow into them.\n"
                      "  try:  convert single integer tensors with to(x, dtype).");
}

TEST(Module, GradientsReachTheParametersAndAreForgotten)
{
    // y = w x + b, L = sum y over two rows:  dL/dw = column sums of x = (1 + 3, 2 + 4),  dL/db = 2
    nn::Linear layer{2, 1};
    Tape tape;
    tape.backward(sum(layer(tensor({2, 2}, {1, 2, 3, 4}))));
    EXPECT_TENSOR_EQ(layer.weight.grad(), tensor({1, 2}, {4, 6}));
    EXPECT_TENSOR_EQ(layer.bias.grad(), tensor({1}, {2}));
    nn::zero_grad(layer);
    EXPECT_FALSE(layer.weight.grad().defined());
}

TEST(Module, SequentialNamesLayersByPosition)
{
    nn::Sequential net{nn::Linear{2, 2}, nn::ReLU{}, [](const Tensor& x) { return x * 2.0; }, nn::Linear{2, 1}};
    EXPECT_EQ(names_of(net), (Names{"0.weight", "0.bias", "3.weight", "3.bias"}));
    net.get<0>().weight = tensor({2, 2}, {1, 0, 0, 1});
    net.get<0>().bias = zeros({2});
    net.get<3>().weight = tensor({1, 2}, {1, 10});
    net.get<3>().bias = tensor({1}, {0.5});
    // relu(-3, 4) = (0, 4), doubled (0, 8), 0 + 80 + 0.5
    EXPECT_TENSOR_EQ(net(tensor({1, 2}, {-3, 4})), tensor({1, 1}, {80.5}));
}
