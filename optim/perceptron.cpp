#include <xgrad/error.hpp>
#include <xgrad/optim/perceptron.hpp>

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "optim/method.hpp"

namespace xgrad::optim {
namespace {

using xgrad::detail::error_text;

void check_samples(const char* name, const Tensor& x, std::size_t features)
{
    if (x.ndim() != 2 || x.size(1) != static_cast<std::int64_t>(features))
        throw ShapeError(error_text(name, "x is " + describe(x), fmt::format("x is (samples, {})", features),
                                    "one row a sample, with a column of ones for the bias"));
    if (x.dtype() != f32 && x.dtype() != f64)
        throw DtypeError(error_text(name, "x is " + describe(x), "x is f32 or f64", "convert it"));
}

// Samples and their labels, each one of two numbers.
struct Samples {
    std::vector<double> x, y;
    std::size_t features;

    Samples(const char* name, const Tensor& x_in, const Tensor& y_in, std::size_t count, double low, double high)
        : features(count)
    {
        check_samples(name, x_in, count);
        if (y_in.ndim() != 1 || y_in.numel() != x_in.size(0))
            throw ShapeError(error_text(name, "x is " + describe(x_in) + " and y " + describe(y_in),
                                        "y has a label for each row of x", "flatten the labels"));
        x = x_in.to_vector<double>();
        y = y_in.to_vector<double>();
        for (const double label : y)
            if (label != low && label != high)
                throw std::invalid_argument(error_text(name, fmt::format("there is a label {}", label),
                                                       fmt::format("labels are {} and {}", low, high),
                                                       "use the rule for the other labels, or map them"));
    }
    std::size_t size() const { return y.size(); }
    const double* row(std::size_t i) const { return x.data() + i * features; }
};

double product(const double* x, const std::vector<double>& theta)
{
    double sum = 0;
    for (std::size_t j = 0; j < theta.size(); ++j) sum += x[j] * theta[j];
    return sum;
}

void add(std::vector<double>& theta, double factor, const double* x)
{
    for (std::size_t j = 0; j < theta.size(); ++j) theta[j] += factor * x[j];
}

Tensor vector_of(const std::vector<double>& theta)
{
    return from_values({static_cast<std::int64_t>(theta.size())}, theta);
}

Tensor labels(const char* name, const Tensor& x, const std::vector<double>& theta, std::int64_t low)
{
    check_samples(name, x, theta.size());
    const std::vector<double> values = x.to_vector<double>();
    std::vector<std::int64_t> result(static_cast<std::size_t>(x.size(0)));
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = product(values.data() + i * theta.size(), theta) >= 0 ? 1 : low;
    return from_values({x.size(0)}, result);
}

std::vector<double> start(const char* name, std::int64_t features, double lr, std::int64_t max_epochs)
{
    const Check check(name);
    check(features >= 1, "features", static_cast<double>(features), "it is at least 1");
    check(lr > 0, "lr", lr, "it is above 0");
    check(max_epochs >= 1, "max_epochs", static_cast<double>(max_epochs), "it is at least 1");
    return std::vector<double>(static_cast<std::size_t>(features));
}

}  // namespace

PerceptronRule::PerceptronRule(std::int64_t features, PerceptronOptions options)
    : options_(options), theta_(start("PerceptronRule", features, options.lr, options.max_epochs))
{
}

std::int64_t PerceptronRule::epoch(const Tensor& x, const Tensor& y)
{
    const Samples samples("PerceptronRule", x, y, theta_.size(), 0, 1);
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double error = samples.y[i] - (product(samples.row(i), theta_) >= 0 ? 1 : 0);
        if (error == 0) continue;
        ++wrong;
        add(theta_, options_.lr * error, samples.row(i));
    }
    ++epochs_;
    return wrong;
}

bool PerceptronRule::fit(const Tensor& x, const Tensor& y)
{
    for (std::int64_t i = 0; i < options_.max_epochs; ++i)
        if (epoch(x, y) == 0) return true;
    return false;
}

Tensor PerceptronRule::predict(const Tensor& x) const { return labels("PerceptronRule", x, theta_, 0); }
Tensor PerceptronRule::theta() const { return vector_of(theta_); }

BatchPerceptron::BatchPerceptron(std::int64_t features, BatchPerceptronOptions options)
    : options_(options), theta_(start("BatchPerceptron", features, options.lr, options.max_epochs))
{
    check_at_least_0(Check("BatchPerceptron"), "eps", options.eps);
}

double BatchPerceptron::epoch(const Tensor& x, const Tensor& y)
{
    const Samples samples("BatchPerceptron", x, y, theta_.size(), -1, 1);
    std::vector<double> update(theta_.size());
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (samples.y[i] * product(samples.row(i), theta_) <= 0) add(update, samples.y[i], samples.row(i));
    if (options_.average)
        for (double& d : update) d /= static_cast<double>(samples.size());
    add(theta_, options_.lr, update.data());
    ++epochs_;
    return std::sqrt(product(update.data(), update));
}

bool BatchPerceptron::fit(const Tensor& x, const Tensor& y)
{
    for (std::int64_t i = 0; i < options_.max_epochs; ++i)
        if (epoch(x, y) < options_.eps) return true;
    return false;
}

Tensor BatchPerceptron::predict(const Tensor& x) const { return labels("BatchPerceptron", x, theta_, -1); }
Tensor BatchPerceptron::theta() const { return vector_of(theta_); }

}  // namespace xgrad::optim
