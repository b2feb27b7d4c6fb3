#include <xgrad/error.hpp>
#include <xgrad/parameter.hpp>

#include <cstring>

namespace xgrad {
namespace detail {
namespace {

void hold(LeafCell& cell, Tensor value)
{
    value.unsafe_header()->leaf = &cell;
    value.unsafe_header()->flags |= TensorHeader::kOverwritable;
    if (cell.value.defined()) cell.value.unsafe_header()->leaf = nullptr;
    cell.value = std::move(value);
}

void check_floating(const Tensor& value)
{
    if (!is_floating(value.dtype()))
        throw DtypeError(error_text("Parameter", "a value of type " + describe(value),
                                    "parameters are f32 or f64, since gradients flow into them",
                                    "convert the value first, or keep integers in a plain Tensor member"));
}

LeafRef new_cell(const Tensor& value, const std::string& name)
{
    check_floating(value);
    LeafRef cell = new_leaf_cell(name);
    hold(*cell, contiguous_copy(value));
    cell->id = new_parameter_id();
    return cell;
}

LeafRef copy_cell(LeafCell& from, const void* member)
{
    if (LeafRef copy = copy_of_tied(from, member)) return copy;
    LeafRef cell = new_cell(from.value, from.name);
    cell->requires_grad = from.requires_grad;
    note_copy(from, *cell, member);
    return cell;
}

}  // namespace

void* begin_write(LeafCell& cell)
{
    mark_written(*cell.value.unsafe_header());
    ++cell.version;
    return cell.value.unsafe_header()->data;
}

void write(LeafCell& cell, const Tensor& value)
{
    if (value.unsafe_header() == cell.value.unsafe_header()) return;
    if (value.dtype() == cell.value.dtype() && value.sizes() == cell.value.sizes()) {
        const Tensor source = value.is_contiguous() ? value : contiguous_copy(value);
        const void* from = source.raw();
        const std::size_t bytes = static_cast<std::size_t>(source.numel()) * size_of(source.dtype());
        if (bytes > 0) std::memmove(begin_write(cell), from, bytes);
        return;
    }
    check_floating(value);
    hold(cell, contiguous_copy(value));
    ++cell.version;
}

}  // namespace detail

void ParameterRef::throw_undefined()
{
    throw ShapeError(detail::error_text("Parameter", "the parameter is undefined",
                                        "a default-constructed or moved-from Parameter has no cell",
                                        "construct it from a value first"));
}

void ParameterRef::set_value(const Tensor& value) const { detail::write(cell(), value); }

Parameter::Parameter(const Tensor& value, std::string name) : ParameterRef(detail::new_cell(value, name)) {}

Parameter::Parameter(const Parameter& other)
    : ParameterRef(other.cell_ ? detail::copy_cell(*other.cell_, &other) : detail::LeafRef())
{
}

Parameter& Parameter::operator=(const Parameter& other)
{
    if (this == &other || !other.cell_) return *this;
    if (cell_)
        detail::write(*cell_, other.value());
    else
        cell_ = detail::copy_cell(*other.cell_, &other);
    return *this;
}

Parameter& Parameter::operator=(Parameter&& other)
{
    if (!cell_) {
        cell_ = std::move(other.cell_);
        return *this;
    }
    return *this = static_cast<const Parameter&>(other);
}

Parameter& Parameter::operator=(const Tensor& value)
{
    if (cell_)
        detail::write(*cell_, value);
    else
        cell_ = detail::new_cell(value, "parameter");
    return *this;
}

void Parameter::tie(const Parameter& other)
{
    other.cell().tied = true;
    cell_ = other.cell_;
}

}  // namespace xgrad
