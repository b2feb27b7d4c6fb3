#pragma once

// Features brought to one scale. What is fitted is fitted on training data alone, and then applied to all data.

#include <xgrad/tensor.hpp>

#include <cstdint>
#include <vector>

namespace xgrad::data {

/// (x - mean) / deviation of each feature, the deviation over all rows (divided by n). A constant feature becomes 0.
///
///     const Standardizer scale(train.inputs());
///     Tensor x = scale(train.inputs()), y = scale(test.inputs());
class Standardizer {
public:
    /// Fits rows (n, ...). Throws ShapeError without a row, DtypeError unless floating.
    explicit Standardizer(const Tensor& rows);

    /// Throws ShapeError unless the axes behind the first are the fitted ones.
    Tensor operator()(const Tensor& rows) const;
    Tensor inverse(const Tensor& rows) const;

    const Tensor& mean() const { return mean_; }            ///< (...)
    const Tensor& deviation() const { return deviation_; }  ///< (...); 1 where a feature is constant

private:
    Tensor mean_, deviation_;
};

/// lo + (x - min) / (max - min) (hi - lo) of each feature. A constant feature becomes lo.
class MinMaxScaler {
public:
    /// As Standardizer. Throws std::invalid_argument unless lo < hi.
    explicit MinMaxScaler(const Tensor& rows, double lo = 0, double hi = 1);

    Tensor operator()(const Tensor& rows) const;
    Tensor inverse(const Tensor& rows) const;

    const Tensor& min() const { return min_; }
    const Tensor& range() const { return range_; }  ///< max - min; 1 where a feature is constant

private:
    double lo_, hi_;
    Tensor min_, range_;
};

/// x less the mean over all rows: the mean image of the training data.
class MeanSubtraction {
public:
    explicit MeanSubtraction(const Tensor& rows);  ///< as Standardizer
    Tensor operator()(const Tensor& rows) const;

    const Tensor& mean() const { return mean_; }

private:
    Tensor mean_;
};

/// All products of up to `degree` features of rows (n, k): 1 (with `bias`), x1, ..., xk, x1 x1, x1 x2, ... in the order of
/// growing degree and, within one, of the features' numbers. Throws ShapeError unless rows have two axes and degree is at
/// least 1 or the terms are more than 2^31.
Tensor polynomial_features(const Tensor& rows, std::int64_t degree, bool bias = true);

}  // namespace xgrad::data
