#include "autograd/state_reader.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace xgrad::detail {

namespace {

std::string out_of_range(const std::string& name, const std::string& value, std::int64_t lowest, std::int64_t highest)
{
    return fmt::format(
        "'{}' is {}, expected a whole number {}", name, value,
        highest == INT64_MAX ? fmt::format("from {} on", lowest) : fmt::format("from {} to {}", lowest, highest));
}

}  // namespace

StateReader::StateReader(const NamedTensors& state)
{
    for (const auto& [name, x] : state)
        if (!tensors_.emplace(name, x).second) differs("'" + name + "' stands there twice");
}

const Tensor* StateReader::take(const std::string& name)
{
    taken_.insert(name);
    const auto found = tensors_.find(name);
    if (found != tensors_.end() && found->second.defined()) return &found->second;
    differs("'" + name + "' is missing");
    return nullptr;
}

const Tensor* StateReader::take(const std::string& name, Dtype dtype, std::size_t axes)
{
    const Tensor* x = take(name);
    if (!x || (x->dtype() == dtype && x->ndim() == axes)) return x;
    differs(fmt::format("'{}' is {}, expected {} {}", name, describe(*x), name_of(dtype), axes == 0 ? "()" : "(n,)"));
    return nullptr;
}

double StateReader::number(const std::string& name)
{
    const Tensor* x = take(name, f64, 0);
    return x ? x->item() : 0;
}

std::vector<double> StateReader::numbers(const std::string& name)
{
    const Tensor* x = take(name, f64, 1);
    return x ? x->to_vector<double>() : std::vector<double>();
}

std::int64_t StateReader::whole(const std::string& name, std::int64_t lowest, std::int64_t highest)
{
    const Tensor* x = take(name, i64, 0);
    if (!x) return lowest;
    const std::int64_t value = *x->data<std::int64_t>();
    if (value >= lowest && value <= highest) return value;
    differs(out_of_range(name, fmt::format("{}", value), lowest, highest));
    return lowest;
}

std::int64_t StateReader::count(const std::string& name, std::int64_t lowest, std::int64_t highest)
{
    const Tensor* x = take(name, f64, 0);
    if (!x) return lowest;
    constexpr double kExact = 0x1p53;  // from there on not every whole number is an f64
    const double value = x->item();
    const bool whole = std::abs(value) < kExact && std::trunc(value) == value;
    if (whole && value >= static_cast<double>(lowest) && value <= static_cast<double>(highest))
        return static_cast<std::int64_t>(value);
    differs(out_of_range(name, fmt::format("{}", value), lowest, highest));
    return lowest;
}

void StateReader::integer(const std::string& name, std::int64_t expected)
{
    const std::size_t before = differences_.size();
    const std::int64_t value = whole(name, INT64_MIN);
    if (differences_.size() == before && value != expected)
        differs(fmt::format("'{}' is {}, expected {}", name, value, expected));
}

void StateReader::integers(const std::string& name, Sizes expected)
{
    const Tensor* x = take(name, i64, 1);
    if (!x) return;
    const std::vector<std::int64_t> values = x->to_vector<std::int64_t>();
    if (!(Sizes(values) == expected))
        differs(fmt::format("'{}' is {}, expected {}", name, to_string(Sizes(values)), to_string(expected)));
}

Tensor StateReader::copy(const std::string& name, const Tensor& like)
{
    const Tensor* x = take(name);
    if (!x) return {};
    if (x->sizes() == like.sizes() && x->dtype() == like.dtype()) return contiguous_copy(*x);
    differs(fmt::format("'{}' is {}, expected {}", name, describe(*x), describe(like)));
    return {};
}

Tensor StateReader::copy_if_there(const std::string& name, const Tensor& like)
{
    return has(name) ? copy(name, like) : Tensor();
}

bool StateReader::is(const std::string& name, const Tensor& like)
{
    const auto found = tensors_.find(name);
    if (found == tensors_.end() || !found->second.defined()) return false;
    const Tensor& x = found->second;
    if (x.dtype() != like.dtype() || !(x.sizes() == like.sizes())) return false;
    taken_.insert(name);
    return true;
}

void StateReader::finish(std::vector<std::string>& differences) const
{
    differences.insert(differences.end(), differences_.begin(), differences_.end());
    for (const auto& [name, x] : tensors_)
        if (taken_.count(name) == 0) differences.push_back("'" + name + "' is not expected");
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void throw_differences(const std::string& function, const std::vector<std::string>& differences)
{
    if (differences.empty()) return;
    std::string text =
        fmt::format("the state differs in {} {}", differences.size(), differences.size() == 1 ? "place" : "places");
    for (const std::string& difference : differences) text += "\n        " + difference;
    throw std::invalid_argument(
        error_text(function.c_str(), text, "a state is taken over as a whole, by what it was saved from, or not at all",
                   "build model, optimizer and schedule as they were when the state was saved"));
}

}  // namespace xgrad::detail
