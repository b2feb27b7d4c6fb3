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
// row and the beginning of the next are computed in vain and not stored.

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

    /// What of positions [q, q + n) belongs to y; returns the number of runs.
    Index runs_of(Index q, Index n, Run* runs) const
    {
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

/// One image of one group.
template <class T>
void windows_of_image(const ConvPiece<T>& piece, const Windows& windows, const T* image, const Index* taps, Index k,
                      const T* w, const T* bias, T* y)
{
    constexpr Index size = Vec<T>::size;
    const ConvShape& s = *piece.shape;
    const Cuts rows(s.out_channels / s.groups, kTileRows),
        columns(parts_of(windows.count, size), tile_vecs(rows.largest()));
    const Index positions = product(s.out);
    alignas(64) T buffer[kTileRows * kTileVecs * size];
    Run runs[kTileVecs * size];
    Tile<T> tile;
    tile.k = k;
    tile.a_row = k;
    tile.a_step = 1;
    tile.relu = piece.relu;
    tile.start = bias != nullptr ? Start::row_bias : Start::zero;
    for (Index jt = 0; jt < columns.parts; ++jt) {
        const Index q = columns.at(jt) * size, end = smaller(windows.count, columns.at(jt + 1) * size);
        const Index registers = parts_of(end - q, size);
        tile.last = end - q - (registers - 1) * size;
        tile.b = image + q;
        const Index run_count = windows.gapless ? 0 : windows.runs_of(q, end - q, runs);
        for (Index it = 0; it < rows.parts; ++it) {
            const Index i = rows.at(it), count = rows.at(it + 1) - i;
            tile.a = w + i * k;
            tile.bias = bias != nullptr ? bias + i : nullptr;
            tile.c = windows.gapless ? y + i * positions + q : buffer;
            tile.c_row = windows.gapless ? positions : registers * size;
            kTiles<T, EvenSteps, OffsetRows>.at[count - 1][registers - 1](tile, {}, {taps});
            for (Index r = 0; r < count; ++r)
                for (const Run* run = runs; run < runs + run_count; ++run)
                    copy_row(buffer + r * tile.c_row + run->from, run->count, y + (i + r) * positions + run->to);
        }
    }
}

// ---- channels -----------------------------------------------------------------------------------------------------
//
// Rows of the tile are neighbouring positions of y, its columns output channels. The finished tile is turned.

/// w of one group as (taps, channels), cut into the tiles of columns, each filled up to whole registers.
template <class T>
void pack_weights(const T* w, Index k, Index channels, const Cuts& registers, T* to)
{
    constexpr Index size = Vec<T>::size;
    for (Index jt = 0; jt < registers.parts; ++jt) {
        const Index j = registers.at(jt) * size, padded = (registers.at(jt + 1) - registers.at(jt)) * size;
        pack(Lines<T>{w + j * k, k, 1}, smaller(padded, channels - j), padded, k, to + j * k);
    }
}

/// y[j, i] = tile[i, j] for i < count, j < channels.
template <class T>
void store_turned(const T* tile, Index tile_row, Index count, Index channels, T* y, Index y_row)
{
    constexpr Index size = Vec<T>::size;
    for (Index j = 0; j < channels; j += size)
        for (Index i = 0; i < count; i += size) {
            const Index lines = smaller(size, channels - j), columns = smaller(size, count - i);
            if (lines == size) {
                pack_block(tile + i * tile_row + j, tile_row, y + j * y_row + i, y_row, columns);
                continue;
            }
            alignas(64) T turned[size * size];
            pack_block(tile + i * tile_row + j, tile_row, turned, size, size);
            for (Index line = 0; line < lines; ++line)
                load_first(turned + line * size, columns).store_part(y + (j + line) * y_row + i, columns);
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
                store_turned(buffer, tile.c_row, count, smaller(vecs * size, channels - j),
                             y + j * positions + line * s.out[2] + i, positions);
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
        if (by_channels) pack_weights(w, k, channels, registers, packed);
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
