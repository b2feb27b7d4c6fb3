// Bessel functions and those of the normal distribution, against numbers of PyTorch 1.13 and known ones.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <limits>

#include "tests/expect_tensor.hpp"

namespace xgrad {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

Tensor row(std::initializer_list<double> values, Dtype dtype = f64)
{
    return tensor({static_cast<std::int64_t>(values.size())}, values, dtype);
}

/// Expects values and derivatives with a relative error of 1e-14.
void expect_at(Tensor (*f)(const Input&), const Tensor& at, const Tensor& values, const Tensor& derivatives)
{
    Tape tape;
    const Tensor x = tape.variable(at), y = f(x);
    tape.backward(sum(y));
    EXPECT_TENSOR_NEAR(y, values, 1e-14);
    EXPECT_TENSOR_NEAR(x.grad(), derivatives, 1e-14);
}

TEST(Bessel, ValuesAndDerivatives)
{
    const Tensor x = row({-3, 0, 0.5, 2, 30, 700});
    const Tensor of_i0 =
        row({4.880792585865024, 1, 1.0634833707413236, 2.279585302336067, 781672297823.9775, 1.5295933476718735e+302});
    const Tensor of_i1 = row(
        {-3.9533702174026093, 0, 0.25789430539089636, 1.5906368546373295, 768532038938.9569, 1.5285003902339006e+302});
    expect_at(i0, x, of_i0, of_i1);
    expect_at(
        i1, x, of_i1,
        row({3.563002513397487, 0.5, 0.5476947599595309, 1.484266875017402, 756054563192.679, 1.527409775685825e+302}));
}

TEST(Bessel, ScaledOnesDoNotOverflow)
{
    const Tensor x = row({-3, 0.5, 2});
    expect_at(i0e, x, row({0.24300035416182536, 0.6450352704491501, 0.308508322553671}),
              row({0.04617364086452452, -0.4886144672642784, -0.0932390333047333}));
    expect_at(i1e, x, row({-0.19682671329730084, 0.15642080318487173, 0.2152692892489377}),
              row({-0.01943526356790909, 0.17577286089453492, -0.014395611319735546}));
    // 1 / sqrt(2 pi x) for large x
    EXPECT_TENSOR_NEAR(i0e(row({1e20})), row({3.989422804014327e-11}), 1e-25);
    EXPECT_TENSOR_EQ(i0e(row({kInf, -kInf, kNan, 0})), row({0, 0, kNan, 1}));
    EXPECT_TENSOR_EQ(i0(row({kInf, -kInf, 1000})), row({kInf, kInf, kInf}));
    EXPECT_TENSOR_EQ(i1(row({kInf, -kInf, 0})), row({kInf, -kInf, 0}));
    expect_at(i1e, row({0}), row({0}), row({0.5}));
}

TEST(Erfcx, GoesOnWhereErfcIsZero)
{
    expect_at(erfcx, row({-3, 0, 0.5, 2}), row({16205.988853999586, 1, 0.6156903441929258, 0.2553956763105058}),
              row({-97237.06150316462, -1.1283791670955126, -0.5126888229025868, -0.10679646185348934}));
    EXPECT_TENSOR_NEAR(erfcx(row({30, 700})), row({0.018795888861416754, 0.0008059842969226599}), 1e-17);
    EXPECT_TENSOR_EQ(erfcx(row({-30, kInf, -kInf, kNan})), row({kInf, 0, kInf, kNan}));
}

TEST(Ndtr, IsTheProbabilityOfLess)
{
    expect_at(ndtr, row({-3, 0, 2}), row({0.0013498980316301035, 0.5, 0.9772498680518208}),
              row({0.004431848411938004, 0.3989422804014327, 0.05399096651318802}));
    EXPECT_TENSOR_EQ(ndtr(row({kInf, -kInf})), row({1, 0}));
}

TEST(LogNdtr, IsFiniteWhereNdtrIsZeroOrOne)
{
    expect_at(log_ndtr, row({-3, 0, 0.5, 2}),
              row({-6.60772622151035, -0.6931471805599453, -0.36894641528865635, -0.02301290932896348}),
              row({3.2830986549304386, 0.7978845608028654, 0.5091604338370335, 0.05524786267898997}));
    EXPECT_TENSOR_NEAR(log_ndtr(row({-40, 5})), row({-804.6084420137539, -2.866516129637633e-07}), 1e-15);
    EXPECT_TENSOR_NEAR(log_ndtr(row({30})) * 1e198, row({-4.906713927148024}), 1e-14);
}

TEST(Ndtri, InvertsNdtr)
{
    expect_at(ndtri, row({1e-10, 0.1, 0.5, 0.975}),
              row({-6.361340902404056, -1.2815515655446004, 0, 1.959963984540054}),
              row({1535723698.1963818, 5.698059856117003, 2.5066282746310002, 17.110083080332707}));
    EXPECT_TENSOR_NEAR(ndtri(row({1e-300})), row({-37.0470962993612}), 1e-14);
    EXPECT_TENSOR_EQ(ndtri(row({0, 1, -0.5, 1.5, kNan})), row({-kInf, kInf, kNan, kNan, kNan}));
    EXPECT_TENSOR_NEAR(ndtri(ndtr(row({-8, -1, 0.25, 3}))), row({-8, -1, 0.25, 3}), 1e-14);
}

}  // namespace
}  // namespace xgrad
