#pragma once

#include <xgrad/record.hpp>
#include <xgrad/scalar.hpp>
#include <xgrad/tensor.hpp>

#include <span>
#include <string_view>
#include <vector>

namespace xgrad {

namespace detail {
struct Recording;
struct OpenTape;
class ThreadTapes;
}  // namespace detail

struct TapeOptions {
    bool explain = false;   ///< keep every operation with operands, values, adjoints and source lines
    bool isolated = false;  ///< a recording of its own, freed at its end; values of outer tapes are constants in it
    bool detect_anomaly = false;  ///< throw AnomalyError at the first operation that yields NaN or infinity
};

struct BackwardOptions {
    bool retain = false;        ///< keep what the records saved, and scalars before the root, for a later backward
    bool create_graph = false;  ///< record the walk itself, so that gradients can be differentiated; implies retain
};

/// RAII recorder: while it lives, operations of this thread on tracked values are recorded, scalars and tensors in one
/// order. A tape inside another is a scope on the same recording: gradients taken in it are differentiable by the
/// outer one. Tapes end in reverse order of their beginning; one that ends early makes the inner ones unusable. They end
/// in their own thread, too: one that is destroyed in another thread goes on recording until its thread opens or ends
/// the next tape, or ends.
class Tape {
public:
    /// Throws TapeError when it asks an outer plain tape to explain or to detect anomalies.
    Tape();
    explicit Tape(TapeOptions options);
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;
    ~Tape();

    /// A leaf with the given value. The name appears in explanations and messages.
    Scalar variable(double value)
    {
        if (detail::current != scalars_ || !scalars_->has_room(1)) [[unlikely]]
            return variable({}, value);
        return Scalar::from_tape(value, scalars_->base_serial + scalars_->push_leaf());
    }
    Scalar variable(std::string_view name, double value);

    /// Leaves with the given values, written to `leaves`, which is as long. Throws ShapeError when it is not.
    void variables(std::span<const double> values, std::span<Scalar> leaves);

    /// A leaf that shares the storage of `value`. Throws DtypeError unless f32 or f64.
    Tensor variable(const Tensor& value) { return variable({}, value); }
    Tensor variable(std::string_view name, const Tensor& value);

    /// Names a value in explanations. Tapes that do not explain forget it. Throws TapeError if the value is not theirs.
    void name(const Scalar& x, std::string_view name);
    void name(const Tensor& x, std::string_view name);

    /// Walks the records from `root` back to the start and adds d root / d leaf to the grad of every leaf, which are
    /// left as they were if anything throws. A tensor root needs exactly one element. Throws TapeError when the root is
    /// not on this tape or was walked before without retain, ShapeError when it has several elements.
    void backward(const Scalar& root, BackwardOptions options = {});
    void backward(const Tensor& root, BackwardOptions options = {});

    /// The same with `seed` in place of 1: adds sum(seed * d root / d leaf). The seed has the root's shape and dtype.
    void backward(const Tensor& root, const Tensor& seed, BackwardOptions options = {});
    void backward(const Scalar& root, double seed, BackwardOptions options = {});

    /// d root / d input for each input, leaves or not, without touching any grad; zeros where the root does not depend
    /// on the input. On a nested tape create_graph is on.
    std::vector<Tensor> grad(const Tensor& root, const std::vector<Tensor>& inputs, BackwardOptions options = {});
    std::vector<Tensor> grad(const Tensor& root, const std::vector<Tensor>& inputs, const Tensor& seed,
                             BackwardOptions options = {});

    /// For scalars; create_graph needs a tape opened with explain and throws TapeError elsewhere.
    std::vector<Scalar> grad(const Scalar& root, const std::vector<Scalar>& inputs, BackwardOptions options = {});

    /// Throws TapeError when the tape cannot be used here: other thread, outer tape ended.
    bool explains() const;

    /// For library code. Throws TapeError as `explains` does.
    detail::Recording& recording(const char* operation) const;

private:
    friend class detail::ThreadTapes;

    void open(TapeOptions options);
    [[noreturn]] void throw_unusable(const char* operation) const;

    detail::ScalarTape* scalars_;  // its recording; null once an outer tape has ended before this one
    detail::OpenTape* open_;       // what its thread knows of it
    std::uint64_t thread_;         // number of that thread
};

/// While it lives, nothing is recorded on this thread.
class NoGrad {
    detail::CurrentTape nobody_{detail::null_tape};
};

/// backward on the innermost tape of this thread. Throws TapeError when there is none.
void backward(const Scalar& root, BackwardOptions options = {});
void backward(const Tensor& root, BackwardOptions options = {});
void backward(const Tensor& root, const Tensor& seed, BackwardOptions options = {});

/// The same value, as a constant: gradients stop here. Shares the storage.
Tensor detach(const Tensor& x);

/// The same values in storage of their own; gradients flow through.
Tensor clone(const Input& x);

/// From now on a backward pass also keeps the adjoint of `x`, which x.grad() reads. `x` must be recorded on the
/// running tape; leaves keep theirs anyway. Throws TapeError.
void retain_grad(const Tensor& x);

}  // namespace xgrad
