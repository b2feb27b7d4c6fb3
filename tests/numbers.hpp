#pragma once

#include <xgrad/tensor.hpp>

#include <vector>

namespace xgrad::testing {

/// Numbers of both signs in f64, the first 251 of them at least 0.025 apart.
inline Tensor numbers(Sizes sizes)
{
    std::vector<double> values(static_cast<std::size_t>(detail::checked_numel("numbers", sizes)));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>((i * 37 + 11) % 251) / 40 - 3.1;
    return from_values(sizes, values);
}

}  // namespace xgrad::testing
