// What is neither an elementary function nor a reduction: comparisons, where, fill, casts, scaled sums, bias with
// activation, and i64 arithmetic. Plain loops where the compiler vectorises them as well as we would.
#include "autograd/kernels/simd_math.hpp"
#include "autograd/kernels/table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

using Byte = unsigned char;
using Integer = std::int64_t;

// ---- comparisons, where ---------------------------------------------------------------------------------------------

/// compare<Less, float>: y = a < b in bytes.
template <class Compare, class T>
void compare(Index n, const void* a_, Index a_step, const void* b_, Index b_step, void* y_)
{
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    Byte* y = static_cast<Byte*>(y_);
    const Compare holds;
    if (a_step == 1 && b_step == 1) {
        for (Index i = 0; i < n; ++i) y[i] = holds(a[i], b[i]);
    } else if (a_step == 1) {
        const T number = *b;
        for (Index i = 0; i < n; ++i) y[i] = holds(a[i], number);
    } else {
        const T number = *a;
        for (Index i = 0; i < n; ++i) y[i] = holds(number, b[i * b_step]);
    }
}

/// Whether an operand is one number is known when compiling, so that the loops have contiguous reads alone.
template <class T, bool OneA, bool OneB>
void where_loop(Index n, const Byte* condition, const T* a, const T* b, T* y)
{
    for (Index i = 0; i < n; ++i) {
        const T when_true = a[OneA ? 0 : i], when_false = b[OneB ? 0 : i];  // both are read: no branch in the loop
        y[i] = condition[i] != 0 ? when_true : when_false;
    }
}

template <class T>
void where(Index n, const void* condition_, Index condition_step, const void* a_, Index a_step, const void* b_,
           Index b_step, void* y_)
{
    const Byte* condition = static_cast<const Byte*>(condition_);
    const T *a = static_cast<const T*>(a_), *b = static_cast<const T*>(b_);
    T* y = static_cast<T*>(y_);
    if (n == 0) return;
    if (condition_step == 0) {
        const T* chosen = *condition != 0 ? a : b;
        const Index step = *condition != 0 ? a_step : b_step;
        for (Index i = 0; i < n; ++i) y[i] = chosen[i * step];
        return;
    }
    if (a_step == 1 && b_step == 1) return where_loop<T, false, false>(n, condition, a, b, y);
    if (a_step == 1) return where_loop<T, false, true>(n, condition, a, b, y);
    if (b_step == 1) return where_loop<T, true, false>(n, condition, a, b, y);
    where_loop<T, true, true>(n, condition, a, b, y);
}

struct Eq {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a == b;
    }
};
struct Ne {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a != b;
    }
};
struct Lt {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a < b;
    }
};
struct Le {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a <= b;
    }
};
struct Gt {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a > b;
    }
};
struct Ge {
    template <class T>
    bool operator()(T a, T b) const
    {
        return a >= b;
    }
};

// ---- i64 arithmetic -------------------------------------------------------------------------------------------------

// Overflow wraps around, as in PyTorch: computed unsigned, where C++ defines it.
struct WrappingAdd {
    Integer operator()(Integer a, Integer b) const
    {
        return static_cast<Integer>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
    }
};
struct WrappingSub {
    Integer operator()(Integer a, Integer b) const
    {
        return static_cast<Integer>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    }
};
struct WrappingMul {
    Integer operator()(Integer a, Integer b) const
    {
        return static_cast<Integer>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
    }
};
struct Larger {
    Integer operator()(Integer a, Integer b) const { return a > b ? a : b; }
};
struct Smaller {
    Integer operator()(Integer a, Integer b) const { return a < b ? a : b; }
};

// No division traps: by 0 it gives 0, which callers refuse, and the smallest number divided by -1 wraps around.
struct QuotientTowardsZero {
    Integer operator()(Integer a, Integer b) const
    {
        if (b == 0) return 0;
        return b == -1 ? WrappingSub()(0, a) : a / b;
    }
};
struct RestTowardsZero {
    Integer operator()(Integer a, Integer b) const { return b == 0 || b == -1 ? 0 : a % b; }
};
struct QuotientDownwards {
    Integer operator()(Integer a, Integer b) const
    {
        const Integer rest = RestTowardsZero()(a, b);
        return QuotientTowardsZero()(a, b) - (rest != 0 && (rest < 0) != (b < 0));
    }
};
struct RestDownwards {
    Integer operator()(Integer a, Integer b) const
    {
        const Integer rest = RestTowardsZero()(a, b);
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
};

template <class F>
void integer_binary(Index n, const void* a_, Index a_step, const void* b_, Index b_step, void* y_)
{
    const Integer *a = static_cast<const Integer*>(a_), *b = static_cast<const Integer*>(b_);
    Integer* y = static_cast<Integer*>(y_);
    const F f;
    if (a_step == 1 && b_step == 1) {
        for (Index i = 0; i < n; ++i) y[i] = f(a[i], b[i]);
    } else {
        for (Index i = 0; i < n; ++i) y[i] = f(a[i * a_step], b[i * b_step]);
    }
}

// ---- fill, cast -----------------------------------------------------------------------------------------------------

template <class T>
void fill(Index n, const void* value, void* y_)
{
    const T number = *static_cast<const T*>(value);
    T* y = static_cast<T*>(y_);
    for (Index i = 0; i < n; ++i) y[i] = number;
}

/// A distinct type for bool, whose bytes are converted by != 0.
enum class Bool : Byte {};

template <class From, class To>
To convert(From x)
{
    if constexpr (std::is_same_v<From, To>)
        return x;
    else if constexpr (std::is_same_v<From, Bool>)
        return static_cast<To>(x != Bool{0});
    else if constexpr (std::is_same_v<To, Bool>)
        return static_cast<Bool>(x != From{0});
    else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        // In range, or C++ leaves it undefined; x86 gives the smallest i64 for the rest.
        const From limit = static_cast<From>(9223372036854775808.0);
        return x >= -limit && x < limit ? static_cast<To>(x) : static_cast<To>(0x8000000000000000u);
    } else
        return static_cast<To>(x);
}

template <class From, class To>
void cast(Index n, const void* x_, void* y_)
{
    const From* x = static_cast<const From*>(x_);
    To* y = static_cast<To*>(y_);
    for (Index i = 0; i < n; ++i) y[i] = convert<From, To>(x[i]);
}

// ---- scaled sums, bias and activation -------------------------------------------------------------------------------

template <class T>
void add_scaled(Index n, double factor, const void* x_, void* y_)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    if (factor == 1.0) {
        for_each_vec<T>(n, [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(y + i) + lanes.load(x + i)); });
        return;
    }
    const Vec<T> factors(factor);
    for_each_vec<T>(n,
                    [=](Index i, auto lanes) { lanes.store(y + i, lanes.load(y + i) + factors * lanes.load(x + i)); });
}

template <class T>
void scale(Index n, double factor, const void* x_, void* y_)
{
    const T* x = static_cast<const T*>(x_);
    T* y = static_cast<T*>(y_);
    const Vec<T> factors(factor);
    for_each_vec<T>(n, [=](Index i, auto lanes) { lanes.store(y + i, factors * lanes.load(x + i)); });
}

void add_scaled_integer(Index n, double factor, const void* x_, void* y_)
{
    const Integer* x = static_cast<const Integer*>(x_);
    Integer* y = static_cast<Integer*>(y_);
    const Integer whole = static_cast<Integer>(factor);
    for (Index i = 0; i < n; ++i) y[i] = WrappingAdd{}(y[i], WrappingMul{}(whole, x[i]));
}

void scale_integer(Index n, double factor, const void* x_, void* y_)
{
    const Integer* x = static_cast<const Integer*>(x_);
    Integer* y = static_cast<Integer*>(y_);
    const Integer whole = static_cast<Integer>(factor);
    for (Index i = 0; i < n; ++i) y[i] = WrappingMul{}(whole, x[i]);
}

struct Identity {
    template <class T>
    static Vec<T> value(const Vec<T>& x)
    {
        return x;
    }
};

template <class F, class T>
[[gnu::flatten]] void bias_activation(Index rows, Index n, const void* x_, const void* bias_, void* y_)
{
    const T *x = static_cast<const T*>(x_), *bias = static_cast<const T*>(bias_);
    T* y = static_cast<T*>(y_);
    if (bias == nullptr) {
        for_each_vec<T>(rows * n,
                        [=](Index i, auto lanes) { lanes.store(y + i, Vec<T>(F::value(lanes.load(x + i)))); });
        return;
    }
    for (Index row = 0; row < rows; ++row, x += n, y += n)
        for_each_vec<T>(n, [=](Index i, auto lanes) {
            lanes.store(y + i, Vec<T>(F::value(lanes.load(x + i) + lanes.load(bias + i))));
        });
}

// ---- table ----------------------------------------------------------------------------------------------------------

template <class T>
void fill_comparisons(KernelTable& table, std::size_t dtype)
{
    CompareKernel* const all[kComparisons] = {compare<Eq, T>, compare<Ne, T>, compare<Lt, T>,
                                              compare<Le, T>, compare<Gt, T>, compare<Ge, T>};
    for (std::size_t i = 0; i < kComparisons; ++i) table.compare[dtype][i] = all[i];
}

template <class From>
void fill_casts(KernelTable& table, std::size_t dtype)
{
    table.cast[dtype][index_of(f32)] = cast<From, float>;
    table.cast[dtype][index_of(f64)] = cast<From, double>;
    table.cast[dtype][index_of(i64)] = cast<From, Integer>;
    table.cast[dtype][index_of(boolean)] = cast<From, Bool>;
}

template <class T>
void fill_float(KernelTable& table, std::size_t dtype)
{
    table.add_scaled[dtype] = add_scaled<T>;
    table.scale[dtype] = scale<T>;
    auto& activation = table.bias_activation[dtype];
    activation[static_cast<std::size_t>(Activation::none)] = bias_activation<Identity, T>;
    activation[static_cast<std::size_t>(Activation::relu)] = bias_activation<elementary::Relu, T>;
    activation[static_cast<std::size_t>(Activation::tanh)] = bias_activation<elementary::Tanh, T>;
    activation[static_cast<std::size_t>(Activation::sigmoid)] = bias_activation<elementary::Sigmoid, T>;
}

void fill_integer(KernelTable& table)
{
    using Ops = elementary::BinaryOps;
    auto& binary = table.binary[index_of(i64)];
    binary[Ops::index<elementary::Add>()] = integer_binary<WrappingAdd>;
    binary[Ops::index<elementary::Sub>()] = integer_binary<WrappingSub>;
    binary[Ops::index<elementary::Mul>()] = integer_binary<WrappingMul>;
    binary[Ops::index<elementary::Maximum>()] = integer_binary<Larger>;
    binary[Ops::index<elementary::Minimum>()] = integer_binary<Smaller>;
    binary[Ops::index<elementary::Fmax>()] = integer_binary<Larger>;
    binary[Ops::index<elementary::Fmin>()] = integer_binary<Smaller>;
    binary[Ops::index<elementary::Fmod>()] = integer_binary<RestTowardsZero>;
    binary[Ops::index<elementary::Remainder>()] = integer_binary<RestDownwards>;
    binary[Ops::index<elementary::DivTrunc>()] = integer_binary<QuotientTowardsZero>;
    binary[Ops::index<elementary::FloorDivide>()] = integer_binary<QuotientDownwards>;
    table.add_scaled[index_of(i64)] = add_scaled_integer;
    table.scale[index_of(i64)] = scale_integer;
}

}  // namespace

void fill_mixed(KernelTable& table)
{
    fill_comparisons<float>(table, index_of(f32));
    fill_comparisons<double>(table, index_of(f64));
    fill_comparisons<Integer>(table, index_of(i64));
    fill_comparisons<Byte>(table, index_of(boolean));
    fill_casts<float>(table, index_of(f32));
    fill_casts<double>(table, index_of(f64));
    fill_casts<Integer>(table, index_of(i64));
    fill_casts<Bool>(table, index_of(boolean));
    table.where[index_of(f32)] = where<float>, table.fill[index_of(f32)] = fill<float>;
    table.where[index_of(f64)] = where<double>, table.fill[index_of(f64)] = fill<double>;
    table.where[index_of(i64)] = where<Integer>, table.fill[index_of(i64)] = fill<Integer>;
    table.where[index_of(boolean)] = where<Byte>, table.fill[index_of(boolean)] = fill<Byte>;
    fill_float<float>(table, index_of(f32));
    fill_float<double>(table, index_of(f64));
    fill_integer(table);
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
