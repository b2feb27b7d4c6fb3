#include "tests/catalogue/calls.hpp"

#include <xgrad/ops/activations.hpp>
#include <xgrad/ops/arrange.hpp>
#include <xgrad/ops/assemble.hpp>
#include <xgrad/ops/compare.hpp>
#include <xgrad/ops/cumulative.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/differences.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/functions.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/index.hpp>
#include <xgrad/ops/integers.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/normalization.hpp>
#include <xgrad/ops/order.hpp>
#include <xgrad/ops/pool.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/recurrent.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/statistics.hpp>

namespace xgrad::catalogue {
namespace {

using In = std::vector<Tensor>;

const Tensor kPair = tensor({2}, {0.5, 1.5}, f64);
const Tensor kRow = tensor({3}, {1.5, 0.375, 0.875}, f64);
const Tensor kColumn = tensor({2, 1}, {0.75, 1.125}, f64);
const Tensor kSquare = tensor({2, 2}, {2, 0.5, 0.5, 1}, f64);
const Tensor kMatrix = tensor({2, 3}, {0.5, 1.25, 2, 0.75, 0.625, 1.5}, f64);
const Tensor kCube = tensor({2, 2, 3}, {0.5, 1.25, 2, 0.75, 0.625, 1.5, 1.25, 0.375, 0.875, 1.5, 0.25, 2.25}, f64);
const Tensor kVolume = tensor({1, 2, 2, 3}, {0.5, 1.25, 2, 0.75, 0.625, 1.5, 1.25, 0.375, 0.875, 1.5, 0.25, 2.25}, f64);
const Tensor kLabels = tensor({3}, {2, 0, 1}, i64);
const Tensor kPlaces = tensor({2, 3}, {0, 0, 1, 2, 1, 1}, i64);
const Tensor kMask = tensor({2, 3}, {1, 0, 0, 1, 1, 0}, boolean);

const ExampleCall kCalls[] = {
    {"entr", {kMatrix}, [](const In& x) -> In { return {entr(x[0])}; }},
    {"deg2rad", {kMatrix}, [](const In& x) -> In { return {deg2rad(x[0])}; }},
    {"rad2deg", {kMatrix}, [](const In& x) -> In { return {rad2deg(x[0])}; }},
    {"heaviside", {kMatrix, kRow}, [](const In& x) -> In { return {heaviside(x[0], x[1])}; }},
    {"logaddexp2", {kMatrix, kRow}, [](const In& x) -> In { return {logaddexp2(x[0], x[1])}; }},
    {"xlog1py", {kMatrix, kRow}, [](const In& x) -> In { return {xlog1py(x[0], x[1])}; }},
    {"ndtr", {kMatrix}, [](const In& x) -> In { return {ndtr(x[0])}; }},
    {"log_ndtr", {kMatrix}, [](const In& x) -> In { return {log_ndtr(x[0])}; }},
    {"rrelu", {kMatrix}, [](const In& x) -> In { return {rrelu(x[0])}; }},
    {"bitwise_not", {kLabels}, [](const In& x) -> In { return {bitwise_not(x[0])}; }},
    {"swapaxes", {kMatrix}, [](const In& x) -> In { return {swapaxes(x[0], 0, 1)}; }},
    {"tensor_split", {kMatrix}, [](const In& x) -> In { return tensor_split(x[0], 2); }},
    {"hstack",
     {kMatrix, kMatrix},
     [](const In& x) -> In {
         return {hstack({x[0], x[1]})};
     }},
    {"vstack",
     {kMatrix, kMatrix},
     [](const In& x) -> In {
         return {vstack({x[0], x[1]})};
     }},
    {"dstack",
     {kMatrix, kMatrix},
     [](const In& x) -> In {
         return {dstack({x[0], x[1]})};
     }},
    {"block_diag",
     {kMatrix, kMatrix},
     [](const In& x) -> In {
         return {block_diag({x[0], x[1]})};
     }},
    {"column_stack",
     {kRow, kRow},
     [](const In& x) -> In {
         return {column_stack({x[0], x[1]})};
     }},
    {"cartesian_prod",
     {kRow, kRow},
     [](const In& x) -> In {
         return {cartesian_prod({x[0], x[1]})};
     }},
    {"broadcast_to",
     {kRow},
     [](const In& x) -> In {
         return {broadcast_to(x[0], {2, 3})};
     }},
    {"broadcast_tensors",
     {kMatrix, kRow},
     [](const In& x) -> In {
         return broadcast_tensors({x[0], x[1]});
     }},
    {"ravel", {kMatrix}, [](const In& x) -> In { return {ravel(x[0])}; }},
    {"flipud", {kMatrix}, [](const In& x) -> In { return {flipud(x[0])}; }},
    {"fliplr", {kMatrix}, [](const In& x) -> In { return {fliplr(x[0])}; }},
    {"scatter_reduce",
     {kMatrix, kPlaces},
     [](const In& x) -> In { return {scatter_reduce(x[0], 1, x[1], x[0], ScatterReduction::mean)}; }},
    {"index_reduce",
     {kMatrix},
     [](const In& x) -> In { return {index_reduce(x[0], 1, kLabels, x[0], ScatterReduction::prod)}; }},
    {"index_copy", {kMatrix}, [](const In& x) -> In { return {index_copy(x[0], 1, kLabels, x[0])}; }},
    {"index_fill", {kMatrix}, [](const In& x) -> In { return {index_fill(x[0], 1, kLabels, 0)}; }},
    {"slice_scatter", {kMatrix, kColumn}, [](const In& x) -> In { return {slice_scatter(x[0], x[1], 1, 1, 2)}; }},
    {"select_scatter", {kMatrix, kRow}, [](const In& x) -> In { return {select_scatter(x[0], x[1], 0, 1)}; }},
    {"diagonal_scatter", {kMatrix, kPair}, [](const In& x) -> In { return {diagonal_scatter(x[0], x[1])}; }},
    {"masked_scatter", {kMatrix, kMask}, [](const In& x) -> In { return {masked_scatter(x[0], x[1], x[0])}; }},
    {"index_put",
     {kMatrix, kPair},
     [](const In& x) -> In {
         return {index_put(x[0], {kEllipsis, 1}, x[1])};
     }},
    {"diff", {kMatrix}, [](const In& x) -> In { return {diff(x[0])}; }},
    {"trapezoid", {kMatrix}, [](const In& x) -> In { return {trapezoid(x[0])}; }},
    {"cumulative_trapezoid", {kMatrix}, [](const In& x) -> In { return {cumulative_trapezoid(x[0])}; }},
    {"cov", {kMatrix}, [](const In& x) -> In { return {cov(x[0])}; }},
    {"corrcoef", {kMatrix}, [](const In& x) -> In { return {corrcoef(x[0])}; }},
    {"any", {kMatrix}, [](const In& x) -> In { return {any(x[0], 1)}; }},
    {"all", {kMatrix}, [](const In& x) -> In { return {all(x[0], 1)}; }},
    {"kthvalue", {kMatrix}, [](const In& x) -> In { return {kthvalue(x[0], 2).values}; }},
    {"nanmedian", {kMatrix}, [](const In& x) -> In { return {nanmedian(x[0], 1).values}; }},
    {"mode", {kMatrix}, [](const In& x) -> In { return {mode(x[0]).values}; }},
    {"quantile", {kMatrix, kPair}, [](const In& x) -> In { return {quantile(x[0], x[1] * 0.25, 1)}; }},
    {"bincount", {kRow}, [](const In& x) -> In { return {bincount(kLabels, x[0])}; }},
    {"unique", {kMatrix}, [](const In& x) -> In { return {unique(x[0]).values}; }},
    {"unique_consecutive", {kMatrix}, [](const In& x) -> In { return {unique_consecutive(x[0]).values}; }},
    {"histogram", {kRow}, [](const In& x) -> In { return {histogram(kRow, 4, {.weight = x[0]}).counts}; }},
    {"isclose", {kMatrix, kRow}, [](const In& x) -> In { return {isclose(x[0], x[1])}; }},
    {"vdot", {kRow, kRow}, [](const In& x) -> In { return {vdot(x[0], x[1])}; }},
    {"inner", {kMatrix, kRow}, [](const In& x) -> In { return {inner(x[0], x[1])}; }},
    {"addr", {kMatrix, kPair, kRow}, [](const In& x) -> In { return {addr(x[0], x[1], x[2])}; }},
    {"addbmm", {kSquare, kCube, kCube}, [](const In& x) -> In { return {addbmm(x[0], x[1], transpose(x[2]))}; }},
    {"rms_norm", {kMatrix, kRow}, [](const In& x) -> In { return {rms_norm(x[0], {3}, {.weight = x[1]})}; }},
    {"rnn_relu_cell",
     {kRow, kPair, kMatrix, kSquare},
     [](const In& x) -> In {
         return {rnn_relu_cell(x[0], x[1], {x[2], x[3]})};
     }},
    {"linalg.eigh",
     {kSquare},
     [](const In& x) -> In { return {linalg::eigh(x[0]).eigenvectors * linalg::eigh(x[0]).eigenvalues}; }},
    {"linalg.svd", {kMatrix}, [](const In& x) -> In { return {linalg::svd(x[0], false).U}; }},
    {"linalg.qr", {kSquare}, [](const In& x) -> In { return {matmul(linalg::qr(x[0]).Q, linalg::qr(x[0]).R)}; }},
    {"linalg.lstsq", {kSquare, kMatrix}, [](const In& x) -> In { return {linalg::lstsq(x[0], x[1]).solution}; }},
    {"max_pool1d_with_indices", {kCube}, [](const In& x) -> In { return {max_pool1d_with_indices(x[0], 2).values}; }},
    {"adaptive_max_pool1d_with_indices",
     {kCube},
     [](const In& x) -> In { return {adaptive_max_pool1d_with_indices(x[0], 2).values}; }},
    {"max_pool2d_with_indices",
     {kCube},
     [](const In& x) -> In {
         return {max_pool2d_with_indices(x[0], {1, 2}).values};
     }},
    {"adaptive_max_pool2d_with_indices",
     {kCube},
     [](const In& x) -> In {
         return {adaptive_max_pool2d_with_indices(x[0], {1, 2}).values};
     }},
    {"max_pool3d_with_indices",
     {kVolume},
     [](const In& x) -> In {
         return {max_pool3d_with_indices(x[0], {1, 2, 2}).values};
     }},
    {"adaptive_max_pool3d_with_indices",
     {kVolume},
     [](const In& x) -> In {
         return {adaptive_max_pool3d_with_indices(x[0], {1, 1, 2}).values};
     }},
};

}  // namespace

std::span<const ExampleCall> example_calls() { return kCalls; }

}  // namespace xgrad::catalogue
