#pragma once

// One functional form at work: the tape that it records on, the inputs as values of its own, and walks between them.

#include <xgrad/functional/function.hpp>
#include <xgrad/tape.hpp>

#include <span>
#include <string>

#include "autograd/recording.hpp"

namespace xgrad::detail {

/// x as another value of the running tape, so that gradients can be taken with respect to it alone.
Tensor alias(const Input& x);

class Differentiation {
public:
    explicit Differentiation(const char* operation)
        : is_nested_(running() != nullptr), operation_(operation), recording_(tape_.recording(operation))
    {
    }

    /// x as a value of its own: a leaf, or an alias of a value that an outer tape tracks. Throws DtypeError unless x is
    /// f32 or f64; `argument` says in the text which one it is.
    Tensor input(const Tensor& x, std::size_t argument);
    Tensors inputs(const Tensors& x);

    /// A leaf of ones that stands for the adjoint of y.
    Tensor adjoint_of(const Tensor& y) { return tape_.variable(ones_like(y)); }

    /// Throws unless y is one floating element.
    void check_one_element(const Tensor& y) const;
    void check_floating(const Tensor& y) const;

    /// sum over the roots of seed * d root / d input for each input, zeros where there is none; recorded if `again`, or
    /// when an outer tape differentiates. Roots that are not recorded are constants.
    Tensors gradients(std::span<const Tensor> roots, std::span<const Tensor> seeds, std::span<const Tensor> inputs,
                      BackwardOptions options);

    /// A result for the caller: a value of the outer tape, or a constant.
    Tensor result(Tensor y) const { return is_nested_ || y.header().serial == 0 ? y : detach(y); }

private:
    bool is_nested_;
    const char* operation_;
    Tape tape_;
    Recording& recording_;
};

/// Throws ShapeError unless there is such an argument.
void check_argnum(const char* operation, std::size_t argnum, std::size_t arguments);

/// Throws ShapeError or DtypeError unless there is one of `given` for each of `values`, of its shape and dtype.
void check_alike(const char* operation, const char* what, const Tensors& given, const Tensors& values);

}  // namespace xgrad::detail
