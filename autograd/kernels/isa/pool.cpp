// Pooling of a range of planes on one thread; see kernels/pool.hpp.
#include "autograd/kernels/isa/image.hpp"
#include "autograd/kernels/isa/pack.hpp"
#include "autograd/kernels/simd_fold.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

// ---- windows of any kind ------------------------------------------------------------------------------------------

/// The elements of x that a window reads along one axis: begin, begin + step ... below end. `size` counts padding.
struct Span {
    Span(const PoolShape& s, int d, Index position) : step(s.dilation[d])
    {
        begin = position * s.stride[d] - s.pad[d];
        end = begin + (s.kernel[d] - 1) * step + 1;
        size = smaller(end, s.in[d] + s.pad[d]) - begin;
        if (begin < 0) begin += parts_of(-begin, step) * step;
        end = smaller(end, s.in[d]);
    }
    Index begin, end, step, size;
};

/// Where the maximum of a window stands in its plane.
template <class T>
Index maximum_at(const T* x, Index width, const Span& height_span, const Span& width_span)
{
    Index best = height_span.begin * width + width_span.begin;
    T largest = x[best];
    for (Index h = height_span.begin; h < height_span.end; h += height_span.step)
        for (Index w = width_span.begin; w < width_span.end; w += width_span.step) {
            const T value = x[h * width + w];
            if (!(value > largest || value != value)) continue;
            largest = value;
            best = h * width + w;
        }
    return best;
}

/// f(plane's first input, plane's first output, index of the output in its plane, rows, columns) for every window.
template <class F>
void each_window(const PoolShape& s, Index first, Index last, F f)
{
    const Index in = s.in[0] * s.in[1], out = s.out[0] * s.out[1];
    for (Index plane = first; plane < last; ++plane)
        for (Index h = 0; h < s.out[0]; ++h)
            for (Index w = 0; w < s.out[1]; ++w)
                f(plane * in, plane * out + h * s.out[1] + w, Span(s, 0, h), Span(s, 1, w));
}

// ---- 2 x 2 windows side by side -----------------------------------------------------------------------------------

bool is_two_by_two(const PoolShape& s)
{
    for (int d = 0; d < 2; ++d)
        if (s.kernel[d] != 2 || s.stride[d] != 2 || s.pad[d] != 0 || s.dilation[d] != 1 || 2 * s.out[d] > s.in[d])
            return false;
    return true;
}

template <class T>
struct Pair {
    Vec<T> even, odd;
};

/// Elements 0, 2, 4 ... or 1, 3, 5 ... of both.
template <bool Odd, class Register, std::size_t... I>
Register every_second(Register a, Register b, std::index_sequence<I...>)
{
    return __builtin_shufflevector(a, b, static_cast<int>(2 * I + (Odd ? 1 : 0))...);
}

/// The first 2 * count elements, 1 <= count <= size, one half of them in each register.
template <class T>
Pair<T> load_pairs(const T* from, Index count)
{
    constexpr Index size = Vec<T>::size;
    using Lanes = std::make_index_sequence<Vec<T>::size>;
    const Vec<T> a = load_first(from, smaller(size, 2 * count));
    const Vec<T> b = 2 * count > size ? load_first(from + size, 2 * count - size) : Vec<T>(T(0));
    Pair<T> pair;
    pair.even.batch.data = every_second<false>(a.batch.data, b.batch.data, Lanes{});
    pair.odd.batch.data = every_second<true>(a.batch.data, b.batch.data, Lanes{});
    return pair;
}

template <class T>
void store_pairs(const Pair<T>& pair, T* to, Index count)
{
    constexpr Index size = Vec<T>::size;
    using Lanes = std::make_index_sequence<Vec<T>::size>;
    Vec<T> a, b;
    a.batch.data = interleave<false>(pair.even.batch.data, pair.odd.batch.data, Lanes{});
    b.batch.data = interleave<true>(pair.even.batch.data, pair.odd.batch.data, Lanes{});
    a.store_part(to, smaller(size, 2 * count));
    if (2 * count > size) b.store_part(to + size, 2 * count - size);
}

/// body(index of x's upper row, index of y, outputs) for each register of outputs.
template <class T, class Body>
void each_pair_of_rows(const PoolShape& s, Index first, Index last, Body body)
{
    constexpr Index size = Vec<T>::size;
    for (Index plane = first; plane < last; ++plane)
        for (Index h = 0; h < s.out[0]; ++h)
            for (Index w = 0; w < s.out[1]; w += size)
                body((plane * s.in[0] + 2 * h) * s.in[1] + 2 * w, (plane * s.out[0] + h) * s.out[1] + w,
                     smaller(size, s.out[1] - w));
}

/// Which of four elements is the maximum, found in their order.
template <class T>
struct Winner {
    Winner(const Pair<T>& upper, const Pair<T>& lower) : largest(upper.even)
    {
        second = wins(upper.odd);
        third = wins(lower.even);
        fourth = wins(lower.odd);
    }
    Mask<T> wins(const Vec<T>& value)
    {
        const Mask<T> won = (value > largest) | (value != value);
        largest = select(won, value, largest);
        return won;
    }
    Vec<T> pick(const Pair<T>& upper, const Pair<T>& lower) const
    {
        return select(fourth, lower.odd, select(third, lower.even, select(second, upper.odd, upper.even)));
    }

    Vec<T> largest;
    Mask<T> second, third, fourth;
};

// ---- maximum ------------------------------------------------------------------------------------------------------

template <class T>
void max_pool(const MaxPoolPiece<T>& piece)
{
    const PoolShape& s = *piece.shape;
    const T *x = piece.x, *v = piece.v;
    T* const y = piece.to;
    if (is_two_by_two(s) && piece.indices == nullptr) {
        each_pair_of_rows<T>(s, piece.first, piece.last, [&](Index in, Index out, Index count) {
            const Pair<T> upper = load_pairs(x + in, count), lower = load_pairs(x + in + s.in[1], count);
            const Winner<T> winner(upper, lower);
            const Vec<T> result =
                v == x ? winner.largest : winner.pick(load_pairs(v + in, count), load_pairs(v + in + s.in[1], count));
            result.store_part(y + out, count);
        });
        return;
    }
    each_window(s, piece.first, piece.last, [&](Index in, Index out, const Span& rows, const Span& columns) {
        const Index at = maximum_at(x + in, s.in[1], rows, columns);
        y[out] = v[in + at];
        if (piece.indices != nullptr) piece.indices[out] = at;
    });
}

template <class T>
void spread_two_by_two(const MaxPoolPiece<T>& piece)
{
    const PoolShape& s = *piece.shape;
    const T *x = piece.x, *gy = piece.v;
    T* const gx = piece.to;
    each_pair_of_rows<T>(s, piece.first, piece.last, [&](Index in, Index out, Index count) {
        const Winner<T> winner(load_pairs(x + in, count), load_pairs(x + in + s.in[1], count));
        const Vec<T> g = load_first(gy + out, count), nothing(T(0));
        const Vec<T> fourth = select(winner.fourth, g, nothing), not_fourth = select(winner.fourth, nothing, g);
        const Vec<T> third = select(winner.third, not_fourth, nothing);
        const Vec<T> not_third = select(winner.third, nothing, not_fourth);
        const Vec<T> second = select(winner.second, not_third, nothing);
        store_pairs(Pair<T>{select(winner.second, nothing, not_third), second}, gx + in, count);
        store_pairs(Pair<T>{third, fourth}, gx + in + s.in[1], count);
    });
}

template <class T>
void max_pool_spread(const MaxPoolPiece<T>& piece)
{
    const PoolShape& s = *piece.shape;
    const bool two_by_two = is_two_by_two(s);
    if (!two_by_two || 2 * s.out[0] != s.in[0] || 2 * s.out[1] != s.in[1])
        zero(piece.to + piece.first * s.in[0] * s.in[1], (piece.last - piece.first) * s.in[0] * s.in[1]);
    if (two_by_two) return spread_two_by_two(piece);
    each_window(s, piece.first, piece.last, [&](Index in, Index out, const Span& rows, const Span& columns) {
        piece.to[in + maximum_at(piece.x + in, s.in[1], rows, columns)] += piece.v[out];
    });
}

// ---- average ------------------------------------------------------------------------------------------------------

template <class T>
T sum_row(const T* x, Index n)
{
    constexpr Index size = Vec<T>::size;
    T sum = 0;
    Index i = 0;
    if (n >= size) {
        Vec<T> sums(T(0));
        for (; i + size <= n; i += size) sums += Vec<T>::load(x + i);
        sum = sum_lanes(sums);
    }
    for (; i < n; ++i) sum += x[i];
    return sum;
}

/// What the sum of a window is multiplied with.
template <class T>
T factor(const AveragePoolPiece<T>& piece, const Span& rows, const Span& columns)
{
    const Index inside = (rows.end - rows.begin) * (columns.end - columns.begin);
    const Index count = piece.divisor != 0 ? piece.divisor : piece.count_pad ? rows.size * columns.size : inside;
    return T(1) / static_cast<T>(count);
}

template <class T>
void average_pool(const AveragePoolPiece<T>& piece)
{
    const PoolShape& s = *piece.shape;
    if (is_two_by_two(s)) {
        const Vec<T> quarter(T(1) / static_cast<T>(piece.divisor != 0 ? piece.divisor : 4));
        each_pair_of_rows<T>(s, piece.first, piece.last, [&](Index in, Index out, Index count) {
            const Pair<T> upper = load_pairs(piece.from + in, count),
                          lower = load_pairs(piece.from + in + s.in[1], count);
            (((upper.even + upper.odd) + (lower.even + lower.odd)) * quarter).store_part(piece.to + out, count);
        });
        return;
    }
    each_window(s, piece.first, piece.last, [&](Index in, Index out, const Span& rows, const Span& columns) {
        const Index width = columns.end - columns.begin;
        const T* row = piece.from + in + rows.begin * s.in[1] + columns.begin;
        T sum = 0;
        if (width == s.in[1])
            sum = sum_row(row, width * (rows.end - rows.begin));
        else
            for (Index h = rows.begin; h < rows.end; ++h, row += s.in[1]) sum += sum_row(row, width);
        piece.to[out] = sum * factor(piece, rows, columns);
    });
}

template <class T>
void average_pool_spread(const AveragePoolPiece<T>& piece)
{
    const PoolShape& s = *piece.shape;
    zero(piece.to + piece.first * s.in[0] * s.in[1], (piece.last - piece.first) * s.in[0] * s.in[1]);
    if (is_two_by_two(s)) {
        const Vec<T> quarter(T(1) / static_cast<T>(piece.divisor != 0 ? piece.divisor : 4));
        each_pair_of_rows<T>(s, piece.first, piece.last, [&](Index in, Index out, Index count) {
            const Vec<T> share = load_first(piece.from + out, count) * quarter;
            store_pairs(Pair<T>{share, share}, piece.to + in, count);
            store_pairs(Pair<T>{share, share}, piece.to + in + s.in[1], count);
        });
        return;
    }
    each_window(s, piece.first, piece.last, [&](Index in, Index out, const Span& rows, const Span& columns) {
        const T share = piece.from[out] * factor(piece, rows, columns);
        for (Index h = rows.begin; h < rows.end; ++h)
            for (Index w = columns.begin; w < columns.end; ++w) piece.to[in + h * s.in[1] + w] += share;
    });
}

}  // namespace

void fill_pool(ComputeTable& table)
{
    table.max_pool_f32 = max_pool<float>;
    table.max_pool_f64 = max_pool<double>;
    table.max_pool_spread_f32 = max_pool_spread<float>;
    table.max_pool_spread_f64 = max_pool_spread<double>;
    table.average_pool_f32 = average_pool<float>;
    table.average_pool_f64 = average_pool<double>;
    table.average_pool_spread_f32 = average_pool_spread<float>;
    table.average_pool_spread_f64 = average_pool_spread<double>;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
