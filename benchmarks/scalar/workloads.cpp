#include "workloads.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "adbench.hpp"

namespace workloads {
namespace {

/// The generator of the inputs: numbers in [-1, 1), the same everywhere.
class Uniform {
public:
    explicit Uniform(unsigned seed) : state_(seed) {}
    double operator()()
    {
        state_ = state_ * 1664525u + 1013904223u;
        return (state_ >> 8) * (2.0 / 16777216.0) - 1;
    }

private:
    unsigned state_;
};

/// Numbers in a text file, in order.
class Numbers {
public:
    explicit Numbers(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "r"), &std::fclose)
    {
        if (!file_) throw std::runtime_error("cannot open " + path);
    }
    double next()
    {
        double x;
        if (std::fscanf(file_.get(), "%lf", &x) != 1) throw std::runtime_error(path_ + ": a number is missing");
        return x;
    }
    int next_int() { return static_cast<int>(next()); }
    Values next(std::size_t count)
    {
        Values values(count);
        for (double& x : values) x = next();
        return values;
    }

private:
    std::string path_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace

namespace mlp {

Values inputs()
{
    Values p(kParameters);
    Uniform uniform(12345);
    for (double& x : p) x = 0.5 * uniform();
    return p;
}

const Data& data()
{
    static const Data all = [] {
        Data d;
        Uniform uniform(777);
        for (int s = 0; s < kSamples; ++s) {
            const double a = uniform(), b = uniform(), c = uniform();
            d.x.insert(d.x.end(), {a, b, c});
            d.y.push_back(std::sin(2 * a) * b - 0.5 * c);
        }
        return d;
    }();
    return all;
}

}  // namespace mlp

Values product::inputs()
{
    Values x(kFactors);
    for (int i = 0; i < kFactors; ++i) x[i] = (1.0 + i) / (2.0 + i);
    return x;
}

Values mix::inputs()
{
    Values x(1 + 2 * kCycle);
    x[0] = 0.4;
    for (int i = 0; i < kCycle; ++i) {
        x[1 + i] = 0.1 + 0.01 * i;
        x[1 + kCycle + i] = 0.5 + 0.02 * i;
    }
    return x;
}

namespace gmm {

Instance load(const std::string& path)
{
    Numbers file(path);
    Instance in;
    in.d = file.next_int();
    in.k = file.next_int();
    in.n = file.next_int();
    in.parameters = file.next(in.parameter_count());
    in.points = file.next(std::size_t(in.n) * in.d);
    in.wishart_gamma = file.next();
    in.wishart_m = file.next_int();
    return in;
}

double Instance::prior_constant() const
{
    constexpr double pi = 3.14159265359;  // the digits that ADBench uses
    const int degrees = d + wishart_m + 1;
    double log_gamma = 0.25 * d * (d - 1) * std::log(pi);
    for (int j = 1; j <= d; ++j) log_gamma += std::lgamma(0.5 * degrees + 0.5 * (1 - j));
    const double one = degrees * d * (std::log(wishart_gamma) - 0.5 * std::log(2.0)) - log_gamma;
    return -n * d * 0.5 * std::log(2 * pi) - k * one;
}

/// Additions, multiplications, exp and log, counted from the loops of f; comparisons are left out.
double Instance::operations() const
{
    const double lower = d * (d - 1) / 2.0, logsumexp = 3.0 * k + 2;
    const double component = 2.0 * d + 2 * lower + (2.0 * d - 1) + 3;
    return 2.0 * k * d + n * (k * component + logsumexp + 1) + logsumexp + k * (2 * (d + lower) + 4) + 4;
}

}  // namespace gmm

namespace lstm {

Instance load(const std::string& path)
{
    Numbers file(path);
    Instance in;
    in.l = file.next_int();
    in.c = file.next_int();
    in.b = file.next_int();
    in.parameters = file.next(in.parameter_count());
    in.state = file.next(std::size_t(2) * in.l * in.b);
    in.sequence = file.next(std::size_t(in.c) * in.b);
    return in;
}

/// A cell: 4 affine functions, 3 sigmoids of 4 operations, tanh, 3 for the cell, 2 for the hidden state.
double Instance::operations() const
{
    const double cell = 4 * 2 + 3 * 4 + 1 + 3 + 2;
    return (c - 1.0) * (b + l * b * cell + b * (2 + 2) + 2 + 3 * b) + 2;
}

}  // namespace lstm
}  // namespace workloads
