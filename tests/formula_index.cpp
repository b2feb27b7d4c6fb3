// Functions of places, windows, running reductions and order that formulas may call, by their definitions.
#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "tests/formula_array.hpp"

namespace xgrad::testing {
namespace {

std::int64_t number(const Array& x) { return static_cast<std::int64_t>(x.at({})); }

std::size_t axis_of(const Array& axis, std::int64_t axes)
{
    return static_cast<std::size_t>(number(axis) < 0 ? number(axis) + axes : number(axis));
}

Array take_at(const Array& x, const Array& places)
{
    return elementwise({places},
                       [&x](const auto& v) { return v[0] < 0 ? 0 : x.values.at(static_cast<std::size_t>(v[0])); });
}

/// x with f(what is there, the value) at the places, one after the other.
Array joined(Array x, const Array& places, const Array& values, const std::function<double(double, double)>& f)
{
    for (std::size_t k = 0; k < places.values.size(); ++k) {
        if (places.values[k] < 0) continue;
        double& at = x.values.at(static_cast<std::size_t>(places.values[k]));
        at = f(at, values.values.at(values.values.size() == 1 ? 0 : k));
    }
    return x;
}

double second(double, double b) { return b; }

Array flip(const Array& x, const Array& axes)
{
    Array y(x.sizes, 0);
    for_each_index(x.sizes, [&](const Index& i) {
        Index to = i;
        for (const double given : axes.values) {
            const std::size_t axis = axis_of(given, x.axes());
            to[axis] = x.sizes[axis] - 1 - i[axis];
        }
        y.at(to) = x.at(i);
    });
    return y;
}

Array pad(const Array& x, const Array& start, const Array& end, double value)
{
    Index sizes = x.sizes;
    const auto amount = [](const Array& list, std::size_t i) { return static_cast<std::int64_t>(list.values.at(i)); };
    for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] += amount(start, i) + amount(end, i);
    Array y(sizes, value);
    for_each_index(sizes, [&](const Index& i) {
        Index from = i;
        bool inside = true;
        for (std::size_t k = 0; k < i.size(); ++k) {
            from[k] -= amount(start, k);
            inside = inside && from[k] >= 0 && from[k] < x.sizes[k];
        }
        if (inside) y.at(i) = x.at(from);
    });
    return y;
}

/// f(position in x, position in its windows) for every element of every window.
void for_each_in_windows(const Index& sizes, const Array& axis_number, const Array& size, const Array& step,
                         const std::function<void(const Index&, const Index&)>& f)
{
    const std::size_t axis = axis_of(axis_number, static_cast<std::int64_t>(sizes.size()));
    Index windows = sizes;
    windows[axis] = (sizes[axis] - number(size)) / number(step) + 1;
    windows.push_back(number(size));
    for_each_index(windows, [&](const Index& i) {
        Index from(i.begin(), i.end() - 1);
        from[axis] = i[axis] * number(step) + i.back();
        f(from, i);
    });
}

Array unfold(const Array& x, const Array& axis, const Array& size, const Array& step)
{
    Array y;
    y.sizes = x.sizes;
    const std::size_t at = axis_of(axis, x.axes());
    y.sizes[at] = (x.sizes[at] - number(size)) / number(step) + 1;
    y.sizes.push_back(number(size));
    for_each_in_windows(x.sizes, axis, size, step,
                        [&](const Index& from, const Index&) { y.values.push_back(x.at(from)); });
    return y;
}

Array fold(const Array& g, const Array& axis, const Array& size, const Array& step, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_in_windows(like.sizes, axis, size, step, [&](const Index& to, const Index& i) { y.at(to) += g.at(i); });
    return y;
}

/// f(position in x, position in the diagonal, which is the last axis) along a diagonal of two axes.
void for_each_on_diagonal(const Index& sizes, const Arguments& place,
                          const std::function<void(const Index&, const Index&)>& f)
{
    const auto axes = static_cast<std::int64_t>(sizes.size());
    const std::size_t axis0 = axis_of(place[1], axes), axis1 = axis_of(place[2], axes);
    const std::int64_t offset = number(place[0]);
    for_each_index(sizes, [&](const Index& i) {
        if (i[axis1] - i[axis0] != offset) return;
        Index on;
        for (std::size_t k = 0; k < i.size(); ++k)
            if (k != axis0 && k != axis1) on.push_back(i[k]);
        on.push_back(std::min(i[axis0], i[axis1]));
        f(i, on);
    });
}

Array put_diagonal(const Array& d, const Arguments& place, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_on_diagonal(y.sizes, place, [&](const Index& i, const Index& on) { y.at(i) = d.at(on); });
    return y;
}

Array diagonal(const Array& x, const Arguments& place)
{
    const auto axes = static_cast<std::size_t>(x.axes());
    Array y(Index(axes - 1, 0), 0);
    for_each_on_diagonal(x.sizes, place, [&](const Index&, const Index& on) {
        for (std::size_t k = 0; k < on.size(); ++k) y.sizes[k] = std::max(y.sizes[k], on[k] + 1);
    });
    y = Array(y.sizes, 0);
    for_each_on_diagonal(x.sizes, place, [&](const Index& i, const Index& on) { y.at(on) = x.at(i); });
    return y;
}

/// y_k = f(y of the position before, k's own index), along an axis, from its end where the step is -1.
Array scan(const Array& like, const Array& axis_number, const Array& step, double start,
           const std::function<double(double, const Index&)>& f)
{
    const std::size_t axis = axis_of(axis_number, like.axes());
    const std::int64_t n = like.sizes[axis];
    Array y(like.sizes, 0);
    for (std::int64_t k = 0; k < n; ++k)
        for_each_index(like.sizes, [&](const Index& i) {
            if (i[axis] != (number(step) > 0 ? k : n - 1 - k)) return;
            Index before = i;
            before[axis] -= number(step);
            y.at(i) = f(k == 0 ? start : y.at(before), i);
        });
    return y;
}

Array shift(const Array& x, const Array& axis_number, const Array& step, const Array& value)
{
    const std::size_t axis = axis_of(axis_number, x.axes());
    Array y(x.sizes, value.at({}));
    for_each_index(x.sizes, [&](const Index& i) {
        Index to = i;
        to[axis] += number(step);
        if (to[axis] >= 0 && to[axis] < x.sizes[axis]) y.at(to) = x.at(i);
    });
    return y;
}

/// For each position along the axis the number of those that come before it.
Array ranks(const Array& x, std::size_t axis, const std::function<bool(double, double)>& before)
{
    Array y(x.sizes, 0);
    for_each_index(x.sizes, [&](const Index& i) {
        for (std::int64_t k = 0; k < x.sizes[axis]; ++k) {
            Index other = i;
            other[axis] = k;
            if (before(x.at(other), x.at(i)) || (k < i[axis] && !before(x.at(i), x.at(other)))) ++y.at(i);
        }
    });
    return y;
}

Array argsort(const Array& x, const Array& axis_number, const Array& direction)
{
    const std::size_t axis = axis_of(axis_number, x.axes());
    const bool ascending = number(direction) > 0;
    const Array rank = ranks(x, axis, [=](double a, double b) { return ascending ? a < b : a > b; });
    Array y(x.sizes, 0);
    for_each_index(x.sizes, [&](const Index& i) {
        Index to = i;
        to[axis] = static_cast<std::int64_t>(rank.at(i));
        y.at(to) = static_cast<double>(i[axis]);
    });
    return y;
}

Array running_place(const Array& x, const Array& axis_number, double sign)
{
    const std::size_t axis = axis_of(axis_number, x.axes());
    return scan(x, axis_number, 1, 0, [&](double best, const Index& i) {
        Index at = i;
        at[axis] = static_cast<std::int64_t>(best);
        return sign * x.at(i) >= sign * x.at(at) ? static_cast<double>(i[axis]) : best;
    });
}

}  // namespace

void add_index_functions(Functions& f)
{
    f["take_at/2"] = [](const Arguments& x) { return take_at(x[0], x[1]); };
    f["add_at/3"] = [](const Arguments& x) { return joined(Array(x[2].sizes, 0), x[1], x[0], std::plus<>()); };
    f["put_at/3"] = [](const Arguments& x) { return joined(x[0], x[1], x[2], second); };
    f["max_at/3"] = [](const Arguments& x) {
        return joined(x[0], x[1], x[2], [](double a, double b) { return std::max(a, b); });
    };
    f["min_at/3"] = [](const Arguments& x) {
        return joined(x[0], x[1], x[2], [](double a, double b) { return std::min(a, b); });
    };
    f["flip/2"] = [](const Arguments& x) { return flip(x[0], x[1]); };
    f["pad/4"] = [](const Arguments& x) { return pad(x[0], x[1], x[2], x[3].at({})); };
    f["unfold/4"] = [](const Arguments& x) { return unfold(x[0], x[1], x[2], x[3]); };
    f["fold/5"] = [](const Arguments& x) { return fold(x[0], x[1], x[2], x[3], x[4]); };
    f["diagonal/4"] = [](const Arguments& x) { return diagonal(x[0], {x[1], x[2], x[3]}); };
    f["put_diagonal/5"] = [](const Arguments& x) { return put_diagonal(x[0], {x[1], x[2], x[3]}, x[4]); };
    f["shift/4"] = [](const Arguments& x) { return shift(x[0], x[1], x[2], x[3]); };
    f["cumsum/3"] = [](const Arguments& x) {
        return scan(x[0], x[1], x[2], 0, [&](double before, const Index& i) { return before + x[0].at(i); });
    };
    f["cumprod/3"] = [](const Arguments& x) {
        return scan(x[0], x[1], x[2], 1, [&](double before, const Index& i) { return before * x[0].at(i); });
    };
    f["linear_scan/4"] = [](const Arguments& x) {
        const auto next = [&](double before, const Index& i) { return x[0].at(i) * before + x[1].at(i); };
        return scan(x[1], x[2], x[3], 0, next);
    };
    f["argsort/3"] = [](const Arguments& x) { return argsort(x[0], x[1], x[2]); };
    f["running_argmax/2"] = [](const Arguments& x) { return running_place(x[0], x[1], 1); };
    f["running_argmin/2"] = [](const Arguments& x) { return running_place(x[0], x[1], -1); };
    f["median/1"] = [](const Arguments& x) {
        std::vector<double> values = x[0].values;
        std::sort(values.begin(), values.end());
        return Array(values.at((values.size() - 1) / 2));
    };
}

}  // namespace xgrad::testing
