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
    const std::int64_t groups = integer(options, 6), outputs = w.at(0) / groups;
    Index taps = y;
    taps.insert(taps.end(), w.begin() + 1, w.end());
    for_each_index(taps, [&](const Index& i) {  // n, o, row, column; channel in the group, kernel row and column
        Index at{i[0], i[1] / outputs * w[1] + i[4], 0, 0};
        for (std::size_t k = 0; k < 2; ++k) {
            at[2 + k] = i[2 + k] * integer(options, k) - integer(options, 2 + k) + i[5 + k] * integer(options, 4 + k);
            if (at[2 + k] < 0 || at[2 + k] >= x[2 + k]) return;
        }
        f(at, {i[1], i[4], i[5], i[6]}, {i[0], i[1], i[2], i[3]});
    });
}

Array conv2d(const Array& x, const Array& w, const Array& options)
{
    Index sizes{x.sizes.at(0), w.sizes.at(0)};
    for (std::size_t k = 0; k < 2; ++k) {
        const std::int64_t reach = integer(options, 4 + k) * (w.sizes.at(2 + k) - 1) + 1;
        sizes.push_back((x.sizes.at(2 + k) + 2 * integer(options, 2 + k) - reach) / integer(options, k) + 1);
    }
    Array y(sizes, 0);
    for_each_tap(x.sizes, w.sizes, y.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { y.at(o) += x.at(i) * w.at(k); });
    return y;
}

Array conv2d_input_gradient(const Array& gy, const Array& w, const Array& options, const Array& like)
{
    Array gx(like.sizes, 0);
    for_each_tap(gx.sizes, w.sizes, gy.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { gx.at(i) += gy.at(o) * w.at(k); });
    return gx;
}

Array conv2d_weight_gradient(const Array& gy, const Array& x, const Array& options, const Array& like)
{
    Array gw(like.sizes, 0);
    for_each_tap(x.sizes, gw.sizes, gy.sizes, options,
                 [&](const Index& i, const Index& k, const Index& o) { gw.at(k) += gy.at(o) * x.at(i); });
    return gw;
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

}  // namespace

void add_image_functions(Functions& f)
{
    f["conv2d/3"] = [](const Arguments& x) { return conv2d(x[0], x[1], x[2]); };
    f["conv2d_input_gradient/4"] = [](const Arguments& x) { return conv2d_input_gradient(x[0], x[1], x[2], x[3]); };
    f["conv2d_weight_gradient/4"] = [](const Arguments& x) { return conv2d_weight_gradient(x[0], x[1], x[2], x[3]); };
    f["max_pool2d/3"] = [](const Arguments& x) { return max_pool2d_at(x[0], x[0], x[1], x[2]); };
    f["max_pool2d_at/4"] = [](const Arguments& x) { return max_pool2d_at(x[0], x[1], x[2], x[3]); };
    f["max_pool2d_gradient/3"] = [](const Arguments& x) { return max_pool2d_gradient(x[0], x[1], x[2]); };
    f["avg_pool2d/3"] = [](const Arguments& x) { return avg_pool2d(x[0], x[1], x[2]); };
    f["avg_pool2d_gradient/3"] = [](const Arguments& x) { return avg_pool2d_gradient(x[0], x[1], x[2]); };
}

}  // namespace xgrad::testing
