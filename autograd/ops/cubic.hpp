#pragma once

// Keys' cubic kernel, with PyTorch's a = -0.75; T is a number or a tensor.

namespace xgrad::detail {

/// The weight of tap k of four, where t in [0, 1) is the distance from tap 1.
template <class T>
T cubic_weight(const T& t, int k)
{
    constexpr double a = -0.75;
    const auto near = [](const T& d) -> T { return ((a + 2) * d - (a + 3)) * d * d + 1.0; };
    const auto far = [](const T& d) -> T { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    if (k == 0) return far(t + 1.0);
    if (k == 1) return near(t);
    return k == 2 ? near(1.0 - t) : far(2.0 - t);
}

}  // namespace xgrad::detail
