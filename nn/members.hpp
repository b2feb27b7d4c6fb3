#pragma once

// How a struct tells its members (XGRAD_MODULE) and how they are walked. What one does with it is in module.hpp.

#include <xgrad/parameter.hpp>
#include <xgrad/tensor.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace xgrad::nn {
namespace detail {

/// The running statistics of a module whose option momentum may be absent: then all batches count alike.
struct RunningStatistics {
    Tensor &mean, &var, &batches;
    std::optional<double>& momentum;
};

/// What is found on the walk over a module's members. Names are paths: "conv1.weight", "layers.0.bias"; a mode has the name
/// of the module whose member `bool training` it is, "" for the outermost.
struct MemberVisitor {
    virtual void parameter(const std::string& name, Parameter& parameter) = 0;
    virtual void buffer(const std::string& name, Tensor& buffer) = 0;
    virtual void mode(const std::string& module, bool& training) = 0;
    virtual void statistics(const RunningStatistics&) {}

protected:
    ~MemberVisitor() = default;
};

// ---- which types are walked -----------------------------------------------------------------------------------------

template <class T>
concept ListsMembers = requires(T& module)
{
    module.xgrad_members();
    T::xgrad_names();
};

/// A module whose members' names follow from its options: it hands each one to a function, with its name.
template <class T>
concept NamesMembers = requires(T& module)
{
    module.xgrad_each([](std::string_view, Parameter&) {});
};

/// As the batch norms have them.
template <class T>
concept HasRunningStatistics = requires(T& module)
{
    requires std::is_same_v<decltype(module.running_mean), Tensor>;
    requires std::is_same_v<decltype(module.running_var), Tensor>;
    requires std::is_same_v<decltype(module.num_batches_tracked), Tensor>;
    requires std::is_same_v<decltype(module.options.momentum), std::optional<double>>;
};

template <class T>
concept OwningPointer = requires(T& pointer)  // unique_ptr, shared_ptr, optional
{
    *pointer;
    static_cast<bool>(pointer);
    requires requires { typename T::element_type; } || requires
    {
        pointer.has_value();
    };
};

template <class T>
concept Dictionary = requires(T& map)
{
    typename T::mapped_type;
    requires std::is_convertible_v<const typename T::key_type&, std::string>;
    map.begin();
};

template <class T>
concept List = requires(T& list)
{
    typename T::value_type;
    list.begin();
    list.end();
    requires !std::is_same_v<typename T::value_type, T>;
};

template <class T>
concept TupleLike = !List<T> && requires
{
    std::tuple_size<T>::value;
};

/// Whether a member of type T may hold parameters or buffers. Everything else is passed over.
template <class T>
constexpr bool holds();

template <class T, std::size_t... I>
constexpr bool tuple_holds(std::index_sequence<I...>)
{
    return (holds<std::remove_cvref_t<std::tuple_element_t<I, T>>>() || ...);
}

template <class T>
constexpr bool holds()
{
    if constexpr (std::is_same_v<T, Parameter> || std::is_same_v<T, Tensor> || ListsMembers<T> || NamesMembers<T>)
        return true;
    else if constexpr (std::is_array_v<T>)
        return holds<std::remove_cv_t<std::remove_extent_t<T>>>();
    else if constexpr (OwningPointer<T>)
        return holds<std::remove_cvref_t<decltype(*std::declval<T&>())>>();
    else if constexpr (Dictionary<T>)
        return holds<typename T::mapped_type>();
    else if constexpr (List<T>)
        return holds<typename T::value_type>();
    else if constexpr (TupleLike<T>)
        return tuple_holds<T>(std::make_index_sequence<std::tuple_size_v<T>>());
    else
        return false;
}

// ---- the walk -------------------------------------------------------------------------------------------------------

/// The path of the member being walked; a name is appended while a Step lives.
class Step {
public:
    Step(std::string& path, std::string_view name) : path_(path), length_(path.size())
    {
        if (!path.empty()) path += '.';
        path += name;
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { path_.resize(length_); }

private:
    std::string& path_;
    std::size_t length_;
};

/// Cuts the first name off a list as XGRAD_MODULE writes it: "conv1, conv2".
std::string_view next_name(std::string_view& names);

template <class T>
void walk(T& member, std::string& path, MemberVisitor& visitor);

template <class Tuple>
void walk_tuple(Tuple&& members, std::string_view names, std::string& path, MemberVisitor& visitor)
{
    const bool numbered = names.empty();
    std::size_t position = 0;
    std::apply(
        [&](auto&... member) {
            const auto one = [&](auto& x) {
                const Step step(path, numbered ? std::string_view(std::to_string(position)) : next_name(names));
                walk(x, path, visitor);
                ++position;
            };
            (one(member), ...);
        },
        members);
}

template <class T>
void walk_mode(T& module, const std::string& path, MemberVisitor& visitor)
{
    if constexpr (requires { requires std::is_same_v<decltype(module.training), bool>; })
        visitor.mode(path, module.training);
}

template <class T>
void walk_statistics(T& module, MemberVisitor& visitor)
{
    if constexpr (HasRunningStatistics<T>)
        if (module.running_mean.defined())
            visitor.statistics(
                {module.running_mean, module.running_var, module.num_batches_tracked, module.options.momentum});
}

template <class T>
void walk(T& member, std::string& path, MemberVisitor& visitor)
{
    if constexpr (!holds<T>()) {
        return;
    } else if constexpr (std::is_same_v<T, Parameter>) {
        if (member.defined()) visitor.parameter(path, member);
    } else if constexpr (std::is_same_v<T, Tensor>) {
        if (member.defined()) visitor.buffer(path, member);
    } else if constexpr (ListsMembers<T>) {
        walk_mode(member, path, visitor);
        walk_statistics(member, visitor);
        walk_tuple(member.xgrad_members(), T::xgrad_names(), path, visitor);
    } else if constexpr (NamesMembers<T>) {
        walk_mode(member, path, visitor);
        member.xgrad_each([&](std::string_view name, Parameter& parameter) {
            const Step step(path, name);
            walk(parameter, path, visitor);
        });
    } else if constexpr (OwningPointer<T>) {
        if (static_cast<bool>(member)) walk(*member, path, visitor);
    } else if constexpr (Dictionary<T>) {
        for (auto& [key, value] : member) {
            const Step step(path, std::string(key));
            walk(value, path, visitor);
        }
    } else if constexpr (List<T> || std::is_array_v<T>) {
        std::size_t position = 0;
        for (auto& element : member) {
            const Step step(path, std::to_string(position++));
            walk(element, path, visitor);
        }
    } else {
        walk_tuple(member, {}, path, visitor);
    }
}

// ---- is the list complete? ------------------------------------------------------------------------------------------

/// Stands for a member of any type when an aggregate is initialised. const, so that a member's own converting
/// constructor (std::optional's, std::any's) is the better match and the initialisation is not ambiguous.
struct AnyMember {
    template <class T>
    operator T() const;
};
template <std::size_t>
using Any = AnyMember;

template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>)
{
    return requires { T{Any<I>{}...}; };
}

/// Initialisers that a member takes. Braces around an array are elided, so an array takes one for each element.
template <class T>
constexpr std::size_t initialisers()
{
    if constexpr (std::is_array_v<T>)
        return std::extent_v<T> * initialisers<std::remove_extent_t<T>>();
    else
        return 1;
}

template <class Tuple>
constexpr std::size_t listed_initialisers = 0;
template <class... M>
constexpr std::size_t listed_initialisers<std::tuple<M&...>> = (std::size_t{0} + ... + initialisers<M>());

template <class T, std::size_t Count, std::size_t... More>
constexpr bool takes_more(std::index_sequence<More...>)
{
    return (takes<T>(std::make_index_sequence<Count + 1 + More>()) || ...);
}

/// False when the aggregate T can be initialised with more values than the listed members take: then it has a member
/// more. Several counts are tried, since a forgotten array may need all of its elements. Other types are not checked
/// here; a parameter of theirs that is trained without being listed makes the optimizer throw.
template <class T, class Listed>
constexpr bool lists_all_members()
{
    if constexpr (std::is_aggregate_v<T>)
        return !takes_more<T, listed_initialisers<Listed>>(std::make_index_sequence<16>());
    else
        return true;
}

/// False when a name stands twice in the list.
constexpr bool names_differ(std::string_view names)
{
    const auto cut = [](std::string_view& rest) {
        const std::size_t comma = rest.find(',');
        const std::string_view name = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 2);
        return name;
    };
    while (!names.empty()) {
        const std::string_view name = cut(names);
        for (std::string_view rest = names; !rest.empty();)
            if (cut(rest) == name) return false;
    }
    return true;
}

}  // namespace detail
}  // namespace xgrad::nn

/// In a struct: names its data members, all of them, in the order in which parameters are listed and saved. Those that
/// are Parameters, Tensors (buffers: saved, but not trained), modules, or vectors, arrays, maps, optionals and smart
/// pointers of such are walked; the others (numbers, options) are passed over. Leaving one out does not compile.
#define XGRAD_MODULE(Type, ...)                                                                          \
    static constexpr const char* xgrad_names() { return #__VA_ARGS__; }                                  \
    auto xgrad_members()                                                                                 \
    {                                                                                                    \
        using XgradListed = decltype(::std::tie(__VA_ARGS__));                                           \
        static_assert(::xgrad::nn::detail::lists_all_members<Type, XgradListed>(),                       \
                      "XGRAD_MODULE(" #Type ", " #__VA_ARGS__                                            \
                      ") leaves out a data member of the struct; list every member, those that hold no " \
                      "parameters too");                                                                 \
        static_assert(::xgrad::nn::detail::names_differ(xgrad_names()),                                  \
                      "XGRAD_MODULE(" #Type ", " #__VA_ARGS__ ") names a member twice");                 \
        return ::std::tie(__VA_ARGS__);                                                                  \
    }
