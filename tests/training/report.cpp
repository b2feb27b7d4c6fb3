#include "tests/training/report.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <fstream>

namespace xgrad::training {

void Report::check(const std::string& name, const std::function<std::string()>& run)
{
    std::string wrong;
    try {
        wrong = run();
    } catch (const std::exception& error) {
        wrong = error.what();
    }
    ++(wrong.empty() ? passed_ : failed_);
    if (!wrong.empty()) fmt::print("FAILED  {}: {}\n", name, wrong);
}

void Report::skip(const std::string& what)
{
    ++skipped_;
    fmt::print("skipped {}\n", what);
}

void Report::close() const { fmt::print("{} passed, {} failed, {} skipped\n", passed_, failed_, skipped_); }

Tolerance tolerance_of(const Json& entry) { return {entry.at("rtol"), entry.at("atol")}; }

std::string difference(const std::string& what, const std::vector<double>& got, const std::vector<double>& expected,
                       Tolerance tolerance)
{
    if (got.size() != expected.size())
        return fmt::format("{}: {} numbers, PyTorch has {}", what, got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double g = got[i], e = expected[i];
        if (g == e || (std::isnan(g) && std::isnan(e))) continue;
        if (!(std::abs(g - e) <= tolerance.absolute + tolerance.relative * std::abs(e)))
            return fmt::format("{}, number {}: {}, PyTorch {}", what, i, g, e);
    }
    return {};
}

Json read_json(const std::string& path)
{
    std::ifstream file(path);
    if (!file) throw DataError(path + " cannot be read");
    try {
        return Json::parse(file);
    } catch (const Json::exception& error) {
        throw DataError(path + ": " + error.what());
    }
}

}  // namespace xgrad::training
