#include "tests/formula_array.hpp"

#include <xgrad/elementary.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace xgrad::testing {
namespace {

std::int64_t product(const Index& sizes)
{
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Array make(const Index& sizes, const std::function<double(const Index&)>& f)
{
    Array y(sizes, 0);
    auto out = y.values.begin();
    for_each_index(sizes, [&](const Index& i) { *out++ = f(i); });
    return y;
}

/// A list of numbers as positions; negative axes count from the back.
Index integers(const Array& list)
{
    Index out;
    for (const double v : list.values) out.push_back(static_cast<std::int64_t>(v));
    return out;
}
Index axes_of(const Array& list, const Array& x)
{
    Index axes = integers(list);
    for (std::int64_t& axis : axes) axis = axis < 0 ? axis + x.axes() : axis;
    return axes;
}
std::size_t axis_of(const Array& number, const Array& x) { return static_cast<std::size_t>(axes_of(number, x).at(0)); }

/// The shape of x with size 1 at the axes.
Index kept_sizes(const Array& x, const Index& axes)
{
    Index sizes = x.sizes;
    for (const std::int64_t axis : axes) sizes.at(static_cast<std::size_t>(axis)) = 1;
    return sizes;
}

Array reduced(const Array& x, const Array& list, double start, const std::function<double(double, double)>& f)
{
    Array y(kept_sizes(x, axes_of(list, x)), start);
    for_each_index(x.sizes, [&](const Index& i) { y.at(i) = f(y.at(i), x.at(i)); });
    return y;
}

/// Where the first extremum stands, counted over the axes.
Array first_place(const Array& x, const Array& list, bool largest)
{
    const Index axes = axes_of(list, x);
    Array best(kept_sizes(x, axes), std::nan("")), y(best.sizes, 0);
    for_each_index(x.sizes, [&](const Index& i) {
        if (largest ? x.at(i) <= best.at(i) : x.at(i) >= best.at(i)) return;
        best.at(i) = x.at(i);
        y.at(i) = 0;
        for (std::size_t axis = 0; axis < i.size(); ++axis)
            if (best.sizes[axis] == 1 && std::find(axes.begin(), axes.end(), axis) != axes.end())
                y.at(i) = y.at(i) * static_cast<double>(x.sizes[axis]) + static_cast<double>(i[axis]);
    });
    return y;
}

Array with_sizes(Array x, const Index& sizes)
{
    if (product(sizes) != static_cast<std::int64_t>(x.values.size()))
        throw std::invalid_argument("reshape to another number of elements");
    x.sizes = sizes;
    return x;
}

Array expand(const Array& x, const Array& like)
{
    return make(like.sizes, [&](const Index& i) { return x.at(i); });
}
Array expand_axes(const Array& x, const Array& like, const Array& axes)
{
    return expand(x.values.size() == 1 ? Array(x.values[0]) : with_sizes(x, kept_sizes(like, axes_of(axes, like))),
                  like);
}

Array permute(const Array& x, const Index& axes)
{
    Index sizes;
    for (const std::int64_t axis : axes) sizes.push_back(x.sizes.at(static_cast<std::size_t>(axis)));
    return make(sizes, [&](const Index& i) {
        Index from(i.size());
        for (std::size_t k = 0; k < i.size(); ++k) from[static_cast<std::size_t>(axes[k])] = i[k];
        return x.at(from);
    });
}
Array exchanged(const Array& x, std::size_t axis0, std::size_t axis1)
{
    Index axes(x.sizes.size());
    std::iota(axes.begin(), axes.end(), 0);
    std::swap(axes.at(axis0), axes.at(axis1));
    return permute(x, axes);
}
Array inverse(const Array& axes)
{
    Array y(axes.sizes, 0);
    for (std::size_t i = 0; i < axes.values.size(); ++i)
        y.values.at(static_cast<std::size_t>(axes.values[i])) = static_cast<double>(i);
    return y;
}

Array range(double start, double stop, double step)
{
    Array y(Index{0}, 0);
    for (; start < stop; start += step, ++y.sizes[0]) y.values.push_back(start);
    return y;
}

Array take(const Array& x, const Array& axis_number, const Array& positions)
{
    const std::size_t axis = axis_of(axis_number, x);
    Index sizes = x.sizes;
    sizes.at(axis) = static_cast<std::int64_t>(positions.values.size());
    return make(sizes, [&](Index i) {
        i[axis] = static_cast<std::int64_t>(positions.values[static_cast<std::size_t>(i[axis])]);
        return x.at(i);
    });
}
Array put(const Array& x, const Array& axis_number, const Array& positions, const Array& like)
{
    const std::size_t axis = axis_of(axis_number, like);
    Index sizes = like.sizes;
    sizes.at(axis) = static_cast<std::int64_t>(positions.values.size());
    const Array from = with_sizes(x, sizes);
    Array y(like.sizes, 0);
    for_each_index(sizes, [&](const Index& i) {
        Index to = i;
        to[axis] = static_cast<std::int64_t>(positions.values[static_cast<std::size_t>(i[axis])]);
        y.at(to) += from.at(i);
    });
    return y;
}

Array take_along(const Array& x, const Array& indices, const Array& axis_number)
{
    const std::size_t axis = axis_of(axis_number, x);
    const Array places = with_sizes(indices, kept_sizes(x, {static_cast<std::int64_t>(axis)}));
    return make(places.sizes, [&](Index i) {
        i[axis] = static_cast<std::int64_t>(places.at(i));
        return x.at(i);
    });
}
Array put_along(const Array& x, const Array& indices, const Array& axis_number, const Array& like)
{
    const std::size_t axis = axis_of(axis_number, like);
    const Index kept = kept_sizes(like, {static_cast<std::int64_t>(axis)});
    const Array places = with_sizes(indices, kept), from = with_sizes(x, kept);
    Array y(like.sizes, 0);
    for_each_index(kept, [&](const Index& i) {
        Index to = i;
        to[axis] = static_cast<std::int64_t>(places.at(i));
        y.at(to) = from.at(i);
    });
    return y;
}

Array places(const Array& list, const Array& axis_number, const Array& which)
{
    const std::size_t axis = axis_of(axis_number, list.parts.at(0));
    double start = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(which.values.at(0)); ++k)
        start += static_cast<double>(list.parts.at(k).sizes.at(axis));
    const auto part = static_cast<std::size_t>(which.values.at(0));
    return range(start, start + static_cast<double>(list.parts.at(part).sizes.at(axis)), 1);
}
Array cat(const Array& list, const Array& axis_number)
{
    const std::size_t axis = axis_of(axis_number, list.parts.at(0));
    Array shape = list.parts[0];
    shape.sizes[axis] = 0;
    for (const Array& part : list.parts) shape.sizes[axis] += part.sizes.at(axis);
    Array y(shape.sizes, 0);
    for (std::size_t k = 0; k < list.parts.size(); ++k) {
        const Array part = put(list.parts[k], axis_number, places(list, axis_number, static_cast<double>(k)), y);
        for (std::size_t i = 0; i < y.values.size(); ++i) y.values[i] += part.values[i];
    }
    return y;
}
Array stack(const Array& list, const Array& axis_number)
{
    const double given = axis_number.values.at(0);
    const auto axis =
        static_cast<std::ptrdiff_t>(given < 0 ? given + static_cast<double>(list.parts[0].axes()) + 1 : given);
    Array parts;
    for (Array part : list.parts) {
        part.sizes.insert(part.sizes.begin() + axis, 1);
        parts.parts.push_back(part);
    }
    return cat(parts, static_cast<double>(axis));
}

void add_shape_functions(Functions& f)
{
    f["expand/2"] = [](const Arguments& x) { return expand(x[0], x[1]); };
    f["expand/3"] = [](const Arguments& x) { return expand_axes(x[0], x[1], x[2]); };
    f["sum_to/2"] = [](const Arguments& x) { return sum_to(x[0], x[1]); };
    f["reshape/2"] = [](const Arguments& x) { return reshape(x[0], x[1]); };
    f["permute/2"] = [](const Arguments& x) { return permute(x[0], axes_of(x[1], x[0])); };
    f["transpose/3"] = [](const Arguments& x) { return exchanged(x[0], axis_of(x[1], x[0]), axis_of(x[2], x[0])); };
    f["inverse/1"] = [](const Arguments& x) { return inverse(x[0]); };
    f["range/3"] = [](const Arguments& x) { return range(x[0].at({}), x[1].at({}), x[2].at({})); };
    f["take/3"] = [](const Arguments& x) { return take(x[0], x[1], x[2]); };
    f["put/4"] = [](const Arguments& x) { return put(x[0], x[1], x[2], x[3]); };
    f["take_along/3"] = [](const Arguments& x) { return take_along(x[0], x[1], x[2]); };
    f["put_along/4"] = [](const Arguments& x) { return put_along(x[0], x[1], x[2], x[3]); };
    f["at/2"] = [](const Arguments& x) { return Array(x[0].at(integers(x[1]))); };
    f["put/3"] = [](const Arguments& x) {
        Array y(x[2].sizes, 0);
        y.at(integers(x[1])) = x[0].at({});
        return y;
    };
    f["places/3"] = [](const Arguments& x) { return places(x[0], x[1], x[2]); };
    f["cat/2"] = [](const Arguments& x) { return cat(x[0], x[1]); };
    f["stack/2"] = [](const Arguments& x) { return stack(x[0], x[1]); };
}

void add_reductions(Functions& f)
{
    constexpr double inf = std::numeric_limits<double>::infinity();
    const auto largest = [](double a, double b) { return std::max(a, b); };
    const auto smallest = [](double a, double b) { return std::min(a, b); };
    f["sum/1"] = [](const Arguments& x) { return std::accumulate(x[0].values.begin(), x[0].values.end(), 0.0); };
    f["sum/2"] = [](const Arguments& x) { return reduced(x[0], x[1], 0, std::plus<>()); };
    f["prod/2"] = [](const Arguments& x) { return reduced(x[0], x[1], 1, std::multiplies<>()); };
    f["max/2"] = [=](const Arguments& x) { return reduced(x[0], x[1], -inf, largest); };
    f["min/2"] = [=](const Arguments& x) { return reduced(x[0], x[1], inf, smallest); };
    f["argmax/2"] = [](const Arguments& x) { return first_place(x[0], x[1], true); };
    f["argmin/2"] = [](const Arguments& x) { return first_place(x[0], x[1], false); };
    f["count/2"] = [](const Arguments& x) {
        return static_cast<double>(product(x[0].sizes) / product(kept_sizes(x[0], axes_of(x[1], x[0]))));
    };
}

Functions all_functions()
{
    Functions f;
    const std::pair<const char*, double (*)(double)> unary[] = {{"exp", std::exp},
                                                                {"exp2", std::exp2},
                                                                {"expm1", std::expm1},
                                                                {"log", std::log},
                                                                {"log2", std::log2},
                                                                {"log10", std::log10},
                                                                {"log1p", std::log1p},
                                                                {"sqrt", std::sqrt},
                                                                {"cbrt", std::cbrt},
                                                                {"tanh", std::tanh},
                                                                {"sinh", std::sinh},
                                                                {"cosh", std::cosh},
                                                                {"asinh", std::asinh},
                                                                {"acosh", std::acosh},
                                                                {"atanh", std::atanh},
                                                                {"sin", std::sin},
                                                                {"cos", std::cos},
                                                                {"tan", std::tan},
                                                                {"asin", std::asin},
                                                                {"acos", std::acos},
                                                                {"atan", std::atan},
                                                                {"erf", std::erf},
                                                                {"erfc", std::erfc},
                                                                {"lgamma", std::lgamma},
                                                                {"floor", std::floor},
                                                                {"ceil", std::ceil},
                                                                {"trunc", std::trunc},
                                                                {"abs", std::fabs},
                                                                {"round", std::nearbyint},
                                                                {"erfinv", elementary::erfinv<double>},
                                                                {"digamma", elementary::digamma<double>},
                                                                {"trigamma", elementary::trigamma<double>},
                                                                {"i0", elementary::i0<double>},
                                                                {"i0e", elementary::i0e<double>},
                                                                {"i1", elementary::i1<double>},
                                                                {"i1e", elementary::i1e<double>},
                                                                {"erfcx", elementary::erfcx<double>},
                                                                {"ndtri", elementary::ndtri<double>}};
    const std::pair<const char*, double (*)(double, double)> binary[] = {
        {"pow", std::pow},
        {"atan2", std::atan2},
        {"hypot", std::hypot},
        {"fmod", std::fmod},
        {"copysign", std::copysign},
        {"remainder", elementary::remainder<double, double>},
        {"floor_divide", elementary::floor_divide<double, double>},
        {"polygamma", elementary::polygamma<double, double>},
        {"gcd", [](double a, double b) { return static_cast<double>(std::gcd(std::llround(a), std::llround(b))); }},
        {"bitwise_and", [](double a, double b) { return static_cast<double>(std::llround(a) & std::llround(b)); }}};
    for (const auto& [name, function] : unary)
        f[std::string(name) + "/1"] = [function = function](const Arguments& x) {
            return elementwise(x, [function](const auto& v) { return function(v[0]); });
        };
    for (const auto& [name, function] : binary)
        f[std::string(name) + "/2"] = [function = function](const Arguments& x) {
            return elementwise(x, [function](const auto& v) { return function(v[0], v[1]); });
        };
    f["where/3"] = [](const Arguments& x) {
        return elementwise(x, [](const auto& v) { return v[0] != 0 ? v[1] : v[2]; });
    };
    add_reductions(f);
    add_shape_functions(f);
    add_image_functions(f);
    add_matrix_functions(f);
    add_index_functions(f);
    add_recurrent_functions(f);
    return f;
}

}  // namespace

Array::Array(Index shape, double fill) : sizes(std::move(shape)), values(static_cast<std::size_t>(product(sizes)), fill)
{
}

Array::Array(const Tensor& x) : sizes(x.sizes().begin(), x.sizes().end()), values(x.to_vector<double>()) {}

double& Array::at(const Index& index)
{
    std::int64_t place = 0;
    for (std::size_t k = 0; k < sizes.size(); ++k) {
        const std::int64_t i = index.at(index.size() - sizes.size() + k);
        place = place * sizes[k] + (sizes[k] == 1 ? 0 : i < 0 ? i + sizes[k] : i);
    }
    return values.at(static_cast<std::size_t>(place));
}

void for_each_index(const Index& sizes, const std::function<void(const Index&)>& f)
{
    Index index(sizes.size(), 0);
    for (std::int64_t left = product(sizes); left > 0; --left) {
        f(index);
        for (std::size_t k = sizes.size(); k-- > 0 && ++index[k] == sizes[k];) index[k] = 0;
    }
}

Array elementwise(const Arguments& x, const std::function<double(const std::vector<double>&)>& f)
{
    Index sizes;
    for (const Array& a : x) {
        if (a.sizes.size() > sizes.size()) sizes.insert(sizes.begin(), a.sizes.size() - sizes.size(), 1);
        for (std::size_t k = 0; k < a.sizes.size(); ++k) {
            std::int64_t& size = sizes[sizes.size() - 1 - k];
            const std::int64_t other = a.sizes[a.sizes.size() - 1 - k];
            if (size != other && size != 1 && other != 1) throw std::invalid_argument("shapes do not broadcast");
            size = size == 1 ? other : size;
        }
    }
    return make(sizes, [&](const Index& i) {
        std::vector<double> v;
        for (const Array& a : x) v.push_back(a.at(i));
        return f(v);
    });
}

Array matrix_product(const Array& a, const Array& b)
{
    if (a.axes() < 2 || b.axes() < 2 || a.sizes.back() != b.sizes[b.sizes.size() - 2])
        throw std::invalid_argument("no matrix product of these shapes");
    Array batch = elementwise(
        {Array(Index(a.sizes.begin(), a.sizes.end() - 2), 0), Array(Index(b.sizes.begin(), b.sizes.end() - 2), 0)},
        [](const auto&) { return 0.0; });
    batch.sizes.insert(batch.sizes.end(), {a.sizes[a.sizes.size() - 2], b.sizes.back()});
    return make(batch.sizes, [&](const Index& i) {
        Index row = i, column = i;
        double y = 0;
        for (std::int64_t k = 0; k < a.sizes.back(); ++k) {
            row.back() = column[i.size() - 2] = k;
            y += a.at(row) * b.at(column);
        }
        return y;
    });
}

Array sum_to(const Array& x, const Array& like)
{
    Array y(like.sizes, 0);
    const Array wide = elementwise({x, y}, [](const auto& v) { return v[0]; });
    for_each_index(wide.sizes, [&](const Index& i) { y.at(i) += wide.at(i); });
    return y;
}

Array reshape(const Array& x, const Array& like) { return with_sizes(x, like.sizes); }

Array transposed(const Array& x) { return exchanged(x, x.sizes.size() - 2, x.sizes.size() - 1); }

bool same_but_for_ones(const Array& a, const Array& b)
{
    const auto without = [](Index sizes) {
        std::erase(sizes, 1);
        return sizes;
    };
    return without(a.sizes) == without(b.sizes);
}

const Functions& formula_functions()
{
    static const Functions functions = all_functions();
    return functions;
}

}  // namespace xgrad::testing
