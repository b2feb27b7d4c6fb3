#include "autograd/kernels/conv.hpp"

#include <algorithm>
#include <string>
#include <xgrad/error.hpp>

#include "autograd/kernels/threads.hpp"
#include "autograd/kernels/workspace.hpp"

namespace xgrad::kernels {
namespace {

using Index = std::int64_t;

// Multiply-adds that one thread must have to do before a second one pays.
constexpr double kThreadWork = 1e6;

Index product(const Index (&sizes)[3]) { return sizes[0] * sizes[1] * sizes[2]; }

std::string text(const Index (&sizes)[3])
{
    return "(" + std::to_string(sizes[0]) + ", " + std::to_string(sizes[1]) + ", " + std::to_string(sizes[2]) + ")";
}

[[noreturn]] void bad_shape(const ConvShape& s, const std::string& rule)
{
    throw ShapeError(xgrad::detail::error_text(
        "conv",
        std::to_string(s.in_channels) + " channels of " + text(s.in) + " to " + std::to_string(s.out_channels) +
            " of " + text(s.out) + ", kernel " + text(s.kernel) + ", stride " + text(s.stride) + ", pad " +
            text(s.pad) + ", dilation " + text(s.dilation) + ", groups " + std::to_string(s.groups),
        rule, "check the layer's options against the input's shape"));
}

void check(const ConvShape& s)
{
    if (s.images < 0 || s.in_channels < 1 || s.out_channels < 1 || s.groups < 1 || s.in_channels % s.groups != 0 ||
        s.out_channels % s.groups != 0)
        bad_shape(s, "groups divide the channels in and out, which are 1 or more");
    for (int d = 0; d < 3; ++d) {
        if (s.in[d] < 0 || s.out[d] < 0 || s.pad[d] < 0) bad_shape(s, "sizes and padding are 0 or more");
        if (s.kernel[d] < 1 || s.stride[d] < 1 || s.dilation[d] < 1)
            bad_shape(s, "kernel, stride and dilation are 1 or more");
    }
}

double work_of_image(const ConvShape& s)
{
    return static_cast<double>(s.out_channels) * static_cast<double>(s.in_channels / s.groups) *
           static_cast<double>(product(s.kernel)) * static_cast<double>(product(s.out));
}

/// Images that one thread must get at least.
Index grain(const ConvShape& s) { return static_cast<Index>(kThreadWork / (work_of_image(s) + 1)) + 1; }

bool is_empty(const ConvShape& s) { return s.images == 0 || product(s.in) == 0 || product(s.out) == 0; }

void run(const ConvPiece<float>& piece) { compute.conv_f32(piece); }
void run(const ConvPiece<double>& piece) { compute.conv_f64(piece); }
void run(const ConvDataPiece<float>& piece) { compute.conv_data_f32(piece); }
void run(const ConvDataPiece<double>& piece) { compute.conv_data_f64(piece); }
void run(const ConvWeightPiece<float>& piece) { compute.conv_weight_f32(piece); }
void run(const ConvWeightPiece<double>& piece) { compute.conv_weight_f64(piece); }

// ---- few images: their channels are cut, too -----------------------------------------------------------------------

// Channels that one thread must have to fill its registers.
constexpr Index kPartChannels = 16;

/// One image with a part of the channels: whole groups, or, where there is one group, a range of the channels on one
/// side.
struct Part {
    ConvShape shape;
    Index in, out;  // its first channels
};

enum class Side : unsigned char { in, out };

Part part_of(const ConvShape& s, Side side, Index i, Index parts)
{
    Part part{s, 0, 0};
    part.shape.images = 1;
    const auto cut = [&](Index n, Index& first) {
        first = n * i / parts;
        return n * (i + 1) / parts - first;
    };
    if (s.groups == 1) {
        if (side == Side::in)
            part.shape.in_channels = cut(s.in_channels, part.in);
        else
            part.shape.out_channels = cut(s.out_channels, part.out);
        return part;
    }
    Index group;
    part.shape.groups = cut(s.groups, group);
    part.in = group * (s.in_channels / s.groups);
    part.out = group * (s.out_channels / s.groups);
    part.shape.in_channels = part.shape.groups * (s.in_channels / s.groups);
    part.shape.out_channels = part.shape.groups * (s.out_channels / s.groups);
    return part;
}

/// Parts for each image; 1 where the images alone serve all threads.
Index parts_of(const ConvShape& s, Side side)
{
    const Index threads = available_threads();
    if (s.images >= threads) return 1;
    const Index most = s.groups > 1 ? s.groups : (side == Side::in ? s.in_channels : s.out_channels) / kPartChannels;
    const Index paying = static_cast<Index>(std::min(work_of_image(s) / kThreadWork, 1e6));
    return std::max<Index>(1, std::min({(threads + s.images - 1) / s.images, most, paying}));
}

Index weights_of_channel(const ConvShape& s) { return s.in_channels / s.groups * product(s.kernel); }
template <class T>
T* image_of(const ConvShape& s, T* x, Index n, Index channel)
{
    return x + (n * s.in_channels + channel) * product(s.in);
}
template <class T>
T* output_of(const ConvShape& s, T* y, Index n, Index channel)
{
    return y + (n * s.out_channels + channel) * product(s.out);
}

template <class T>
void forward_part(const ConvShape& s, const Part& part, Index n, const T* x, const T* w, const T* bias, bool relu, T* y)
{
    run(ConvPiece<T>{&part.shape, image_of(s, x, n, part.in), w + part.out * weights_of_channel(s),
                     bias != nullptr ? bias + part.out : nullptr, relu, output_of(s, y, n, part.out), 0, 1});
}

template <class T>
void data_part(const ConvShape& s, const Part& part, Index n, const T* gy, const T* w, T* gx)
{
    Workspace workspace;
    const T* weights = w + part.out * weights_of_channel(s);
    if (part.shape.in_channels < s.in_channels && s.groups == 1) {
        const Index row = weights_of_channel(part.shape);
        T* const copy = workspace.take<T>(s.out_channels * row);
        for (Index o = 0; o < s.out_channels; ++o)
            std::copy_n(w + o * weights_of_channel(s) + part.in * product(s.kernel), row, copy + o * row);
        weights = copy;
    }
    run(ConvDataPiece<T>{&part.shape, output_of(s, gy, n, part.out), weights, image_of(s, gx, n, part.in), 0, 1});
}

/// All images: the sums of a part of the weights belong to one thread.
template <class T>
void weight_part(const ConvShape& s, const Part& part, const T* x, const T* gy, T* gw, T* gbias)
{
    for (Index n = 0; n < s.images; ++n)
        run(ConvWeightPiece<T>{&part.shape, image_of(s, x, n, part.in), output_of(s, gy, n, part.out),
                               gw + part.out * weights_of_channel(s), gbias != nullptr ? gbias + part.out : nullptr, 0,
                               1});
}

/// f(part, image) for all parts of all images.
template <class F>
void each_part(const ConvShape& s, Side side, Index parts, F f)
{
    parallel_for(s.images * parts, 1, [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) f(part_of(s, side, i % parts, parts), i / parts);
    });
}

}  // namespace

template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, bool relu, T* y)
{
    check(shape);
    if (shape.images == 0 || product(shape.out) == 0) return;
    if (const Index parts = parts_of(shape, Side::out); parts > 1)
        return each_part(shape, Side::out, parts,
                         [&](const Part& part, Index n) { forward_part(shape, part, n, x, w, bias, relu, y); });
    parallel_for(shape.images, grain(shape), [&](Index first, Index last) {
        run(ConvPiece<T>{&shape, x, w, bias, relu, y, first, last});
    });
}

template <class T>
void conv_backward_data(const ConvShape& shape, const T* gy, const T* w, T* gx)
{
    check(shape);
    if (is_empty(shape))
        return static_cast<void>(std::fill_n(gx, shape.images * shape.in_channels * product(shape.in), T(0)));
    if (const Index parts = parts_of(shape, Side::in); parts > 1)
        return each_part(shape, Side::in, parts,
                         [&](const Part& part, Index n) { data_part(shape, part, n, gy, w, gx); });
    parallel_for(shape.images, grain(shape), [&](Index first, Index last) {
        run(ConvDataPiece<T>{&shape, gy, w, gx, first, last});
    });
}

template <class T>
void conv_backward_weight(const ConvShape& shape, const T* x, const T* gy, T* gw, T* gbias)
{
    check(shape);
    const Index weights = shape.out_channels * weights_of_channel(shape);
    const Index outputs = gbias != nullptr ? shape.out_channels : 0;
    std::fill_n(gw, weights, T(0));
    std::fill_n(gbias, outputs, T(0));
    if (shape.images == 0 || product(shape.out) == 0) return;

    if (const Index parts = parts_of(shape, Side::out); parts > 1)
        return parallel_for(parts, 1, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i)
                weight_part(shape, part_of(shape, Side::out, i, parts), x, gy, gw, gbias);
        });
    const Index ranges = parallel_ranges(shape.images, grain(shape));
    Workspace workspace;
    T* const parts = workspace.take<T>((ranges - 1) * (weights + outputs));  // of all ranges but the first
    std::fill_n(parts, (ranges - 1) * (weights + outputs), T(0));
    parallel_for(ranges, 1, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            ConvWeightPiece<T> piece{
                &shape, x, gy, gw, gbias, shape.images * i / ranges, shape.images * (i + 1) / ranges};
            if (i > 0) {
                piece.gw = parts + (i - 1) * (weights + outputs);
                piece.gbias = outputs > 0 ? piece.gw + weights : nullptr;
            }
            run(piece);
        }
    });
    for (Index i = 1; i < ranges; ++i) {
        const T* part = parts + (i - 1) * (weights + outputs);
        for (Index j = 0; j < weights; ++j) gw[j] += part[j];
        for (Index j = 0; j < outputs; ++j) gbias[j] += part[weights + j];
    }
}

#define XGRAD_CONV(T)                                                                     \
    template void conv_forward(const ConvShape&, const T*, const T*, const T*, bool, T*); \
    template void conv_backward_data(const ConvShape&, const T*, const T*, T*);           \
    template void conv_backward_weight(const ConvShape&, const T*, const T*, T*, T*);
XGRAD_CONV(float)
XGRAD_CONV(double)
#undef XGRAD_CONV

}  // namespace xgrad::kernels
