// Compiled once for each instruction set, as the kernels are.
#include "benchmarks/ops/loops.hpp"

#include <xgrad/elementary.hpp>

#include <cmath>

#include "autograd/kernels/simd_fold.hpp"
#include "autograd/kernels/simd_math.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

using bench::Arrays;
using bench::Loops;

// ---- element by element ---------------------------------------------------------------------------------------------
// `of` serves registers and numbers.

struct Add {
    static auto of(const auto& a, const auto& b, const auto&) { return a + b; }
};
struct Mul {
    static auto of(const auto& a, const auto& b, const auto&) { return a * b; }
};
struct Exp {
    static auto of(const auto& a, const auto&, const auto&)
    {
        using std::exp;
        return exp(a);
    }
};
struct Tanh {
    static auto of(const auto& a, const auto&, const auto&)
    {
        using std::tanh;
        return tanh(a);
    }
};
struct Sqrt {
    static auto of(const auto& a, const auto&, const auto&)
    {
        using std::sqrt;
        return sqrt(a);
    }
};
struct Pow {
    static auto of(const auto& a, const auto& b, const auto&)
    {
        using std::pow;
        return pow(a, b);
    }
};
struct Copy {
    static auto of(const auto& a, const auto&, const auto&) { return a; }
};
struct Sigmoid {
    template <class T>
    static Vec<T> of(const Vec<T>& a, const Vec<T>&, const Vec<T>&)
    {
        return elementary::Sigmoid::value(a);
    }
    template <class T>
    static T of(T a, T, T)
    {
        return T(1) / (T(1) + std::exp(-a));
    }
};
struct Relu {
    template <class T>
    static Vec<T> of(const Vec<T>& a, const Vec<T>&, const Vec<T>&)
    {
        return elementary::Relu::value(a);
    }
    template <class T>
    static T of(T a, T, T)
    {
        return a > T(0) ? a : T(0);
    }
};

template <class F, class T>
[[gnu::flatten]] void flat(const Arrays& s)
{
    const Index n = s.rows * s.columns, size = Vec<T>::size;
    const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b ? s.b : s.a);
    T* y = static_cast<T*>(s.y);
    Index i = 0;
    for (; i + size <= n; i += size) F::of(Vec<T>::load(a + i), Vec<T>::load(b + i), Vec<T>(0)).store(y + i);
    if (i < n)
        F::of(Vec<T>::load_part(a + i, n - i), Vec<T>::load_part(b + i, n - i), Vec<T>(0)).store_part(y + i, n - i);
}

template <class F, class T>
void plain(const Arrays& s)
{
    const Index n = s.rows * s.columns;
    const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b ? s.b : s.a);
    T* y = static_cast<T*>(s.y);
    for (Index i = 0; i < n; ++i) y[i] = F::of(a[i], b[i], T(0));
}

/// b is one row.
template <class F, class T>
void flat_rows(const Arrays& s)
{
    const Index area = s.columns * static_cast<Index>(sizeof(T));
    for (Index r = 0; r < s.rows; ++r)
        flat<F, T>(
            {1, s.columns, static_cast<const char*>(s.a) + r * area, s.b, nullptr, static_cast<char*>(s.y) + r * area});
}

template <class F, class T>
void plain_rows(const Arrays& s)
{
    const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b);
    T* y = static_cast<T*>(s.y);
    for (Index r = 0; r < s.rows; ++r)
        for (Index i = 0; i < s.columns; ++i) y[r * s.columns + i] = F::of(a[r * s.columns + i], b[i], T(0));
}

/// y = 1 where a < b, bytes. Registers have nothing to say about bytes, so the compiler's loop is the flat one as well.
template <class T>
void less(const Arrays& s)
{
    const Index n = s.rows * s.columns;
    const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b);
    unsigned char* y = static_cast<unsigned char*>(s.y);
    for (Index i = 0; i < n; ++i) y[i] = a[i] < b[i];
}

/// y = c ? a : b; c in bytes. The same holds.
template <class T>
void where(const Arrays& s)
{
    const Index n = s.rows * s.columns;
    const T *a = static_cast<const T*>(s.a), *b = static_cast<const T*>(s.b);
    const unsigned char* c = static_cast<const unsigned char*>(s.c);
    T* y = static_cast<T*>(s.y);
    for (Index i = 0; i < n; ++i) {
        const T when_true = a[i], when_false = b[i];
        y[i] = c[i] != 0 ? when_true : when_false;
    }
}

// ---- reductions -----------------------------------------------------------------------------------------------------

struct Sum {
    static auto of(const auto& a, const auto& b) { return a + b; }
    template <class T>
    static T among(const Vec<T>& v)
    {
        return sum_lanes(v);
    }
};
struct Max {
    template <class T>
    static Vec<T> of(const Vec<T>& a, const Vec<T>& b)
    {
        return maximum(a, b);
    }
    template <class T>
    requires std::is_arithmetic_v<T>
    static T of(T a, T b) { return a > b || a != a ? a : b; }
    template <class T>
    static T among(const Vec<T>& v)
    {
        return any(v != v) ? Constants<T>::kNan : max_lanes(v);
    }
};

/// With four registers of partial results.
template <class F, class T>
T reduce(Index n, const T* x)
{
    constexpr Index size = Vec<T>::size;
    T y = x[0];
    Index i = 1;
    if (n >= 4 * size) {
        Vec<T> part[4] = {Vec<T>::load(x), Vec<T>::load(x + size), Vec<T>::load(x + 2 * size),
                          Vec<T>::load(x + 3 * size)};
        for (i = 4 * size; i + 4 * size <= n; i += 4 * size)
            for (Index k = 0; k < 4; ++k) part[k] = F::of(part[k], Vec<T>::load(x + i + k * size));
        for (; i + size <= n; i += size) part[0] = F::of(part[0], Vec<T>::load(x + i));
        y = F::among(F::of(F::of(part[0], part[1]), F::of(part[2], part[3])));
    }
    for (; i < n; ++i) y = F::of(y, x[i]);
    return y;
}

template <class F, class T>
void flat_all(const Arrays& s)
{
    *static_cast<T*>(s.y) = reduce<F>(s.rows * s.columns, static_cast<const T*>(s.a));
}

template <class F, class T>
void flat_along_rows(const Arrays& s)
{
    for (Index r = 0; r < s.rows; ++r)
        static_cast<T*>(s.y)[r] = reduce<F>(s.columns, static_cast<const T*>(s.a) + r * s.columns);
}

template <class F, class T>
void flat_along_columns(const Arrays& s)
{
    const T* x = static_cast<const T*>(s.a);
    T* y = static_cast<T*>(s.y);
    for_each_vec<T>(s.columns, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(x + i)); });
    for (Index r = 1; r < s.rows; ++r)
        for_each_vec<T>(s.columns, [=, row = x + r * s.columns](Index i, auto lanes) {
            lanes.store(y + i, F::of(lanes.load(y + i), lanes.load(row + i)));
        });
}

template <class F, class T>
void plain_along_rows(const Arrays& s)
{
    const T* x = static_cast<const T*>(s.a);
    for (Index r = 0; r < s.rows; ++r, x += s.columns) {
        T y = x[0];
        for (Index i = 1; i < s.columns; ++i) y = F::of(y, x[i]);
        static_cast<T*>(s.y)[r] = y;
    }
}

template <class F, class T>
void plain_all(const Arrays& s)
{
    plain_along_rows<F, T>({1, s.rows * s.columns, s.a, nullptr, nullptr, s.y});
}

template <class F, class T>
void plain_along_columns(const Arrays& s)
{
    const T* x = static_cast<const T*>(s.a);
    T* y = static_cast<T*>(s.y);
    for (Index i = 0; i < s.columns; ++i) y[i] = x[i];
    for (Index r = 1; r < s.rows; ++r)
        for (Index i = 0; i < s.columns; ++i) y[i] = F::of(y[i], x[r * s.columns + i]);
}

/// The sums that a loop above gives, over how many elements each has; Axis as in the names of the loops, -1: all.
template <class T, int Axis, void (*Sums)(const Arrays&)>
void mean(const Arrays& s)
{
    Sums(s);
    T* y = static_cast<T*>(s.y);
    const Index kept = Axis < 0 ? 1 : Axis == 0 ? s.columns : s.rows;
    const T count = static_cast<T>(s.rows * s.columns / kept);
    if (kept == 1)
        *y /= count;
    else
        for_each_vec<T>(kept, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(y + i) / Vec<T>(count)); });
}

// ---- rows that are normalised ---------------------------------------------------------------------------------------

template <class T>
[[gnu::flatten]] void flat_softmax(const Arrays& s)
{
    for (Index r = 0; r < s.rows; ++r) {
        const T* x = static_cast<const T*>(s.a) + r * s.columns;
        T* y = static_cast<T*>(s.y) + r * s.columns;
        const Vec<T> largest(reduce<Max>(s.columns, x));
        Vec<T> sum(0);
        for_each_vec<T>(s.columns, [&](Index i, auto lanes) {
            const Vec<T> e = exp(lanes.load(x + i, largest) - largest);
            lanes.store(y + i, e);
            sum += lanes.only(e);
        });
        const Vec<T> inverse(T(1) / sum_lanes(sum));
        for_each_vec<T>(s.columns, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(y + i) * inverse); });
    }
}

template <class T>
void plain_softmax(const Arrays& s)
{
    for (Index r = 0; r < s.rows; ++r) {
        const T* x = static_cast<const T*>(s.a) + r * s.columns;
        T* y = static_cast<T*>(s.y) + r * s.columns;
        T largest = x[0], sum = 0;
        for (Index i = 1; i < s.columns; ++i) largest = x[i] > largest ? x[i] : largest;
        for (Index i = 0; i < s.columns; ++i) sum += y[i] = std::exp(x[i] - largest);
        for (Index i = 0; i < s.columns; ++i) y[i] /= sum;
    }
}

/// b and c: weight and bias, one row each.
template <class T>
[[gnu::flatten]] void flat_layer_norm(const Arrays& s)
{
    const T *w = static_cast<const T*>(s.b), *b = static_cast<const T*>(s.c), n = static_cast<T>(s.columns);
    for (Index r = 0; r < s.rows; ++r) {
        const T* x = static_cast<const T*>(s.a) + r * s.columns;
        T* y = static_cast<T*>(s.y) + r * s.columns;
        const Vec<T> mean(reduce<Sum>(s.columns, x) / n);
        Vec<T> squares(0);
        for_each_vec<T>(s.columns, [&](Index i, auto lanes) {
            const Vec<T> d = lanes.only(lanes.load(x + i) - mean);
            squares += d * d;
        });
        const Vec<T> scale(T(1) / std::sqrt(sum_lanes(squares) / n + T(1e-5)));
        for_each_vec<T>(s.columns, [=](Index i, auto lanes) {
            lanes.store(y + i, (lanes.load(x + i) - mean) * scale * lanes.load(w + i) + lanes.load(b + i));
        });
    }
}

template <class T>
void plain_layer_norm(const Arrays& s)
{
    const T *w = static_cast<const T*>(s.b), *b = static_cast<const T*>(s.c), n = static_cast<T>(s.columns);
    for (Index r = 0; r < s.rows; ++r) {
        const T* x = static_cast<const T*>(s.a) + r * s.columns;
        T *y = static_cast<T*>(s.y) + r * s.columns, sum = 0, squares = 0;
        for (Index i = 0; i < s.columns; ++i) sum += x[i];
        const T mean = sum / n;
        for (Index i = 0; i < s.columns; ++i) squares += (x[i] - mean) * (x[i] - mean);
        const T scale = T(1) / std::sqrt(squares / n + T(1e-5));
        for (Index i = 0; i < s.columns; ++i) y[i] = (x[i] - mean) * scale * w[i] + b[i];
    }
}

// ---- copies ---------------------------------------------------------------------------------------------------------

template <class T>
void copy(const bench::Layout& l, const T* x, T* y)
{
    for (Index i = 0; i < l.sizes[0]; ++i)
        for (Index j = 0; j < l.sizes[1]; ++j)
            for (Index k = 0; k < l.sizes[2]; ++k) {
                const T* from = x + i * l.x_strides[0] + j * l.x_strides[1] + k * l.x_strides[2];
                T* to = y + i * l.y_strides[0] + j * l.y_strides[1] + k * l.y_strides[2];
                for (Index n = 0; n < l.sizes[3]; ++n) to[n * l.y_strides[3]] = from[n * l.x_strides[3]];
            }
}

template <class F>
constexpr Loops elementwise(const char* name)
{
    return {name, {flat<F, float>, flat<F, double>}, {plain<F, float>, plain<F, double>}};
}

}  // namespace

extern const Loops kBenchLoops[];
extern const int kBenchLoopCount;
void bench_copy(int dtype, const bench::Layout& layout, const void* x, void* y);

const Loops kBenchLoops[] = {
    elementwise<Add>("add"),
    elementwise<Mul>("mul"),
    {"add_row", {flat_rows<Add, float>, flat_rows<Add, double>}, {plain_rows<Add, float>, plain_rows<Add, double>}},
    elementwise<Exp>("exp"),
    elementwise<Tanh>("tanh"),
    elementwise<Sigmoid>("sigmoid"),
    elementwise<Relu>("relu"),
    elementwise<Sqrt>("sqrt"),
    elementwise<Pow>("pow"),
    elementwise<Copy>("copy"),
    {"lt", {less<float>, less<double>}, {less<float>, less<double>}},
    {"where", {where<float>, where<double>}, {where<float>, where<double>}},
    {"sum", {flat_all<Sum, float>, flat_all<Sum, double>}, {plain_all<Sum, float>, plain_all<Sum, double>}},
    {"sum axis 0",
     {flat_along_columns<Sum, float>, flat_along_columns<Sum, double>},
     {plain_along_columns<Sum, float>, plain_along_columns<Sum, double>}},
    {"sum axis 1",
     {flat_along_rows<Sum, float>, flat_along_rows<Sum, double>},
     {plain_along_rows<Sum, float>, plain_along_rows<Sum, double>}},
    {"mean",
     {mean<float, -1, flat_all<Sum, float>>, mean<double, -1, flat_all<Sum, double>>},
     {mean<float, -1, plain_all<Sum, float>>, mean<double, -1, plain_all<Sum, double>>}},
    {"mean axis 0",
     {mean<float, 0, flat_along_columns<Sum, float>>, mean<double, 0, flat_along_columns<Sum, double>>},
     {mean<float, 0, plain_along_columns<Sum, float>>, mean<double, 0, plain_along_columns<Sum, double>>}},
    {"mean axis 1",
     {mean<float, 1, flat_along_rows<Sum, float>>, mean<double, 1, flat_along_rows<Sum, double>>},
     {mean<float, 1, plain_along_rows<Sum, float>>, mean<double, 1, plain_along_rows<Sum, double>>}},
    {"max", {flat_all<Max, float>, flat_all<Max, double>}, {plain_all<Max, float>, plain_all<Max, double>}},
    {"max axis 0",
     {flat_along_columns<Max, float>, flat_along_columns<Max, double>},
     {plain_along_columns<Max, float>, plain_along_columns<Max, double>}},
    {"max axis 1",
     {flat_along_rows<Max, float>, flat_along_rows<Max, double>},
     {plain_along_rows<Max, float>, plain_along_rows<Max, double>}},
    {"softmax", {flat_softmax<float>, flat_softmax<double>}, {plain_softmax<float>, plain_softmax<double>}},
    {"layer_norm",
     {flat_layer_norm<float>, flat_layer_norm<double>},
     {plain_layer_norm<float>, plain_layer_norm<double>}},
};
const int kBenchLoopCount = sizeof(kBenchLoops) / sizeof(Loops);

void bench_copy(int dtype, const bench::Layout& layout, const void* x, void* y)
{
    if (dtype == 0)
        copy(layout, static_cast<const float*>(x), static_cast<float*>(y));
    else
        copy(layout, static_cast<const double*>(x), static_cast<double*>(y));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
