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

LeafRef new_cell(const Tensor& value, const std::string& name)
{
    if (!is_floating(value.dtype()))
        throw DtypeError(error_text("Parameter", "a value of type " + describe(value),
                                    "parameters are f32 or f64, since gradients flow into them",
                                    "convert the value first, or keep integers in a plain Tensor member"));
    LeafRef cell = LeafRef::adopt(new LeafCell);
    cell->name = name;
    hold(*cell, contiguous_copy(value));
    cell->id = new_parameter_id();
    return cell;
}

/// The copy that another member of the same struct, tied to the same cell, has just got; null when there is none.
/// It is recognised by the same distance between original and copy, seen from a member that was not copied yet.
LeafCell* tied_copy(const LeafCell& from, const void* source, std::ptrdiff_t distance)
{
    const bool same_struct = from.last_copy && from.last_copy_distance == distance && from.last_copy_source != source;
    return same_struct ? from.last_copy : nullptr;
}

LeafRef copy_cell(LeafCell& from, const void* source, const void* target)
{
    const auto distance = static_cast<const char*>(target) - static_cast<const char*>(source);
    if (LeafCell* tied = tied_copy(from, source, distance)) return LeafRef(tied);
    LeafRef cell = new_cell(from.value, from.name);
    cell->requires_grad = from.requires_grad;
    if (from.last_copy) from.last_copy->copied_from = nullptr;
    cell->copied_from = &from;
    from.last_copy = cell.get();
    from.last_copy_source = source;
    from.last_copy_distance = distance;
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
    const Tensor source = contiguous_copy(value);
    if (source.dtype() == cell.value.dtype() && source.sizes() == cell.value.sizes()) {
        const std::size_t bytes = static_cast<std::size_t>(source.numel()) * size_of(source.dtype());
        std::memcpy(begin_write(cell), source.raw(), bytes);
        return;
    }
    if (!is_floating(source.dtype())) (void)new_cell(source, cell.name);  // throws
    hold(cell, source);
    ++cell.version;
}

}  // namespace detail

Parameter::Parameter(const Tensor& value, std::string name) : cell_(detail::new_cell(value, name)) {}

Parameter::Parameter(const Parameter& other)
    : cell_(other.cell_ ? detail::copy_cell(*other.cell_, &other, this) : detail::LeafRef())
{
}

Parameter& Parameter::operator=(const Parameter& other)
{
    if (this == &other || !other.cell_) return *this;
    if (cell_)
        detail::write(*cell_, other.value());
    else
        cell_ = detail::copy_cell(*other.cell_, &other, this);
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

detail::LeafCell& Parameter::cell() const
{
    if (!cell_)
        throw std::invalid_argument(detail::error_text("Parameter", "the parameter is undefined",
                                                       "a default-constructed or moved-from Parameter has no cell",
                                                       "construct it from a value first"));
    return *cell_;
}

const Tensor& Parameter::value() const { return cell().value; }

}  // namespace xgrad
