#pragma once

#include <xgrad/record.hpp>

#include <concepts>
#include <type_traits>

namespace xgrad {

/// An operand of an elementwise operation: a tensor, a parameter, or a plain number, which takes the dtype of the
/// tensor beside it (a fraction beside integers or booleans: the default dtype). Lives as long as the call.
class Operand {
public:
    Operand(const Tensor& x, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : tensor_(&x), file_(file), line_(line)
    {
    }
    Operand(const ParameterRef& x, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : tensor_(&x.value()), file_(file), line_(line)
    {
    }
    Operand(const Input& x) : tensor_(&*x), file_(x.file()), line_(x.line()) {}
    template <class N>
    requires std::is_arithmetic_v<N> Operand(N number, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : number_(static_cast<double>(number)), fraction_(std::is_floating_point_v<N>), file_(file), line_(line)
    {
    }
    Operand(const Operand&) = delete;
    Operand& operator=(const Operand&) = delete;

    /// The tensor; null for a number.
    const Tensor* tensor() const { return tensor_; }
    double number() const { return number_; }
    bool is_fraction() const { return fraction_; }  ///< a number written as double or float
    const char* file() const { return file_; }
    int line() const { return line_; }

private:
    const Tensor* tensor_ = nullptr;
    double number_ = 0;
    bool fraction_ = false;
    const char* file_;
    int line_;
};

}  // namespace xgrad
