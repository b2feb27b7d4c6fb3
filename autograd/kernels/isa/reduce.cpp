// Sums and extrema of (outer, n, inner) arrays along n.
#include "autograd/kernels/simd_constants.hpp"
#include "autograd/kernels/simd_fold.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

using Integer = std::int64_t;

// ---- sum ------------------------------------------------------------------------------------------------------------

/// Longer rows are halved, so that the error grows with log n.
constexpr Index kPairwiseBlock = 4096;

template <class T>
T sum_block(Index n, const T* x)
{
    constexpr Index size = Vec<T>::size;
    Vec<T> s0(0), s1(0), s2(0), s3(0), s4(0), s5(0), s6(0), s7(0);  // an array would lie in memory
    Index i = 0;
    const auto load = [x, &i](Index k) { return Vec<T>::load(x + i + k * size); };
    for (; i + 8 * size <= n; i += 8 * size) {
        s0 += load(0), s1 += load(1), s2 += load(2), s3 += load(3);
        s4 += load(4), s5 += load(5), s6 += load(6), s7 += load(7);
    }
    if (i + 4 * size <= n) {
        s0 += load(0), s1 += load(1), s2 += load(2), s3 += load(3);
        i += 4 * size;
    }
    if (i + 2 * size <= n) {
        s4 += load(0), s5 += load(1);
        i += 2 * size;
    }
    if (i + size <= n) {
        s6 += load(0);
        i += size;
    }
    if (i < n) s7 += Vec<T>::load_part(x + i, n - i);
    return sum_lanes(((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7)));
}

template <class T>
T sum_row(Index n, const T* x)
{
    if (n <= kPairwiseBlock) return sum_block(n, x);
    const Index half = (n / 2 + kPairwiseBlock - 1) / kPairwiseBlock * kPairwiseBlock;
    return sum_row(half, x) + sum_row(n - half, x + half);
}

/// Rows of a few registers: what folds the last one costs more than the rest, and four are folded at once.
template <class T>
constexpr Index kShortRow = 16 * Vec<T>::size;

template <class T, Index Rows>
inline void sum_short_rows(Index n, const T* x, T* y)
{
    constexpr Index size = Vec<T>::size;
    Vec<T> even[Rows], odd[Rows];
    for (Index r = 0; r < Rows; ++r) even[r] = odd[r] = Vec<T>(0);
    Index i = 0;
    for (; i + 2 * size <= n; i += 2 * size)
        for (Index r = 0; r < Rows; ++r) {
            even[r] += Vec<T>::load(x + r * n + i);
            odd[r] += Vec<T>::load(x + r * n + i + size);
        }
    if (i + size <= n) {
        for (Index r = 0; r < Rows; ++r) even[r] += Vec<T>::load(x + r * n + i);
        i += size;
    }
    if (i < n)
        for (Index r = 0; r < Rows; ++r) odd[r] += Vec<T>::load_part(x + r * n + i, n - i);
    for (Index r = 0; r < Rows; ++r) even[r] += odd[r];
    if constexpr (Rows == 4)
        store_sums(even, y);
    else
        for (Index r = 0; r < Rows; ++r) y[r] = sum_lanes(even[r]);
}

template <class T>
void sum_rows(Index rows, Index n, const T* x, T* y)
{
    Index r = 0;
    if (n > kShortRow<T>) {
        for (; r < rows; ++r) y[r] = n <= kPairwiseBlock ? sum_block(n, x + r * n) : sum_row(n, x + r * n);
    } else if (n <= 4) {
        for (; r < rows; ++r) {
            T sum = n > 0 ? x[r * n] : T{0};
            for (Index i = 1; i < n; ++i) sum += x[r * n + i];
            y[r] = sum;
        }
    } else {
        for (; r + 4 <= rows; r += 4) sum_short_rows<T, 4>(n, x + r * n, y + r);
        for (; r < rows; ++r) sum_short_rows<T, 1>(n, x + r * n, y + r);
    }
}

/// y[i] = sum over k of x[k, i] for a few columns: the sums stay in registers.
template <class T, Index Registers>
void sum_narrow(Index n, Index inner, const T* x, T* y)
{
    constexpr Index size = Vec<T>::size;
    Vec<T> sums[Registers];
    for (Vec<T>& sum : sums) sum = Vec<T>(0);
    const Part last{inner - (Registers - 1) * size};
    for (Index k = 0; k < n; ++k, x += inner) {
        for (Index r = 0; r + 1 < Registers; ++r) sums[r] += Vec<T>::load(x + r * size);
        sums[Registers - 1] +=
            last.count == size ? Vec<T>::load(x + (Registers - 1) * size) : last.load(x + (Registers - 1) * size);
    }
    for (Index r = 0; r + 1 < Registers; ++r) sums[r].store(y + r * size);
    if (last.count == size)
        sums[Registers - 1].store(y + (Registers - 1) * size);
    else
        last.store(y + (Registers - 1) * size, sums[Registers - 1]);
}

/// The same for many columns: eight rows are added at a time, so that y is read and written once for eight.
template <class T>
void sum_wide(Index n, Index inner, const T* x, T* y)
{
    for_each_vec<T>(inner, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(x + i)); });
    Index k = 1;
    for (; k + 8 <= n; k += 8) {
        const T* rows = x + k * inner;
        for_each_vec<T>(inner, [=](Index i, auto lanes) {
            const T* at = rows + i;
            const auto pair = [&](Index r) { return lanes.load(at + r * inner) + lanes.load(at + (r + 1) * inner); };
            lanes.store(y + i, lanes.load(y + i) + ((pair(0) + pair(2)) + (pair(4) + pair(6))));
        });
    }
    for (; k < n; ++k) {
        const T* row = x + k * inner;
        for_each_vec<T>(inner,
                        [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(y + i) + lanes.load(row + i)); });
    }
}

template <class T>
void sum_columns(Index n, Index inner, const T* x, T* y)
{
    constexpr Index size = Vec<T>::size;
    if (inner <= size)
        sum_narrow<T, 1>(n, inner, x, y);
    else if (inner <= 2 * size)
        sum_narrow<T, 2>(n, inner, x, y);
    else if (inner <= 4 * size && inner > 3 * size)
        sum_narrow<T, 4>(n, inner, x, y);
    else
        sum_wide(n, inner, x, y);
}

template <class T>
void sum(Index outer, Index n, Index inner, const void* x_, void* y_)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    if (inner == 1 || n == 0) return sum_rows(outer * inner, n, x, y);
    for (Index o = 0; o < outer; ++o) sum_columns(n, inner, x + o * n * inner, y + o * inner);
}

void sum_integers(Index outer, Index n, Index inner, const void* x_, void* y_)
{
    // Unsigned: overflow wraps around.
    const std::uint64_t* x = static_cast<const std::uint64_t*>(x_);
    std::uint64_t* y = static_cast<std::uint64_t*>(y_);
    for (Index o = 0; o < outer; ++o, y += inner) {
        for (Index i = 0; i < inner; ++i) y[i] = 0;
        for (Index k = 0; k < n; ++k, x += inner)
            for (Index i = 0; i < inner; ++i) y[i] += x[i];
    }
}

// ---- extrema --------------------------------------------------------------------------------------------------------

struct Largest {
    template <class T>
    static Vec<T> of(const Vec<T>& a, const Vec<T>& b)
    {
        return maximum(a, b);
    }
    /// The better one; b where one is NaN.
    template <class T>
    static Vec<T> of_numbers(const Vec<T>& a, const Vec<T>& b)
    {
        return larger(a, b);
    }
    template <class T>
    static T among(const Vec<T>& v)
    {
        return max_lanes(v);
    }
    template <class X>
    static auto passes(const X& x, const X& best)
    {
        return x > best;
    }
};
struct Smallest {
    template <class T>
    static Vec<T> of(const Vec<T>& a, const Vec<T>& b)
    {
        return minimum(a, b);
    }
    template <class T>
    static Vec<T> of_numbers(const Vec<T>& a, const Vec<T>& b)
    {
        return smaller(a, b);
    }
    template <class T>
    static T among(const Vec<T>& v)
    {
        return -max_lanes(-v);
    }
    template <class X>
    static auto passes(const X& x, const X& best)
    {
        return x < best;
    }
};

/// Whether x takes the place of the best so far; NaN takes it, and keeps it.
template <class Order, class X>
auto beats(const X& x, const X& best)
{
    return Order::passes(x, best) | ((x != x) & (best == best));
}

template <class Order, class T>
T extreme_scalar(Index n, const T* x, T best)
{
    for (Index i = 0; i < n; ++i)
        if (beats<Order>(x[i], best)) best = x[i];
    return best;
}

/// The extremum of numbers, and whether there was a NaN among them: looked for by itself, which is cheaper than extrema
/// that keep it.
template <class Order, class T>
struct Extreme {
    explicit Extreme(const T* x) : best(Vec<T>::load(x)), is_nan(best != best) {}
    void take(const Vec<T>& x)
    {
        best = Order::of_numbers(x, best);
        is_nan = is_nan | (x != x);
    }
    void take(const Extreme& x)
    {
        best = Order::of_numbers(x.best, best);
        is_nan = is_nan | x.is_nan;
    }
    T result() const { return any(is_nan) ? Constants<T>::kNan : Order::among(best); }

    Vec<T> best;
    Mask<T> is_nan;
};

/// The extremum of n > 0 numbers.
template <class Order, class T>
T extreme(Index n, const T* x)
{
    if constexpr (std::is_floating_point_v<T>) {
        constexpr Index size = Vec<T>::size;
        if (n >= size) {
            // The last register overlaps the one before it: extrema do not mind seeing an element twice.
            Extreme<Order, T> a(x), b(x + n - size);
            Index i = size;
            if (n >= 4 * size) {
                Extreme<Order, T> c(x + size), d(x + 2 * size);
                for (i = 3 * size; i + 4 * size <= n; i += 4 * size) {
                    a.take(Vec<T>::load(x + i)), b.take(Vec<T>::load(x + i + size));
                    c.take(Vec<T>::load(x + i + 2 * size)), d.take(Vec<T>::load(x + i + 3 * size));
                }
                a.take(c), b.take(d);
            }
            for (; i + size <= n; i += size) a.take(Vec<T>::load(x + i));
            a.take(b);
            return a.result();
        }
    }
    return extreme_scalar<Order>(n, x, x[0]);
}

template <class T>
Index first_position(const T* x, T value)
{
    Index i = 0;
    if (value == value)
        while (!(x[i] == value)) ++i;
    else
        while (x[i] == x[i]) ++i;
    return i;
}

template <class Order, class T>
void extreme_columns_scalar(Index n, Index inner, const T* x, T* y, Integer* position)
{
    for (Index i = 0; i < inner; ++i) {
        T best = x[i];
        Index at = 0;
        for (Index k = 1; k < n; ++k) {
            const T candidate = x[k * inner + i];
            if (beats<Order>(candidate, best)) best = candidate, at = k;
        }
        if (y != nullptr) y[i] = best;
        if (position != nullptr) position[i] = at;
    }
}

/// Columns side by side in registers; positions are counted in T, exact below the limit of extreme_columns.
template <class Order, class T>
void extreme_columns_of_floats(Index n, Index inner, const T* x, T* y, Integer* position)
{
    for_each_vec<T>(inner, [=](Index i, auto lanes) {
        Vec<T> best = lanes.load(x + i), at(0);
        for (Index k = 1; k < n; ++k) {
            const Vec<T> candidate = lanes.load(x + k * inner + i);
            const Mask<T> better = beats<Order>(candidate, best);
            best = select(better, candidate, best);
            at = select(better, Vec<T>(k), at);
        }
        if (y != nullptr) lanes.store(y + i, best);
        if (position == nullptr) return;
        alignas(64) T positions[Vec<T>::size];
        at.store(positions);
        for (Index lane = 0; lane < Vec<T>::size && i + lane < inner; ++lane)
            position[i + lane] = static_cast<Integer>(positions[lane]);
    });
}

/// Without positions: several rows at a time, so that memory is read in order and y seldom.
template <class Order, class T>
void extreme_columns_of_values(Index n, Index inner, const T* x, T* y)
{
    for_each_vec<T>(inner, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(x + i)); });
    Index k = 1;
    for (; k + 4 <= n; k += 4)
        for_each_vec<T>(inner, [=, rows = x + k * inner](Index i, auto lanes) {
            const auto of = [&](Index r) { return lanes.load(rows + r * inner + i); };
            const Vec<T> best = Order::of(Order::of(of(0), of(1)), Order::of(of(2), of(3)));
            lanes.store(y + i, Order::of(lanes.load(y + i), best));
        });
    for (; k < n; ++k)
        for_each_vec<T>(inner, [=, row = x + k * inner](Index i, auto lanes) {
            lanes.store(y + i, Order::of(lanes.load(y + i), lanes.load(row + i)));
        });
}

template <class Order, class T>
void extreme_columns(Index n, Index inner, const T* x, T* y, Integer* position)
{
    constexpr Index limit = sizeof(T) == 4 ? Index{1} << 24 : Index{1} << 53;
    if constexpr (std::is_floating_point_v<T>) {
        if (position == nullptr) return extreme_columns_of_values<Order>(n, inner, x, y);
        if (n < limit) return extreme_columns_of_floats<Order>(n, inner, x, y, position);
    }
    extreme_columns_scalar<Order>(n, inner, x, y, position);
}

template <class Order, class T>
void extremum(Index outer, Index n, Index inner, const void* x_, void* y_, Integer* position)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    for (Index o = 0; o < outer; ++o, x += n * inner) {
        if (inner == 1) {
            const T best = extreme<Order>(n, x);
            if (y != nullptr) y[o] = best;
            if (position != nullptr) position[o] = first_position(x, best);
        } else {
            extreme_columns<Order>(n, inner, x, y == nullptr ? y : y + o * inner,
                                   position == nullptr ? position : position + o * inner);
        }
    }
}

template <class T>
void fill_extrema(KernelTable& table, std::size_t dtype)
{
    table.maximum[dtype] = extremum<Largest, T>;
    table.minimum[dtype] = extremum<Smallest, T>;
}

}  // namespace

void fill_reduce(KernelTable& table)
{
    table.sum[index_of(f32)] = sum<float>;
    table.sum[index_of(f64)] = sum<double>;
    table.sum[index_of(i64)] = sum_integers;
    fill_extrema<float>(table, index_of(f32));
    fill_extrema<double>(table, index_of(f64));
    fill_extrema<Integer>(table, index_of(i64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
