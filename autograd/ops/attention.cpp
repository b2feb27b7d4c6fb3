#include <xgrad/ops/attention.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/dropout.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/ops/softmax.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

void check_dtypes(const char* operation, const Tensor& x, std::initializer_list<const Tensor*> others)
{
    if (!is_floating(x.dtype()))
        throw DtypeError(
            error_text(operation, "query " + describe(x), "query is f32 or f64", "convert it first: to(x, f32)"));
    for (const Tensor* other : others)
        if (other->defined() && other->dtype() != x.dtype())
            throw DtypeError(error_text(operation, describe(*other) + " beside query " + describe(x),
                                        "query, key, value and weights are of one dtype",
                                        "convert the input with to(x, dtype), or the module"));
}

void check_mask(const char* operation, const Tensor& mask, const Tensor& x)
{
    if (mask.defined() && mask.dtype() != boolean && mask.dtype() != x.dtype())
        throw DtypeError(error_text(operation, "a mask " + describe(mask) + " beside query " + describe(x),
                                    "a mask is bool, or of the query's dtype where it is added",
                                    "convert it: to(mask, dtype)"));
}

/// (L, S): true up to the diagonal, which starts in the upper left corner.
Tensor causal_mask(std::int64_t rows, std::int64_t columns)
{
    const Tensor mask = detail::empty(boolean, {rows, columns});
    bool* m = detail::mutable_data<bool>(mask);
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j) m[i * columns + j] = j <= i;
    return mask;
}

void check_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options)
{
    const char* name = "scaled_dot_product_attention";
    check_dtypes(name, q, {&k, &v});
    check_mask(name, options.attn_mask, q);
    const std::string shapes =
        "query " + to_string(q.sizes()) + ", key " + to_string(k.sizes()) + ", value " + to_string(v.sizes());
    const bool fit =
        q.ndim() >= 2 && k.ndim() >= 2 && v.ndim() >= 2 && q.size(-1) == k.size(-1) && k.size(-2) == v.size(-2);
    if (!fit)
        throw ShapeError(error_text(name, shapes + " do not fit",
                                    "query (..., L, E), key (..., S, E), value (..., S, E')",
                                    "the last two axes are positions and numbers: transpose what is not"));
    if (options.is_causal && options.attn_mask.defined())
        throw ShapeError(error_text(name, "attn_mask together with is_causal", "is_causal is a mask of its own",
                                    "put the causal mask into attn_mask"));
}

/// What is added to scores so that nothing passes where `closed` is true: -infinity there, else 0. A row that is closed
/// as a whole is NaN, and so are the gradients that go through it, as in PyTorch.
Tensor barrier(const Tensor& closed, const Tensor& scores)
{
    const Tensor zero = zeros({}, scores.dtype());
    return where(closed, kMinusInfinity, zero);
}

}  // namespace

Tensor scaled_dot_product_attention(const Input& query, const Input& key, const Input& value,
                                    const AttentionOptions& options)
{
    check_attention(*query, *key, *value, options);
    const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(query->size(-1))));
    Tensor scores = matmul(query * scale, transpose(key));
    const Tensor mask = options.is_causal ? causal_mask(query->size(-2), key->size(-2)) : options.attn_mask;
    if (mask.defined()) scores = scores + (mask.dtype() == boolean ? barrier(logical_not(mask), scores) : mask);
    return matmul(dropout(softmax(scores, -1), options.dropout_p, true, options.generator), value);
}

namespace {

constexpr const char* kName = "multi_head_attention";

[[noreturn]] void throw_shape(const std::string& what, const std::string& rule)
{
    throw ShapeError(error_text(kName, what, rule, "check embed_dim, num_heads and batch_first of the layer"));
}

void check_sizes(const char* what, const Tensor& x, Sizes wanted)
{
    if (!(x.sizes() == wanted))
        throw_shape(std::string(what) + " of shape " + to_string(x.sizes()),
                    std::string(what) + " has the shape " + to_string(wanted) + " here");
}

struct Projected {
    Tensor q, k, v;  // (positions, N, E)
};

/// The sizes that a call has, from its tensors.
struct Heads {
    std::int64_t steps, keys, batch, embed, heads;

    void check_weights(const MultiHeadAttentionWeights& w, const Projected& x) const
    {
        const std::int64_t e = embed;
        if (w.in_proj_weight.defined()) {
            check_sizes("in_proj_weight", w.in_proj_weight, {3 * e, e});
        } else {
            if (!w.q_proj_weight.defined() || !w.k_proj_weight.defined() || !w.v_proj_weight.defined())
                throw_shape("neither in_proj_weight nor all of q_, k_ and v_proj_weight",
                            "query, key and value have a projection each");
            check_sizes("q_proj_weight", w.q_proj_weight, {e, x.q.size(-1)});
            check_sizes("k_proj_weight", w.k_proj_weight, {e, x.k.size(-1)});
            check_sizes("v_proj_weight", w.v_proj_weight, {e, x.v.size(-1)});
        }
        if (w.in_proj_bias.defined()) check_sizes("in_proj_bias", w.in_proj_bias, {3 * e});
        if (!w.out_proj_weight.defined()) throw_shape("no out_proj_weight", "out_proj_weight: (E, E)");
        check_sizes("out_proj_weight", w.out_proj_weight, {e, e});
        if (w.out_proj_bias.defined()) check_sizes("out_proj_bias", w.out_proj_bias, {e});
        if (w.bias_k.defined() != w.bias_v.defined())
            throw_shape("one of bias_k and bias_v without the other", "they are key and value of one position");
        if (w.bias_k.defined()) check_sizes("bias_k", w.bias_k, {1, 1, e}), check_sizes("bias_v", w.bias_v, {1, 1, e});
    }

    void check_masks(const MultiHeadAttentionOptions& o) const
    {
        if (o.key_padding_mask.defined()) check_sizes("key_padding_mask", o.key_padding_mask, {batch, keys});
        if (!o.attn_mask.defined()) return;
        if (o.attn_mask.ndim() == 3)
            check_sizes("attn_mask", o.attn_mask, {batch * heads, steps, keys});
        else
            check_sizes("attn_mask", o.attn_mask, {steps, keys});
    }

    /// (positions, N, E) -> (N, heads, positions, E / heads)
    Tensor split(const Tensor& x) const
    {
        return permute(reshape(x, {x.sizes()[0], batch, heads, embed / heads}), {1, 2, 0, 3});
    }
};

Heads heads_of(const Projected& x, std::int64_t num_heads)
{
    if (x.q.ndim() != 3 || x.k.ndim() != 3 || x.v.ndim() != 3 || x.k.sizes()[0] != x.v.sizes()[0] ||
        x.k.sizes()[1] != x.v.sizes()[1] || x.k.sizes()[1] != x.q.sizes()[1])
        throw_shape("query " + to_string(x.q.sizes()) + ", key " + to_string(x.k.sizes()) + ", value " +
                        to_string(x.v.sizes()) + " do not fit",
                    "query (L, N, E), key (S, N, .), value (S, N, .)");
    const Heads h{x.q.sizes()[0], x.k.sizes()[0], x.q.sizes()[1], x.q.sizes()[2], num_heads};
    if (num_heads < 1 || h.embed % num_heads != 0)
        throw_shape(std::to_string(num_heads) + " heads of " + std::to_string(h.embed) + " numbers",
                    "the number of heads is at least 1 and divides E");
    return h;
}

/// W_in x + b_in of query, key and value. One product where they are one tensor.
Projected project(const Projected& x, const MultiHeadAttentionWeights& w)
{
    const bool same = x.q.unsafe_header() == x.k.unsafe_header() && x.k.unsafe_header() == x.v.unsafe_header();
    if (w.in_proj_weight.defined() && same) {
        const std::vector<Tensor> all = chunk(linear(x.q, w.in_proj_weight, w.in_proj_bias), 3, -1);
        return {all[0], all[1], all[2]};
    }
    std::vector<Tensor> weights{w.q_proj_weight, w.k_proj_weight, w.v_proj_weight}, biases(3);
    if (w.in_proj_weight.defined()) weights = chunk(w.in_proj_weight, 3);
    if (w.in_proj_bias.defined()) biases = chunk(w.in_proj_bias, 3);
    return {linear(x.q, weights[0], biases[0]), linear(x.k, weights[1], biases[1]), linear(x.v, weights[2], biases[2])};
}

/// One place more at the end of an axis, false or zeros.
Tensor with_one_more(const Tensor& x, std::int64_t axis)
{
    Dims sizes = x.sizes();
    sizes[detail::normal_axis(kName, axis, x.ndim())] = 1;
    return cat({x, zeros(sizes, x.dtype())}, axis);
}

/// The scores with a mask that may lack the columns of positions added at the end.
Tensor masked(const Tensor& scores, Tensor mask)
{
    while (mask.size(-1) < scores.size(-1)) mask = with_one_more(mask, -1);
    return scores + (mask.dtype() == boolean ? barrier(mask, scores) : mask);
}

/// All tensors with the axis N, positions first.
MultiHeadAttentionOutput attend(const Projected& x, std::int64_t num_heads, const MultiHeadAttentionWeights& w,
                                const MultiHeadAttentionOptions& o)
{
    const Heads h = heads_of(x, num_heads);
    h.check_weights(w, x);
    h.check_masks(o);
    Projected p = project(x, w);
    if (w.bias_k.defined()) {
        p.k = cat({p.k, expand(w.bias_k, {1, h.batch, h.embed})}, 0);
        p.v = cat({p.v, expand(w.bias_v, {1, h.batch, h.embed})}, 0);
    }
    if (o.add_zero_attn) p.k = with_one_more(p.k, 0), p.v = with_one_more(p.v, 0);
    const double scale = 1 / std::sqrt(static_cast<double>(h.embed / num_heads));
    Tensor scores = matmul(h.split(p.q) * scale, transpose(h.split(p.k)));
    if (o.attn_mask.defined())
        scores = masked(scores, o.attn_mask.ndim() == 2 ? o.attn_mask
                                                        : reshape(o.attn_mask, {h.batch, num_heads, h.steps, h.keys}));
    if (o.key_padding_mask.defined()) scores = masked(scores, reshape(o.key_padding_mask, {h.batch, 1, 1, h.keys}));
    const Tensor weights = dropout(softmax(scores, -1), o.dropout_p, true, o.generator);
    const Tensor together = reshape(permute(matmul(weights, h.split(p.v)), {2, 0, 1, 3}), {h.steps, h.batch, h.embed});
    const Tensor output = linear(together, w.out_proj_weight, w.out_proj_bias);
    if (!o.need_weights) return {output, {}};
    return {output, o.average_attn_weights ? mean(weights, 1) : weights};
}

}  // namespace

MultiHeadAttentionOutput multi_head_attention(const Input& query, const Input& key, const Input& value,
                                              std::int64_t num_heads, const MultiHeadAttentionWeights& w,
                                              const MultiHeadAttentionOptions& options)
{
    check_dtypes(kName, *query,
                 {key.tensor(), value.tensor(), &w.in_proj_weight, &w.in_proj_bias, &w.out_proj_weight,
                  &w.out_proj_bias, &w.q_proj_weight, &w.k_proj_weight, &w.v_proj_weight, &w.bias_k, &w.bias_v});
    check_mask(kName, options.attn_mask, *query);
    check_mask(kName, options.key_padding_mask, *query);
    const bool single = query->ndim() == 2 && key->ndim() == 2 && value->ndim() == 2;
    const bool exchange =
        !single && options.batch_first && query->ndim() == 3 && key->ndim() == 3 && value->ndim() == 3;
    const auto arranged = [&](const Input& x) { return single ? unsqueeze(x, 1) : exchange ? transpose(x, 0, 1) : *x; };
    Projected x{arranged(query), {}, {}};
    x.k = key.tensor()->unsafe_header() == query.tensor()->unsafe_header() ? x.q : arranged(key);
    x.v = value.tensor()->unsafe_header() == key.tensor()->unsafe_header() ? x.k : arranged(value);
    if (!single) {
        MultiHeadAttentionOutput y = attend(x, num_heads, w, options);
        if (exchange) y.output = transpose(y.output, 0, 1);
        return y;
    }
    MultiHeadAttentionOptions of_one = options;
    if (options.key_padding_mask.defined()) of_one.key_padding_mask = unsqueeze(options.key_padding_mask, 0);
    const MultiHeadAttentionOutput y = attend(x, num_heads, w, of_one);
    return {squeeze(y.output, 1), y.weights.defined() ? squeeze(y.weights, 0) : y.weights};
}

}  // namespace xgrad
