// How optimizers and schedules print the formula in use. Private to optim.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::optim {

/// 1 - x, without the digits that rounding adds.
std::string rest(double x);

class Description {
public:
    /// A line of the formula.
    void line(std::string text) { lines_.push_back(std::move(text)); }

    /// g = dL/dp + ...; p = (1 - lr weight_decay) p; rows cut to a length.
    void gradient(bool maximize, double weight_decay, double l1);
    void shrink(double lr, double weight_decay);
    void max_norm(double bound);

    /// What PyTorch calls it; without a call of this there is the optimizer's name with its options.
    void pytorch(std::string text) { pytorch_ = std::move(text); }
    /// PyTorch has no such thing, because of `what`.
    void not_in_pytorch(std::string what) { pytorch_ = "has no " + std::move(what); }

    /// Where the lecture has it, and how it is written there.
    void lecture(std::string text) { lecture_ = std::move(text); }

    /// An option in PyTorch's call. Those that PyTorch lacks are said only when they are used.
    template <class T>
    void option(const char* name, const T& value)
    {
        if constexpr (requires { value.size(); }) {
            std::string list;
            for (const double v : value) list += (list.empty() ? "" : ", ") + number(v);
            call_option(name, "(" + list + ")");
        } else if constexpr (std::is_same_v<T, bool>) {
            if (value) call_option(name, "True");
        } else if constexpr (!std::is_enum_v<T>) {
            call_option(name, number(static_cast<double>(value)));
        }
    }

    std::string text(const char* name) const;

private:
    static std::string number(double value);  // the shortest text that is this number
    void call_option(const std::string& name, const std::string& value);

    std::vector<std::string> lines_;
    std::string pytorch_, lecture_, call_, extra_;
};

}  // namespace xgrad::optim
