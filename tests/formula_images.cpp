// Convolutions and pooling for the formulas of operations, tap by tap; see formula_array.hpp.
#include "tests/formula_array.hpp"

#include <algorithm>
#include <limits>

namespace xgrad::testing {
namespace {

std::int64_t integer(const Array& list, std::size_t i) { return static_cast<std::int64_t>(list.values.at(i)); }

/// Calls f(x index, w index, y index) for each product that a convolution adds up.
void for_each_tap(const Index& x, const Index& w, const Index& y, const Array& options,
                  const std::function<void(const Index&, const Index&, const Index&)>& f)
{
    const std::size_t axes = x.size() - 2;
    const std::int64_t groups = integer(options, 3 * axes), outputs = w.at(0) / groups;
    for_each_index(y, [&](const Index& o) {                             // n, o, row, column
        for_each_index({w.begin() + 1, w.end()}, [&](const Index& k) {  // channel in the group, kernel row and column
            Index at{o[0], o[1] / outputs * w[1] + k[0]}, tap{o[1], k[0]};
            for (std::size_t d = 0; d < axes; ++d) {
                at.push_back(o[2 + d] * integer(options, d) - integer(options, axes + d) +
                             k[1 + d] * integer(options, 2 * axes + d));
                tap.push_back(k[1 + d]);
                if (at[2 + d] < 0 || at[2 + d] >= x[2 + d]) return;
            }
            f(at, tap, o);
        });
    });
}

Array conv(const Array& x, const Array& w, const Array& options)
{
    Index sizes{x.sizes.at(0), w.sizes.at(0)};
    const std::size_t axes = x.sizes.size() - 2;
    for (std::size_t d = 0; d < axes; ++d) {
        const std::int64_t reach = integer(options, 2 * axes + d) * (w.sizes.at(2 + d) - 1) + 1;
        sizes.push_back((x.sizes.at(2 + d) + 2 * integer(options, axes + d) - reach) / integer(options, d) + 1);
    }
    Array y(sizes, 0);
    for_each_tap(x.sizes, w.sizes, y.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { y.at(o) += x.at(i) * w.at(k); });
    return y;
}

Array conv_input_gradient(const Array& gy, const Array& w, const Array& options, const Array& like)
{
    Array gx(like.sizes, 0);
    for_each_tap(gx.sizes, w.sizes, gy.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { gx.at(i) += gy.at(o) * w.at(k); });
    return gx;
}

Array conv_weight_gradient(const Array& gy, const Array& x, const Array& options, const Array& like)
{
    Array gw(like.sizes, 0);
    for_each_tap(x.sizes, gw.sizes, gy.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { gw.at(k) += gy.at(o) * x.at(i); });
    return gw;
}

/// Calls f(x index, columns index) for each element of each window inside x.
void for_each_element_of_windows(const Index& x, const Array& window,
                                 const std::function<void(const Index&, const Index&)>& f)
{
    const Index kernel{integer(window, 0), integer(window, 1)};
    Index out;
    for (std::size_t d = 0; d < 2; ++d)
        out.push_back((x[2 + d] + 2 * integer(window, 4 + d) - integer(window, 6 + d) * (kernel[d] - 1) - 1) /
                          integer(window, 2 + d) +
                      1);
    for_each_index({x[0], x[1], kernel[0], kernel[1], out[0], out[1]}, [&](const Index& i) {
        Index at{i[0], i[1]};
        for (std::size_t d = 0; d < 2; ++d)
            at.push_back(i[4 + d] * integer(window, 2 + d) - integer(window, 4 + d) +
                         i[2 + d] * integer(window, 6 + d));
        if (at[2] < 0 || at[2] >= x[2] || at[3] < 0 || at[3] >= x[3]) return;
        f(at, {i[0], (i[1] * kernel[0] + i[2]) * kernel[1] + i[3], i[4] * out[1] + i[5]});
    });
}

Array im2col(const Array& x, const Array& window, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_element_of_windows(x.sizes, window, [&](const Index& i, const Index& o) { y.at(o) = x.at(i); });
    return y;
}

Array col2im(const Array& x, const Array& window, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_element_of_windows(y.sizes, window, [&](const Index& i, const Index& o) { y.at(i) += x.at(o); });
    return y;
}

/// Calls f(y index, x indices, divisor) for each window.
void for_each_window(const Index& x, const Index& y, const Array& window,
                     const std::function<void(const Index&, const std::vector<Index>&, double)>& f)
{
    const bool counts_padding = window.values.size() > 8 && integer(window, 8) != 0;
    const double divisor = window.values.size() > 9 ? window.values[9] : 0;
    const std::size_t n = x.size() - 2;
    for_each_index(y, [&](const Index& o) {
        std::vector<Index> inside;
        double count = 0;
        for_each_index({integer(window, 0), integer(window, 1)}, [&](const Index& k) {
            Index i = o;
            bool in = true, in_padding = true;
            for (std::size_t d = 0; d < 2; ++d) {
                const std::int64_t padding = integer(window, 4 + d);
                i[n + d] = o[n + d] * integer(window, 2 + d) - padding + k[d] * integer(window, 6 + d);
                in = in && i[n + d] >= 0 && i[n + d] < x[n + d];
                in_padding = in_padding && i[n + d] < x[n + d] + padding;
            }
            if (in) inside.push_back(i);
            count += counts_padding ? in_padding : in;
        });
        f(o, inside, divisor != 0 ? divisor : count);
    });
}

Index first_maximum(const Array& x, const std::vector<Index>& places)
{
    return *std::max_element(places.begin(), places.end(),
                             [&](const Index& a, const Index& b) { return x.at(a) < x.at(b); });
}

/// v where x has the maximum of each window.
Array max_pool2d_at(const Array& v, const Array& x, const Array& window, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_window(x.sizes, y.sizes, window, [&](const Index& o, const std::vector<Index>& places, double) {
        y.at(o) = v.at(first_maximum(x, places));
    });
    return y;
}

Array max_pool2d_gradient(const Array& gy, const Array& x, const Array& window)
{
    Array gx(x.sizes, 0);
    for_each_window(x.sizes, gy.sizes, window, [&](const Index& o, const std::vector<Index>& places, double) {
        gx.at(first_maximum(x, places)) += gy.at(o);
    });
    return gx;
}

Array avg_pool2d(const Array& x, const Array& window, const Array& like)
{
    Array y(like.sizes, 0);
    for_each_window(x.sizes, y.sizes, window, [&](const Index& o, const std::vector<Index>& places, double n) {
        for (const Index& i : places) y.at(o) += x.at(i) / n;
    });
    return y;
}

Array avg_pool2d_gradient(const Array& gy, const Array& window, const Array& like)
{
    Array gx(like.sizes, 0);
    for_each_window(gx.sizes, gy.sizes, window, [&](const Index& o, const std::vector<Index>& places, double n) {
        for (const Index& i : places) gx.at(i) += gy.at(o) / n;
    });
    return gx;
}

/// The sum over j of weights[i, j] times x at position j of the axis.
Array weigh_along(const Array& x, const Array& number, const Array& weights)
{
    const auto axis = static_cast<std::size_t>(integer(number, 0));
    Index sizes = x.sizes;
    sizes.at(axis) = weights.sizes.at(0);
    Array y(sizes, 0);
    for_each_index(sizes, [&](const Index& i) {
        Index j = i;
        for (j[axis] = 0; j[axis] < x.sizes[axis]; ++j[axis]) y.at(i) += weights.at({i[axis], j[axis]}) * x.at(j);
    });
    return y;
}

}  // namespace

void add_image_functions(Functions& f)
{
    for (const std::string name : {"conv1d", "conv2d", "conv3d"}) {
        f[name + "/3"] = [](const Arguments& x) { return conv(x[0], x[1], x[2]); };
        f[name + "_input_gradient/4"] = [](const Arguments& x) { return conv_input_gradient(x[0], x[1], x[2], x[3]); };
        f[name + "_weight_gradient/4"] = [](const Arguments& x) {
            return conv_weight_gradient(x[0], x[1], x[2], x[3]);
        };
    }
    f["im2col/3"] = [](const Arguments& x) { return im2col(x[0], x[1], x[2]); };
    f["col2im/3"] = [](const Arguments& x) { return col2im(x[0], x[1], x[2]); };
    f["max_pool2d/3"] = [](const Arguments& x) { return max_pool2d_at(x[0], x[0], x[1], x[2]); };
    f["max_pool2d_at/4"] = [](const Arguments& x) { return max_pool2d_at(x[0], x[1], x[2], x[3]); };
    f["max_pool2d_gradient/3"] = [](const Arguments& x) { return max_pool2d_gradient(x[0], x[1], x[2]); };
    f["avg_pool2d/3"] = [](const Arguments& x) { return avg_pool2d(x[0], x[1], x[2]); };
    f["weigh_along/3"] = [](const Arguments& x) { return weigh_along(x[0], x[1], x[2]); };
    f["avg_pool2d_gradient/3"] = [](const Arguments& x) { return avg_pool2d_gradient(x[0], x[1], x[2]); };
}

}  // namespace xgrad::testing
