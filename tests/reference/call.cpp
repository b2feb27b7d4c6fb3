#include "tests/reference/call.hpp"

#include "tests/reference/binding.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace xgrad::reference {

using Json = nlohmann::json;

namespace {

[[noreturn]] void wrong_kind(const std::string& name, const Json& value, const char* wanted)
{
    throw CallError("the parameter " + name + " = " + value.dump() + " is not " + wanted);
}

std::int64_t to_integer(const std::string& name, const Json& value)
{
    if (!value.is_number_integer()) wrong_kind(name, value, "an integer");
    return value.get<std::int64_t>();
}

}  // namespace

Call::Call(NamedTensors inputs, const Json& params) : inputs_(std::move(inputs)), params_(params) {}

const Json* Call::param(const std::string& name) const
{
    const auto place = params_.find(name);
    if (place == params_.end()) return nullptr;
    read_.insert(name);
    return place->is_null() ? nullptr : &*place;
}

const Json& Call::required(const std::string& name) const
{
    const Json* value = param(name);
    if (!value) throw CallError("the binding reads the parameter " + name + ", which the case does not have");
    return *value;
}

const Tensor* Call::find(const std::string& name) const
{
    for (const auto& [key, x] : inputs_)
        if (key == name) return &x;
    return nullptr;
}

bool Call::has_tensor(const std::string& name) const { return find(name) || find(name + "[0]"); }

bool Call::has(const std::string& name) const
{
    const auto place = params_.find(name);
    return has_tensor(name) || (place != params_.end() && !place->is_null());
}

const Tensor& Call::tensor(const std::string& name) const
{
    const Tensor* x = find(name);
    if (!x) throw CallError("the binding reads the tensor " + name + ", which the case does not have");
    read_.insert(name);
    return *x;
}

Tensor Call::tensor_if_any(const std::string& name) const
{
    if (find(name)) return tensor(name);
    if (param(name)) throw CallError("the parameter " + name + " is a number, where the binding reads a tensor");
    return {};
}

std::vector<Tensor> Call::tensors(const std::string& name) const
{
    std::vector<Tensor> list;
    for (std::string key = name + "[0]"; find(key); key = name + "[" + std::to_string(list.size()) + "]")
        list.push_back(tensor(key));
    if (list.empty()) throw CallError("the binding reads the list " + name + ", which the case does not have");
    return list;
}

NamedTensors Call::other_tensors() const
{
    NamedTensors rest;
    for (const auto& [key, x] : inputs_)
        if (read_.insert(key).second) rest.emplace_back(key, x);
    return rest;
}

std::int64_t Call::integer(const std::string& name) const { return to_integer(name, required(name)); }

std::int64_t Call::integer(const std::string& name, std::int64_t otherwise) const
{
    const Json* value = param(name);
    return value ? to_integer(name, *value) : otherwise;
}

double Call::number(const std::string& name) const
{
    const Json& value = required(name);
    if (value == "inf") return std::numeric_limits<double>::infinity();
    if (value == "-inf") return -std::numeric_limits<double>::infinity();
    if (value == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
    if (!value.is_number()) wrong_kind(name, value, "a number");
    return value.get<double>();
}

double Call::number(const std::string& name, double otherwise) const { return param(name) ? number(name) : otherwise; }

bool Call::flag(const std::string& name, bool otherwise) const
{
    const Json* value = param(name);
    if (value && !value->is_boolean()) wrong_kind(name, *value, "true or false");
    return value ? value->get<bool>() : otherwise;
}

std::string Call::text(const std::string& name) const
{
    const Json& value = required(name);
    if (!value.is_string()) wrong_kind(name, value, "a text");
    return value.get<std::string>();
}

std::string Call::text(const std::string& name, const std::string& otherwise) const
{
    return param(name) ? text(name) : otherwise;
}

bool Call::is_text(const std::string& name) const
{
    const auto place = params_.find(name);
    return place != params_.end() && place->is_string();
}

Integers Call::integers(const std::string& name) const
{
    const Json& value = required(name);
    if (!value.is_array()) return {to_integer(name, value)};
    Integers list;
    for (const Json& item : value) list.push_back(to_integer(name, item));
    return list;
}

Integers Call::integers(const std::string& name, Integers otherwise) const
{
    return param(name) ? integers(name) : std::move(otherwise);
}

Integers Call::axes(const std::string& name, const Tensor& x) const
{
    Integers list = integers(name, {});
    if (list.empty())
        for (std::size_t i = 0; i < x.ndim(); ++i) list.push_back(static_cast<std::int64_t>(i));
    return list;
}

Dtype Call::dtype(const std::string& name) const
{
    const std::string value = text(name);
    if (value == "float32") return f32;
    if (value == "float64") return f64;
    if (value == "int64") return i64;
    if (value == "bool") return boolean;
    throw CallError("the parameter " + name + " = " + value + " is no dtype that is known here");
}

const Json& Call::json(const std::string& name) const { return required(name); }

void Call::expect(const std::string& name, bool value) const
{
    if (flag(name, value) != value) wrong_kind(name, required(name), value ? "true" : "false");
}

std::vector<std::string> Call::unread() const
{
    std::vector<std::string> names;
    for (const auto& [key, x] : inputs_)
        if (!read_.count(key)) names.push_back(key);
    for (const auto& [key, value] : params_.items())
        if (!value.is_null() && !read_.count(key)) names.push_back(key);
    return names;
}

}  // namespace xgrad::reference
