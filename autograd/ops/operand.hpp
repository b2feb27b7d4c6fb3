#pragma once

#include <xgrad/record.hpp>

#include <concepts>
#include <type_traits>

namespace xgrad {

/// An operand of an elementwise operation: a tensor, a parameter, or a plain number, which takes the dtype of the
/// tensor beside it (a fraction beside integers or booleans: the default dtype). Lives as long as the call.
class Operand : public detail::InputRef {
public:
    using InputRef::InputRef;
    Operand(const Input& x) : InputRef(x) {}
    template <class N>
    requires std::is_arithmetic_v<N> Operand(N number, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : InputRef(nullptr, file, line), number_(static_cast<double>(number)), fraction_(std::is_floating_point_v<N>)
    {
    }
    Operand(const Operand&) = delete;
    Operand& operator=(const Operand&) = delete;

    double number() const { return number_; }       ///< where tensor() is null
    bool is_fraction() const { return fraction_; }  ///< a number written as double or float

private:
    double number_ = 0;
    bool fraction_ = false;
};

}  // namespace xgrad
