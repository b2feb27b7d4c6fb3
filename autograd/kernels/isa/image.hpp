// Padded copies of one image, and where a tap of the kernel finds its elements in them.
#pragma once

#include "autograd/kernels/compute_table.hpp"
#include "autograd/kernels/isa/tile.hpp"
#include "autograd/kernels/workspace.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

constexpr Index product(const Index (&sizes)[3]) { return sizes[0] * sizes[1] * sizes[2]; }

template <class T>
T* take(Workspace& workspace, Index count)
{
    return static_cast<T*>(workspace.take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
}

/// to[i] = from[i], i < n.
template <class T>
void copy_row(const T* from, Index n, T* to)
{
    constexpr Index size = Vec<T>::size;
    Index i = 0;
    for (; i + size <= n; i += size) Vec<T>::load(from + i).store(to + i);
    if (i < n) Vec<T>::load_part(from + i, n - i).store_part(to + i, n - i);
}

template <class T>
void zero(T* to, Index n)
{
    constexpr Index size = Vec<T>::size;
    const Vec<T> nothing(T(0));
    Index i = 0;
    for (; i + size <= n; i += size) nothing.store(to + i);
    if (i < n) nothing.store_part(to + i, n - i);
}

/// What a convolution reads of one group of channels: the padded image, cut along each axis into `phases` interleaved
/// images, so that positions a stride apart become neighbours.
struct Layout {
    /// With phased, phases are the strides; without, there is one.
    Layout(const ConvShape& shape, bool phased) : s(shape)
    {
        phase_size = 1;
        padded = false;
        for (int d = 2; d >= 0; --d) {
            const Index needed = (s.out[d] - 1) * s.stride[d] + (s.kernel[d] - 1) * s.dilation[d] + 1;
            phases[d] = phased ? s.stride[d] : 1;
            padded = padded || s.pad[d] != 0 || needed > s.in[d] || phases[d] != 1;
            extent[d] = parts_of(needed, phases[d]);
        }
        if (!padded)
            for (int d = 0; d < 3; ++d) extent[d] = s.in[d];  // the image itself serves
        phase_size = product(extent);
        channel_size = phase_size * product(phases);
        channels = s.in_channels / s.groups;
    }

    /// Where padded position (d, h, w) stands within a channel.
    Index at(Index d, Index h, Index w) const
    {
        const Index phase = (d % phases[0] * phases[1] + h % phases[1]) * phases[2] + w % phases[2];
        return phase * phase_size + (d / phases[0] * extent[1] + h / phases[1]) * extent[2] + w / phases[2];
    }

    /// One offset for each channel and tap, in the order of a row of w.
    void fill_taps(Index* offsets) const
    {
        for (Index c = 0; c < channels; ++c)
            for (Index d = 0; d < s.kernel[0]; ++d)
                for (Index h = 0; h < s.kernel[1]; ++h)
                    for (Index w = 0; w < s.kernel[2]; ++w)
                        *offsets++ = c * channel_size + at(d * s.dilation[0], h * s.dilation[1], w * s.dilation[2]);
    }

    Index taps() const { return channels * product(s.kernel); }

    const ConvShape& s;
    Index phases[3], extent[3], phase_size, channel_size, channels;
    bool padded;  // else the image is used as it is
};

/// Input positions along one axis that some output reads: [first, last).
struct Range {
    Range(const Layout& layout, int d)
        : first(0), last(smaller(layout.s.in[d], layout.extent[d] * layout.phases[d] - layout.s.pad[d]))
    {
    }
    Index first, last;
};

template <class T>
class PaddedImage {
public:
    PaddedImage(const Layout& layout, Workspace& workspace) : layout_(layout), copy_(nullptr)
    {
        if (!layout.padded) return;
        copy_ = take<T>(workspace, layout.channels * layout.channel_size);
        zero(copy_, layout.channels * layout.channel_size);  // the margin stays zero for all images
    }

    /// x: the channels of one group of one image. Valid until the next call.
    const T* of(const T* x)
    {
        if (copy_ == nullptr) return x;
        const ConvShape& s = layout_.s;
        const Range depth(layout_, 0), height(layout_, 1), width(layout_, 2);
        for (Index c = 0; c < layout_.channels; ++c)
            for (Index d = depth.first; d < depth.last; ++d)
                for (Index h = height.first; h < height.last; ++h)
                    copy_line(x + ((c * s.in[0] + d) * s.in[1] + h) * s.in[2], width, copy_ + c * layout_.channel_size,
                              d + s.pad[0], h + s.pad[1]);
        return copy_;
    }

private:
    void copy_line(const T* from, const Range& width, T* channel, Index d, Index h) const
    {
        const Index step = layout_.phases[2], pad = layout_.s.pad[2];
        if (step == 1) return copy_row(from, width.last, channel + layout_.at(d, h, pad));
        for (Index phase = 0; phase < step; ++phase) {
            Index w = (phase - pad % step + step) % step;  // first input position of this phase
            for (T* to = channel + layout_.at(d, h, w + pad); w < width.last; w += step) *to++ = from[w];
        }
    }

    const Layout& layout_;
    T* copy_;
};

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
