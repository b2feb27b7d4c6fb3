#pragma once

// One row of the table: the same work done in five ways.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

using Work = std::function<void()>;

struct Case {
    std::string name;
    std::int64_t rows, columns;
    int dtype;         // 0: f32, 1: f64
    double goal;       // ours over flat at most
    Work op;           // by the public API, without a tape
    Work kernel;       // the part of it that computes
    Work flat, plain;  // loops.hpp
    Work xtensor;      // an expression assigned to an array that is there, without a temporary
};

/// All cases of a shape and dtype.
std::vector<Case> elementwise_cases(std::int64_t rows, std::int64_t columns, int dtype);
std::vector<Case> reduction_cases(std::int64_t rows, std::int64_t columns, int dtype);
std::vector<Case> copy_cases(std::int64_t rows, std::int64_t columns, int dtype);

/// The xtensor expression of that name.
Work xtensor_case(const std::string& name, std::int64_t rows, std::int64_t columns, int dtype);

/// Element i of the first, second ... array that everybody computes with, in [-4, 4): a fixed pattern without order.
inline double element(int array, std::int64_t i)
{
    const auto mixed =
        (static_cast<std::uint64_t>(i) + 1) * 0x9e3779b97f4a7c15u * static_cast<std::uint64_t>(2 * array + 1);
    return static_cast<double>(mixed >> 40) / 0x1p24 * 8 - 4;
}

}  // namespace bench
