// How a formula in use is printed: its lines with their numbers, what PyTorch calls it, and where lectures have it. Private
// to the library.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::detail {

/// 1 - x, without the digits that rounding adds.
std::string rest(double x);

class Description {
public:
    /// A line of the formula.
    void line(std::string text) { lines_.push_back(std::move(text)); }

    /// What PyTorch calls it; without a call of this there is the name of text() with the options.
    void pytorch(std::string text) { pytorch_ = std::move(text); }
    /// PyTorch has no such thing, because of `what`.
    void not_in_pytorch(std::string what) { pytorch_ = "has no " + std::move(what); }

    /// Where the lecture has it, and how it is written there.
    void lecture(std::string text) { lecture_ = std::move(text); }

    /// An option in PyTorch's call: texts as they are, numbers, lists of them, switches that are on.
    template <class T>
    void option(const char* name, const T& value)
    {
        if constexpr (std::is_convertible_v<const T&, std::string>) {
            call_option(name, value);
        } else if constexpr (requires { value.size(); }) {
            std::string list;
            for (const double v : value) list += (list.empty() ? "" : ", ") + number(v);
            call_option(name, "(" + list + ")");
        } else if constexpr (std::is_same_v<T, bool>) {
            if (value) call_option(name, "True");
        } else if constexpr (!std::is_enum_v<T>) {
            call_option(name, number(static_cast<double>(value)));
        }
    }
    /// An option in use that PyTorch's call lacks.
    void lacks(const char* option);

    /// "name", the formula, the call in PyTorch and the lecture, a line each.
    std::string text(const std::string& name, const std::string& call) const;

private:
    static std::string number(double value);  // the shortest text that is this number
    void call_option(const std::string& name, const std::string& value);

    std::vector<std::string> lines_;
    std::string pytorch_, lecture_, options_, lacking_;
};

}  // namespace xgrad::detail
