#include <xgrad/train/batch_norm.hpp>

namespace xgrad::train::detail {

struct StatisticsAnew::Finder final : nn::detail::MemberVisitor {
    explicit Finder(StatisticsAnew& found) : to(found) {}
    void parameter(const std::string&, Parameter&) override {}
    void buffer(const std::string&, Tensor&) override {}
    void mode(const std::string&, bool& training) override { to.modes_.push_back({training, training}); }
    void statistics(const nn::detail::RunningStatistics& s) override
    {
        to.norms_.push_back({s, s.mean, s.var, s.batches, s.momentum});
    }
    StatisticsAnew& to;
};

StatisticsAnew::StatisticsAnew(nn::ModuleRef model)
{
    Finder finder(*this);
    model.walk(finder);
    std::vector<Tensor> fresh;  // all memory is had before the first write
    for (const Norm& norm : norms_) {
        fresh.push_back(zeros_like(norm.mean));
        fresh.push_back(ones_like(norm.var));
        fresh.push_back(zeros_like(norm.batches));
    }
    auto next = fresh.begin();
    for (const Norm& norm : norms_) {
        norm.now.mean = *next++;
        norm.now.var = *next++;
        norm.now.batches = *next++;
        norm.now.momentum = std::nullopt;
    }
    for (const Mode& mode : modes_) mode.now = true;
}

StatisticsAnew::~StatisticsAnew()
{
    for (const Norm& norm : norms_) {
        norm.now.momentum = norm.momentum;
        if (kept_) continue;
        norm.now.mean = norm.mean;
        norm.now.var = norm.var;
        norm.now.batches = norm.batches;
    }
    for (const Mode& mode : modes_) mode.now = mode.before;
}

}  // namespace xgrad::train::detail
