#include <xgrad/ops/bridge.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/scalar_explain.hpp>

#include "autograd/ops/batch.hpp"
#include "autograd/walk.hpp"

namespace xgrad {

const Op kStackScalars{.name = "stack_scalars",
                       .formula = "reshape(s, y)",
                       .shapes = "s: n scalars -> y: any shape of n elements",
                       .derivatives = {"reshape(gy, s)"}};

const Op kScalarOf{
    .name = "scalar", .formula = "x[index]", .shapes = "x: S -> y: a scalar", .derivatives = {"put(gy, index, x)"}};

namespace {

using detail::Recording;

constexpr std::uint32_t kConstant = ~std::uint32_t{0};

/// The slots of the scalars on the running tape, in its arena; null when all are constants.
std::uint32_t* slots_of(Recording& r, const Scalar* scalars, std::size_t count)
{
    auto* slots = static_cast<std::uint32_t*>(r.arena.allocate(count * sizeof(std::uint32_t)));
    bool tracked = false;
    for (std::size_t i = 0; i < count; ++i) {
        const bool held = r.holds(scalars[i].serial());
        slots[i] = held ? r.slot_of(scalars[i].serial()) : kConstant;
        tracked |= held;
    }
    return tracked ? slots : nullptr;
}

Tensor from_scalars(Sizes sizes, const Scalar* scalars, std::size_t count)
{
    Tensor y = detail::empty(f64, sizes);
    for (std::size_t i = 0; i < count; ++i) detail::mutable_data<double>(y)[i] = scalars[i].value();
    Recording* r = detail::running();
    const std::uint32_t* slots = r ? slots_of(*r, scalars, count) : nullptr;
    if (!slots) return y;
    const auto vjp = [slots](const Tensor& gy, Adjoints& gx) {
        const Tensor flat = reshape(gy, {gy.numel()});
        for (std::int64_t i = 0; i < gy.numel(); ++i)
            if (slots[i] != kConstant) gx.walk().seed_scalar(slots[i], flat.scalar(i));
    };
    const Tensor recorded = record(kStackScalars, detail::Inputs::from_scalars(), y, vjp);
    if (r->log)
        for (std::size_t i = 0; i < count; ++i)
            r->log->back().scalars.push_back({scalars[i].value(), scalars[i].serial()});
    return recorded;
}

/// Row-major position of an element and its offset in the storage.
struct Place {
    std::int64_t position = 0, offset = 0;
};

Place place_of(const Tensor& x, Sizes index)
{
    bool fits = index.size() == x.ndim();
    Place place;
    for (std::size_t i = 0; fits && i < index.size(); ++i) {
        const std::int64_t size = x.sizes()[i], at = index[i] < 0 ? index[i] + size : index[i];
        fits = at >= 0 && at < size;
        place.position = place.position * size + at;
        place.offset += at * x.strides()[i];
    }
    if (!fits)
        throw ShapeError(detail::error_text("scalar",
                                            "index " + to_string(index) + " into shape " + to_string(x.sizes()),
                                            "one index for each axis, from -size to size - 1", "check the indices"));
    return place;
}

}  // namespace

Tensor stack(const std::vector<Scalar>& scalars)
{
    return from_scalars({static_cast<std::int64_t>(scalars.size())}, scalars.data(), scalars.size());
}

Tensor tensor(Sizes sizes, const std::vector<Scalar>& scalars)
{
    if (detail::checked_numel("tensor", sizes) != static_cast<std::int64_t>(scalars.size()))
        throw ShapeError(detail::error_text(
            "tensor", "shape " + to_string(sizes) + " and " + std::to_string(scalars.size()) + " scalars",
            "one scalar an element, in row-major order", "correct the shape or the list"));
    return from_scalars(sizes, scalars.data(), scalars.size());
}

Scalar Tensor::scalar(Sizes index) const
{
    if (!is_floating(dtype()))
        throw DtypeError(detail::error_text("scalar", "a tensor " + describe(*this), "a Scalar is a floating number",
                                            "convert it first: to(x, f64)"));
    const Place place = place_of(*this, index);
    if (detail::is_batched(*this)) detail::throw_many_numbers("scalar", *this);
    const double value = dtype() == f64 ? static_cast<const double*>(raw())[place.offset]
                                        : static_cast<const float*>(raw())[place.offset];
    if (!detail::is_tracked(*this)) return value;
    const Tensor y =
        record(kScalarOf, {*this}, xgrad::tensor(value, f64),
               [position = place.position](const Tensor& gy, Adjoints& gx) { gx.add_element(0, position, gy); });
    Recording& r = *detail::running();
    detail::Node& node = r.nodes[y.header().node];
    node.flags |= detail::Node::kScalar;
    r.expect_residue();
    const Scalar scalar = Scalar::from_tape(value, r.base_serial + node.slot);
    if (r.explains()) detail::describe(r, scalar, "");
    return scalar;
}

Scalar Tensor::scalar() const { return scalar(Sizes()); }
Scalar Tensor::scalar(std::int64_t i) const { return scalar(Sizes(&i, 1)); }
Scalar Tensor::scalar(std::int64_t i, std::int64_t j) const { return scalar({i, j}); }
Scalar Tensor::scalar(std::int64_t i, std::int64_t j, std::int64_t k) const { return scalar({i, j, k}); }
Scalar Tensor::scalar(std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t l) const
{
    return scalar({i, j, k, l});
}

Tensor detach(const Tensor& x)
{
    return detail::on_all_samples(x,
                                  [](const Tensor& all) { return detail::view(all, all.sizes(), all.strides(), 0); });
}

const Op kClone{.name = "clone", .formula = "x", .shapes = "x: S -> y: S", .derivatives = {"gy"}};

Tensor clone(const Input& x)
{
    if (detail::is_batched(*x)) return detail::of_all(x, [](const Input& all) { return clone(all); });
    return record(kClone, {x}, detail::contiguous_copy(*x), [](const Tensor& gy, Adjoints& gx) { gx.add(0, gy); });
}

namespace detail {

Tensor from_scalar(const Scalar& x) { return from_scalars({}, &x, 1); }

Tensor one_element(Sizes sizes, std::int64_t element, const Tensor& value)
{
    const Tensor mask = full(sizes, 0, value.dtype());
    if (value.dtype() == f64)
        mutable_data<double>(mask)[element] = 1;
    else
        mutable_data<float>(mask)[element] = 1;
    return mul(value, mask);
}

}  // namespace detail
}  // namespace xgrad
