#pragma once

// What the tests of optimizers share.

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/optim/optimizer.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/tape.hpp>

#include <string>
#include <vector>

namespace optim_testing {

inline xgrad::Parameter pair(double a, double b, std::string name = "p")
{
    return xgrad::Parameter(xgrad::tensor({2}, {a, b}, xgrad::f64), std::move(name));
}

inline void give(const xgrad::Parameter& p, double a, double b) { p.set_grad(xgrad::tensor({2}, {a, b}, xgrad::f64)); }

/// A parameter of one number, called "w".
inline xgrad::Parameter number(double w) { return xgrad::Parameter(xgrad::tensor({1}, {w}, xgrad::f64), "w"); }

/// f = w^2 / 2 and its gradient w, of all parameters.
inline xgrad::Tensor parabola(const std::vector<xgrad::ParameterRef>& parameters)
{
    xgrad::Tape tape;
    xgrad::Tensor loss = xgrad::zeros({}, xgrad::f64);
    for (const xgrad::ParameterRef& p : parameters) {
        p.zero_grad();
        loss = loss + xgrad::sum(xgrad::square(p.value())) / 2.0;
    }
    tape.backward(loss);
    return loss;
}

/// The first number of the first parameter after each of `count` steps on the parabola.
inline std::vector<double> path(xgrad::optim::Optimizer& optimizer, int count)
{
    std::vector<double> points;
    for (int i = 0; i < count; ++i) {
        optimizer.step([&] { return parabola(optimizer.parameters()); });
        points.push_back(optimizer.parameters()[0].value().to_vector<double>()[0]);
    }
    return points;
}

inline void expect_near(const std::vector<double>& got, const std::vector<double>& wanted, double tolerance)
{
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance) << "number " << i;
}

}  // namespace optim_testing
