// y = x * w, by windows or by channels; see kernels/conv.hpp.
#pragma once

#include "autograd/kernels/isa/image.hpp"
#include "autograd/kernels/isa/pack.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

constexpr Index rounded_up(Index n, Index unit) { return parts_of(n, unit) * unit; }

// ---- windows ------------------------------------------------------------------------------------------------------
//
// In the padded image position q of the output, counted in rows as long as the image's, reads tap u at q + offset(u).
// So the product W * B with B[u, q] = image[offset(u) + q] needs no copy. The positions between the end of an output
// row and the beginning of the next are computed in vain. A tile begins at a position of y and is stored whole where y is
// long enough: what goes beyond its run lies at positions that are written later.

/// A run of positions that lie side by side in the padded image and in y.
struct Run {
    Index from, to, count;  // offset in the tile, offset in a channel of y
};

/// Positions q of y in rows of the padded image.
struct Windows {
    explicit Windows(const Layout& layout)
        : out(layout.s.out),
          extent(layout.extent),
          count(((out[0] - 1) * extent[1] + out[1] - 1) * extent[2] + out[2]),
          gapless(count == out[0] * out[1] * out[2])
    {
    }

    /// The first position from q on that belongs to y, or one that is not below count.
    Index useful(Index q) const
    {
        if (q % extent[2] >= out[2]) q += extent[2] - q % extent[2];
        const Index plane = extent[1] * extent[2];
        return q % plane >= out[1] * extent[2] ? (q / plane + 1) * plane : q;
    }

    /// What of positions [q, q + n) belongs to y; returns the number of runs.
    Index runs_of(Index q, Index n, Run* runs) const
    {
        if (gapless) {
            runs[0] = {0, q, n};
            return 1;
        }
        Index w = q % extent[2], row = q / extent[2], found = 0;
        for (Index from = 0; from < n; from += extent[2] - w, w = 0, ++row) {
            const Index useful = smaller(n - from, out[2] - w), h = row % extent[1], d = row / extent[1];
            if (useful > 0 && h < out[1]) runs[found++] = {from, (d * out[1] + h) * out[2] + w, useful};
        }
        return found;
    }

    const Index (&out)[3], (&extent)[3];
    Index count;
    bool gapless;
};

/// to[i] = from[i], i < n. Up to `room` elements of `to` may be written, as many of `from` are read.
template <class T>
void copy_run(const T* from, Index n, T* to, Index room)
{
    constexpr Index size = Vec<T>::size;
    for (Index i = 0; i < n; i += size) {
        if (i + size <= room)
            Vec<T>::load(from + i).store(to + i);
        else
            Vec<T>::load_part(from + i, n - i).store_part(to + i, n - i);
    }
}

/// One image of one group.
template <class T>
void windows_of_image(const ConvPiece<T>& piece, const Windows& windows, const T* image, const Index* taps, Index k,
                      const T* w, const T* bias, T* y)
{
    constexpr Index size = Vec<T>::size;
    const ConvShape& s = *piece.shape;
    const Cuts rows(s.out_channels / s.groups, kTileRows);
    const Index most = Cuts(parts_of(windows.count, size), tile_vecs(rows.largest())).largest() * size;
    const Index positions = product(s.out);
    alignas(64) T buffer[kTileRows * kTileVecs * size + size];
    Run runs[kTileVecs * size];
    Tile<T> tile;
    tile.k = k;
    tile.a_row = k;
    tile.a_step = 1;
    tile.relu = piece.relu;
    tile.start = bias != nullptr ? Start::row_bias : Start::zero;
    for (Index q = 0; q < windows.count; q = windows.useful(q + most)) {
        const Index run_count = windows.runs_of(q, smaller(most, windows.count - q), runs);
        const Run& first = runs[0];
        const bool direct = run_count == 1;
        const Index used = runs[run_count - 1].from + runs[run_count - 1].count, registers = parts_of(used, size);
        const bool whole = q + registers * size <= windows.count && first.to + registers * size <= positions;
        tile.last = whole ? size : used - (registers - 1) * size;
        tile.b = image + q;
        for (Index it = 0; it < rows.parts; ++it) {
            const Index i = rows.at(it), count = rows.at(it + 1) - i;
            tile.a = w + i * k;
            tile.bias = bias != nullptr ? bias + i : nullptr;
            tile.c = direct ? y + i * positions + first.to : buffer;
            tile.c_row = direct ? positions : registers * size;
            kTiles<T, EvenSteps, OffsetRows>.at[count - 1][registers - 1](tile, {}, {taps});
            if (direct) continue;
            for (Index r = 0; r < count; ++r)
                for (const Run* run = runs; run < runs + run_count; ++run)
                    copy_run(buffer + r * tile.c_row + run->from, run->count, y + (i + r) * positions + run->to,
                             positions - run->to);
        }
    }
}

// ---- channels -----------------------------------------------------------------------------------------------------
//
// Rows of the tile are neighbouring positions of y, its columns output channels. The finished tile is turned.

/// y[j, i] = tile[i, j] for i < count, j < channels. Of a row of y, `room` elements from here on belong to it and those
/// behind the first `count` are written later.
template <class T>
void store_turned(const T* tile, Index tile_row, Index count, Index channels, T* y, Index y_row, Index room)
{
    constexpr Index size = Vec<T>::size;
    for (Index j = 0; j < channels; j += size)
        for (Index i = 0; i < count; i += size) {
            const Index wanted = smaller(size, channels - j);
            const Index stored = i + size <= room ? size : smaller(size, count - i);
            const auto line = [=](int r) { return tile + (i + r) * tile_row + j; };
            T* const place = y + j * y_row + i;
            if (wanted == size && stored == size)
                transpose_block<T>(line, [=](int c) { return place + c * y_row; });
            else
                transpose_part(line, wanted, place, y_row, stored);
        }
}

template <class T>
void channels_of_image(const ConvPiece<T>& piece, const Layout& layout, const T* image, const Index* taps, Index k,
                       const T* packed, const Cuts& registers, const T* bias, T* y)
{
    constexpr Index size = Vec<T>::size;
    const ConvShape& s = *piece.shape;
    const Index channels = s.out_channels / s.groups, positions = product(s.out);
    const Cuts columns(s.out[2], kTileRows);
    alignas(64) T buffer[rounded_up(kTileRows, size) * kTileVecs * size];
    Tile<T> tile;
    tile.k = k;
    tile.a_row = s.stride[2];
    tile.relu = piece.relu;
    tile.start = bias != nullptr ? Start::column_bias : Start::zero;
    tile.c = buffer;
    for (Index line = 0; line < s.out[0] * s.out[1]; ++line) {
        const T* from = image + layout.at(line / s.out[1] * s.stride[0], line % s.out[1] * s.stride[1], 0);
        for (Index jt = 0; jt < registers.parts; ++jt) {
            const Index vecs = registers.at(jt + 1) - registers.at(jt), j = registers.at(jt) * size;
            tile.b = packed + j * k;
            tile.bias = bias != nullptr ? bias + j : nullptr;
            tile.c_row = vecs * size;
            tile.last = smaller(size, channels - j - (vecs - 1) * size);
            for (Index it = 0; it < columns.parts; ++it) {
                const Index i = columns.at(it), count = columns.at(it + 1) - i;
                tile.a = from + i * s.stride[2];
                kTiles<T, OffsetSteps, EvenRows>.at[count - 1][vecs - 1](tile, {taps}, {vecs * size});
                const Index position = line * s.out[2] + i;
                store_turned(buffer, tile.c_row, count, smaller(vecs * size, channels - j),
                             y + j * positions + position, positions, positions - position);
            }
        }
    }
}

// ---- choice -------------------------------------------------------------------------------------------------------

/// Multiply-adds of registers, wanted or not, for one image of one group.
struct ForwardCost {
    Index by_windows, by_channels;
    Index least() const { return smaller(by_windows, by_channels); }
};

template <class T>
ForwardCost forward_cost(const ConvShape& s)
{
    constexpr Index size = Vec<T>::size, turning = 8;  // turning a finished tile costs as much as some taps
    const Layout layout(s, true);
    const Index channels = s.out_channels / s.groups, k = layout.taps();
    return {channels * parts_of(Windows(layout).count, size) * k,
            parts_of(channels, size) * product(s.out) * (k + turning)};
}

template <class T>
void conv_forward(const ConvPiece<T>& piece)
{
    const ConvShape& s = *piece.shape;
    const ForwardCost cost = forward_cost<T>(s);
    const bool by_channels = cost.by_channels < cost.by_windows;
    const Layout layout(s, !by_channels);
    const Windows windows(layout);
    const Index k = layout.taps(), channels = s.out_channels / s.groups, positions = product(s.out);
    const Cuts registers(parts_of(channels, Vec<T>::size), tile_vecs(Cuts(s.out[2], kTileRows).largest()));
    Workspace workspace;
    Index* const taps = take<Index>(workspace, k);
    layout.fill_taps(taps);
    PaddedImage<T> padded(layout, workspace);
    T* const packed = by_channels ? take<T>(workspace, rounded_up(channels, Vec<T>::size) * k) : nullptr;
    for (Index g = 0; g < s.groups; ++g) {
        const T* w = piece.w + g * channels * k;
        const T* bias = piece.bias != nullptr ? piece.bias + g * channels : nullptr;
        if (by_channels)
            pack_panels(Lines<T>{w, k, 1}, {registers, Vec<T>::size, channels}, 0, registers.parts, k, packed);
        for (Index n = piece.first; n < piece.last; ++n) {
            const T* image = padded.of(piece.x + (n * s.in_channels + g * layout.channels) * product(s.in));
            T* y = piece.y + (n * s.out_channels + g * channels) * positions;
            if (by_channels)
                channels_of_image(piece, layout, image, taps, k, packed, registers, bias, y);
            else
                windows_of_image(piece, windows, image, taps, k, w, bias, y);
        }
    }
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
