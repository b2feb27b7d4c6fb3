// Learning rates, and momenta where a schedule changes them: schedulers.json.
#include <xgrad/optim/plateau.hpp>

#include "tests/training/cases.hpp"
#include "tests/training/make_optimizer.hpp"
#include "tests/training/make_scheduler.hpp"

namespace xgrad::training {
namespace {

// Values of all groups, one step after the other; an entry has a number a step, or a list with one for each group.
std::vector<double> flat(const Json& values)
{
    std::vector<double> numbers;
    for (const Json& value : values)
        for (const Json& number : value.is_array() ? value : Json::array({value})) numbers.push_back(number);
    return numbers;
}

class Recorder {
public:
    Recorder(const optim::Optimizer& optimizer, bool all_groups)
        : optimizer_(optimizer),
          groups_(all_groups ? optimizer.group_count() : 1),
          momentum_(optimizer.has_option("momentum") ? "momentum" : "betas.0")
    {
    }

    void note()
    {
        for (std::size_t group = 0; group < groups_; ++group) {
            rates.push_back(optimizer_.lr(group));
            if (optimizer_.has_option(momentum_)) momenta.push_back(optimizer_.option(momentum_, group));
        }
    }

    std::vector<double> rates, momenta;

private:
    const optim::Optimizer& optimizer_;
    std::size_t groups_;
    const char* momentum_;
};

std::string replay(const Json& entry)
{
    const Parameter w(zeros({2}, f64), "W"), b(zeros({1}, f64), "b");
    Json options = entry.at("optimizer");
    const std::string name = options.at("name");
    const Json groups = options.value("groups", Json());
    options.erase("name");
    options.erase("groups");
    const auto optimizer = make_optimizer(name, {{"W", w}, {"b", b}}, options, groups);
    const auto scheduler = make_scheduler(entry.at("op"), *optimizer, entry.at("params"));
    auto* const plateau = dynamic_cast<optim::ReduceLROnPlateau*>(scheduler.get());
    Recorder recorder(*optimizer, entry.at("lr").at(0).is_array());
    recorder.note();
    for (std::size_t i = 0; i < entry.at("steps").get<std::size_t>(); ++i) {
        if (plateau)
            plateau->step(entry.at("metrics").at(i).get<double>());
        else
            scheduler->step();
        recorder.note();
    }
    const Tolerance tolerance = tolerance_of(entry);
    std::string wrong = difference("lr", recorder.rates, flat(entry.at("lr")), tolerance);
    if (wrong.empty() && entry.contains("momentum"))
        wrong = difference("momentum", recorder.momenta, flat(entry.at("momentum")), tolerance);
    return wrong;
}

}  // namespace

void check_schedulers(Report& report, const std::string& directory)
{
    const Json index = read_json(directory + "/schedulers.json");
    for (const Json& entry : index.at("cases"))
        report.check(entry.value("case", "an entry without a name"), [&] { return replay(entry); });
}

}  // namespace xgrad::training
