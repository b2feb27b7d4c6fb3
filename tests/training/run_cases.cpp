// Training runs: training/index.json. Each run is repeated step by step.
#include <xgrad/data/safetensors.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/loss.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "tests/training/cases.hpp"
#include "tests/training/network.hpp"
#include "tests/training/samples.hpp"

namespace xgrad::training {
namespace {

/// Entries whose name begins with the prefix, without it.
NamedTensors under(const NamedTensors& tensors, const std::string& prefix)
{
    NamedTensors found;
    for (const auto& [name, x] : tensors)
        if (name.rfind(prefix, 0) == 0) found.emplace_back(name.substr(prefix.size()), x);
    return found;
}

Tensor entry(const NamedTensors& tensors, const std::string& wanted)
{
    for (const auto& [name, x] : tensors)
        if (name == wanted) return x;
    throw std::invalid_argument("the file has no " + wanted);
}

std::vector<double> numbers(const Tensor& x) { return x.to_vector<double>(); }

class Run {
public:
    Run(const Json& index, const std::string& name, const NamedTensors& tensors, const Samples& samples)
        : index_(index),
          run_(index.at("runs").at(name)),
          name_(name),
          tensors_(tensors),
          samples_(samples),
          network_(index.at("layers"))
    {
        if (index.at("loss") != "cross_entropy, mean")
            throw std::invalid_argument("loss " + index.at("loss").dump() + " is unknown");
        network_.load(under(tensors, "init."));
        parameters_ = network_.parameters();
        optimizer_ = make_optimizer(run_.at("optimizer"), parameters_, run_.at("params"));
    }

    std::string check()
    {
        const Tensor batches = entry(tensors_, "batches");
        for (std::int64_t i = 0; i < index_.at("steps").get<std::int64_t>(); ++i) {
            losses_.push_back(step(select(batches, 0, i)));
            if (i > 0) continue;
            if (std::string wrong = first_gradients(); !wrong.empty()) return wrong;
        }
        const Tolerance of_losses{run_.at("losses_rtol"), 0};
        std::string wrong = difference("losses", losses_, run_.at("losses").get<std::vector<double>>(), of_losses);
        if (wrong.empty())
            wrong =
                difference("grad_norms", norms_, numbers(entry(tensors_, name_ + ".grad_norms")), final_tolerance());
        if (wrong.empty()) wrong = final_state();
        return wrong.empty() ? evaluation() : wrong;
    }

private:
    Tolerance final_tolerance() const { return {run_.at("final_rtol"), run_.at("final_atol")}; }

    double step(const Tensor& batch)
    {
        network_.train(true);
        optimizer_->zero_grad();
        double value = 0;
        {
            Tape tape;
            const Tensor loss = cross_entropy(network_(index_select(samples_.inputs, 0, batch)),
                                              index_select(samples_.labels, 0, batch));
            tape.backward(loss);
            value = loss.item();
        }
        double squares = 0;
        for (const NamedParameter& p : parameters_) squares += sum(square(p.parameter.grad())).item();
        norms_.push_back(std::sqrt(squares));
        gradients_.clear();
        for (const NamedParameter& p : parameters_) gradients_[p.name] = clone(p.parameter.grad());
        optimizer_->step();
        return value;
    }

    std::string first_gradients() const
    {
        for (const auto& [name, expected] : under(tensors_, "grad_step0."))
            if (std::string wrong = difference("grad_step0." + name, numbers(gradients_.at(name)), numbers(expected),
                                               final_tolerance());
                !wrong.empty())
                return wrong;
        return {};
    }

    std::string final_state() const
    {
        const NamedTensors state = network_.state();
        const NamedTensors wanted = under(tensors_, name_ + ".final.");
        if (state.size() != wanted.size())
            return fmt::format("the state has {} entries, PyTorch {}", state.size(), wanted.size());
        for (const auto& [name, expected] : wanted)
            if (std::string wrong =
                    difference("final." + name, numbers(entry(state, name)), numbers(expected), final_tolerance());
                !wrong.empty())
                return wrong;
        return {};
    }

    std::string evaluation()
    {
        network_.train(false);
        const Tensor scores = network_(samples_.inputs), expected = entry(tensors_, name_ + ".logits");
        const Tolerance of_logits{0, run_.at("logits_atol")};
        std::string wrong =
            difference("logits", numbers(narrow(scores, 0, 0, expected.size(0))), numbers(expected), of_logits);
        if (!wrong.empty()) return wrong;
        wrong = difference("eval_loss", {cross_entropy(scores, samples_.labels).item()},
                           {run_.at("eval_loss").get<double>()}, Tolerance{run_.at("losses_rtol"), 0});
        if (!wrong.empty()) return wrong;
        const double right = mean(to(eq(argmax(scores, 1), samples_.labels), f64)).item();
        return difference("eval_accuracy", {right}, {run_.at("eval_accuracy").get<double>()}, Tolerance{0, 1e-12});
    }

    const Json& index_;
    const Json& run_;
    std::string name_;
    const NamedTensors& tensors_;
    const Samples& samples_;
    Network network_;
    std::vector<NamedParameter> parameters_;
    std::unique_ptr<optim::Optimizer> optimizer_;
    std::vector<double> losses_, norms_;
    std::map<std::string, Tensor> gradients_;
};

/// Two levels above the directory: data files are named from there, "shared/data/digits.csv.gz".
std::string data_root(const std::string& directory) { return directory + "/../.."; }

}  // namespace

void check_training(Report& report, const std::string& directory)
{
    const Json index = read_json(directory + "/training/index.json");
    for (const Json& entry : index.at("cases")) {
        const std::string name = entry.value("case", "a case without a name");
        for (const auto& run : entry.at("runs").items())
            report.check(name + " with " + run.key(), [&] {
                const NamedTensors tensors =
                    data::read_safetensors(directory + "/training/" + entry.at("file").get<std::string>()).tensors;
                const Samples samples = read_samples(entry.at("data"), data_root(directory));
                return Run(entry, run.key(), tensors, samples).check();
            });
    }
}

}  // namespace xgrad::training
