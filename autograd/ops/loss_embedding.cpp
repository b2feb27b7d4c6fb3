// Losses of pairs, triplets and distances: compositions.
#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/vector_norm.hpp>

#include "autograd/ops/loss_check.hpp"

namespace xgrad {

using detail::error_text;
using detail::reduce_losses;

namespace {

void check_same_ndim(const char* operation, const Tensor& a, const Tensor& b, const Tensor& c)
{
    if (a.ndim() != b.ndim() || a.ndim() != c.ndim())
        throw ShapeError(error_text(
            operation, "shapes " + to_string(a.sizes()) + ", " + to_string(b.sizes()) + " and " + to_string(c.sizes()),
            "all three have as many axes", "reshape or unsqueeze the one that differs"));
    const detail::Dims sizes = detail::broadcast_sizes(operation, a.sizes(), b.sizes());
    (void)detail::broadcast_sizes(operation, sizes, c.sizes());
}

}  // namespace

Tensor hinge_embedding_loss(const Input& x, const Tensor& target, HingeEmbeddingOptions options)
{
    detail::check_pair("hinge_embedding_loss", x, target);
    const Tensor apart = where(ne(target, 1), clamp(options.margin - x, 0), 0);
    return reduce_losses(apart + where(ne(target, -1), x, 0), options.reduction);
}

Tensor margin_ranking_loss(const Input& x1, const Input& x2, const Input& target, MarginRankingOptions options)
{
    check_same_ndim("margin_ranking_loss", x1, x2, target);
    detail::check_pair("margin_ranking_loss", x1, x2);
    return reduce_losses(clamp(options.margin - target * (x1 - x2), 0), options.reduction);
}

Tensor cosine_embedding_loss(const Input& x1, const Input& x2, const Tensor& target, CosineEmbeddingOptions options)
{
    constexpr const char* name = "cosine_embedding_loss";
    constexpr float eps = 1e-12F;  // f32 also for f64, as in PyTorch: 4e-21 below 1e-12
    if (target.ndim() > 1 || x1->ndim() != target.ndim() + 1 || x2->ndim() != target.ndim() + 1)
        throw ShapeError(error_text(name,
                                    "inputs " + to_string(x1->sizes()) + " and " + to_string(x2->sizes()) +
                                        " with target " + to_string(target.sizes()),
                                    "(N, k) and (N, k) go with (N,), (k,) and (k,) with ()",
                                    "unsqueeze or reshape them to one of these"));
    detail::check_pair(name, x1, x2);
    const Tensor length1 = sum(square(x1), -1) + eps, length2 = sum(square(x2), -1) + eps;
    const Tensor cosine = sum(x1 * x2, -1) / sqrt(length1 * length2);
    (void)detail::broadcast_sizes(name, cosine.sizes(), target.sizes());
    const Tensor alike = where(eq(target, 1), 1 - cosine, 0);
    return reduce_losses(alike + where(eq(target, -1), clamp(cosine - options.margin, 0), 0), options.reduction);
}

Tensor triplet_margin_loss(const Input& anchor, const Input& positive, const Input& negative,
                           TripletMarginOptions options)
{
    constexpr const char* name = "triplet_margin_loss";
    check_same_ndim(name, anchor, positive, negative);
    detail::check_pair(name, anchor, positive);
    const PairwiseDistanceOptions norm{.p = options.p, .eps = options.eps};
    Tensor away = pairwise_distance(anchor, negative, norm);
    if (options.swap) away = minimum(away, pairwise_distance(positive, negative, norm));
    return reduce_losses(clamp(options.margin + pairwise_distance(anchor, positive, norm) - away, 0),
                         options.reduction);
}

}  // namespace xgrad
