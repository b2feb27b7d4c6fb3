#pragma once

#include <xgrad/parameter.hpp>
#include <xgrad/scalar_tape.hpp>
#include <xgrad/tensor.hpp>

#include <initializer_list>
#include <new>
#include <utility>

namespace xgrad {

namespace detail {
struct Node;
struct Walk;
class BatchedAdjoints;

/// The positions start, start + step, ... of an axis; how many follows from the tensor that lies there.
struct SlicePlace {
    std::size_t axis;
    std::int64_t start, step;
};
}  // namespace detail

/// What an operation is, as data: for explanations, error texts and the catalogue (docs/operations.md). Formulas are in
/// plain notation. Made as a constant beside the operation's function; it must live as long as the program.
///   const Op kSquare{.name = "square", .formula = "x * x", .shapes = "x: S -> y: S", .derivatives = {"2 * x"}};
struct Op {
    const char* name;
    const char* formula = "";         ///< the value, in terms of the inputs' names
    const char* shapes = "";          ///< inputs -> value; S, T and P stand for any shape
    const char* derivatives[4] = {};  ///< for input i its local derivative or, for tensors, its vjp
    const char* where = "";           ///< what other names and functions in the formulas mean
    const char* source = "";          ///< paper, book or function that defines it
    const Op* next = listed(this);    ///< all operations form a list

    /// The operation defined last; follow `next` for all of them.
    static const Op* first() noexcept;

private:
    static const Op* listed(const Op* op) noexcept;  // makes it the first, and returns the one before
};

namespace detail {

/// Paths of the library's own sources begin so; see cmake/XgradTarget.cmake.
inline bool is_library_file(const char* file) { return __builtin_strncmp(file, "xgrad:", 6) == 0; }

class InputRef;
/// Notes on the thread's explaining tape what the user's program has just named, for the text of an error.
void note_operand(const InputRef& x);

/// A tensor and the line of the user's program where it was named: what `record` takes as an input.
class InputRef {
public:
    InputRef(const Tensor& x, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : InputRef(&x, file, line)
    {
    }
    InputRef(const ParameterRef& x, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : InputRef(&x.value(), file, line)
    {
    }
    const Tensor* tensor() const { return tensor_; }
    const char* file() const { return file_; }
    int line() const { return line_; }

protected:
    InputRef(const Tensor* x, const char* file, int line) : tensor_(x), file_(file), line_(line)
    {
        if (!is_library_file(file) && current->explains()) [[unlikely]]  // the first is known to the compiler
            note_operand(*this);
    }

private:
    const Tensor* tensor_;
    const char* file_;
    int line_;
};

}  // namespace detail

/// An operation's tensor argument. Takes a Tensor or a Parameter and remembers where in the user's program it was
/// written; lives as long as the call. Operations keep `*x`, a Tensor, in their vjp.
class Input : public detail::InputRef {
public:
    using InputRef::InputRef;
    Input(const Input&) = delete;
    Input& operator=(const Input&) = delete;

    const Tensor& operator*() const { return *tensor(); }
    const Tensor* operator->() const { return tensor(); }
    operator const Tensor&() const { return *tensor(); }
};

/// The sink into which a vjp puts the adjoints of its inputs.
class Adjoints {
public:
    /// Number of inputs of the record.
    std::size_t count() const;

    /// Whether anybody asks for the adjoint of input i; expensive terms stand behind it.
    bool wants(std::size_t i) const;

    /// Adds `g` to the adjoint of input i. Undoes broadcasting and converts to the input's dtype; does nothing when
    /// the input is not wanted. Throws ShapeError when `g` does not fit the input's shape.
    void add(std::size_t i, Tensor g);

    /// The shape of input i.
    Sizes sizes(std::size_t i) const;

    /// Adds the 0-dimensional `g` to one element, given by its row-major position, of the adjoint of input i.
    void add_element(std::size_t i, std::int64_t element, const Tensor& g);

    /// Adds `g` at some positions of an axis of the adjoint of input i: for many slices of one tensor much cheaper
    /// than adding each one padded with zeros.
    void add_slice(std::size_t i, const detail::SlicePlace& place, const Tensor& g);

    /// For library code: the running walk, and the record whose vjp runs.
    detail::Walk& walk() { return walk_; }
    detail::Node& node() { return node_; }

private:
    friend struct detail::Walk;
    friend class detail::BatchedAdjoints;
    Adjoints(detail::Walk& walk, detail::Node& node) : walk_(walk), node_(node) {}
    detail::Walk& walk_;
    detail::Node& node_;
    detail::BatchedAdjoints* batched_ = nullptr;  // the vjp was written for one sample
};

namespace detail {

struct Inputs {
    Inputs(std::initializer_list<InputRef> list) : first(std::data(list)), count(list.size()) {}
    Inputs(const InputRef* list, std::size_t n) : first(list), count(n) {}
    /// No tensors: the operation is recorded because scalars of the tape enter it.
    static Inputs from_scalars() { return {nullptr, 0}; }
    const InputRef* first;
    std::size_t count;
};

/// A vjp in the tape's memory.
struct Vjp {
    virtual void run(const Tensor& gy, Adjoints& gx) = 0;
    virtual ~Vjp() = default;
};

template <class F>
struct VjpOf final : Vjp {
    explicit VjpOf(F&& f) : function(std::move(f)) {}
    explicit VjpOf(const F& f) : function(f) {}
    void run(const Tensor& gy, Adjoints& gx) override { function(gy, gx); }
    F function;
};

/// A record that lacks only its vjp: where to make it, and where to note it. Without a vjp it has no derivative.
struct NewRecord {
    void* memory = nullptr;
    Vjp** vjp = nullptr;  // null: nothing is recorded (no tape, or no input is tracked)
};
NewRecord begin_record(const Op& op, Inputs inputs, Tensor& value, std::size_t vjp_bytes);

/// Takes back the record begun last, whose vjp could not be made.
void cancel_record(const Tensor& value) noexcept;

/// The Op of a user's operation of that name.
const Op& custom_op(const char* name);

/// Whether an operation on this input would be recorded.
bool is_tracked(const Tensor& x) noexcept;

}  // namespace detail

/// Records that `value`, a new tensor, was computed from the inputs by `op`, if a tape is recording and one of the
/// inputs is tracked; returns it. `vjp` is called as `vjp(const Tensor& gy, Adjoints& gx)` with the adjoint of the
/// value and puts those of the inputs into `gx`; what it captures stays in memory until backward. Written in
/// operations, it can be differentiated again.
template <class F>
Tensor record(const Op& op, detail::Inputs inputs, Tensor value, F&& vjp)
{
    if (detail::current == &detail::null_tape) return value;
    using Closure = detail::VjpOf<std::decay_t<F>>;
    static_assert(alignof(Closure) <= 16);
    if (const auto made = detail::begin_record(op, inputs, value, sizeof(Closure)); made.vjp) {
        try {
            *made.vjp = new (made.memory) Closure(std::forward<F>(vjp));
        } catch (...) {
            detail::cancel_record(value);
            throw;
        }
    }
    return value;
}

/// The same for an operation of the user's, known by its name only.
template <class F>
Tensor record(const char* name, detail::Inputs inputs, Tensor value, F&& vjp)
{
    return record(detail::custom_op(name), inputs, std::move(value), std::forward<F>(vjp));
}

/// Notes an operation that has no derivative (comparisons, argmax): explaining tapes show it, others skip it.
Tensor record_constant(const Op& op, detail::Inputs inputs, Tensor value);

}  // namespace xgrad
