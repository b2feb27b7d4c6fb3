#pragma once

// Options by name. Each that is asked for is ticked off: one that is left is an error, not a silent difference.

#include <xgrad/optim/scheduler.hpp>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/training/report.hpp"

namespace xgrad::training {

class Options {
public:
    /// `asked`: names that are no options.
    explicit Options(const Json& json, std::set<std::string> asked = {}) : json_(json), asked_(std::move(asked)) {}
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    bool has(const char* name) const { return json_.contains(name) && !json_.at(name).is_null(); }

    const Json& json(const char* name)
    {
        asked_.insert(name);
        return json_.at(name);
    }

    template <class T>
    T value(const char* name)
    {
        return json(name).get<T>();
    }
    template <class T>
    T value(const char* name, T otherwise)
    {
        return has(name) ? value<T>(name) : otherwise;
    }

    /// Leaves the variable as it is where there is no such option.
    template <class T>
    void get(const char* name, T& variable)
    {
        asked_.insert(name);
        if (!has(name)) return;
        const Json& given = json(name);
        if constexpr (std::is_same_v<T, optim::PerGroup>)
            variable = given.is_array() ? optim::PerGroup(given.get<std::vector<double>>())
                                        : optim::PerGroup(given.get<double>());
        else
            variable = given.get<T>();
    }
    template <class E>
    void choose(const char* name, E& variable, const std::map<std::string, E>& choices)
    {
        asked_.insert(name);
        if (!json_.contains(name)) return;
        const auto found = choices.find(json_.at(name));
        if (found == choices.end()) throw std::invalid_argument(json_.at(name).dump() + " is unknown");
        variable = found->second;
    }

    /// Throws std::invalid_argument when an option was not asked for.
    void finish() const
    {
        for (const auto& [name, value] : json_.items())
            if (asked_.count(name) == 0) throw std::invalid_argument("option " + name + " is unknown");
    }

private:
    const Json& json_;
    std::set<std::string> asked_;
};

}  // namespace xgrad::training
