// Rows of the op table: elements and rows at indices, arrangement of axes, padding.
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/embedding.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/pad.hpp>
#include <xgrad/ops/shape.hpp>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

const Tensor kPlaces = tensor({2, 2}, {2, 0, 1, 1}, i64);  // along the second axis of a (2, 3) matrix, one twice
const Tensor kPlacesInMatrix = tensor({2, 2}, {2, 0, 4, 4}, i64);  // row-major
const Tensor kRows = tensor({3}, {1, 0, 1}, i64);
const Tensor kSource = tensor({2, 2}, {1.5, -0.5, 0.25, 2}, f64);
const Tensor kThreeRows = tensor({3, 3}, {1, -2, 0.5, 0.75, 1.5, -1, 2, 0.25, -0.5}, f64);
const Tensor kOffsets = tensor({2}, {0, 1}, i64);

Tensor reduced(const In& x, ScatterReduction reduction, bool include_self)
{
    return square(scatter_reduce(x[0], 1, kPlaces, x[1], reduction, include_self));
}

Tensor bag(const In& x, BagMode mode)
{
    return square(embedding_bag(kRows, x[0], {.offsets = kOffsets, .mode = mode}));
}

const OpRows kAtIndices{{
    {"Gather",
     [](const In& x) { return square(gather(x[0], 1, kPlaces)); },
     {kMatrix},
     {},
     {{"take_at add_at", {{"places", kPlacesInMatrix}}}}},
    {"Scatter",
     [](const In& x) { return square(scatter(x[0], 1, kPlaces, x[1])); },
     {kMatrix, kSource},
     {},
     {{"put_at", {{"places", kPlacesInMatrix}, {"last_places", tensor({2, 2}, {2, 0, -1, 4}, i64)}}}}},
    {"ScatterNumber", [](const In& x) { return square(scatter(x[0], 1, kPlaces, 0.5)); }, {kMatrix}},
    {"ScatterAdd", [](const In& x) { return square(scatter_add(x[0], 1, kPlaces, x[1])); }, {kMatrix, kSource}},
    {"ScatterReduceSum", [](const In& x) { return reduced(x, ScatterReduction::sum, false); }, {kMatrix, kSource}},
    {"ScatterReduceMean", [](const In& x) { return reduced(x, ScatterReduction::mean, true); }, {kMatrix, kSource}},
    {"ScatterReduceProd", [](const In& x) { return reduced(x, ScatterReduction::prod, true); }, {kMatrix, kSource}},
    {"ScatterReduceAmax",
     [](const In& x) { return reduced(x, ScatterReduction::amax, true); },
     {kMatrix, kSource},
     {},
     {{"scatter_amax", {{"places", kPlacesInMatrix}}}}},
    {"ScatterReduceAmin",
     [](const In& x) { return reduced(x, ScatterReduction::amin, true); },
     {kMatrix, kSource},
     {},
     {{"scatter_amin", {{"places", kPlacesInMatrix}}}}},
    {"ScatterReduceAminWithoutSelf",
     [](const In& x) { return reduced(x, ScatterReduction::amin, false); },
     {kMatrix, kSource}},
    {"IndexSelect",
     [](const In& x) { return square(index_select(x[0], 0, kRows)); },
     {kMatrix},
     {},
     {{"take_rows add_rows", {{"axis", 0}, {"rows", kRows}}}}},
    {"IndexSelectOfTheLastAxis", [](const In& x) { return square(index_select(x[0], -1, kRows)); }, {kCube}},
    {"IndexReduceProd",
     [](const In& x) { return index_reduce(x[0], 0, kRows, x[1], ScatterReduction::prod); },
     {kMatrix, kThreeRows}},
    {"SliceScatter", [](const In& x) { return square(slice_scatter(x[0], x[1], 1, 1, 2)); }, {kMatrix, kColumn}},
    {"SelectScatter", [](const In& x) { return square(select_scatter(x[0], x[1], 0, -1)); }, {kMatrix, kRow}},
    {"DiagonalScatter",
     [](const In& x) { return square(diagonal_scatter(x[0], x[1], -1)); },
     {kMatrix, reshape(kSingle, {1})}},
    {"IndexAdd", [](const In& x) { return square(index_add(x[0], 0, kRows, x[1], -1.5)); }, {kMatrix, kThreeRows}},
    {"IndexCopy", [](const In& x) { return square(index_copy(x[0], 0, kRows, x[1])); }, {kMatrix, kThreeRows}},
    {"IndexFill", [](const In& x) { return square(index_fill(x[0], 1, kRows, x[1])); }, {kMatrix, kSingle}},
    {"Take", [](const In& x) { return square(take(x[0], kPlaces)); }, {kMatrix}},
    {"TakeAlongDimBroadcast",
     [](const In& x) {
         return square(take_along_dim(x[0], reshape(kRows, {3, 1}), 0));
     },
     {kMatrix}},
    {"MaskedFill", [](const In& x) { return square(masked_fill(x[0], kCondition, x[1])); }, {kMatrix, kSingle}},
    {"MaskedSelect", [](const In& x) { return square(masked_select(x[0], kCondition)); }, {kRow}},
    {"MaskedScatter", [](const In& x) { return square(masked_scatter(x[0], kCondition, x[1])); }, {kMatrix, kOther}},
    {"IndexOfTensors",
     [](const In& x) {
         return square(index(x[0], {kRows, Slice{}, kRows}));
     },
     {kCube}},
    {"IndexOfMask", [](const In& x) { return square(index(x[0], {kCondition})); }, {kMatrix}},
    {"IndexPut",
     [](const In& x) {
         return square(index_put(x[0], {Slice{}, kRows}, x[1]));
     },
     {kMatrix, kColumn}},
    {"IndexPutAccumulate",
     [](const In& x) {
         return square(index_put(x[0], {Slice{}, kRows}, x[1], true));
     },
     {kMatrix, kColumn}},
    {"Embedding",
     [](const In& x) { return square(embedding(kPlaces, x[0], {.scale_grad_by_freq = false})); },
     {kThreeRows},
     {},
     {{"embedding", {{"rows", {2, 0, 1, 1}}}}}},
    {"EmbeddingBagSum", [](const In& x) { return bag(x, BagMode::sum); }, {kMatrix}},
    {"EmbeddingBagMean", [](const In& x) { return bag(x, BagMode::mean); }, {kMatrix}},
    {"EmbeddingBagMax", [](const In& x) { return bag(x, BagMode::max); }, {kMatrix}},
    {"EmbeddingBagSampleWeights",
     [](const In& x) {
         return square(embedding_bag(kPlaces, x[0], {.mode = BagMode::sum, .per_sample_weights = x[1]}));
     },
     {kThreeRows, kSource}},
}};

const OpRows kArranged{{
    {"Flip",
     [](const In& x) {
         return flip(x[0], {0, 2}) * x[0];
     },
     {kCube},
     {},
     {{"flip", {{"axes", {0, 2}}}}}},
    {"Roll",
     [](const In& x) {
         return roll(x[0], {1, -2}, {0, 2}) * x[0];
     },
     {kCube}},
    {"Rot90", [](const In& x) { return square(rot90(x[0], -1, 0, 2)); }, {kCube}},
    {"Repeat",
     [](const In& x) {
         return square(repeat(x[0], {2, 1, 2}));
     },
     {kMatrix}},
    {"RepeatInterleave", [](const In& x) { return square(repeat_interleave(x[0], 2, 0)); }, {kMatrix}},
    {"RepeatInterleaveTensor", [](const In& x) { return square(repeat_interleave(x[0], kRows, 1)); }, {kMatrix}},
    {"Movedim", [](const In& x) { return square(movedim(x[0], 0, 2)); }, {kCube}},
    {"Unflatten",
     [](const In& x) {
         return square(unflatten(x[0], 1, {-1, 1}));
     },
     {kMatrix}},
    {"UnbindAndProduct",
     [](const In& x) {
         const auto parts = unbind(x[0], 1);
         return parts[0] * parts[2];
     },
     {kMatrix}},
    {"UnfoldOverlapping",
     [](const In& x) { return square(unfold(x[0], 1, 2, 1)); },
     {kMatrix},
     {},
     {{"unfold fold", {{"axis", 1}, {"size", 2}, {"step", 1}}}}},
    {"UnfoldWithGaps", [](const In& x) { return square(unfold(x[0], -1, 1, 2)); }, {kCube}},
    {"Meshgrid",
     [](const In& x) {
         const auto grids = meshgrid({x[0], x[1]}, Indexing::xy);
         return grids[0] * grids[1];
     },
     {kRow, kRow}},
    {"Diagonal",
     [](const In& x) { return square(diagonal(x[0], 1, 1, 2)); },
     {kCube},
     {},
     {{"diagonal", {{"offset", 1}, {"axis0", 1}, {"axis1", 2}}}}},
    {"DiagEmbed",
     [](const In& x) { return square(diag_embed(x[0], -1, 0, 2)); },
     {kMatrix},
     {},
     {{"diag_embed", {{"offset", -1}, {"axis0", 0}, {"axis1", 2}}}}},
    {"Tril", [](const In& x) { return square(tril(x[0], 1)); }, {kCube}},
    {"Triu", [](const In& x) { return square(triu(x[0])); }, {kMatrix}},
    {"PadConstant",
     [](const In& x) {
         return square(pad(x[0], {1, -1, 0, 2}, {.value = 0.5}));
     },
     {kMatrix},
     {},
     {{"pad", {{"start", {0, 1}}, {"end", {2, -1}}, {"value", 0.5}}}}},
    {"PadReflect",
     [](const In& x) {
         return square(pad(x[0], {2, 1}, {.mode = PadMode::reflect}));
     },
     {kMatrix}},
    {"PadReplicate",
     [](const In& x) {
         return square(pad(x[0], {2, -1, 1, 0}, {.mode = PadMode::replicate}));
     },
     {kCube}},
    {"PadCircular",
     [](const In& x) {
         return square(pad(x[0], {3, 1, 1, 1}, {.mode = PadMode::circular}));
     },
     {kMatrix}},
    {"CatWithNothing",
     [](const In& x) {
         return square(cat({zeros({0}, x[0].dtype()), x[0], x[1]}, 1));
     },
     {kMatrix, kColumn}},
}};

}  // namespace
