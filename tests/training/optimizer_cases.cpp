// Trajectories of optimizers: optimizers.json and its tensors.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <map>

#include "tests/training/cases.hpp"
#include "tests/training/make_optimizer.hpp"

namespace xgrad::training {
namespace {

using Tensors = std::map<std::string, Tensor>;

// With w = W row by row: sum_i [10 (w[i+1] - w[i]^2)^2 + (1 - w[i])^2] / 10
//   + sum_j [b[j]^2 / 2 + 3/2 (1 - cos 3 b[j])] + (sum_i sin w[i]) (sum_j sin b[j]) / 10
Tensor function(const Parameter& weight, const Parameter& b)
{
    const Tensor w = flatten(weight), head = slice(w, 0, 0, -1), tail = slice(w, 0, 1, w.numel());
    return sum(10.0 * square(tail - square(head)) + square(1.0 - head)) / 10.0 +
           sum(square(b) / 2.0 + 1.5 * (1.0 - cos(3.0 * b))) + 0.1 * sum(sin(w)) * sum(sin(b));
}

class Replay {
public:
    Replay(const Tensors& tensors, const Json& entry)
        : tensors_(tensors), entry_(entry), w_(row("W", 0), "W"), b_(row("b", 0), "b")
    {
        optimizer_ = make_optimizer(entry.at("op"), {{"W", w_}, {"b", b_}}, entry.at("params"), entry.at("groups"));
    }

    std::string run()
    {
        const std::int64_t steps = entry_.at("steps");
        for (std::int64_t i = 0; i <= steps; ++i) {
            const Tensor loss = evaluate();
            for (const auto& [name, x] : {std::pair<const char*, Tensor>{"W", w_.value()},
                                          {"b", b_.value()},
                                          {"loss", loss},
                                          {"gW", w_.grad()},
                                          {"gb", b_.grad()}})
                if (std::string wrong = compare(name, row(name, i), x, i); !wrong.empty()) return wrong;
            if (i == steps) break;
            int evaluations = 0;
            optimizer_->step([&] { return ++evaluations, evaluate(); });
            if (!entry_.contains("closure_evaluations")) continue;
            if (const int expected = entry_.at("closure_evaluations").at(static_cast<std::size_t>(i));
                expected != evaluations)
                return fmt::format("step {}: {} evaluations, PyTorch {}", i, evaluations, expected);
        }
        return compare_averages();
    }

private:
    Tensor row(const std::string& name, std::int64_t i) const { return select(whole(name), 0, i); }
    const Tensor& whole(const std::string& name) const { return tensors_.at(entry_.at("tensors").at(name)); }

    Tensor evaluate()
    {
        w_.zero_grad();
        b_.zero_grad();
        Tape tape;
        const Tensor loss = function(w_, b_);
        tape.backward(loss);
        return loss;
    }

    std::string compare(const std::string& name, const Tensor& expected, const Tensor& got, std::int64_t i) const
    {
        return difference(fmt::format("{} after step {}", name, i), got.to_vector<double>(),
                          expected.to_vector<double>(), tolerance_of(entry_));
    }

    // ASGD's averages after the last step
    std::string compare_averages() const
    {
        for (const auto& [name, entry] : {std::pair{"axW", "state.0.ax"}, {"axb", "state.1.ax"}}) {
            if (!entry_.at("tensors").contains(name)) continue;
            for (const auto& [key, x] : optimizer_->state_dict())
                if (key == entry)
                    if (std::string wrong = compare(name, whole(name), x, entry_.at("steps")); !wrong.empty())
                        return wrong;
        }
        return {};
    }

    const Tensors& tensors_;
    const Json& entry_;
    Parameter w_, b_;
    std::unique_ptr<optim::Optimizer> optimizer_;
};

}  // namespace

void check_optimizers(Report& report, const std::string& directory)
{
    const Json index = read_json(directory + "/optimizers.json");
    std::map<std::string, Tensors> files;
    for (const Json& entry : index.at("cases"))
        report.check(entry.value("case", "an entry without a name"), [&]() -> std::string {
            const std::string file = entry.at("file");
            if (files.count(file) == 0)
                for (const auto& [name, x] : data::read_safetensors(directory + "/" + file).tensors)
                    files[file].emplace(name, x);
            return Replay(files[file], entry).run();
        });
}

}  // namespace xgrad::training
