// What makes an optimizer out of its options, and OptimizerOf for it. Private to optim: each optimizer's source
// specialises Method and ends with the instantiation.
//
//   template <>
//   struct Method<LionOptions> {
//       static constexpr const char* kName = "Lion";                    // PyTorch's where it has one
//       static constexpr Decay kDecay = Decay::decoupled;
//       static constexpr std::array kStates = {"exp_avg"};              // names in the state dict
//       static void visit(auto&& f, auto& o);                           // f("lr", o.lr) ...; then visit_common(f, o)
//       static void check(const Check& c, const LionOptions& o);
//       static void update(const Update& u, const LionOptions& o);      // one parameter, one step
//       static void describe(Description& d, const LionOptions& o);
//   };
//   template class OptimizerOf<LionOptions>;
//
// Where needed also: kNumbers, names of numbers kept for each parameter; needs(o, k), whether state k is used;
// initial(o, k), what it is filled with; check_parameter(p), what kinds it takes; move_ahead(u, o) and looks_ahead(o),
// see SGD.
#pragma once

#include <xgrad/error.hpp>
#include <xgrad/optim/optimizer_of.hpp>

#include <array>
#include <cmath>
#include <string>
#include <type_traits>

#include "autograd/kernels/optimizer.hpp"
#include "optim/description.hpp"

namespace xgrad::optim {

template <class Options>
struct Method;

/// Where weight_decay goes: into the gradient (where Penalty::decoupled does not say otherwise), off the parameter, or
/// where the method itself puts it.
enum class Decay : std::uint8_t { coupled, decoupled, own };

/// check(good, "lr", value, "it is at least 0"): throws std::invalid_argument in the name of the optimizer or schedule.
class Check {
public:
    explicit Check(const char* name) : name_(name) {}
    void operator()(bool good, const char* option, double value, const char* rule) const
    {
        if (!good) fail(option, value, rule);
    }

private:
    [[noreturn]] void fail(const char* option, double value, const char* rule) const;
    const char* name_;
};

inline constexpr std::array<const char*, 0> kNone = {};

template <class F, class Options>
void visit_common(F& f, Options& o)
{
    f("weight_decay", o.weight_decay);
    f("maximize", o.maximize);
    f("l1", o.penalty.l1);
    f("decoupled", o.penalty.decoupled);
    f("decay_biases", o.penalty.biases);
    f("max_norm", o.penalty.max_norm);
}

/// What most methods ask of lr, eps and weight_decay.
inline void check_at_least_0(const Check& check, const char* option, double value)
{
    check(value >= 0, option, value, "it is at least 0");
}
inline void check_betas(const Check& check, const std::array<double, 2>& betas)
{
    for (const double beta : betas) check(beta >= 0 && beta < 1, "a beta", beta, "it lies in [0, 1)");
}

/// One parameter in a step.
struct Update {
    const ParameterRef& parameter;
    detail::Slot& slot;
    kernels::GradientTerms terms;

    double step() const { return static_cast<double>(slot.step); }
    void* state(std::size_t k) const
    {
        const Tensor& state = slot.state[k];
        return state.defined() ? xgrad::detail::mutable_data<>(state) : nullptr;
    }

    /// The rule on the parameter, its gradient and the state tensors in their order.
    template <class Rule>
    void apply(const Rule& rule) const
    {
        void* states[Rule::kStates];
        for (std::size_t k = 0; k < Rule::kStates; ++k) states[k] = state(k);
        kernels::update(parameter.dtype(), parameter.numel(), terms, rule, xgrad::detail::begin_write(parameter.cell()),
                        parameter.grad().raw(), states);
    }
};

namespace detail {

bool is_bias(const ParameterRef& p);

/// Calls f(name, number) for an option that is a number, a switch, a choice or several numbers.
template <class F, class T>
void visit_numbers(F& f, const char* name, T& value)
{
    if constexpr (requires { value.size(); }) {
        for (std::size_t i = 0; i < value.size(); ++i) f(std::string(name) + "." + std::to_string(i), value[i]);
    } else {
        f(std::string(name), value);
    }
}

template <class T>
double to_number(const T& value)
{
    if constexpr (std::is_enum_v<T>)
        return static_cast<double>(static_cast<int>(value));
    else
        return static_cast<double>(value);
}
template <class T>
T from_number(double number)
{
    if constexpr (std::is_enum_v<T>)
        return static_cast<T>(static_cast<int>(number));
    else if constexpr (std::is_same_v<T, bool>)
        return number != 0;
    else
        return static_cast<T>(number);
}

/// Whether the text is `name`, or `name.i`, of which `index` is set.
bool names_option(const std::string& text, const char* name, std::size_t& index);

/// f(number) of the option of that name; false where there is none.
template <class Options, class F>
bool with_option(Options& options, const std::string& name, F&& f)
{
    bool found = false;
    auto visit = [&]<class T>(const char* candidate, T& value) {
        std::size_t index = 0;
        if (found || !names_option(name, candidate, index)) return;
        if constexpr (requires { value.size(); }) {
            if (index < value.size()) f(value[index]), found = true;
        } else {
            if (name == candidate) f(value), found = true;
        }
    };
    Method<std::remove_const_t<Options>>::visit(visit, options);
    return found;
}

template <class Options>
kernels::GradientTerms terms_of(const Options& o, const ParameterRef& p)
{
    kernels::GradientTerms terms;
    terms.maximize = o.maximize;
    if (!o.penalty.biases && is_bias(p)) return terms;
    terms.l1 = o.penalty.l1;
    constexpr Decay decay = Method<Options>::kDecay;
    if (decay == Decay::own) return terms;
    if (decay == Decay::decoupled || o.penalty.decoupled)
        terms.shrink = 1 - o.lr * o.weight_decay;
    else
        terms.decay = o.weight_decay;
    return terms;
}

template <class Options>
std::vector<const char*> names_of_numbers()
{
    if constexpr (requires { Method<Options>::kNumbers; })
        return {Method<Options>::kNumbers.begin(), Method<Options>::kNumbers.end()};
    return {};
}

}  // namespace detail

template <class Options>
OptimizerOf<Options>::OptimizerOf(std::vector<ParameterRef> parameters, Options options)
    : Optimizer(Method<Options>::kName, {Method<Options>::kStates.begin(), Method<Options>::kStates.end()},
                detail::names_of_numbers<Options>())
{
    add_group(std::move(parameters), std::move(options));
}

template <class Options>
OptimizerOf<Options>::OptimizerOf(std::vector<Group> groups)
    : Optimizer(Method<Options>::kName, {Method<Options>::kStates.begin(), Method<Options>::kStates.end()},
                detail::names_of_numbers<Options>())
{
    if (groups.empty()) add_parameters({});  // which throws
    for (Group& group : groups) add_group(std::move(group.parameters), std::move(group.options));
}

template <class Options>
void OptimizerOf<Options>::add_group(std::vector<ParameterRef> parameters, Options options)
{
    check(options);
    if constexpr (requires { Method<Options>::check_parameter(parameters[0]); })
        for (const ParameterRef& p : parameters) Method<Options>::check_parameter(p);
    options_.reserve(options_.size() + 1);
    add_parameters(std::move(parameters));
    options_.push_back(std::move(options));
}

template <class Options>
const Options& OptimizerOf<Options>::options(std::size_t group) const
{
    check_group(group);
    return options_[group];
}

template <class Options>
void OptimizerOf<Options>::set_options(const Options& options, std::size_t group)
{
    check_group(group);
    check(options);
    options_[group] = options;
}

template <class Options>
void OptimizerOf<Options>::check(const Options& o) const
{
    const Check c(Method<Options>::kName);
    check_at_least_0(c, "lr", o.lr);
    Method<Options>::check(c, o);
    check_at_least_0(c, "weight_decay", o.weight_decay);
    check_at_least_0(c, "penalty.l1", o.penalty.l1);
    check_at_least_0(c, "penalty.max_norm", o.penalty.max_norm);
}

template <class Options>
void OptimizerOf<Options>::visit_options(std::size_t group, const Callable<void(const NamedNumber&)>& visit) const
{
    auto number = [&](const std::string& name, const auto& value) { visit({name, detail::to_number(value)}); };
    auto option = [&](const char* name, const auto& value) { detail::visit_numbers(number, name, value); };
    Method<Options>::visit(option, options_[group]);
}

template <class Options>
bool OptimizerOf<Options>::get_option(std::size_t group, const std::string& name, double& value) const
{
    return detail::with_option(options_[group], name, [&](const auto& v) { value = detail::to_number(v); });
}

template <class Options>
Options OptimizerOf<Options>::with(std::size_t group, std::span<const NamedNumber> values) const
{
    Options changed = options_[group];
    for (const auto& [name, value] : values)
        detail::with_option(changed, name, [&, v = value]<class T>(T& option) { option = detail::from_number<T>(v); });
    return changed;
}

template <class Options>
void OptimizerOf<Options>::put_options(std::size_t group, std::span<const NamedNumber> values, bool dry)
{
    const Options changed = with(group, values);
    check(changed);
    if (!dry) options_[group] = changed;
}

template <class Options>
bool OptimizerOf<Options>::needs_state(std::size_t group, std::size_t k, std::span<const NamedNumber> set) const
{
    if constexpr (!requires { Method<Options>::needs(options_[0], k); })
        return true;
    else if (set.empty())
        return Method<Options>::needs(options_[group], k);
    else
        return Method<Options>::needs(with(group, set), k);
}

template <class Options>
double OptimizerOf<Options>::initial_state(const detail::Slot& slot, std::size_t k) const
{
    if constexpr (requires { Method<Options>::initial(options_[0], k); })
        return Method<Options>::initial(options_[slot.group], k);
    else
        return 0;
}

template <class Options>
void OptimizerOf<Options>::update(std::size_t i)
{
    const Options& o = options_[slots_[i].group];
    Method<Options>::update(Update{parameters_[i], slots_[i], detail::terms_of(o, parameters_[i])}, o);
}

template <class Options>
double OptimizerOf<Options>::max_norm(std::size_t i) const
{
    const Penalty& penalty = options_[slots_[i].group].penalty;
    return penalty.biases || !detail::is_bias(parameters_[i]) ? penalty.max_norm : 0;
}

template <class Options>
void OptimizerOf<Options>::move_ahead()
{
    if constexpr (requires(Update u) { Method<Options>::move_ahead(u, options_[0]); })
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            Method<Options>::move_ahead(Update{parameters_[i], slots_[i], {}}, options_[slots_[i].group]);
}

template <class Options>
bool OptimizerOf<Options>::looks_ahead() const
{
    if constexpr (requires { Method<Options>::looks_ahead(options_[0]); })
        for (const Options& o : options_)
            if (Method<Options>::looks_ahead(o)) return true;
    return false;
}

template <class Options>
std::string OptimizerOf<Options>::describe_group(std::size_t group) const
{
    const Options& o = options_[group];
    constexpr Decay decay = Method<Options>::kDecay;
    Description d;
    d.gradient(o.maximize, decay == Decay::coupled && !o.penalty.decoupled ? o.weight_decay : 0, o.penalty.l1);
    if (decay == Decay::decoupled || (decay == Decay::coupled && o.penalty.decoupled)) d.shrink(o.lr, o.weight_decay);
    Method<Options>::describe(d, o);
    if (o.penalty.max_norm > 0) d.max_norm(o.penalty.max_norm);
    if (!o.penalty.biases) d.line("biases: without weight decay, l1 and max_norm");
    auto option = [&](const char* name, const auto& value) { d.option(name, value); };
    Method<Options>::visit(option, o);
    return d.text(Method<Options>::kName);
}

}  // namespace xgrad::optim
