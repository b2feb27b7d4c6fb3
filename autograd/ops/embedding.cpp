#include <xgrad/ops/embedding.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/vector_norm.hpp>
#include <xgrad/tape.hpp>

#include <vector>

#include "autograd/ops/batch.hpp"
#include "autograd/ops/elementwise_kernels.hpp"
#include "autograd/ops/float_type.hpp"
#include "autograd/ops/places.hpp"

namespace xgrad {

using detail::Dims;
using detail::error_text;
using detail::kNowhere;

// Rows of padding get no gradient; scale_grad_by_freq divides a row's by how often it was asked for; a row that max_norm
// scales down passes it unchanged.
const Op kEmbedding{.name = "embedding",
                    .formula = "take(x, 0, rows)",
                    .shapes = "x: (rows, d), indices: S -> y: (S, d)",
                    .derivatives = {"put(gy, 0, rows, x)"}};

namespace {

/// The row that gets no gradient, or kNowhere.
std::int64_t padding_row(const char* operation, const std::optional<std::int64_t>& given, std::int64_t rows)
{
    if (!given) return kNowhere;
    const std::int64_t row = *given < 0 ? *given + rows : *given;
    if (row < 0 || row >= rows)
        throw ShapeError(error_text(operation,
                                    "padding_idx " + std::to_string(*given) + " for " + std::to_string(rows) + " rows",
                                    "it is the number of a row", "leave it out where there is no padding"));
    return row;
}

void check_table(const char* operation, const Tensor& weight)
{
    if (weight.ndim() != 2)
        throw ShapeError(error_text(operation, "a weight of shape " + to_string(weight.sizes()), "it is (rows, d)",
                                    "reshape the table"));
}

/// What a looked up row goes through on its way out, and its gradient on the way back.
struct RowOptions {
    std::optional<double> max_norm;
    double norm_type;
    bool scale_grad_by_freq;

    bool any() const { return max_norm || scale_grad_by_freq; }
};

void check_norm(const char* operation, std::optional<double> max_norm, double norm_type)
{
    if (max_norm && !(*max_norm >= 0 && norm_type == norm_type))
        throw ShapeError(error_text(
            operation, "max_norm " + std::to_string(*max_norm) + " of norm_type " + std::to_string(norm_type),
            "a norm is 0 or more, of an order that is a number", "leave max_norm out where rows keep their size"));
}

/// The rows, (count, d), scaled down to max_norm where their norm is larger. 1e-7 as PyTorch: a quotient of equal norms
/// stays below 1.
Tensor bounded_rows(const Tensor& y, double max_norm, double norm_type)
{
    const NoGrad off;
    const Tensor norms = linalg::vector_norm(y, norm_type, 1, true);
    return where(norms > max_norm, y * (max_norm / (norms + 1e-7)), y);
}

/// The rows in one axis, with kNowhere in place of the padding.
Tensor rows_without(const Tensor& rows, std::int64_t padding)
{
    const Tensor kept = detail::contiguous_copy(rows);
    auto* at = detail::mutable_data<std::int64_t>(kept);
    for (std::int64_t k = 0; k < kept.numel(); ++k)
        if (at[k] == padding) at[k] = kNowhere;
    return reshape(kept, {-1});
}

/// 0, 1, 2, ... with kNowhere where the rows have it.
Tensor own_numbers(const Tensor& rows) { return where(rows == kNowhere, kNowhere, detail::positions(rows.sizes())); }

/// 1 / how often each of the rows is asked for, (count, 1).
Tensor inverse_frequencies(const Tensor& rows, std::int64_t table_rows, Dtype dtype)
{
    std::vector<double> count(static_cast<std::size_t>(table_rows)), inverse;
    const std::vector<std::int64_t> at = rows.to_vector<std::int64_t>();
    for (const std::int64_t row : at) ++count[static_cast<std::size_t>(row)];
    for (const std::int64_t row : at) inverse.push_back(1 / count[static_cast<std::size_t>(row)]);
    return to(from_values({rows.numel(), 1}, inverse), dtype);
}

/// Which bag each index belongs to, and how many bags there are.
struct Bags {
    std::vector<std::int64_t> of;
    std::int64_t count = 0;
};

Bags bags_of(const Tensor& indices, const EmbeddingBagOptions& options)
{
    Bags bags;
    if (!options.offsets.defined()) {
        if (indices.ndim() != 2)
            throw ShapeError(error_text("embedding_bag", "indices of shape " + to_string(indices.sizes()),
                                        "without offsets they are (bags, n)", "give the offsets of the bags"));
        bags.count = indices.sizes()[0];
        for (std::int64_t k = 0; k < indices.numel(); ++k) bags.of.push_back(k / indices.sizes()[1]);
        return bags;
    }
    const bool vectors = indices.ndim() == 1 && options.offsets.ndim() == 1 && options.offsets.dtype() == i64;
    const std::vector<std::int64_t> starts =
        vectors ? options.offsets.to_vector<std::int64_t>() : std::vector<std::int64_t>{};
    bool fits = vectors && (starts.empty() || starts[0] == 0) && (!options.include_last_offset || !starts.empty());
    for (std::size_t b = 0; fits && b < starts.size(); ++b)
        fits = starts[b] <= indices.numel() && (b == 0 || starts[b - 1] <= starts[b]);
    if (!fits)
        throw ShapeError(
            error_text("embedding_bag",
                       "indices of shape " + to_string(indices.sizes()) + " with offsets " + to_string(options.offsets),
                       "both have one axis; offsets are i64, begin with 0, do not fall and end inside the indices",
                       "leave the offsets out for indices (bags, n)"));
    bags.count = static_cast<std::int64_t>(starts.size()) - (options.include_last_offset ? 1 : 0);
    const std::int64_t end = options.include_last_offset ? starts.back() : indices.numel();
    for (std::int64_t b = 0; b < bags.count; ++b) {
        const auto at = static_cast<std::size_t>(b);
        const std::int64_t next = at + 1 < starts.size() ? starts[at + 1] : end;
        bags.of.insert(bags.of.end(), static_cast<std::size_t>(next - starts[at]), b);
    }
    bags.of.resize(static_cast<std::size_t>(indices.numel()), kNowhere);  // behind the last offset
    return bags;
}

/// For each bag and column the place in the weight of the largest element, kNowhere for an empty bag.
Tensor places_of_maxima(const Tensor& weight, const Tensor& rows, const Bags& bags)
{
    const std::int64_t d = weight.sizes()[1];
    const Tensor places = full({bags.count, d}, static_cast<double>(kNowhere), i64),
                 from = detail::contiguous_data(weight);
    auto* best = detail::mutable_data<std::int64_t>(places);
    detail::with_float_type(weight.dtype(), [&]<class T>(T*) {
        const T* w = from.data<T>();
        for (std::size_t k = 0; k < bags.of.size(); ++k) {
            const std::int64_t row = rows.data<std::int64_t>()[k];
            if (row == kNowhere || bags.of[k] == kNowhere) continue;
            for (std::int64_t j = 0; j < d; ++j) {
                std::int64_t& at = best[bags.of[k] * d + j];
                const std::int64_t place = row * d + j;
                if (at == kNowhere || w[place] > w[at] || (w[place] != w[place] && w[at] == w[at])) at = place;
            }
        }
    });
    return places;
}

/// 1 / the number of rows of each bag, (bags, 1); 0 for an empty one.
Tensor inverse_counts(const Tensor& rows, const Bags& bags, Dtype dtype)
{
    std::vector<double> inverse(static_cast<std::size_t>(bags.count));
    for (std::size_t k = 0; k < bags.of.size(); ++k)
        if (bags.of[k] != kNowhere && rows.data<std::int64_t>()[k] != kNowhere)
            ++inverse[static_cast<std::size_t>(bags.of[k])];
    for (double& count : inverse) count = count > 0 ? 1 / count : 0;
    return to(from_values({bags.count, 1}, inverse), dtype);
}

/// The rows of the table, one after the other; those of the padding have no gradient.
Tensor look_up(const Tensor& rows, const Input& weight, std::int64_t padding, const RowOptions& options)
{
    Tensor y = detail::take_rows(detach(*weight), 0, rows), scale;
    if (options.max_norm) y = bounded_rows(y, *options.max_norm, options.norm_type);
    if (options.scale_grad_by_freq) scale = inverse_frequencies(rows, weight->sizes()[0], weight->dtype());
    return record(kEmbedding, {weight}, y, [rows = rows_without(rows, padding), scale](const Tensor& gy, Adjoints& gx) {
        gx.add(0, detail::add_rows(scale.defined() ? gy * scale : gy, 0, rows, gx.sizes(0)[0]));
    });
}

void check_sample_weights(const Tensor& indices, const EmbeddingBagOptions& options, Dtype dtype)
{
    const Tensor& factors = options.per_sample_weights;
    if (!factors.defined()) return;
    if (options.mode != BagMode::sum || !(factors.sizes() == indices.sizes()) || factors.dtype() != dtype)
        throw ShapeError(error_text(
            "embedding_bag",
            "per_sample_weights " + describe(factors) + " for indices of shape " + to_string(indices.sizes()),
            "one factor of the weight's dtype an index, and mode sum", "use BagMode::sum"));
}

}  // namespace

Tensor embedding(const Tensor& indices, const Input& weight, EmbeddingOptions options)
{
    check_table("embedding", *weight);
    check_norm("embedding", options.max_norm, options.norm_type);
    if (detail::is_batched(indices)) {
        if (!detail::is_batched(*weight) && !options.scale_grad_by_freq)
            return detail::of_all(indices, [&](const Input& all) { return embedding(all, weight, options); });
        return detail::one_by_one({&indices, &*weight},
                                  [&](const std::vector<Tensor>& one) { return embedding(one[0], one[1], options); });
    }
    const std::int64_t padding = padding_row("embedding", options.padding_idx, weight->sizes()[0]);
    const Tensor rows = detail::checked_indices("embedding", indices, weight->sizes()[0], detail::Negative::refused);
    Dims sizes = indices.sizes();
    sizes.push_back(weight->sizes()[1]);
    const RowOptions row{options.max_norm, options.norm_type, options.scale_grad_by_freq};
    return reshape(look_up(reshape(rows, {-1}), weight, padding, row), sizes);
}

Tensor embedding_renorm(const Tensor& indices, const Tensor& weight, double max_norm, double norm_type)
{
    check_table("embedding_renorm", weight);
    check_norm("embedding_renorm", max_norm, norm_type);
    const Tensor rows = reshape(
        detail::checked_indices("embedding_renorm", indices, weight.sizes()[0], detail::Negative::refused), {-1});
    const NoGrad off;
    return index_copy(weight, 0, rows, bounded_rows(detail::take_rows(weight, 0, rows), max_norm, norm_type));
}

Tensor embedding_bag(const Tensor& indices, const Input& weight, const EmbeddingBagOptions& options)
{
    check_table("embedding_bag", *weight);
    check_norm("embedding_bag", options.max_norm, options.norm_type);
    if (detail::is_batched(indices, *weight, options.per_sample_weights, options.offsets))
        return detail::one_by_one({&indices, &*weight, &options.per_sample_weights, &options.offsets},
                                  [&options](const std::vector<Tensor>& one) {
                                      EmbeddingBagOptions of_one = options;
                                      of_one.per_sample_weights = one[2];
                                      of_one.offsets = one[3];
                                      return embedding_bag(one[0], one[1], of_one);
                                  });
    check_sample_weights(indices, options, weight->dtype());
    const RowOptions row{options.max_norm, options.norm_type, options.scale_grad_by_freq};
    if (options.scale_grad_by_freq && options.mode == BagMode::max)
        throw ShapeError(error_text("embedding_bag", "scale_grad_by_freq with mode max",
                                    "the gradient of a maximum goes to one row and is not divided",
                                    "use BagMode::sum or BagMode::mean"));
    const std::int64_t padding = padding_row("embedding_bag", options.padding_idx, weight->sizes()[0]);
    const Tensor flat =
        reshape(detail::checked_indices("embedding_bag", indices, weight->sizes()[0], detail::Negative::refused), {-1});
    const Bags bags = bags_of(indices, options);
    const Tensor rows = rows_without(flat, padding);
    if (options.mode == BagMode::max && !row.any())
        return detail::take_at(weight, places_of_maxima(*weight, rows, bags));
    Tensor y = row.any() ? look_up(flat, weight, padding, row) : detail::take_rows(weight, 0, rows);
    if (options.mode == BagMode::max) return detail::take_at(y, places_of_maxima(y, own_numbers(rows), bags));
    if (options.per_sample_weights.defined()) y = y * reshape(options.per_sample_weights, {-1, 1});
    Tensor bag = from_values({flat.numel()}, bags.of);
    auto* at = detail::mutable_data<std::int64_t>(bag);
    for (std::int64_t k = 0; k < bag.numel(); ++k)
        if (rows.data<std::int64_t>()[k] == kNowhere) at[k] = kNowhere;
    y = detail::add_rows(y, 0, bag, bags.count);
    return options.mode == BagMode::mean ? y * inverse_counts(rows, bags, weight->dtype()) : y;
}

}  // namespace xgrad
