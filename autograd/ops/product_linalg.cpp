#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <limits>

namespace xgrad::linalg {
namespace {

using detail::error_text;

/// Where to cut a chain of matrices, so that the fewest multiplications are needed (Cormen, Leiserson, Rivest, Stein,
/// Introduction to Algorithms, matrix-chain multiplication).
class Chain {
public:
    explicit Chain(const std::vector<Tensor>& matrices)
        : matrices_(matrices), n_(matrices.size()), cost_(n_ * n_, 0), cut_(n_ * n_, 0)
    {
        for (std::size_t length = 2; length <= n_; ++length)
            for (std::size_t first = 0; first + length <= n_; ++first) find_cut(first, first + length - 1);
    }

    Tensor multiply() const { return multiply(0, n_ - 1); }

private:
    void find_cut(std::size_t first, std::size_t last)
    {
        double& best = cost_[first * n_ + last] = std::numeric_limits<double>::infinity();
        for (std::size_t cut = first; cut < last; ++cut) {
            const double here = static_cast<double>(matrices_[first].sizes()[0]) *
                                static_cast<double>(matrices_[cut].sizes()[1]) *
                                static_cast<double>(matrices_[last].sizes()[1]);
            const double cost = cost_[first * n_ + cut] + cost_[(cut + 1) * n_ + last] + here;
            if (cost >= best) continue;
            best = cost;
            cut_[first * n_ + last] = cut;
        }
    }

    // As deep as the list is long at most.
    Tensor multiply(std::size_t first, std::size_t last) const
    {
        if (first == last) return matrices_[first];
        const std::size_t cut = cut_[first * n_ + last];
        return matmul(multiply(first, cut), multiply(cut + 1, last));
    }

    const std::vector<Tensor>& matrices_;
    std::size_t n_;
    std::vector<double> cost_;
    std::vector<std::size_t> cut_;
};

void check_multi_dot(const TensorList& matrices, const std::vector<Tensor>& as_matrices)
{
    std::string shapes;
    bool fits = matrices.size() >= 2;
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        shapes += (i ? ", " : "") + to_string(matrices[i].sizes());
        fits = fits && as_matrices[i].ndim() == 2;
        if (fits && i > 0) fits = as_matrices[i - 1].sizes()[1] == as_matrices[i].sizes()[0];
    }
    if (!fits)
        throw ShapeError(error_text(
            "linalg.multi_dot", std::to_string(matrices.size()) + " operands of shapes " + shapes,
            "two or more matrices, columns of each equal rows of the next; the first and the last may be 1-D",
            "check the order and the shapes, or use matmul for batches"));
}

}  // namespace

Tensor multi_dot(const TensorList& given)
{
    std::vector<Tensor> matrices(given.begin(), given.end());
    const bool row = given.size() > 0 && given[0].ndim() == 1;
    const bool column = given.size() > 1 && given[given.size() - 1].ndim() == 1;
    if (row) matrices.front() = unsqueeze(matrices.front(), 0);
    if (column) matrices.back() = unsqueeze(matrices.back(), 1);
    check_multi_dot(given, matrices);
    Tensor y = Chain(matrices).multiply();
    if (row) y = squeeze(y, 0);
    return column ? squeeze(y, -1) : y;
}

const Op kCross{.name = "linalg.cross",
                .formula = "cross(a, b, axis)",
                .shapes = "a, b: S with size 3 along the axis; the other axes broadcast -> y: S",
                .derivatives = {"cross(b, gy, axis)", "cross(gy, a, axis)"}};

Tensor cross(const Input& a, const Input& b, std::int64_t given_axis)
{
    if (a->ndim() != b->ndim() || a->size(given_axis) != 3 || b->size(given_axis) != 3)
        throw ShapeError(error_text("linalg.cross",
                                    "shapes " + to_string(a->sizes()) + " and " + to_string(b->sizes()) +
                                        " along axis " + std::to_string(given_axis),
                                    "as many axes of both, and size 3 along the axis",
                                    "name the axis that holds the three components"));
    const Tensor left = detach(*a), right = detach(*b);
    const auto part = [&](const Tensor& x, std::int64_t i) { return narrow(x, given_axis, i % 3, 1); };
    std::vector<Tensor> parts;
    for (std::int64_t i = 0; i < 3; ++i)
        parts.push_back(part(left, i + 1) * part(right, i + 2) - part(left, i + 2) * part(right, i + 1));
    const auto axis = static_cast<std::int64_t>(detail::normal_axis("linalg.cross", given_axis, a->ndim()));
    return record(kCross, {a, b}, cat(parts, axis), [a = *a, b = *b, axis](const Tensor& gy, Adjoints& gx) {
        if (gx.wants(0)) gx.add(0, cross(b, gy, axis));
        if (gx.wants(1)) gx.add(1, cross(gy, a, axis));
    });
}

}  // namespace xgrad::linalg
