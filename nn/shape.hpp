#pragma once

// Layers that arrange elements anew, for nn::Sequential. Elsewhere call the operation.

#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/interpolate.hpp>
#include <xgrad/ops/shape.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::nn {

/// The axes from start_dim to end_dim in one: (n, ...) -> (n, product) as it comes.
struct Flatten {
    std::int64_t start_dim = 1, end_dim = -1;
    Tensor operator()(const Input& x) const { return flatten(x, start_dim, end_dim); }
};

/// One axis as several.
struct Unflatten {
    std::int64_t dim;
    std::vector<std::int64_t> sizes;
    Tensor operator()(const Input& x) const { return unflatten(x, dim, sizes); }
};

/// The operation interpolate: nn::Upsample{{.scale_factor = {2}}}.
struct Upsample {
    InterpolateOptions options;
    Tensor operator()(const Input& x) const { return interpolate(x, options); }
};

struct PixelShuffle {
    std::int64_t upscale_factor;
    Tensor operator()(const Input& x) const { return pixel_shuffle(x, upscale_factor); }
};
struct PixelUnshuffle {
    std::int64_t downscale_factor;
    Tensor operator()(const Input& x) const { return pixel_unshuffle(x, downscale_factor); }
};
struct ChannelShuffle {
    std::int64_t groups;
    Tensor operator()(const Input& x) const { return channel_shuffle(x, groups); }
};

}  // namespace xgrad::nn
