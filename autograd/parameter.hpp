#pragma once

#include <xgrad/leaf.hpp>
#include <xgrad/tensor.hpp>

#include <string>

namespace xgrad {

/// A leaf that a module owns: a cell with the current value, its gradient and a version. Operations on it are recorded
/// whenever a tape is alive.
///
/// Copying makes a new cell with a copy of the value; moving keeps the cell. Assigning writes the value into the
/// existing cell, so that an optimizer that holds it goes on; a default-constructed Parameter takes over a copy.
/// Members that are one parameter (see `tie`) are one parameter in a copy of the struct that holds them, too.
class Parameter {
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
    void tie(const Parameter& other) { cell_ = other.cell_; }

    bool defined() const noexcept { return static_cast<bool>(cell_); }

    /// The current value. A handle to it keeps sharing the storage: it shows later writes.
    const Tensor& value() const;
    operator const Tensor&() const { return value(); }

    const Tensor& grad() const { return cell().grad; }  ///< undefined when there is none
    void zero_grad() { cell().grad = Tensor(); }
    void set_grad(Tensor grad) { cell().grad = std::move(grad); }

    /// Number of writes into the value so far.
    std::uint64_t version() const { return cell().version; }

    /// Frozen parameters are constants: nothing is recorded for them.
    bool requires_grad() const { return cell().requires_grad; }
    void requires_grad(bool yes) { cell().requires_grad = yes; }

    const std::string& name() const { return cell().name; }
    Sizes sizes() const { return value().sizes(); }
    Dtype dtype() const { return value().dtype(); }
    std::int64_t numel() const { return value().numel(); }

    /// For library code.
    detail::LeafCell& cell() const;

private:
    detail::LeafRef cell_;
};

namespace detail {

/// Writes `value` into the cell: in place when dtype and shape are the same, else as new storage.
void write(LeafCell& cell, const Tensor& value);

/// Gives write access to the elements of the cell's value and notes the write.
void* begin_write(LeafCell& cell);

}  // namespace detail
}  // namespace xgrad
