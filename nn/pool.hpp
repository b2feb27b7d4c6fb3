#pragma once

// Pooling as layers: the operations of the same names with their kernel and options kept.

#include <xgrad/nn/members.hpp>
#include <xgrad/ops/pool.hpp>

namespace xgrad::nn {

struct MaxPool1d {
    std::int64_t kernel_size;
    MaxPool1dOptions options = {};
    Tensor operator()(const Input& x) const { return max_pool1d(x, kernel_size, options); }
};
struct MaxPool2d {
    Size2 kernel_size;
    MaxPool2dOptions options = {};
    Tensor operator()(const Input& x) const { return max_pool2d(x, kernel_size, options); }
};
struct MaxPool3d {
    Size3 kernel_size;
    MaxPool3dOptions options = {};
    Tensor operator()(const Input& x) const { return max_pool3d(x, kernel_size, options); }
};

struct AvgPool1d {
    std::int64_t kernel_size;
    AvgPool1dOptions options = {};
    Tensor operator()(const Input& x) const { return avg_pool1d(x, kernel_size, options); }
};
struct AvgPool2d {
    Size2 kernel_size;
    AvgPool2dOptions options = {};
    Tensor operator()(const Input& x) const { return avg_pool2d(x, kernel_size, options); }
};
struct AvgPool3d {
    Size3 kernel_size;
    AvgPool3dOptions options = {};
    Tensor operator()(const Input& x) const { return avg_pool3d(x, kernel_size, options); }
};

// kSameSize keeps the size of an axis.

struct AdaptiveAvgPool1d {
    std::int64_t output_size;
    Tensor operator()(const Input& x) const { return adaptive_avg_pool1d(x, output_size); }
};
struct AdaptiveAvgPool2d {
    Size2 output_size;
    Tensor operator()(const Input& x) const { return adaptive_avg_pool2d(x, output_size); }
};
struct AdaptiveAvgPool3d {
    Size3 output_size;
    Tensor operator()(const Input& x) const { return adaptive_avg_pool3d(x, output_size); }
};
struct AdaptiveMaxPool1d {
    std::int64_t output_size;
    Tensor operator()(const Input& x) const { return adaptive_max_pool1d(x, output_size); }
};
struct AdaptiveMaxPool2d {
    Size2 output_size;
    Tensor operator()(const Input& x) const { return adaptive_max_pool2d(x, output_size); }
};
struct AdaptiveMaxPool3d {
    Size3 output_size;
    Tensor operator()(const Input& x) const { return adaptive_max_pool3d(x, output_size); }
};

struct LPPool1d {
    double norm_type;
    std::int64_t kernel_size;
    LpPool1dOptions options = {};
    Tensor operator()(const Input& x) const { return lp_pool1d(x, norm_type, kernel_size, options); }
};
struct LPPool2d {
    double norm_type;
    Size2 kernel_size;
    LpPool2dOptions options = {};
    Tensor operator()(const Input& x) const { return lp_pool2d(x, norm_type, kernel_size, options); }
};

}  // namespace xgrad::nn
