#include <xgrad/data/features.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <stdexcept>
#include <string>

namespace xgrad::data {
namespace {

using xgrad::detail::error_text;

void check_rows(const char* name, const Tensor& rows)
{
    if (!is_floating(rows.dtype()))
        throw DtypeError(error_text(name, "rows " + describe(rows), "features are f32 or f64", "to(rows, f32)"));
    if (rows.ndim() < 1 || rows.size(0) < 1)
        throw ShapeError(error_text(name, "rows of shape " + to_string(rows.sizes()), "(n, ...) with one row or more",
                                    "fit it on the training data"));
}

void check_features(const char* name, const Tensor& rows, const Tensor& fitted)
{
    const Sizes sizes = rows.sizes();
    if (rows.ndim() == fitted.ndim() + 1 && std::equal(sizes.begin() + 1, sizes.end(), fitted.sizes().begin())) return;
    throw ShapeError(error_text(name, "rows of shape " + to_string(sizes),
                                "behind the first axis those of the fitted rows, " + to_string(fitted.sizes()),
                                "fit another one for other features"));
}

Tensor one_where_zero(const Tensor& x) { return where(eq(x, 0), 1.0, x); }

}  // namespace

Standardizer::Standardizer(const Tensor& rows)
{
    check_rows("Standardizer", rows);
    const NoGrad no_grad;
    mean_ = xgrad::mean(rows, 0);
    deviation_ = one_where_zero(sqrt(xgrad::mean(square(rows - mean_), 0)));
}

Tensor Standardizer::operator()(const Tensor& rows) const
{
    check_features("Standardizer", rows, mean_);
    return (rows - mean_) / deviation_;
}

Tensor Standardizer::inverse(const Tensor& rows) const
{
    check_features("Standardizer", rows, mean_);
    return rows * deviation_ + mean_;
}

MinMaxScaler::MinMaxScaler(const Tensor& rows, double lo, double hi) : lo_(lo), hi_(hi)
{
    if (!(lo < hi))
        throw std::invalid_argument(
            error_text("MinMaxScaler", std::to_string(lo) + " to " + std::to_string(hi), "lo < hi", "exchange them"));
    check_rows("MinMaxScaler", rows);
    const NoGrad no_grad;
    min_ = amin(rows, 0);
    range_ = one_where_zero(amax(rows, 0) - min_);
}

Tensor MinMaxScaler::operator()(const Tensor& rows) const
{
    check_features("MinMaxScaler", rows, min_);
    return (rows - min_) / range_ * (hi_ - lo_) + lo_;
}

Tensor MinMaxScaler::inverse(const Tensor& rows) const
{
    check_features("MinMaxScaler", rows, min_);
    return (rows - lo_) / (hi_ - lo_) * range_ + min_;
}

MeanSubtraction::MeanSubtraction(const Tensor& rows)
{
    check_rows("MeanSubtraction", rows);
    const NoGrad no_grad;
    mean_ = xgrad::mean(rows, 0);
}

Tensor MeanSubtraction::operator()(const Tensor& rows) const
{
    check_features("MeanSubtraction", rows, mean_);
    return rows - mean_;
}

Tensor polynomial_features(const Tensor& rows, std::int64_t degree, bool bias)
{
    if (rows.ndim() != 2 || degree < 1)
        throw ShapeError(error_text("polynomial_features",
                                    "rows of shape " + to_string(rows.sizes()) + ", degree " + std::to_string(degree),
                                    "rows (n, k) and a degree of at least 1", "reshape the rows to two axes"));
    const std::int64_t count = rows.size(1);
    double total = 1;  // (count + degree)! / (count! degree!)
    for (std::int64_t d = 1; d <= degree && total <= 0x1p31; ++d)
        total = total * static_cast<double>(count + d) / static_cast<double>(d);
    if (total > 0x1p31)
        throw ShapeError(error_text("polynomial_features",
                                    std::to_string(count) + " features, degree " + std::to_string(degree),
                                    "the terms are at most 2^31", "a smaller degree"));
    // terms[i]: the products of the degree at hand whose first feature is i; each is multiplied by features up to its own
    std::vector<Tensor> all, terms;
    if (bias) all.push_back(ones({rows.size(0), 1}, rows.dtype()));
    for (std::int64_t i = 0; i < count; ++i) terms.push_back(narrow(rows, 1, i, 1));
    for (std::int64_t d = 1; d <= degree; ++d) {
        all.insert(all.end(), terms.begin(), terms.end());
        if (d == degree) break;
        std::vector<Tensor> next;
        for (std::int64_t i = 0; i < count; ++i) {
            const std::vector<Tensor> from(terms.begin() + i, terms.end());
            next.push_back(mul(narrow(rows, 1, i, 1), cat(from, 1)));
        }
        terms = std::move(next);
    }
    return cat(all, 1);
}

}  // namespace xgrad::data
