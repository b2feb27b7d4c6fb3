// Trajectories of optimizers on a fixed function, computed by PyTorch. Skipped where the data are not there.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/tape.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

using namespace xgrad;

namespace {

using Json = nlohmann::json;
using Step = std::function<void()>;

const std::string kFolder = XGRAD_SHARED_DIR "/reference/";

// With w = W row by row: sum_i [10 (w[i+1] - w[i]^2)^2 + (1 - w[i])^2] / 10
//   + sum_j [b[j]^2 / 2 + 3/2 (1 - cos 3 b[j])] + (sum_i sin w[i]) (sum_j sin b[j]) / 10
Tensor function(const Parameter& weight, const Parameter& b)
{
    const Tensor w = flatten(weight), head = slice(w, 0, 0, -1), tail = slice(w, 0, 1, w.numel());
    return sum(10.0 * square(tail - square(head)) + square(1.0 - head)) / 10.0 +
           sum(square(b) / 2.0 + 1.5 * (1.0 - cos(3.0 * b))) + 0.1 * sum(sin(w)) * sum(sin(b));
}

optim::SGDOptions sgd_options(const Json& p)
{
    return {.lr = p.value("lr", 1e-3),
            .momentum = p.value("momentum", 0.0),
            .dampening = p.value("dampening", 0.0),
            .weight_decay = p.value("weight_decay", 0.0),
            .nesterov = p.value("nesterov", false),
            .maximize = p.value("maximize", false)};
}

optim::AdamOptions adam_options(const Json& p)
{
    const std::array<double, 2> betas = p.value("betas", std::array<double, 2>{0.9, 0.999});
    return {.lr = p.value("lr", 1e-3),
            .betas = betas,
            .eps = p.value("eps", 1e-8),
            .weight_decay = p.value("weight_decay", 0.0),
            .amsgrad = p.value("amsgrad", false),
            .maximize = p.value("maximize", false)};
}

Step make_step(const std::string& op, std::vector<ParameterRef> parameters, const Json& options)
{
    if (op == "optim.SGD")
        return [o = std::make_shared<optim::SGD>(std::move(parameters), sgd_options(options))] { o->step(); };
    return [o = std::make_shared<optim::Adam>(std::move(parameters), adam_options(options))] { o->step(); };
}

// One optimizer, or one for each group with the group's options over the common ones.
std::vector<Step> make_steps(const Json& reference, const Parameter& w, const Parameter& b)
{
    const std::string op = reference.at("op");
    if (reference.at("groups").is_null()) return {make_step(op, {w, b}, reference.at("params"))};
    std::vector<Step> steps;
    for (const Json& group : reference.at("groups")) {
        Json options = reference.at("params");
        options.update(group);
        std::vector<ParameterRef> parameters;
        for (const std::string name : group.at("params")) parameters.push_back(name == "W" ? w : b);
        steps.push_back(make_step(op, parameters, options));
    }
    return steps;
}

struct Trajectory {
    const std::map<std::string, Tensor>& tensors;
    const Json& reference;

    Tensor row(const std::string& name, std::int64_t i) const
    {
        return select(tensors.at(reference.at("tensors").at(name)), 0, i);
    }
    void expect(const std::string& name, std::int64_t i, const Tensor& actual) const
    {
        const std::vector<double> a = actual.to_vector<double>(), e = row(name, i).to_vector<double>();
        ASSERT_EQ(a.size(), e.size());
        const double rtol = reference.at("rtol"), atol = reference.at("atol");
        for (std::size_t k = 0; k < a.size(); ++k)
            ASSERT_TRUE(std::abs(a[k] - e[k]) <= atol + rtol * std::abs(e[k]))
                << reference.at("case") << ' ' << name << " row " << i << ": " << a[k] << ", PyTorch " << e[k];
    }
};

void replay(const Trajectory& t)
{
    Parameter w(t.row("W", 0), "W"), b(t.row("b", 0), "b");
    const std::vector<Step> steps = make_steps(t.reference, w, b);
    const std::int64_t count = t.reference.at("steps");
    for (std::int64_t i = 0; i <= count; ++i) {
        t.expect("W", i, w.value());
        t.expect("b", i, b.value());
        w.zero_grad();
        b.zero_grad();
        Tape tape;
        const Tensor loss = function(w, b);
        tape.backward(loss);
        t.expect("loss", i, loss);
        t.expect("gW", i, w.grad());
        t.expect("gb", i, b.grad());
        for (const Step& step : steps) step();
    }
}

}  // namespace

TEST(OptimReference, TrajectoriesAreThoseOfPyTorch)
{
    if (!std::filesystem::exists(kFolder + "optimizers.json")) GTEST_SKIP() << kFolder << " is not there";
    std::ifstream file(kFolder + "optimizers.json");
    const Json index = Json::parse(file);
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, x] : data::read_safetensors(kFolder + "optimizers.safetensors").tensors)
        tensors.emplace(name, x);
    int cases = 0;
    for (const Json& reference : index.at("cases")) {
        const std::string op = reference.at("op");
        if (op != "optim.SGD" && op != "optim.Adam") continue;
        SCOPED_TRACE(reference.at("case").get<std::string>());
        replay({tensors, reference});
        ++cases;
    }
    EXPECT_EQ(cases, 15);
}
