#include "optim/state_reader.hpp"

#include <xgrad/error.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace xgrad::optim::detail {

StateReader::StateReader(std::string function, const NamedTensors& state) : function_(std::move(function))
{
    for (const auto& [name, x] : state)
        if (!tensors_.emplace(name, x).second) differences_.push_back("'" + name + "' stands there twice");
}

const Tensor* StateReader::take(const std::string& name)
{
    taken_.insert(name);
    const auto found = tensors_.find(name);
    if (found != tensors_.end() && found->second.defined()) return &found->second;
    differences_.push_back("'" + name + "' is missing");
    return nullptr;
}

double StateReader::number(const std::string& name)
{
    const Tensor* x = take(name);
    if (!x) return 0;
    if (x->numel() == 1 && x->dtype() == f64) return x->item();
    differences_.push_back(fmt::format("'{}' is {}, expected f64 ()", name, describe(*x)));
    return 0;
}

void StateReader::integers(const std::string& name, Sizes expected)
{
    const Tensor* x = take(name);
    if (!x) return;
    if (x->dtype() != i64) {
        differences_.push_back(fmt::format("'{}' is {}, expected i64", name, describe(*x)));
        return;
    }
    const std::vector<std::int64_t> values = x->to_vector<std::int64_t>();
    if (!(Sizes(values) == expected))
        differences_.push_back(
            fmt::format("'{}' is {}, expected {}", name, to_string(Sizes(values)), to_string(expected)));
}

Tensor StateReader::copy_if_there(const std::string& name, const Tensor& like)
{
    if (!has(name)) return {};
    const Tensor* x = take(name);
    if (!x) return {};
    if (x->sizes() == like.sizes() && x->dtype() == like.dtype()) return xgrad::detail::contiguous_copy(*x);
    differences_.push_back(fmt::format("'{}' is {}, expected {}", name, describe(*x), describe(like)));
    return {};
}

Tensor StateReader::copy(const std::string& name, Dtype dtype)
{
    const Tensor* x = take(name);
    if (!x) return {};
    if (x->dtype() == dtype) return xgrad::detail::contiguous_copy(*x);
    differences_.push_back(fmt::format("'{}' is {}, another dtype is expected", name, describe(*x)));
    return {};
}

void StateReader::finish() const
{
    std::vector<std::string> all = differences_;
    for (const auto& [name, x] : tensors_)
        if (taken_.count(name) == 0) all.push_back("'" + name + "' is not expected");
    if (all.empty()) return;
    std::string text = fmt::format("the state differs in {} {}", all.size(), all.size() == 1 ? "place" : "places");
    for (const std::string& difference : all) text += "\n        " + difference;
    throw std::invalid_argument(xgrad::detail::error_text(
        function_.c_str(), text, "a state is taken over as a whole, by what it was saved from, or not at all",
        "build model, optimizer and schedule as they were when the state was saved"));
}

}  // namespace xgrad::optim::detail
