// Normalisation of the groups x[:, g, :] of (pieces, groups, n) arrays: values freed from mean and deviation. A group is
// read three times while it is in the cache: for its mean, for the squares about it, and to be written.
#include "autograd/kernels/normalize.hpp"

#include "autograd/kernels/isa/short_rows.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

/// Two sums that are formed together.
template <class T>
struct Sums {
    Vec<T> a{0}, b{0};
    friend Sums operator+(const Sums& x, const Sums& y) { return {x.a + y.a, x.b + y.b}; }
};

/// Where the elements of a group lie: `pieces` runs of n, `stride` from one to the next.
struct Place {
    Index pieces, stride, n, offset;
};

/// Elements whose terms are added one after the other by four registers; more are halved, so that the error grows with
/// the logarithm of their number.
constexpr Index kBlock = 4096;

/// add(offset, lanes, sums) for all elements of a group, a register at a time. Both sums stand in every lane.
template <class T, class Add>
Sums<T> totals(const Place& p, const Add& add)
{
    constexpr Index size = Vec<T>::size;
    const Index half = p.pieces / 2, start = (p.n / 2 + kBlock - 1) / kBlock * kBlock;
    if (p.pieces > 1 && p.pieces * p.n > kBlock)
        return totals<T>({half, p.stride, p.n, p.offset}, add) +
               totals<T>({p.pieces - half, p.stride, p.n, p.offset + half * p.stride}, add);
    if (p.n > kBlock)
        return totals<T>({1, 0, start, p.offset}, add) + totals<T>({1, 0, p.n - start, p.offset + start}, add);
    Sums<T> s0, s1, s2, s3;
    Index offset = p.offset;
    for (Index piece = 0; piece < p.pieces; ++piece, offset += p.stride) {
        Index i = 0;
        for (; i + 4 * size <= p.n; i += 4 * size) {
            add(offset + i, Whole{}, s0), add(offset + i + size, Whole{}, s1);
            add(offset + i + 2 * size, Whole{}, s2), add(offset + i + 3 * size, Whole{}, s3);
        }
        for (; i + size <= p.n; i += size) add(offset + i, Whole{}, s0);
        if (i < p.n) add(offset + i, Part{p.n - i}, s1);
    }
    const Sums<T> all = (s0 + s2) + (s1 + s3);
    return {Vec<T>(sum_lanes(all.a)), Vec<T>(sum_lanes(all.b))};
}

/// body(offset, lanes) for all elements.
template <class T, class Body>
void for_each(const Place& p, const Body& body)
{
    for (Index piece = 0; piece < p.pieces; ++piece)
        for_each_vec<T>(p.n, [&](Index i, auto lanes) { body(p.offset + piece * p.stride + i, lanes); });
}

/// The same two for as many neighbouring groups of one element a piece as `lanes` has: registers run along the groups.
template <class Lanes>
struct Columns {
    Index pieces, groups, offset;
    Lanes lanes;
};
template <class T, class Lanes, class Add>
Sums<T> totals(const Columns<Lanes>& c, const Add& add)
{
    Sums<T> s0, s1;
    Index i = 0;
    for (; i + 2 <= c.pieces; i += 2) {
        add(c.offset + i * c.groups, c.lanes, s0);
        add(c.offset + (i + 1) * c.groups, c.lanes, s1);
    }
    if (i < c.pieces) add(c.offset + i * c.groups, c.lanes, s0);
    return s0 + s1;
}
template <class T, class Lanes, class Body>
void for_each(const Columns<Lanes>& c, const Body& body)
{
    for (Index i = 0; i < c.pieces; ++i) body(c.offset + i * c.groups, c.lanes);
}

/// A number of each group: of one group in every lane, or of several side by side.
template <class T>
struct Numbers {
    Vec<T> read(const T* from, const Place&) const { return Vec<T>(*from); }
    template <class Lanes>
    Vec<T> read(const T* from, const Columns<Lanes>& c) const
    {
        return c.lanes.load(from);
    }
    void write(T* to, const Vec<T>& v, const Place&) const { Part{1}.store(to, v); }
    template <class Lanes>
    void write(T* to, const Vec<T>& v, const Columns<Lanes>& c) const
    {
        c.lanes.store(to, v);
    }
};

/// body(place of a group or of several side by side, number of the first one).
template <class T, class Body>
void for_each_group(const NormGroups& s, Index begin, Index end, const Body& body)
{
    if (s.n == 1 && s.pieces > 1) {
        for_each_vec<T>(end - begin, [&](Index i, auto lanes) {
            body(Columns<decltype(lanes)>{s.pieces, s.groups, begin + i, lanes}, begin + i);
        });
        return;
    }
    for (Index g = begin; g < end; ++g) body(Place{s.pieces, s.groups * s.n, s.n, g * s.n}, g);
}

/// Mean, what rounding left of it, and biased variance.
template <class T>
struct Moments {
    Vec<T> mean, rest, var;
    template <class Lanes>
    Vec<T> centred(const T* x, Lanes lanes) const
    {
        return (lanes.load(x) - mean) - rest;
    }
};

template <class T, class Group>
Moments<T> moments(const Group& group, Index count, const T* x)
{
    const Vec<T> n(count);
    Moments<T> m{Vec<T>(0), Vec<T>(0), Vec<T>(0)};
    m.mean = totals<T>(group, [=](Index at, auto lanes, Sums<T>& s) { s.a += lanes.load(x + at); }).a / n;
    const Sums<T> about = totals<T>(group, [=](Index at, auto lanes, Sums<T>& s) {
        const Vec<T> d = lanes.only(lanes.load(x + at) - m.mean);
        s.a += d;
        s.b += d * d;
    });
    m.rest = about.a / n;
    const Vec<T> moved = about.a * m.rest;
    m.var = (about.b - moved) / n;
    const Mask<T> is_small = moved <= Vec<T>(1e-2) * about.b;
    if (all(is_small)) return m;
    // The deviations are not far above the rounding of the mean: their squares are summed without it.
    const Sums<T> squares = totals<T>(group, [=](Index at, auto lanes, Sums<T>& s) {
        const Vec<T> d = lanes.only(m.centred(x + at, lanes));
        s.a += d * d;
    });
    m.var = select(is_small, m.var, squares.a / n);  // each of several groups as if it were alone
    return m;
}

template <class T>
[[gnu::flatten]] void normalize(const NormGroups& s, Index begin, Index end, const void* x_, const void* weight_,
                                const void* bias_, void* y_, void* statistics_)
{
    const T *x = static_cast<const T*>(x_), *weight = static_cast<const T*>(weight_),
            *bias = static_cast<const T*>(bias_);
    T *y = static_cast<T*>(y_), *statistics = static_cast<T*>(statistics_);
    if (s.pieces == 1 && s.n <= kShortRow<T>) {
        const Affine<T> affine{weight, bias};
        Index g = begin;
        for (; g + 4 <= end; g += 4) normalize_short_rows<T, 4>(s, g, x, affine, y, statistics);
        for (; g < end; ++g) normalize_short_rows<T, 1>(s, g, x, affine, y, statistics);
        return;
    }
    const Numbers<T> numbers;
    for_each_group<T>(s, begin, end, [&](const auto& group, Index g) {
        const Moments<T> m = moments(group, s.pieces * s.n, x);
        numbers.write(statistics + g, m.mean, group);
        numbers.write(statistics + s.groups + g, m.rest, group);
        numbers.write(statistics + 2 * s.groups + g, m.var, group);
        const Vec<T> r = Vec<T>(1) / sqrt(m.var + Vec<T>(s.eps));
        if (s.weights == Weights::of_elements) {
            const Index first = g * s.n;
            for_each<T>(group, [&](Index at, auto lanes) {
                const Vec<T> scaled = (m.centred(x + at, lanes) * r) * lanes.load(weight + at - first);
                lanes.store(y + at, bias == nullptr ? scaled : scaled + lanes.load(bias + at - first));
            });
            return;
        }
        const Vec<T> w = s.weights == Weights::none ? Vec<T>(1) : numbers.read(weight + g, group);
        const Vec<T> b = bias == nullptr ? Vec<T>(-0.0) : numbers.read(bias + g, group);
        for_each<T>(group, [&](Index at, auto lanes) { lanes.store(y + at, (m.centred(x + at, lanes) * r) * w + b); });
    });
}

/// What the vjp reads of a group.
template <class T>
struct Standard {
    Moments<T> m;
    Vec<T> r;
    template <class Lanes>
    Vec<T> of(const T* x, Lanes lanes) const
    {
        return m.centred(x, lanes) * r;
    }
};

template <class T, class Group>
Standard<T> read_standard(const NormGroups& s, const Group& group, const T* statistics, Index g)
{
    const Numbers<T> numbers;
    const Moments<T> m{numbers.read(statistics + g, group), numbers.read(statistics + s.groups + g, group),
                       numbers.read(statistics + 2 * s.groups + g, group)};
    return {m, Vec<T>(1) / sqrt(m.var + Vec<T>(s.eps))};
}

/// Weights for each group or none: gw and gb are those of the group.
template <class T>
[[gnu::flatten]] void normalize_vjp(const NormGroups& s, Index begin, Index end, const void* gy_, const void* x_,
                                    const void* weight_, const void* statistics_, void* gx_, void* gw_, void* gb_)
{
    const T *gy = static_cast<const T*>(gy_), *x = static_cast<const T*>(x_), *weight = static_cast<const T*>(weight_),
            *statistics = static_cast<const T*>(statistics_);
    T *gx = static_cast<T*>(gx_), *gw = static_cast<T*>(gw_), *gb = static_cast<T*>(gb_);
    const Numbers<T> numbers;
    const Vec<T> count(s.pieces * s.n);
    for_each_group<T>(s, begin, end, [&](const auto& group, Index g) {
        const Standard<T> y = read_standard(s, group, statistics, g);
        const Sums<T> sums = totals<T>(group, [&](Index at, auto lanes, Sums<T>& sum) {
            const Vec<T> gys = lanes.load(gy + at);
            sum.a += gys;
            sum.b += gys * y.of(x + at, lanes);
        });
        if (gb != nullptr) numbers.write(gb + g, sums.a, group);
        if (gw != nullptr) numbers.write(gw + g, sums.b, group);
        if (gx == nullptr) return;
        const Vec<T> scale = s.weights == Weights::none ? y.r : y.r * numbers.read(weight + g, group);
        const Vec<T> mean = sums.a / count, along = sums.b / count;
        for_each<T>(group, [&](Index at, auto lanes) {
            lanes.store(gx + at, scale * ((lanes.load(gy + at) - mean) - y.of(x + at, lanes) * along));
        });
    });
}

/// Some rows at once with weights for each element, so that gw and gb are read and written once for all of them.
template <class T, int Rows>
void rows_vjp(const NormGroups& s, Index first, const T* gy, const T* x, const T* weight, const T* statistics, T* gx,
              T* gw, T* gb)
{
    Standard<T> y[Rows];
    T sum[Rows] = {}, along[Rows] = {};
    for (Index r = 0; r < Rows; ++r) y[r] = read_standard(s, Place{1, 0, s.n, 0}, statistics, first + r);
    gy += first * s.n, x += first * s.n;
    for (Index start = 0; start < s.n; start += kBlock) {
        Vec<T> sums[Rows], alongs[Rows];
        for (Index r = 0; r < Rows; ++r) sums[r] = alongs[r] = Vec<T>(0);
        for_each_vec<T>(s.n - start < kBlock ? s.n - start : kBlock, [&](Index k, auto lanes) {
            const Index i = start + k;
            const Vec<T> w = lanes.load(weight + i);
            Vec<T> to_w = lanes.load(gw + i), to_b = lanes.load(gb + i);
            for (Index r = 0; r < Rows; ++r) {
                const Vec<T> gys = lanes.load(gy + r * s.n + i), ys = y[r].of(x + r * s.n + i, lanes), g = gys * w;
                to_b += gys;
                to_w += gys * ys;
                sums[r] += g;
                alongs[r] += g * ys;
            }
            lanes.store(gw + i, to_w);
            lanes.store(gb + i, to_b);
        });
        for (Index r = 0; r < Rows; ++r) sum[r] += sum_lanes(sums[r]), along[r] += sum_lanes(alongs[r]);
    }
    if (gx == nullptr) return;
    gx += first * s.n;
    const T n = static_cast<T>(s.n);
    for (Index r = 0; r < Rows; ++r, gy += s.n, x += s.n, gx += s.n) {
        const Vec<T> mean(sum[r] / n), mean_along(along[r] / n);
        const Standard<T> of_row = y[r];
        for_each_vec<T>(s.n, [=](Index i, auto lanes) {
            const Vec<T> g = lanes.load(gy + i) * lanes.load(weight + i);
            lanes.store(gx + i, of_row.r * ((g - mean) - of_row.of(x + i, lanes) * mean_along));
        });
    }
}

/// Rows with weights for each element; gw and gb, of n elements each, are added to.
template <class T>
[[gnu::flatten]] void normalize_rows_vjp(const NormGroups& s, Index begin, Index end, const void* gy_, const void* x_,
                                         const void* weight_, const void* statistics_, void* gx_, void* gw_, void* gb_)
{
    const T *gy = static_cast<const T*>(gy_), *x = static_cast<const T*>(x_), *weight = static_cast<const T*>(weight_),
            *statistics = static_cast<const T*>(statistics_);
    T *gx = static_cast<T*>(gx_), *gw = static_cast<T*>(gw_), *gb = static_cast<T*>(gb_);
    Index g = begin;
    for (; g + 4 <= end; g += 4) rows_vjp<T, 4>(s, g, gy, x, weight, statistics, gx, gw, gb);
    for (; g < end; ++g) rows_vjp<T, 1>(s, g, gy, x, weight, statistics, gx, gw, gb);
}

template <class T>
void fill_for(KernelTable& table, std::size_t dtype)
{
    table.normalize[dtype] = normalize<T>;
    table.normalize_vjp[dtype] = normalize_vjp<T>;
    table.normalize_rows_vjp[dtype] = normalize_rows_vjp<T>;
}

}  // namespace

void fill_normalize(KernelTable& table)
{
    fill_for<float>(table, index_of(f32));
    fill_for<double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
