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

}  // namespace

template <class T>
void conv_forward(const ConvShape& shape, const T* x, const T* w, const T* bias, bool relu, T* y)
{
    check(shape);
    if (shape.images == 0 || product(shape.out) == 0) return;
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
    parallel_for(shape.images, grain(shape), [&](Index first, Index last) {
        run(ConvDataPiece<T>{&shape, gy, w, gx, first, last});
    });
}

template <class T>
void conv_backward_weight(const ConvShape& shape, const T* x, const T* gy, T* gw, T* gbias)
{
    check(shape);
    const Index weights = shape.out_channels * (shape.in_channels / shape.groups) * product(shape.kernel);
    const Index outputs = gbias != nullptr ? shape.out_channels : 0;
    std::fill_n(gw, weights, T(0));
    std::fill_n(gbias, outputs, T(0));
    if (shape.images == 0 || product(shape.out) == 0) return;

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
