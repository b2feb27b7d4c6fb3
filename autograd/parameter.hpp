#pragma once

#include <xgrad/leaf.hpp>
#include <xgrad/tensor.hpp>

#include <string>

namespace xgrad {

/// A handle to a parameter's cell: copies of the handle are the same parameter. Lists of parameters and optimizers hold
/// it, so nothing dangles when a model moves or dies.
class ParameterRef {
public:
    ParameterRef() = default;

    bool defined() const noexcept { return static_cast<bool>(cell_); }

    /// The current value. A handle to it keeps sharing the storage: it shows later writes.
    const Tensor& value() const { return cell().value; }
    operator const Tensor&() const { return value(); }
    void set_value(const Tensor& value) const;  ///< writes a copy of `value` into the cell

    const Tensor& grad() const { return cell().grad; }  ///< undefined when there is none
    void zero_grad() const { cell().grad = Tensor(); }
    void set_grad(Tensor grad) const { cell().grad = std::move(grad); }

    /// Number of writes into the value so far.
    std::uint64_t version() const { return cell().version; }

    /// Frozen parameters are constants: nothing is recorded for them.
    bool requires_grad() const { return cell().requires_grad; }
    void requires_grad(bool yes) const { cell().requires_grad = yes; }

    const std::string& name() const { return cell().name; }
    Sizes sizes() const { return value().sizes(); }
    Dtype dtype() const { return value().dtype(); }
    std::int64_t numel() const { return value().numel(); }

    /// Whether both are one parameter.
    friend bool same(const ParameterRef& a, const ParameterRef& b) { return a.cell_.get() == b.cell_.get(); }

    /// For library code.
    detail::LeafCell& cell() const
    {
        if (!cell_) [[unlikely]]
            throw_undefined();
        return *cell_;
    }

protected:
    explicit ParameterRef(detail::LeafRef cell) : cell_(std::move(cell)) {}
    detail::LeafRef cell_;

private:
    [[noreturn]] static void throw_undefined();
};

/// A leaf that a module owns: a cell with the current value, its gradient and a version. Operations on it are recorded
/// whenever a tape is alive.
///
/// Copying makes a new cell with a copy of the value; moving keeps the cell. Assigning writes the value into the
/// existing cell, so that an optimizer that holds it goes on; a default-constructed Parameter takes over a copy.
/// Members that are one parameter (see `tie`) are one parameter in a copy of the struct that holds them, wherever in it
/// they lie: what is copied one after the other, each member once, before the copy is used, belongs together.
class Parameter : public ParameterRef {
public:
    Parameter() = default;

    /// Holds a copy of `value`. `name` says in messages what it is, for example "Linear.weight".
    /// Throws DtypeError unless the dtype is f32 or f64.
    explicit Parameter(const Tensor& value, std::string name = "parameter");

    Parameter(const Parameter& other);
    Parameter(Parameter&& other) noexcept = default;
    Parameter& operator=(const Parameter& other);
    Parameter& operator=(Parameter&& other);
    Parameter& operator=(const Tensor& value);  ///< writes a copy of `value` into the cell
    ~Parameter() = default;

    /// From now on this and `other` are one parameter.
    void tie(const Parameter& other);
};

namespace detail {

/// Writes `value` into the cell: in place when dtype and shape are the same, else as new storage.
void write(LeafCell& cell, const Tensor& value);

/// Gives write access to the elements of the cell's value and notes the write.
void* begin_write(LeafCell& cell);

}  // namespace detail
}  // namespace xgrad
