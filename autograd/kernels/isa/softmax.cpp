// Softmax and its kin over (outer, n, inner) arrays along n. Rows (inner = 1) run along n; otherwise registers run
// along inner, so that every load is contiguous.
#include "autograd/kernels/simd_fold.hpp"
#include "autograd/kernels/simd_math.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

// A group is what one softmax runs over: a row of n elements for each lane set. The two kinds have the same interface:
//   for_each(body): body(offset, lanes) for each register of the group;   padding: what lanes outside hold
//   total(v), largest(v): a register that holds, in every lane, the total over the group

/// One contiguous row.
template <class T>
struct Row {
    Index n;

    template <class Body>
    void for_each(Body body) const
    {
        for_each_vec<T>(n, body);
    }
    Vec<T> total(const Vec<T>& v) const { return Vec<T>(sum_lanes(v)); }
    Vec<T> largest(const Vec<T>& v) const { return Vec<T>(max_lanes(v)); }
};

/// As many columns as a register has lanes, `inner` apart.
template <class T, class Lanes>
struct Columns {
    Index n, inner;
    Lanes lanes;

    template <class Body>
    void for_each(Body body) const
    {
        for (Index k = 0; k < n; ++k) body(k * inner, lanes);
    }
    Vec<T> total(const Vec<T>& v) const { return v; }
    Vec<T> largest(const Vec<T>& v) const { return v; }
};

/// body(group, offset of its data, offset of its number in (outer, inner), a one-number lane set) for all groups.
template <class T, class Body>
inline void for_each_group(Index outer, Index n, Index inner, Body body)
{
    if (inner == 1) {
        for (Index o = 0; o < outer; ++o) body(Row<T>{n}, o * n, o, Part{1});
        return;
    }
    for (Index o = 0; o < outer; ++o)
        for_each_vec<T>(inner, [&](Index i, auto lanes) {
            body(Columns<T, decltype(lanes)>{n, inner, lanes}, o * n * inner + i, o * inner + i, lanes);
        });
}

/// A number for each group: read into every lane of a row's register, or one for each column.
template <class T, class Group, class Lanes>
Vec<T> read_number(const Group&, const T* from, Lanes lanes)
{
    if constexpr (std::is_same_v<Group, Row<T>>)
        return Vec<T>(*from);
    else
        return lanes.load(from);
}

template <class T>
struct Exponentials {
    Vec<T> largest, sum;
};

/// The maximum, and the sum of exp(x - maximum); keep(offset, lanes, e) sees each exponential.
template <class T, class Group, class Keep>
inline Exponentials<T> exponentials(const Group& group, const T* x, Keep keep)
{
    const Vec<T> lowest(-Constants<T>::kInfinity);
    Vec<T> largest = lowest, sum(0);
    // A NaN may be lost here; the sum of exponentials brings it back.
    group.for_each([&](Index at, auto lanes) { largest = larger(lanes.load(x + at, lowest), largest); });
    largest = group.largest(largest);
    group.for_each([&](Index at, auto lanes) {
        // Padding with the largest makes exp(0): exp of something far below would be denormal, which costs 100 cycles.
        const Vec<T> e = exp(lanes.load(x + at, largest) - largest);
        keep(at, lanes, e);
        sum += lanes.only(e);
    });
    return {largest, group.total(sum)};
}

template <class T>
[[gnu::flatten]] void softmax(Index outer, Index n, Index inner, const void* x_, void* y_)
{
    const T* xs = static_cast<const T*>(x_);
    T* ys = static_cast<T*>(y_);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index, auto) {
        T* y = ys + offset;
        const auto e = exponentials<T>(group, xs + offset,
                                       [=](Index at, auto lanes, const Vec<T>& value) { lanes.store(y + at, value); });
        const Vec<T> inverse = Vec<T>(1) / e.sum;
        group.for_each([=](Index at, auto lanes) { lanes.store(y + at, lanes.load(y + at) * inverse); });
    });
}

template <class T>
[[gnu::flatten]] void log_softmax(Index outer, Index n, Index inner, const void* x_, void* y_)
{
    const T* xs = static_cast<const T*>(x_);
    T* ys = static_cast<T*>(y_);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index, auto) {
        const T* x = xs + offset;
        T* y = ys + offset;
        const auto e = exponentials<T>(group, x, [](Index, auto, const Vec<T>&) {});
        const Vec<T> log_sum = log(e.sum);
        // In this order, as x - largest is exact where it matters and its log is small beside a large x.
        group.for_each([=](Index at, auto lanes) { lanes.store(y + at, (lanes.load(x + at) - e.largest) - log_sum); });
    });
}

/// log(sum). An infinite maximum is the whole result: inf - inf has made nan of the sum.
template <class T>
Vec<T> log_of(const Vec<T>& largest, const Vec<T>& sum)
{
    const Mask<T> infinite = abs(largest) == Constants<T>::kInfinity;
    return log(select(infinite & (sum != sum), Vec<T>(1), sum));
}

/// Where the pair of a number of (outer, inner) begins in (outer, 2, inner); the second part lies `inner` behind.
inline Index pair_of(Index number, Index inner) { return number + number / inner * inner; }

/// Rows by the dozen, so that a register of sums meets the logarithm, not one number.
template <class T>
[[gnu::flatten]] void log_sum_exp_rows(Index rows, Index n, const T* x, T* y)
{
    constexpr Index block = 64;
    for (Index first = 0; first < rows; first += block) {
        const Index count = rows - first < block ? rows - first : block;
        T largest[block], sum[block];
        for (Index r = 0; r < count; ++r) {
            const auto e = exponentials<T>(Row<T>{n}, x + (first + r) * n, [](Index, auto, const Vec<T>&) {});
            Part{1}.store(largest + r, e.largest);
            Part{1}.store(sum + r, e.sum);
        }
        for_each_vec<T>(count, [&](Index i, auto lanes) {
            lanes.store(sum + i, log_of(lanes.load(largest + i), lanes.load(sum + i)));
        });
        for (Index r = 0; r < count; ++r) y[2 * (first + r)] = largest[r], y[2 * (first + r) + 1] = sum[r];
    }
}

template <class T>
[[gnu::flatten]] void log_sum_exp(Index outer, Index n, Index inner, const void* x_, void* y_)
{
    const T* xs = static_cast<const T*>(x_);
    T* ys = static_cast<T*>(y_);
    if (inner == 1) return log_sum_exp_rows(outer, n, xs, ys);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index number, auto lanes) {
        const auto e = exponentials<T>(group, xs + offset, [](Index, auto, const Vec<T>&) {});
        T* y = ys + pair_of(number, inner);
        lanes.store(y, e.largest);
        lanes.store(y + inner, log_of(e.largest, e.sum));
    });
}

template <class T>
[[gnu::flatten]] void softmax_vjp(Index outer, Index n, Index inner, const void* gy_, const void* y_, void* gx_)
{
    const T *gys = static_cast<const T*>(gy_), *ys = static_cast<const T*>(y_);
    T* gxs = static_cast<T*>(gx_);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index, auto) {
        const T *gy = gys + offset, *y = ys + offset;
        T* gx = gxs + offset;
        Vec<T> dot(0);
        group.for_each([&](Index at, auto lanes) { dot += lanes.load(gy + at) * lanes.load(y + at); });
        dot = group.total(dot);
        group.for_each(
            [=](Index at, auto lanes) { lanes.store(gx + at, lanes.load(y + at) * (lanes.load(gy + at) - dot)); });
    });
}

template <class T>
[[gnu::flatten]] void log_softmax_vjp(Index outer, Index n, Index inner, const void* gy_, const void* y_, void* gx_)
{
    const T *gys = static_cast<const T*>(gy_), *ys = static_cast<const T*>(y_);
    T* gxs = static_cast<T*>(gx_);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index, auto) {
        const T *gy = gys + offset, *y = ys + offset;
        T* gx = gxs + offset;
        Vec<T> total(0);
        group.for_each([&](Index at, auto lanes) { total += lanes.load(gy + at); });
        total = group.total(total);
        group.for_each(
            [=](Index at, auto lanes) { lanes.store(gx + at, lanes.load(gy + at) - exp(lanes.load(y + at)) * total); });
    });
}

template <class T>
[[gnu::flatten]] void softmax_from_lse(Index outer, Index n, Index inner, const void* x_, const void* lse_,
                                       const void* factor_, void* y_)
{
    const T *xs = static_cast<const T*>(x_), *lses = static_cast<const T*>(lse_),
            *factors = static_cast<const T*>(factor_);
    T* ys = static_cast<T*>(y_);
    for_each_group<T>(outer, n, inner, [=](const auto& group, Index offset, Index number, auto lanes_of_number) {
        const T* x = xs + offset;
        T* y = ys + offset;
        const T* lse = lses + pair_of(number, inner);
        const Vec<T> largest = read_number<T>(group, lse, lanes_of_number);
        const Vec<T> log_sum = read_number<T>(group, lse + inner, lanes_of_number);
        const Vec<T> factor = read_number<T>(group, factors + number, lanes_of_number);
        group.for_each(
            [=](Index at, auto lanes) { lanes.store(y + at, factor * exp((lanes.load(x + at) - largest) - log_sum)); });
    });
}

// ---- squared distance -----------------------------------------------------------------------------------------------

template <class T>
T squared_distance_of(Index n, const T* a, const T* b)
{
    constexpr Index size = Vec<T>::size, block = 4096;
    if (n > block) {  // halved, as sums are
        const Index half = (n / 2 + block - 1) / block * block;
        return squared_distance_of(half, a, b) + squared_distance_of(n - half, a + half, b + half);
    }
    Vec<T> sums[4] = {0, 0, 0, 0};
    for_each_vec<T>(n, [&](Index i, auto lanes) {
        const Vec<T> difference = lanes.load(a + i) - lanes.load(b + i);
        sums[i / size % 4] += difference * difference;
    });
    return sum_lanes((sums[0] + sums[2]) + (sums[1] + sums[3]));
}

template <class T>
void squared_distance(Index n, const void* a, const void* b, void* y)
{
    *static_cast<T*>(y) = squared_distance_of(n, static_cast<const T*>(a), static_cast<const T*>(b));
}

template <class T>
void scaled_difference(Index n, double factor, const void* a_, const void* b_, void* y_)
{
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    T* y = static_cast<T*>(y_);
    const Vec<T> factors(factor);
    for_each_vec<T>(
        n, [=](Index i, auto lanes) { lanes.store(y + i, factors * (lanes.load(a + i) - lanes.load(b + i))); });
}

template <class T>
void fill_for(KernelTable& table, std::size_t dtype)
{
    table.softmax[dtype] = softmax<T>;
    table.log_softmax[dtype] = log_softmax<T>;
    table.softmax_vjp[dtype] = softmax_vjp<T>;
    table.log_softmax_vjp[dtype] = log_softmax_vjp<T>;
    table.log_sum_exp[dtype] = log_sum_exp<T>;
    table.softmax_from_lse[dtype] = softmax_from_lse<T>;
    table.squared_distance[dtype] = squared_distance<T>;
    table.scaled_difference[dtype] = scaled_difference<T>;
}

}  // namespace

void fill_softmax(KernelTable& table)
{
    fill_for<float>(table, index_of(f32));
    fill_for<double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
