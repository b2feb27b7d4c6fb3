#pragma once

// The count of cases that agree with PyTorch, and a line for each that does not.

#include <xgrad/tensor.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace xgrad::training {

using Json = nlohmann::json;

class Report {
public:
    /// Runs one case: `run` returns what is wrong, an empty text for nothing. What it throws is wrong, too.
    void check(const std::string& name, const std::function<std::string()>& run);
    void skip(const std::string& what);

    /// Prints "N passed, M failed, K skipped".
    void close() const;
    bool is_good() const { return failed_ == 0 && passed_ > 0; }

private:
    int passed_ = 0, failed_ = 0, skipped_ = 0;
};

struct Tolerance {
    double relative, absolute;
};
Tolerance tolerance_of(const Json& entry);

/// Empty when the numbers are as many and as near; else what is wrong, with `what` in front.
std::string difference(const std::string& what, const std::vector<double>& got, const std::vector<double>& expected,
                       Tolerance tolerance);

/// A file of the directory. Throws DataError where it cannot be read.
Json read_json(const std::string& path);

}  // namespace xgrad::training
