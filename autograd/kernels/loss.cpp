#include "autograd/kernels/loss.hpp"

#include <algorithm>

#include "autograd/kernels/elementwise.hpp"
#include "autograd/kernels/reduce.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/softmax.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

namespace {

/// Cross-entropy with its arrays typed. For a row with label t and p = softmax(x), e = label_smoothing, W = sum of
/// weights:
///   loss = (1 - e) w[t] (lse - x[t]) + e/n sum_c w[c] (lse - x[c])
///   dx[c] = ((1 - e) w[t] + e W / n) p[c] - (1 - e) w[t] [c = t] - e/n w[c]
template <class T>
class Rows {
public:
    explicit Rows(const CrossEntropy& c) : c_(c), weight_(static_cast<const T*>(c.weight)), total_weight_(0)
    {
        for (Index k = 0; k < c.n; ++k) total_weight_ += weight(k);
    }

    double weight(Index k) const { return weight_ == nullptr ? 1.0 : static_cast<double>(weight_[k]); }
    bool counts(Index row) const { return c_.labels[row] != c_.ignore_index; }
    double keep() const { return 1 - c_.label_smoothing; }
    double spread() const { return c_.label_smoothing / static_cast<double>(c_.n); }

    /// Writes one loss for each row and returns the sum of the labels' weights.
    double losses(const T* x, const T* lse, T* loss) const
    {
        double weights = 0;
        for (Index row = 0; row < c_.outer * c_.inner; ++row) {
            loss[row] = T{0};
            if (!counts(row)) continue;
            const Index label = c_.labels[row];
            const T* scores = x + row / c_.inner * c_.n * c_.inner + row % c_.inner;
            const T *largest = lse + row + row / c_.inner * c_.inner, *log_sum = largest + c_.inner;
            const auto minus_log_softmax = [&](Index k) {
                return static_cast<double>(*largest - scores[k * c_.inner]) + static_cast<double>(*log_sum);
            };
            double value = keep() * weight(label) * minus_log_softmax(label);
            if (c_.label_smoothing != 0)
                for (Index k = 0; k < c_.n; ++k) value += spread() * weight(k) * minus_log_softmax(k);
            loss[row] = static_cast<T>(value);
            weights += weight(label);
        }
        return weights;
    }

    /// What softmax is multiplied with in each row, given the adjoint of the row's loss.
    double factor(Index row) const
    {
        return counts(row) ? keep() * weight(c_.labels[row]) + spread() * total_weight_ : 0.0;
    }

    /// Takes the targets away from gx, which holds factor * softmax.
    void subtract_targets(Index row, double gy, T* gx) const
    {
        if (!counts(row)) return;
        const Index label = c_.labels[row];
        T* scores = gx + row / c_.inner * c_.n * c_.inner + row % c_.inner;
        scores[label * c_.inner] -= static_cast<T>(gy * keep() * weight(label));
        if (c_.label_smoothing == 0) return;
        for (Index k = 0; k < c_.n; ++k) scores[k * c_.inner] -= static_cast<T>(gy * spread() * weight(k));
    }

private:
    const CrossEntropy& c_;
    const T* weight_;
    double total_weight_;
};

template <class T>
double forward(const CrossEntropy& c, const T* logits, T* loss, T* lse)
{
    const Index rows = c.outer * c.inner;
    const Rows<T> all(c);
    if (c.reduction == Reduction::none) return all.losses(logits, lse, loss);
    const Scratch losses(static_cast<std::size_t>(rows) * sizeof(T));
    const double weights = all.losses(logits, lse, losses.as<T>());
    sum(c.dtype, std::span<const Index>(&rows, 1), 1, losses.data(), nullptr, loss);
    if (c.reduction == Reduction::mean) *loss = static_cast<T>(static_cast<double>(*loss) / weights);
    return weights;
}

template <class T>
void backward(const CrossEntropy& c, const T* gy, const T* logits, const T* lse, double weight_sum, T* gx)
{
    const Index rows = c.outer * c.inner;
    const Rows<T> all(c);
    const Scratch factors(static_cast<std::size_t>(rows) * sizeof(T));
    const double divisor = c.reduction == Reduction::mean ? weight_sum : 1.0;
    const auto adjoint = [&](Index row) {
        return static_cast<double>(gy[c.reduction == Reduction::none ? row : 0]) / divisor;
    };
    // A row that does not count must stay zero though nothing be counted, where the divisor is 0.
    for (Index row = 0; row < rows; ++row)
        factors.as<T>()[row] = all.counts(row) ? static_cast<T>(adjoint(row) * all.factor(row)) : T{0};
    softmax_from_lse(c.dtype, c.outer, c.n, c.inner, logits, lse, factors.data(), gx);
    for (Index row = 0; row < rows; ++row) all.subtract_targets(row, adjoint(row), gx);
}

template <class T>
void distance(Dtype dtype, double total, Index n, const T* a, const T* b, T* y)
{
    constexpr Index kPiece = 65536;  // the order of the sum depends on n alone, not on threads
    SquaredDistanceKernel* f = active.squared_distance[index_of(dtype)];
    if (n <= kPiece) {
        f(n, a, b, y);
    } else {
        const Index pieces = (n + kPiece - 1) / kPiece;
        const Scratch partial(static_cast<std::size_t>(pieces) * sizeof(T));
        parallel_for(pieces, 1, [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i)
                f(std::min(kPiece, n - i * kPiece), a + i * kPiece, b + i * kPiece, partial.as<T>() + i);
        });
        sum(dtype, std::span<const Index>(&pieces, 1), 1, partial.data(), nullptr, y);
    }
    *y /= static_cast<T>(total);
}

}  // namespace

Index first_bad_label(const CrossEntropy& c)
{
    for (Index row = 0; row < c.outer * c.inner; ++row) {
        const std::int64_t label = c.labels[row];
        if ((label < 0 || label >= c.n) && label != c.ignore_index) return row;
    }
    return -1;
}

double cross_entropy(const CrossEntropy& c, const void* logits, void* loss, void* lse)
{
    log_sum_exp(c.dtype, c.outer, c.n, c.inner, logits, lse);
    if (c.dtype == f32)
        return forward(c, static_cast<const float*>(logits), static_cast<float*>(loss), static_cast<float*>(lse));
    return forward(c, static_cast<const double*>(logits), static_cast<double*>(loss), static_cast<double*>(lse));
}

void cross_entropy_vjp(const CrossEntropy& c, const void* gy, const void* logits, const void* lse, double weight_sum,
                       void* gx)
{
    if (c.dtype == f32) {
        backward(c, static_cast<const float*>(gy), static_cast<const float*>(logits), static_cast<const float*>(lse),
                 weight_sum, static_cast<float*>(gx));
    } else {
        backward(c, static_cast<const double*>(gy), static_cast<const double*>(logits), static_cast<const double*>(lse),
                 weight_sum, static_cast<double*>(gx));
    }
}

void squared_error(Dtype dtype, double total, Index n, const void* a, const void* b, void* y)
{
    if (dtype == f32) {
        distance(dtype, total, n, static_cast<const float*>(a), static_cast<const float*>(b), static_cast<float*>(y));
    } else {
        distance(dtype, total, n, static_cast<const double*>(a), static_cast<const double*>(b),
                 static_cast<double*>(y));
    }
}

void squared_error_vjp(Dtype dtype, double total, Index n, const void* gy, const void* a, const void* b, void* g)
{
    const double upstream =
        dtype == f32 ? static_cast<double>(*static_cast<const float*>(gy)) : *static_cast<const double*>(gy);
    const double factor = 2 * upstream / total;
    ScaledDifferenceKernel* f = active.scaled_difference[index_of(dtype)];
    const Index element = static_cast<Index>(size_of(dtype));
    parallel_for(n, kGrain, [=](Index begin, Index end) {
        f(end - begin, factor, static_cast<const char*>(a) + begin * element,
          static_cast<const char*>(b) + begin * element, static_cast<char*>(g) + begin * element);
    });
}

}  // namespace xgrad::kernels
