#pragma once

// Pooling over the last one, two or three axes of (N, C, L), (N, C, H, W) or (N, C, D, H, W); N may be left out.
// An output axis has (in + 2 padding - dilation (kernel - 1) - 1) / stride + 1 elements, rounded down, or up with
// ceil_mode. All throw ShapeError for shapes and options that make no pooling, DtypeError unless x is floating.

#include <xgrad/ops/conv.hpp>
#include <xgrad/ops/reduce.hpp>

#include <optional>

namespace xgrad {

template <class Size>
struct MaxPoolOptions {
    std::optional<Size> stride = {};  ///< the kernel's size unless given
    Size padding = 0;                 ///< at most half of the kernel; padding never wins
    Size dilation = 1;
    bool ceil_mode = false;  ///< a last window may reach beyond the end
};
using MaxPool1dOptions = MaxPoolOptions<std::int64_t>;
using MaxPool2dOptions = MaxPoolOptions<Size2>;
using MaxPool3dOptions = MaxPoolOptions<Size3>;

template <class Size>
struct AvgPoolOptions {
    std::optional<Size> stride = {};
    Size padding = 0;
    bool ceil_mode = false;
    bool count_include_pad = true;      ///< padding counts as elements that are 0
    std::int64_t divisor_override = 0;  ///< divides each sum instead of the number of elements, unless 0
};
using AvgPool1dOptions = AvgPoolOptions<std::int64_t>;
using AvgPool2dOptions = AvgPoolOptions<Size2>;
using AvgPool3dOptions = AvgPoolOptions<Size3>;

/// The largest element of each window; NaN wins. The gradient goes to the first largest element (the last NaN).
Tensor max_pool1d(const Input& x, std::int64_t kernel, MaxPool1dOptions options = {});
Tensor max_pool2d(const Input& x, Size2 kernel, MaxPool2dOptions options = {});
Tensor max_pool3d(const Input& x, Size3 kernel, MaxPool3dOptions options = {});

/// And where each stands: its row-major position in the pooled axes of x.
ValuesAndIndices max_pool1d_with_indices(const Input& x, std::int64_t kernel, MaxPool1dOptions options = {});
ValuesAndIndices max_pool2d_with_indices(const Input& x, Size2 kernel, MaxPool2dOptions options = {});
ValuesAndIndices max_pool3d_with_indices(const Input& x, Size3 kernel, MaxPool3dOptions options = {});

/// The mean of each window.
Tensor avg_pool1d(const Input& x, std::int64_t kernel, AvgPool1dOptions options = {});
Tensor avg_pool2d(const Input& x, Size2 kernel, AvgPool2dOptions options = {});
Tensor avg_pool3d(const Input& x, Size3 kernel, AvgPool3dOptions options = {});

/// As the size of an adaptive pooling's output: as many elements as x has along the axis. PyTorch's None.
constexpr std::int64_t kSameSize = -1;

/// The mean of windows that share out each axis evenly: output i of n sees floor(i in / n) to ceil((i + 1) in / n) - 1.
Tensor adaptive_avg_pool1d(const Input& x, std::int64_t output_size);
Tensor adaptive_avg_pool2d(const Input& x, Size2 output_size);
Tensor adaptive_avg_pool3d(const Input& x, Size3 output_size);

/// The largest element of such windows, by the rules of max_pool.
Tensor adaptive_max_pool1d(const Input& x, std::int64_t output_size);
Tensor adaptive_max_pool2d(const Input& x, Size2 output_size);
Tensor adaptive_max_pool3d(const Input& x, Size3 output_size);
ValuesAndIndices adaptive_max_pool1d_with_indices(const Input& x, std::int64_t output_size);
ValuesAndIndices adaptive_max_pool2d_with_indices(const Input& x, Size2 output_size);
ValuesAndIndices adaptive_max_pool3d_with_indices(const Input& x, Size3 output_size);

template <class Size>
struct LpPoolOptions {
    std::optional<Size> stride = {};
    bool ceil_mode = false;
};
using LpPool1dOptions = LpPoolOptions<std::int64_t>;
using LpPool2dOptions = LpPoolOptions<Size2>;

/// (sum of x^p over each window)^(1/p), of x itself and not of its absolute value, as in PyTorch; where the sum is 0, the
/// gradient is 0. A window that reaches beyond the end counts as a whole: its sum is that of its elements times
/// kernel / number of elements. p is not 0.
Tensor lp_pool1d(const Input& x, double p, std::int64_t kernel, LpPool1dOptions options = {});
Tensor lp_pool2d(const Input& x, double p, Size2 kernel, LpPool2dOptions options = {});

template <class Size>
struct MaxUnpoolOptions {
    std::optional<Size> stride = {};  ///< the kernel's size unless given
    Size padding = 0;
    std::optional<Size> output_size =
        {};  ///< (in - 1) stride - 2 padding + kernel unless given; less than a stride off
};
using MaxUnpool1dOptions = MaxUnpoolOptions<std::int64_t>;
using MaxUnpool2dOptions = MaxUnpoolOptions<Size2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<Size3>;

/// Puts x at the indices that a max_pool gave, 0 elsewhere. Of equal indices the last one stays and alone gets a
/// gradient. Throws ShapeError for an index that lies outside the output, DtypeError unless i64.
Tensor max_unpool1d(const Input& x, const Tensor& indices, std::int64_t kernel, MaxUnpool1dOptions options = {});
Tensor max_unpool2d(const Input& x, const Tensor& indices, Size2 kernel, MaxUnpool2dOptions options = {});
Tensor max_unpool3d(const Input& x, const Tensor& indices, Size3 kernel, MaxUnpool3dOptions options = {});

}  // namespace xgrad
