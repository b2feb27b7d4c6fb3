#include "autograd/kernels/copy.hpp"

#include <algorithm>
#include <cstring>

#include "autograd/kernels/table.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

constexpr Index kShortRow = 256;  // rows up to here are not worth a call of memcpy

/// A plane of rows x columns; strides in elements.
struct Plane {
    Index rows, columns, x_row, x_column, y_row, y_column;
};

template <class T>
void copy_row(Index n, const T* x, Index x_step, T* y, Index y_step)
{
    if (x_step == 1 && y_step == 1) {
        if (n < 16) {
            for (Index i = 0; i < n; ++i) y[i] = x[i];
        } else {
            std::memcpy(y, x, static_cast<std::size_t>(n) * sizeof(T));
        }
    } else if (y_step == 1 && x_step == 0) {
        std::fill_n(y, n, *x);
    } else if (sizeof(T) > 1 && y_step == 1 && x_step == 2) {
        active.every_second[sizeof(T) / 8](n, x, y);
    } else if (y_step == 1) {
        for (Index i = 0; i < n; ++i) y[i] = x[i * x_step];
    } else {
        for (Index i = 0; i < n; ++i) y[i * y_step] = x[i * x_step];
    }
}

/// Blocks keep the lines of both sides in the first cache.
template <class T>
void copy_blocks(const Plane& p, const T* x, T* y)
{
    constexpr Index block = 16;
    for (Index r = 0; r < p.rows; r += block)
        for (Index c = 0; c < p.columns; c += block)
            for (Index i = r; i < std::min(r + block, p.rows); ++i)
                for (Index k = c; k < std::min(c + block, p.columns); ++k)
                    y[i * p.y_row + k * p.y_column] = x[i * p.x_row + k * p.x_column];
}

/// to[k][i] = from[i][k].
template <class T>
void transpose(Index rows, Index columns, const T* from, Index from_row, T* to, Index to_row)
{
    if constexpr (sizeof(T) > 1) return active.transpose[sizeof(T) / 8](rows, columns, from, from_row, to, to_row);
    copy_blocks({rows, columns, from_row, 1, 1, to_row}, from, to);
}

template <class T>
void copy_plane(const Plane& p, const T* x, T* y)
{
    if (p.rows > 1 && p.x_row == 1 && p.y_column == 1) return transpose(p.columns, p.rows, x, p.x_column, y, p.y_row);
    if (p.rows > 1 && p.x_column == 1 && p.y_row == 1) return transpose(p.rows, p.columns, x, p.x_row, y, p.y_column);
    if (p.rows > 1 && p.x_column != 0 && p.x_row == 1) return copy_blocks(p, x, y);
    const bool runs = p.x_column == 1 && p.y_column == 1 && p.columns <= kShortRow && p.columns > 0;
    if constexpr (sizeof(T) > 1)
        if (runs) return active.copy_rows[sizeof(T) / 8](p.rows, p.columns, x, p.x_row, y, p.y_row);
    for (Index r = 0; r < p.rows; ++r) copy_row(p.columns, x + r * p.x_row, p.x_column, y + r * p.y_row, p.y_column);
}

/// The dimension to pair with the last one: where one side has stride 1, if there is such, so that planes are
/// transposes.
int row_dimension(const Collapsed& shape)
{
    const int last = shape.ndim - 1;
    for (int d = 0; d < last; ++d)
        if (shape.strides[0][d] == 1 || shape.strides[1][d] == 1) return d;
    return last - 1;
}

/// Every dimension but the two of a plane.
Collapsed without_plane(const Collapsed& shape, int row)
{
    Collapsed outer;
    for (int d = 0; d < shape.ndim - 1; ++d) {
        if (d == row) continue;
        outer.sizes[outer.ndim] = shape.sizes[d];
        for (int k = 0; k < 2; ++k) outer.strides[k][outer.ndim] = shape.strides[k][d];
        outer.numel *= shape.sizes[d];
        ++outer.ndim;
    }
    return outer;
}

/// Large copies: planes are cut into bands of rows, which threads share out.
template <class T>
void copy_bands(const Plane& plane, const Collapsed& outer, const T* x, T* y)
{
    // Planes whose rows lie between each other's rows are done side by side, a band of all of them at a time, so that y is
    // written in places near each other. Bands are not narrower than what a transposition does at a time.
    const bool together = outer.ndim > 0 && outer.strides[1][outer.ndim - 1] < plane.y_row;
    constexpr Index narrowest = 256;
    const Index columns = std::max<Index>(1, together ? plane.columns * outer.numel : plane.columns);
    const Index band = std::clamp<Index>(kGrain / columns, narrowest, std::max(narrowest, plane.rows));
    const Index bands = (plane.rows + band - 1) / band;
    const Index cost = std::max<Index>(1, std::min(plane.rows, band) * plane.columns);
    parallel_for(outer.numel * bands, std::max<Index>(1, kGrain / cost), [&](Index begin, Index end) {
        Index p = together ? begin % outer.numel : begin / bands, b = together ? begin / outer.numel : begin % bands;
        Odometer at(outer, outer.ndim, 2, p);
        for (Index i = begin; i < end; ++i) {
            Plane part = plane;
            part.rows = std::min(band, plane.rows - b * band);
            copy_plane(part, x + at.offset[0] + b * band * plane.x_row, y + at.offset[1] + b * band * plane.y_row);
            if (together) {
                at.next();
                if (++p == outer.numel) p = 0, ++b;
            } else if (++b == bands) {
                b = 0, at.next();
            }
        }
    });
}

template <class T>
void copy_all(const Collapsed& shape, const T* x, T* y)
{
    const int last = shape.ndim - 1, row = row_dimension(shape);
    const Plane plane{shape.sizes[row],       shape.sizes[last],     shape.strides[0][row],
                      shape.strides[0][last], shape.strides[1][row], shape.strides[1][last]};
    const bool is_small = shape.numel <= kGrain;
    if (is_small && shape.ndim == 2) return copy_plane(plane, x, y);
    const Collapsed outer = without_plane(shape, row);
    if (!is_small) return copy_bands(plane, outer, x, y);
    Odometer at(outer, outer.ndim, 2, 0);
    for (Index i = 0; i < outer.numel; ++i, at.next()) copy_plane(plane, x + at.offset[0], y + at.offset[1]);
}

template <class T>
void copy_collapsed(const Collapsed& shape, const void* x_, void* y_)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    if (shape.ndim >= 2) return copy_all(shape, x, y);
    if (shape.ndim == 0) return static_cast<void>(*y = *x);
    const Index x_step = shape.strides[0][0], y_step = shape.strides[1][0];
    parallel_for(shape.sizes[0], 4 * kGrain, [=](Index begin, Index end) {
        copy_row(end - begin, x + begin * x_step, x_step, y + begin * y_step, y_step);
    });
}

}  // namespace

void copy(std::size_t element, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y,
          const Index* y_strides)
{
    const Collapsed shape = collapse(sizes, {x_strides, y_strides});
    if (shape.numel == 0) return;
    if (element == 4)
        copy_collapsed<std::uint32_t>(shape, x, y);
    else if (element == 8)
        copy_collapsed<std::uint64_t>(shape, x, y);
    else
        copy_collapsed<std::uint8_t>(shape, x, y);
}

void to_contiguous(std::size_t element, std::span<const Index> sizes, const void* x, const Index* x_strides, void* y)
{
    copy(element, sizes, x, x_strides, y, Contiguous(sizes).strides);
}

void from_contiguous(std::size_t element, std::span<const Index> sizes, const void* x, void* y, const Index* y_strides)
{
    copy(element, sizes, x, Contiguous(sizes).strides, y, y_strides);
}

}  // namespace xgrad::kernels
