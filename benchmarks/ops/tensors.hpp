#pragma once

// The tensors that the cases compute with.

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tensor.hpp>

#include <memory>
#include <utility>
#include <vector>

#include "autograd/new_tensor.hpp"
#include "benchmarks/ops/cases.hpp"
#include "benchmarks/ops/loops.hpp"

namespace bench {

using xgrad::Tensor;

inline xgrad::Dtype dtype_of(int dtype) { return dtype == 0 ? xgrad::f32 : xgrad::f64; }

/// The array of that number, with a range given.
inline Tensor values(xgrad::Sizes sizes, int dtype, int array, double low = -4, double high = 4)
{
    std::int64_t count = 1;
    for (const std::int64_t size : sizes) count *= size;
    std::vector<double> numbers(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        numbers[static_cast<std::size_t>(i)] = low + (element(array, i) + 4) / 8 * (high - low);
    return to(xgrad::from_values(sizes, numbers), dtype_of(dtype));
}

/// Makes the works of a case: they share x and write into memory of y's shape that is there before.
class Maker {
public:
    Maker(std::string name, std::int64_t rows, std::int64_t columns, int dtype, double goal)
        : case_{std::move(name), rows, columns, dtype, goal, {}, {}, {}, {}, {}}
    {
        case_.xtensor = xtensor_case(case_.name, rows, columns, dtype);
    }

    Maker& op(auto f)
    {
        case_.op = [f] { const Tensor y = f(); };
        return *this;
    }
    Maker& kernel(Work f)
    {
        case_.kernel = std::move(f);
        return *this;
    }
    /// Loops over a, b, c into y, all kept alive.
    Maker& against(const char* loop, const Tensor& y, const Tensor& a, const Tensor& b = {}, const Tensor& c = {})
    {
        const auto data = [](const Tensor& x) { return x.defined() ? x.raw() : nullptr; };
        const Arrays arrays{case_.rows, case_.columns, data(a), data(b), data(c), xgrad::detail::mutable_data(y)};
        const Loops& of = loops(loop);
        case_.flat = [f = of.flat[case_.dtype], arrays, y, a, b, c] { f(arrays); };
        case_.plain = [f = of.plain[case_.dtype], arrays, y, a, b, c] { f(arrays); };
        return *this;
    }
    Maker& plain(Work f)
    {
        case_.plain = std::move(f);
        return *this;
    }
    operator Case() const { return case_; }

private:
    Case case_;
};

}  // namespace bench
