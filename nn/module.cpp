#include <xgrad/nn/module.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>

namespace xgrad::nn {
namespace detail {

std::string_view next_name(std::string_view& names)
{
    const std::size_t comma = names.find(',');
    std::string_view name = names.substr(0, comma);
    names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    return name;
}

}  // namespace detail

namespace {

using xgrad::detail::error_text;

/// Calls what is given for each kind of member.
template <class OnParameter, class OnBuffer, class OnMode>
struct Visitor final : detail::MemberVisitor {
    Visitor(OnParameter p, OnBuffer b, OnMode m) : on_parameter(p), on_buffer(b), on_mode(m) {}
    void parameter(const std::string& name, Parameter& parameter) override { on_parameter(name, parameter); }
    void buffer(const std::string& name, Tensor& buffer) override { on_buffer(name, buffer); }
    void mode(const std::string&, bool& training) override { on_mode(training); }
    OnParameter on_parameter;
    OnBuffer on_buffer;
    OnMode on_mode;
};

constexpr auto kIgnore = [](auto&&...) {};

template <class OnParameter, class OnBuffer>
void walk(const ConstModuleRef& module, OnParameter on_parameter, OnBuffer on_buffer)
{
    Visitor visitor(on_parameter, on_buffer, kIgnore);
    module.walk(visitor);
}

/// A member that a state dict fills: exactly one of the two is set.
struct Slot {
    std::string name;
    ParameterRef parameter;
    Tensor* buffer = nullptr;
    const Tensor* value = nullptr;

    const Tensor& current() const { return buffer ? *buffer : parameter.value(); }
};

std::vector<Slot> slots_of(const ConstModuleRef& module)
{
    std::vector<Slot> slots;
    walk(
        module,
        [&](const std::string& name, Parameter& p) {
            slots.push_back({name, p, nullptr, nullptr});
        },
        [&](const std::string& name, Tensor& x) {
            slots.push_back({name, {}, &x, nullptr});
        });
    return slots;
}

/// Assigns each value its slot; returns what does not fit, a line each.
std::vector<std::string> match(std::vector<Slot>& slots, const NamedTensors& state)
{
    std::vector<std::string> differences;
    for (const auto& [name, value] : state) {
        const auto place = std::find_if(slots.begin(), slots.end(),
                                        [&wanted = name](const Slot& slot) { return slot.name == wanted; });
        if (place == slots.end())
            differences.push_back("unexpected: " + name + " " + describe(value));
        else if (place->value)
            differences.push_back("given twice: " + name);
        else if (place->value = &value;
                 value.dtype() != place->current().dtype() || !(value.sizes() == place->current().sizes()))
            differences.push_back(name + ": the module has " + describe(place->current()) + ", the state " +
                                  describe(value));
    }
    for (const Slot& slot : slots)
        if (!slot.value) differences.push_back("missing: " + slot.name + " " + describe(slot.current()));
    return differences;
}

}  // namespace

void ConstModuleRef::walk(detail::MemberVisitor& visitor) const
{
    std::string path;
    walk_(module_, path, visitor);
}

std::vector<std::pair<std::string, ParameterRef>> named_parameters(ConstModuleRef module)
{
    std::vector<std::pair<std::string, ParameterRef>> list;
    walk(
        module,
        [&](const std::string& name, Parameter& p) {
            p.cell().listed = true;
            const auto is_same = [&](const auto& entry) { return same(entry.second, p); };
            if (std::none_of(list.begin(), list.end(), is_same)) list.emplace_back(name, p);
        },
        kIgnore);
    return list;
}

std::vector<ParameterRef> parameters(ConstModuleRef module)
{
    std::vector<ParameterRef> list;
    for (auto& [name, parameter] : named_parameters(module)) list.push_back(std::move(parameter));
    return list;
}

NamedTensors named_buffers(ConstModuleRef module)
{
    NamedTensors list;
    walk(module, kIgnore, [&](const std::string& name, Tensor& x) { list.emplace_back(name, x); });
    return list;
}

NamedTensors state_dict(ConstModuleRef module)
{
    NamedTensors state;
    const auto copy = [&](const std::string& name, const Tensor& x) {
        state.emplace_back(name, xgrad::detail::contiguous_copy(x));
    };
    walk(
        module, [&](const std::string& name, Parameter& p) { copy(name, p.value()); }, copy);
    return state;
}

Callable<void()> read_state_dict(ModuleRef module, const NamedTensors& state, std::vector<std::string>& differences)
{
    std::vector<Slot> slots = slots_of(module);
    const std::vector<std::string> found = match(slots, state);
    differences.insert(differences.end(), found.begin(), found.end());
    if (!found.empty()) return nullptr;
    std::vector<Tensor> copies;  // all memory is had before the first write
    for (const Slot& slot : slots) {
        const bool as_it_is = !slot.buffer && slot.value->is_contiguous();
        copies.push_back(as_it_is ? *slot.value : xgrad::detail::contiguous_copy(*slot.value));
    }
    return [slots = std::move(slots), copies = std::move(copies)]() mutable {
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i].buffer)
                *slots[i].buffer = std::move(copies[i]);
            else
                slots[i].parameter.set_value(copies[i]);
        }
    };
}

void load_state_dict(ModuleRef module, const NamedTensors& state)
{
    std::vector<std::string> differences;
    const Callable<void()> take = read_state_dict(module, state, differences);
    if (!differences.empty()) {
        std::string what =
            std::to_string(differences.size()) + (differences.size() == 1 ? " difference" : " differences");
        for (const std::string& line : differences) what += "\n    " + line;
        throw std::invalid_argument(error_text(
            "load_state_dict", what, "the state has the module's names, shapes and dtypes, no more and no less",
            "load it into a model built with the same options, or rename its entries"));
    }
    take();
}

void to(ModuleRef module, Dtype dtype)
{
    if (!is_floating(dtype))
        throw DtypeError(error_text("nn::to", std::string("a module of ") + name_of(dtype),
                                    "parameters are f32 or f64, since gradients flow into them",
                                    "convert single integer tensors with to(x, dtype)"));
    const NoGrad no_grad;
    walk(
        module,
        [&](const std::string&, Parameter& p) {
            if (p.dtype() == dtype) return;
            if (p.grad().defined()) p.set_grad(xgrad::to(p.grad(), dtype));
            p.set_value(xgrad::to(p.value(), dtype));
        },
        [&](const std::string&, Tensor& x) {
            if (is_floating(x.dtype())) x = xgrad::to(x, dtype);
        });
}

void train(ModuleRef module, bool training)
{
    Visitor visitor(kIgnore, kIgnore, [&](bool& mode) { mode = training; });
    module.walk(visitor);
}

void eval(ModuleRef module) { train(module, false); }

void zero_grad(ConstModuleRef module)
{
    walk(
        module, [](const std::string&, Parameter& p) { p.zero_grad(); }, kIgnore);
}

std::int64_t parameter_count(ConstModuleRef module)
{
    std::int64_t count = 0;
    for (const auto& [name, parameter] : named_parameters(module)) count += parameter.numel();
    return count;
}

}  // namespace xgrad::nn
