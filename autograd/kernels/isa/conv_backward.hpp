// Gradients of convolutions; see kernels/conv.hpp.
#pragma once

#include "autograd/kernels/isa/conv_forward.hpp"
#include "autograd/kernels/isa/gemm.hpp"
#include "autograd/kernels/simd_fold.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

// ---- data gradient as a convolution -------------------------------------------------------------------------------
//
// With all strides 1, gx is the convolution of gy with w turned around, channels in and out exchanged.

inline ConvShape exchanged(const ConvShape& s)
{
    ConvShape t = s;
    t.in_channels = s.out_channels;
    t.out_channels = s.in_channels;
    for (int d = 0; d < 3; ++d) {
        t.in[d] = s.out[d];
        t.out[d] = s.in[d];
        t.pad[d] = s.dilation[d] * (s.kernel[d] - 1) - s.pad[d];
    }
    return t;
}

inline bool is_convolution_of_gradient(const ConvShape& s)
{
    for (int d = 0; d < 3; ++d)
        if (s.stride[d] != 1 || s.pad[d] > s.dilation[d] * (s.kernel[d] - 1)) return false;
    return true;
}

/// to[g, c, o, u] = w[g, o, c, last - u].
template <class T>
void exchange_weights(const ConvShape& s, const T* w, T* to)
{
    const Index in = s.in_channels / s.groups, out = s.out_channels / s.groups, taps = product(s.kernel);
    for (Index g = 0; g < s.groups; ++g, w += out * in * taps)
        for (Index c = 0; c < in; ++c)
            for (Index o = 0; o < out; ++o)
                for (Index u = taps - 1; u >= 0; --u) *to++ = w[(o * in + c) * taps + u];
}

// ---- data gradient by columns -------------------------------------------------------------------------------------
//
// For one input channel: products[u, position] = sum over o of w[o, u] * gy[o, position], and row u is added to the
// padded gradient at the positions that tap u reads.

/// to[i * step] += from[i], i < n.
template <class T>
void add_row(const T* from, Index n, T* to, Index step)
{
    constexpr Index size = Vec<T>::size;
    if (step != 1) {
        for (Index i = 0; i < n; ++i) to[i * step] += from[i];
        return;
    }
    Index i = 0;
    for (; i + size <= n; i += size) (Vec<T>::load(to + i) + Vec<T>::load(from + i)).store(to + i);
    if (i < n) (Vec<T>::load_part(to + i, n - i) + Vec<T>::load_part(from + i, n - i)).store_part(to + i, n - i);
}

/// Adds row u of products, which begins at image + taps[u].
template <class T>
void add_taps(const Layout& layout, const T* products, const Index* taps, Index count, T* image)
{
    const ConvShape& s = layout.s;
    for (Index u = 0; u < count; ++u)
        for (Index d = 0; d < s.out[0]; ++d)
            for (Index h = 0; h < s.out[1]; ++h, products += s.out[2])
                add_row(products, s.out[2], image + taps[u] + layout.at(d * s.stride[0], h * s.stride[1], 0),
                        s.stride[2]);
}

/// Copies what is not margin; input positions that no output reads get 0.
template <class T>
void store_inner(const Layout& layout, const T* image, T* gx)
{
    const ConvShape& s = layout.s;
    const Range depth(layout, 0), height(layout, 1), width(layout, 2);
    zero(gx, product(s.in));
    for (Index d = depth.first; d < depth.last; ++d)
        for (Index h = height.first; h < height.last; ++h)
            copy_row(image + layout.at(d + s.pad[0], h + s.pad[1], s.pad[2]), width.last,
                     gx + (d * s.in[1] + h) * s.in[2]);
}

template <class T>
void data_gradient_by_columns(const ConvDataPiece<T>& piece)
{
    const ConvShape& s = *piece.shape;
    const Layout layout(s, false);
    const Index out = s.out_channels / s.groups, positions = product(s.out), count = product(s.kernel);
    const Index k = layout.taps();
    Workspace workspace;
    Index* const taps = take<Index>(workspace, k);
    layout.fill_taps(taps);
    T* const products = take<T>(workspace, count * positions);
    T* const image = layout.padded ? take<T>(workspace, layout.channel_size) : nullptr;
    for (Index n = piece.first; n < piece.last; ++n)
        for (Index c = 0; c < s.in_channels; ++c) {
            const Index g = c / layout.channels, first_tap = c % layout.channels * count;
            GemmPiece<T> product_of_taps{};
            product_of_taps.m = count;
            product_of_taps.n = positions;
            product_of_taps.k = out;
            product_of_taps.a = {piece.w + g * out * k + first_tap, 1, k};
            product_of_taps.b = {piece.gy + (n * s.out_channels + g * out) * positions, positions, 1};
            product_of_taps.c = products;
            product_of_taps.c_row = positions;
            gemm_here(product_of_taps);
            T* const gx = piece.gx + (n * s.in_channels + c) * product(s.in);
            T* const target = layout.padded ? image : gx;
            zero(target, layout.channel_size);
            add_taps(layout, products, taps, count, target);  // offsets of channel 0
            if (layout.padded) store_inner(layout, image, gx);
        }
}

template <class T>
void conv_backward_data(const ConvDataPiece<T>& piece)
{
    const ConvShape& s = *piece.shape;
    const ConvShape turned = exchanged(s);
    if (is_convolution_of_gradient(s)) {
        // A product stored, read back and added where its neighbours just were costs as much as many multiply-adds.
        constexpr Index adding = 32;
        const Index by_columns = s.in_channels / s.groups * product(s.kernel) * parts_of(product(s.out), Vec<T>::size) *
                                 (s.out_channels / s.groups + adding);
        if (forward_cost<T>(turned).least() <= by_columns) {
            Workspace workspace;
            T* const w = take<T>(workspace, s.out_channels * s.in_channels / s.groups * product(s.kernel));
            exchange_weights(s, piece.w, w);
            return conv_forward(ConvPiece<T>{&turned, piece.gy, w, nullptr, false, piece.gx, piece.first, piece.last});
        }
    }
    data_gradient_by_columns(piece);
}

// ---- weight gradient by rows --------------------------------------------------------------------------------------

/// What all taps read at one position, side by side. Writes up to a register beyond them.
template <class T>
void fill_row(const T* from, const Index* taps, Index k, Index run, T* row)
{
    if (kMaskedLoads && run > 1 && run <= Vec<T>::size) {
        for (Index u = 0; u < k; u += run) Vec<T>::load_part(from + taps[u], run).store(row + u);
        return;
    }
    for (Index u = 0; u < k; u += run)
        for (Index r = 0; r < run; ++r) row[u + r] = from[taps[u] + r];
}

/// rows[i, :] = what all taps read at position first + i of the output.
template <class T>
void fill_rows(const Layout& layout, const T* image, const Index* taps, Index first, Index count, T* rows)
{
    const ConvShape& s = layout.s;
    const Index k = layout.taps(), run = s.dilation[2] == 1 ? s.kernel[2] : 1;
    Index w = first % s.out[2], line = first / s.out[2];
    while (count > 0) {
        const T* from =
            image + layout.at(line / s.out[1] * s.stride[0], line % s.out[1] * s.stride[1], w * s.stride[2]);
        const Index end = smaller(s.out[2], w + count);
        count -= end - w;
        for (; w < end; ++w, from += s.stride[2], rows += k) fill_row(from, taps, k, run, rows);
        w = 0;
        ++line;
    }
}

/// gw[o, u] += sum over positions of gy[o, position] * rows[position, u], for one image of one group.
template <class T>
void add_weight_gradient(const Layout& layout, const T* image, const Index* taps, const T* gy, T* rows, Index at_a_time,
                         T* gw)
{
    const ConvShape& s = layout.s;
    const Index k = layout.taps(), positions = product(s.out);
    GemmPiece<T> piece{};
    piece.m = s.out_channels / s.groups;
    piece.n = k;
    piece.c = gw;
    piece.c_row = k;
    piece.add = true;
    for (Index first = 0; first < positions; first += at_a_time) {
        piece.k = smaller(at_a_time, positions - first);
        piece.a = {gy + first, positions, 1};
        if (rows == nullptr) {
            piece.b = {image + first, 1, positions};  // one tap, one position after the other: the image itself, turned
        } else {
            fill_rows(layout, image, taps, first, piece.k, rows);
            piece.b = {rows, k, 1};
        }
        gemm_here(piece);
    }
}

/// gbias[o] += sum of gy[o, :], four sums at a time.
template <class T>
void add_bias_gradient(const T* gy, Index channels, Index positions, T* gbias)
{
    constexpr Index size = Vec<T>::size;
    for (Index o = 0; o < channels; ++o, gy += positions) {
        Vec<T> sums[4] = {T(0), T(0), T(0), T(0)};
        Index i = 0;
        for (; i + 4 * size <= positions; i += 4 * size)
            for (int q = 0; q < 4; ++q) sums[q] += Vec<T>::load(gy + i + q * size);
        for (; i + size <= positions; i += size) sums[0] += Vec<T>::load(gy + i);
        if (i < positions) sums[1] += Vec<T>::load_part(gy + i, positions - i);
        gbias[o] += sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3]));
    }
}

// ---- weight gradient by taps --------------------------------------------------------------------------------------
//
// In the turned image the channels of a position lie side by side. Then the sums of one tap are a matrix product of gy
// and of rows of that image, and nothing is copied for each tap.

template <class T>
bool fills_registers_by_taps(const ConvShape& s)
{
    const Index channels = s.in_channels / s.groups, taps = product(s.kernel);
    return 4 * taps * parts_of(channels, Vec<T>::size) <= 5 * parts_of(channels * taps, Vec<T>::size);
}

/// sums[u, o, c] += sum over positions of gy[o, position] * turned[reads[position] + taps[u], c].
template <class T>
void add_tap_sums(const Layout& layout, const T* turned, const Index* reads, const Index* taps, const T* gy, T* sums)
{
    constexpr Index size = Vec<T>::size, steps_at_a_time = 256;  // their rows of a tile stay in the first-level cache
    const ConvShape& s = layout.s;
    const Index out = s.out_channels / s.groups, channels = layout.channels, positions = product(s.out);
    const Cuts rows(out, kTileRows), registers(parts_of(channels, size), tile_vecs(rows.largest())),
        steps(positions, steps_at_a_time);
    Tile<T> tile{};
    tile.a_row = positions;
    tile.a_step = 1;
    tile.c_row = channels;
    tile.start = Start::output;
    for (Index kb = 0; kb < steps.parts; ++kb) {
        const Index begin = steps.at(kb);
        tile.k = steps.at(kb + 1) - begin;
        for (Index u = 0; u < product(s.kernel); ++u)
            for (Index jt = 0; jt < registers.parts; ++jt) {
                const Index j = registers.at(jt) * size, vecs = registers.at(jt + 1) - registers.at(jt);
                tile.last = smaller(size, channels - j - (vecs - 1) * size);
                tile.b = turned + taps[u] * channels + j;
                for (Index it = 0; it < rows.parts; ++it) {
                    const Index i = rows.at(it), count = rows.at(it + 1) - i;
                    tile.a = gy + i * positions + begin;
                    tile.c = sums + (u * out + i) * channels + j;
                    kTiles<T, EvenSteps, OffsetRows>.at[count - 1][vecs - 1](tile, {}, {reads + begin});
                }
            }
    }
}

/// Where position 0 of each tap finds what belongs to an output position, in the turned image.
inline void fill_reads(const Layout& layout, Index* reads)
{
    const ConvShape& s = layout.s;
    for (Index d = 0; d < s.out[0]; ++d)
        for (Index h = 0; h < s.out[1]; ++h)
            for (Index w = 0; w < s.out[2]; ++w)
                *reads++ = layout.at(d * s.stride[0], h * s.stride[1], w * s.stride[2]) * layout.channels;
}

template <class T>
void weight_gradient_by_taps(const ConvWeightPiece<T>& piece)
{
    const ConvShape& s = *piece.shape;
    const Layout layout(s, false);
    const Index out = s.out_channels / s.groups, channels = layout.channels, positions = product(s.out);
    const Index count = product(s.kernel), of_group = out * layout.taps();
    Workspace workspace;
    Index* const taps = take<Index>(workspace, layout.taps());
    layout.fill_taps(taps);
    Index* const reads = take<Index>(workspace, positions);
    fill_reads(layout, reads);
    PaddedImage<T> padded(layout, workspace);
    T* const turned = take<T>(workspace, channels * layout.channel_size);
    T* const sums = take<T>(workspace, s.groups * of_group);
    zero(sums, s.groups * of_group);
    for (Index n = piece.first; n < piece.last; ++n) {
        const T* gy = piece.gy + n * s.out_channels * positions;
        if (piece.gbias != nullptr) add_bias_gradient(gy, s.out_channels, positions, piece.gbias);
        for (Index g = 0; g < s.groups; ++g) {
            const T* image = padded.of(piece.x + (n * s.in_channels + g * channels) * product(s.in));
            pack(Lines<T>{image, layout.channel_size, 1}, channels, channels, layout.channel_size, turned);
            add_tap_sums(layout, turned, reads, taps, gy + g * out * positions, sums + g * of_group);
        }
    }
    for (Index g = 0; g < s.groups; ++g)
        for (Index u = 0; u < count; ++u)
            for (Index i = 0; i < out * channels; ++i)
                piece.gw[g * of_group + i * count + u] += sums[g * of_group + u * out * channels + i];
}

// ---- weight gradient ----------------------------------------------------------------------------------------------

template <class T>
void conv_backward_weight(const ConvWeightPiece<T>& piece)
{
    constexpr Index rows_bytes = Index{1} << 18;  // stays in the second-level cache
    const ConvShape& s = *piece.shape;
    const Layout layout(s, false);
    const Index out = s.out_channels / s.groups, k = layout.taps(), positions = product(s.out);
    const bool is_image =
        product(s.kernel) == 1 && product(s.stride) == 1 && !layout.padded && positions == product(s.in);
    if (!is_image && fills_registers_by_taps<T>(s)) return weight_gradient_by_taps(piece);
    const Index at_a_time =
        is_image ? positions : smaller(positions, larger(16, rows_bytes / (k * static_cast<Index>(sizeof(T)))));
    Workspace workspace;
    Index* const taps = take<Index>(workspace, k);
    layout.fill_taps(taps);
    PaddedImage<T> padded(layout, workspace);
    T* const rows = is_image ? nullptr : take<T>(workspace, at_a_time * k + Vec<T>::size);
    for (Index n = piece.first; n < piece.last; ++n) {
        const T* gy = piece.gy + n * s.out_channels * positions;
        if (piece.gbias != nullptr) add_bias_gradient(gy, s.out_channels, positions, piece.gbias);
        for (Index g = 0; g < s.groups; ++g) {
            const T* image = padded.of(piece.x + (n * s.in_channels + g * layout.channels) * product(s.in));
            add_weight_gradient(layout, image, taps, gy + g * out * positions, rows, at_a_time, piece.gw + g * out * k);
        }
    }
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
