#include <xgrad/xtensor.hpp>

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/tape.hpp>

#include "tests/expect_throw.hpp"

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/misc/xmanipulation.hpp>
#include <xtensor/views/xdynamic_view.hpp>
#include <xtensor/views/xstrided_view.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xdynamic_view.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xmanipulation.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include <complex>
#include <thread>

using xgrad::from_xtensor;
using xgrad::Sizes;
using xgrad::Tensor;
using xgrad::tensor;

namespace {

xt::xarray<double> matrix() { return {{1, 2, 3}, {4, 5, 6}}; }

// The same shape and elements as xtensor sees in the expression.
template <class E>
void expect_equal(const Tensor& t, const E& e)
{
    const xt::xarray<double> expected = e;
    ASSERT_EQ(t.sizes(), (std::vector<std::int64_t>(expected.shape().begin(), expected.shape().end())));
    EXPECT_EQ(t.to_vector<double>(), std::vector<double>(expected.begin(), expected.end()));
}

// Knows how many elements are alive.
template <class T>
struct Counting {
    using value_type = T;
    Counting() = default;
    template <class U>
    Counting(const Counting<U>&)
    {
    }
    T* allocate(std::size_t n)
    {
        alive += n;
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n)
    {
        alive -= n;
        std::allocator<T>().deallocate(p, n);
    }
    bool operator==(const Counting&) const { return true; }
    static inline std::size_t alive = 0;
};

template <class E>
concept Accepted = requires(E e)
{
    from_xtensor(e);
};

template <class T>
concept HasArray = requires(T&& t)
{
    std::forward<T>(t).template array<double>();
};

}  // namespace

TEST(FromXtensor, KeepsFloatDoubleInt64AndBoolAndWidensOtherIntegers)
{
    EXPECT_EQ(from_xtensor(xt::xarray<float>{1.5F}).dtype(), xgrad::f32);
    EXPECT_EQ(from_xtensor(matrix()).dtype(), xgrad::f64);
    EXPECT_EQ(from_xtensor(xt::xarray<std::int64_t>{1}).dtype(), xgrad::i64);
    EXPECT_EQ(from_xtensor(xt::xarray<bool>{true, false}).dtype(), xgrad::boolean);
    const xt::xarray<std::int8_t> bytes{-3, 4};
    EXPECT_EQ(from_xtensor(bytes).dtype(), xgrad::i64);
    EXPECT_EQ(from_xtensor(bytes).to_vector<std::int64_t>(), (std::vector<std::int64_t>{-3, 4}));
    EXPECT_EQ(from_xtensor(xt::xarray<std::uint16_t>{65535}).to_vector<std::int64_t>(),
              std::vector<std::int64_t>{65535});
    EXPECT_EQ(from_xtensor(xt::xarray<long long>{-7}).to_vector<std::int64_t>(), std::vector<std::int64_t>{-7});
    EXPECT_EQ(from_xtensor(xt::xarray<std::uint64_t>{7}).to_vector<std::int64_t>(), std::vector<std::int64_t>{7});
}

TEST(FromXtensor, AnUnsignedElementBeyondI64IsRefused)
{
    const xt::xarray<std::uint64_t> huge{1, std::uint64_t{1} << 63};
    EXPECT_THROW_TEXT(from_xtensor(huge), xgrad::DtypeError,
                      "from_xtensor: the element 9223372036854775808 does not fit i64.\n"
                      "  rule: integers become i64.\n  try:  convert to double first.");
}

TEST(FromXtensor, ExpressionsBroadcastAsInXtensor)
{
    const xt::xarray<double> a = matrix(), row{10, 20, 30};
    const xt::xtensor<double, 2> column{{100}, {200}};
    expect_equal(from_xtensor(a + 1), a + 1);
    expect_equal(from_xtensor(a * row + column), a * row + column);
    expect_equal(from_xtensor(column + row), column + row);
    expect_equal(from_xtensor(xt::broadcast(row, {2, 2, 3})), xt::broadcast(row, {2, 2, 3}));
    expect_equal(from_xtensor(xt::sum(a, {0})), xt::sum(a, {0}));
    EXPECT_EQ(from_xtensor(a > 2.0).dtype(), xgrad::boolean);
    expect_equal(from_xtensor(a > 2.0), xt::cast<double>(a > 2.0));
}

TEST(FromXtensor, AnExpressionIsEvaluatedOnce)
{
    int calls = 0;
    const auto counting = [&calls](double v) { return v + ++calls; };
    const xt::xarray<double> a = matrix();
    const auto expression = xt::make_lambda_xfunction(counting, a);
    expect_equal(from_xtensor(expression), xt::xarray<double>{{2, 4, 6}, {8, 10, 12}});
    EXPECT_EQ(calls, 6);
}

TEST(FromXtensor, EveryLayoutGivesTheSameElements)
{
    const xt::xarray<double, xt::layout_type::column_major> column_major = matrix();
    xt::xarray<double, xt::layout_type::dynamic> dynamic(std::vector<std::size_t>{2, 3}, xt::layout_type::column_major);
    dynamic = matrix();
    const xt::xtensor_fixed<double, xt::xshape<2, 3>> fixed = matrix();
    const xt::xtensor<double, 2> two_axes = matrix();
    for (const Tensor& t : {from_xtensor(column_major), from_xtensor(dynamic), from_xtensor(fixed),
                            from_xtensor(two_axes), from_xtensor(column_major + 0)}) {
        expect_equal(t, matrix());
        EXPECT_TRUE(t.is_contiguous());
    }
}

TEST(FromXtensor, ViewsGiveTheirElements)
{
    const xt::xarray<double> a = xt::arange(24.0).reshape({2, 3, 4});
    const auto middle = xt::view(a, xt::all(), 1, xt::range(0, 4, 2));
    const auto back = xt::view(a, xt::all(), xt::range(2, xt::placeholders::_, -1), xt::newaxis(), xt::all());
    const auto kept = xt::view(a, xt::keep(1, 0), xt::all(), xt::drop(2));
    const auto strided = xt::strided_view(a, {xt::ellipsis(), xt::range(3, 0, -2)});
    const auto dynamic = xt::dynamic_view(a, {xt::keep(1), xt::all(), xt::keep(0, 3)});
    expect_equal(from_xtensor(middle), middle);
    expect_equal(from_xtensor(back), back);
    expect_equal(from_xtensor(kept), kept);
    expect_equal(from_xtensor(strided), strided);
    expect_equal(from_xtensor(dynamic), dynamic);
    expect_equal(from_xtensor(xt::transpose(a)), xt::transpose(a));
    expect_equal(from_xtensor(xt::flip(a, 1)), xt::flip(a, 1));
    const std::vector<double> memory{1, 2, 3, 4, 5, 6};
    const auto adapted = xt::adapt(memory.data(), 6, xt::no_ownership(), std::vector<std::size_t>{3, 2});
    expect_equal(from_xtensor(adapted), adapted);
}

TEST(FromXtensor, ZeroDimensionalAndEmptyOnesKeepTheirShape)
{
    const xt::xarray<double> scalar(3.5), empty = xt::zeros<double>({2, 0, 3});
    for (const Tensor& t : {from_xtensor(scalar), from_xtensor(scalar + 0), from_xtensor(xt::xarray<double>(scalar))}) {
        EXPECT_EQ(t.sizes(), Sizes{});
        EXPECT_EQ(t.item(), 3.5);
    }
    for (const Tensor& t : {from_xtensor(empty), from_xtensor(empty + 1), from_xtensor(xt::xarray<double>(empty))}) {
        EXPECT_EQ(t.sizes(), (Sizes{2, 0, 3}));
        EXPECT_TRUE(t.to_vector<double>().empty());
    }
}

TEST(FromXtensor, AMovedContainerIsTakenOverWithoutACopy)
{
    xt::xarray<double> a = matrix();
    xt::xtensor<float, 2> b = matrix();
    const double* first = a.data();
    const float* first_b = b.data();
    const Tensor t = from_xtensor(std::move(a)), u = from_xtensor(std::move(b));
    EXPECT_EQ(t.data<double>(), first);
    EXPECT_EQ(u.data<float>(), first_b);
    expect_equal(t, matrix());
    expect_equal(u, matrix());
    EXPECT_TRUE(t.is_contiguous());

    xt::xarray<double, xt::layout_type::column_major> c = matrix();
    first = c.data();
    const Tensor v = from_xtensor(std::move(c));
    EXPECT_EQ(v.data<double>(), first);
    EXPECT_EQ(v.strides(), (Sizes{1, 2}));
    expect_equal(v, matrix());
}

TEST(FromXtensor, AContainerThatStaysIsCopied)
{
    xt::xarray<double> a = matrix();
    const Tensor t = from_xtensor(a);
    const xt::xarray<double> constant = matrix();
    const Tensor u = from_xtensor(std::move(constant));
    a(0, 0) = 100;
    expect_equal(t, matrix());
    EXPECT_NE(u.data<double>(), constant.data());
}

TEST(FromXtensor, TakenOverMemoryLivesAsLongAsItsLastView)
{
    {
        xt::xarray<double, xt::layout_type::row_major, Counting<double>> a = matrix();
        Tensor row;
        {
            const Tensor t = from_xtensor(std::move(a));
            row = transpose(t);
        }
        EXPECT_EQ(Counting<double>::alive, 6U);
        expect_equal(row, xt::transpose(matrix()));
        std::thread([last = std::move(row)] {}).join();
        EXPECT_EQ(Counting<double>::alive, 0U);
    }
    EXPECT_EQ(Counting<double>::alive, 0U);
}

TEST(FromXtensor, TakenOverValuesTakePartInGradients)
{
    // L = sum(x x), dL/dx = 2 x, for both layouts that can be taken over.
    xgrad::Tape tape;
    const Tensor x = tape.variable(from_xtensor(matrix()));
    const Tensor y = tape.variable(from_xtensor(xt::xarray<double, xt::layout_type::column_major>(matrix())));
    tape.backward(sum(x * x) + sum(y * y));
    expect_equal(x.grad(), 2 * matrix());
    expect_equal(y.grad(), 2 * matrix());
}

TEST(FromXtensor, OtherElementTypesAreNoTensors)
{
    EXPECT_FALSE(Accepted<double>);
    EXPECT_FALSE(Accepted<std::vector<double>>);
    EXPECT_FALSE(Accepted<xt::xarray<std::complex<double>>>);
    EXPECT_FALSE(Accepted<xt::xarray<long double>>);
    EXPECT_TRUE(Accepted<xt::xarray<std::int16_t>>);
}

TEST(XtensorView, SharesTheElements)
{
    const Tensor t = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, xgrad::f64);
    const auto view = t.array<double>();
    EXPECT_EQ(&view(0, 0), t.data<double>());
    EXPECT_EQ(view.shape()[1], 3U);
    EXPECT_EQ(xt::xarray<double>(view), matrix());
    EXPECT_EQ(xt::sum(view)(), 21);
    static_assert(std::is_const_v<std::remove_reference_t<decltype(view(0, 0))>>);
}

TEST(XtensorView, SeesStridesOfViews)
{
    const Tensor t = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, xgrad::f64);
    const Tensor turned = transpose(t), repeated = expand(tensor({2, 1}, {1, 2}, xgrad::f64), {2, 3});
    EXPECT_EQ(xt::xarray<double>(turned.array<double>()), xt::transpose(matrix()));
    const auto turned_view = turned.array<double>();
    EXPECT_EQ(xt::xarray<double>(turned_view + 1), xt::transpose(matrix()) + 1);
    EXPECT_EQ(xt::xarray<double>(repeated.array<double>()), (xt::xarray<double>{{1, 1, 1}, {2, 2, 2}}));
    const auto repeated_view = repeated.array<double>();
    EXPECT_EQ((xt::xarray<double>(xt::sum(repeated_view, {0}))), (xt::xarray<double>{3, 3, 3}));
}

TEST(XtensorView, OfZeroDimensionalAndEmptyTensors)
{
    const Tensor scalar = tensor(2.5, xgrad::f64), empty = xgrad::zeros({0, 3}, xgrad::f64);
    EXPECT_EQ(scalar.array<double>()(), 2.5);
    EXPECT_EQ(scalar.array<double>().dimension(), 0U);
    const auto view = empty.array<double>();
    EXPECT_EQ(view.size(), 0U);
    EXPECT_EQ(xt::sum(view)(), 0);
}

TEST(XtensorView, OnlyOfANamedTensorAndOfItsElementType)
{
    EXPECT_TRUE(HasArray<Tensor&>);
    EXPECT_TRUE(HasArray<const Tensor&>);
    EXPECT_FALSE(HasArray<Tensor>);
    EXPECT_FALSE(HasArray<const Tensor>);
    const Tensor t = tensor({1}, {1});
    EXPECT_THROW_TEXT(t.array<double>(), xgrad::DtypeError,
                      "data: elements of type f64 of a tensor of f32.\n  rule: the element type is the tensor's.\n"
                      "  try:  convert first: to(x, dtype).");
}

TEST(ToXarray, CopiesAndConverts)
{
    const Tensor t = tensor({2, 3}, {1, 2, 3, 4, 5, 6}, xgrad::f64);
    xt::xarray<double> copy = t.to_xarray<double>();
    EXPECT_EQ(copy, matrix());
    copy(0, 0) = 9;
    EXPECT_EQ(t.to_vector<double>()[0], 1);
    EXPECT_EQ(transpose(t).to_xarray<float>(), xt::cast<float>(xt::transpose(matrix())));
    EXPECT_EQ(tensor({2}, {0, 2}).to_xarray<bool>(), (xt::xarray<bool>{false, true}));
    EXPECT_EQ(tensor(1.5).to_xarray<double>()(), 1.5);
    EXPECT_EQ(xgrad::zeros({0, 3}).to_xarray<std::int64_t>().size(), 0U);
}
