#include "tests/training/make_optimizer.hpp"

#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/asgd.hpp>
#include <xgrad/optim/layerwise.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/muon.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/signs.hpp>

#include <map>
#include <stdexcept>

namespace xgrad::training {
namespace {

using Maker = std::unique_ptr<optim::Optimizer> (*)(const std::vector<std::vector<ParameterRef>>& groups);

template <class Optimizer>
std::unique_ptr<optim::Optimizer> make(const std::vector<std::vector<ParameterRef>>& groups)
{
    auto optimizer = std::make_unique<Optimizer>(groups.front());
    if constexpr (requires { optimizer->add_group(groups.front()); })
        for (std::size_t i = 1; i < groups.size(); ++i) optimizer->add_group(groups[i]);
    return optimizer;
}

const std::map<std::string, Maker> kMakers = {
    {"SGD", make<optim::SGD>},         {"Adagrad", make<optim::Adagrad>}, {"Adadelta", make<optim::Adadelta>},
    {"RMSprop", make<optim::RMSprop>}, {"Adam", make<optim::Adam>},       {"AdamW", make<optim::AdamW>},
    {"Adamax", make<optim::Adamax>},   {"NAdam", make<optim::NAdam>},     {"RAdam", make<optim::RAdam>},
    {"ASGD", make<optim::ASGD>},       {"Rprop", make<optim::Rprop>},     {"LBFGS", make<optim::LBFGS>},
    {"LAMB", make<optim::LAMB>},       {"LARS", make<optim::LARS>},       {"Lion", make<optim::Lion>},
    {"Muon", make<optim::Muon>},
};

// "betas": [0.9, 0.99] are the options betas.0 and betas.1; switches and choices are numbers.
std::vector<optim::NamedNumber> flat(const Json& options)
{
    std::vector<optim::NamedNumber> numbers;
    for (const auto& [name, value] : options.items()) {
        if (name == "params" || value.is_null()) continue;
        if (value.is_array())
            for (std::size_t i = 0; i < value.size(); ++i)
                numbers.emplace_back(name + "." + std::to_string(i), value[i]);
        else if (value.is_boolean())
            numbers.emplace_back(name, value.get<bool>() ? 1 : 0);
        else if (value.is_string() && value == "strong_wolfe")
            numbers.emplace_back(name, 1);
        else if (value.is_number())
            numbers.emplace_back(name, value);
        else
            throw std::invalid_argument("option " + name + " = " + value.dump() + " is unknown");
    }
    return numbers;
}

// Some options are allowed beside others only: those that are refused are tried again after the others.
void set_options(optim::Optimizer& optimizer, std::size_t group, std::vector<optim::NamedNumber> options)
{
    while (!options.empty()) {
        std::vector<optim::NamedNumber> refused;
        std::exception_ptr reason;
        for (const auto& [name, value] : options) {
            try {
                optimizer.set_option(name, value, group);
            } catch (const std::invalid_argument&) {
                refused.emplace_back(name, value);
                reason = std::current_exception();
            }
        }
        if (refused.size() == options.size()) std::rethrow_exception(reason);
        options = std::move(refused);
    }
}

}  // namespace

std::unique_ptr<optim::Optimizer> make_optimizer(const std::string& op, const std::vector<NamedParameter>& parameters,
                                                 const Json& options, const Json& groups)
{
    const auto maker = kMakers.find(op.rfind("optim.", 0) == 0 ? op.substr(6) : op);
    if (maker == kMakers.end()) throw std::invalid_argument("optimizer " + op + " is unknown");
    std::vector<std::vector<ParameterRef>> members(groups.is_null() ? 1 : groups.size());
    for (const NamedParameter& p : parameters)
        for (std::size_t g = 0; g < members.size(); ++g) {
            if (groups.is_null())
                members[g].push_back(p.parameter);
            else
                for (const Json& name : groups[g].at("params"))
                    if (name == p.name) members[g].push_back(p.parameter);
        }
    std::unique_ptr<optim::Optimizer> optimizer = maker->second(members);
    for (std::size_t g = 0; g < members.size(); ++g) {
        Json all = options;
        if (!groups.is_null()) all.update(groups[g]);
        // PyTorch 1.13 takes it from the constructor's arguments alone.
        if (options.contains("initial_accumulator_value"))
            all["initial_accumulator_value"] = options["initial_accumulator_value"];
        else
            all.erase("initial_accumulator_value");
        set_options(*optimizer, g, flat(all));
    }
    return optimizer;
}

}  // namespace xgrad::training
