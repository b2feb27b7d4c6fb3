// Rows of the op table: products under their names, einsum, norms and distances.
#include <xgrad/ops/einsum.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/product.hpp>
#include <xgrad/ops/shape.hpp>
#include <xgrad/ops/vector_norm.hpp>

#include <limits>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Tensor kPair = tensor({2}, {0.5, -2}, f64);
const Tensor kTall = transpose(kOther);

const OpRows kProducts{{
    {"Mm", [](const In& x) { return mm(x[0], transpose(x[1])); }, {kMatrix, kOther}},
    {"Bmm", [](const In& x) { return bmm(x[0], transpose(x[0])); }, {kCube}},
    {"Mv", [](const In& x) { return mv(x[0], x[1]); }, {kMatrix, kRow}},
    {"Dot", [](const In& x) { return dot(x[0], x[1]); }, {kRow, kRow}},
    {"Outer", [](const In& x) { return outer(x[0], x[1]); }, {kRow, kPair}},
    {"Inner", [](const In& x) { return inner(x[0], x[1]); }, {kCube, kMatrix}},
    {"Addmm",
     [](const In& x) { return addmm(x[0], x[1], transpose(x[1]), {.beta = 0.5, .alpha = -2}); },
     {kColumn, kMatrix}},
    {"Addmv", [](const In& x) { return addmv(x[0], x[1], x[2], {.alpha = 3}); }, {kPair, kMatrix, kRow}},
    {"Addr", [](const In& x) { return addr(x[0], x[1], x[2], {.beta = 2}); }, {kMatrix, kPair, kRow}},
    {"Baddbmm", [](const In& x) { return baddbmm(x[0], x[1], transpose(x[1]), {.beta = 2}); }, {kColumn, kCube}},
    {"Addbmm", [](const In& x) { return addbmm(x[0], x[1], transpose(x[1]), {.alpha = 2}); }, {kSquare, kCube}},
    {"TensordotOfTwoAxes", [](const In& x) { return tensordot(x[0], x[1]); }, {kCube, unsqueeze(kMatrix, 2)}},
    {"TensordotOfListedAxes",
     [](const In& x) {
         return tensordot(x[0], x[1], {2, 0}, {-1, 0});
     },
     {kCube, kMatrix}},
    {"TensordotOfSizeOne", [](const In& x) { return tensordot(x[0], x[1], {1}, {0}); }, {kColumn, kMatrix}},
    {"Kron", [](const In& x) { return kron(x[0], x[1]); }, {kMatrix, kColumn}},
    {"KronOfOtherRanks", [](const In& x) { return kron(x[0], x[1]); }, {kPair, kCube}},
    {"Bilinear",
     [](const In& x) { return bilinear(x[0], x[1], x[2], x[3]); },
     {kSquare, kMatrix, expand(kCube, {2, 2, 3}), kPair}},
    {"MultiDot",
     [](const In& x) {
         return linalg::multi_dot({x[0], x[1], x[2]});
     },
     {kPair, kMatrix, kTall}},
    {"Cross",
     [](const In& x) { return linalg::cross(x[0], x[1]); },
     {kMatrix, kOther},
     {},
     {{"linalg.cross", {{"axis", 1}}}}},
    {"CrossAlongTheFirstAxis", [](const In& x) { return linalg::cross(x[0], x[1], 0); }, {kTall, unsqueeze(kRow, 1)}},
}};

const OpRows kEinsum{{
    {"EinsumProduct",
     [](const In& x) {
         return einsum("ij,kj->ik", {x[0], x[1]});
     },
     {kMatrix, kOther}},
    {"EinsumTrace", [](const In& x) { return einsum("ii", {x[0]}); }, {kSquare}},
    {"EinsumDiagonal",
     [](const In& x) { return einsum("bii->ib", {x[0]}); },
     {tensor({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}, f64)}},
    {"EinsumBroadcast",
     [](const In& x) {
         return einsum("...ij,...kj->...ik", {x[0], x[1]});
     },
     {kCube, kMatrix}},
    {"EinsumOfThree",
     [](const In& x) {
         return einsum("i,ij,j", {x[0], x[1], x[2]});
     },
     {kPair, kMatrix, kRow}},
    {"EinsumElementwise",
     [](const In& x) {
         return einsum("ij,ij->j", {x[0], x[0]});
     },
     {kMatrix}},
}};

const OpRows kNorms{{
    {"VectorNorm",
     [](const In& x) { return linalg::vector_norm(x[0]); },
     {kMatrix},
     {},
     {{"linalg.vector_norm", {{"p", 2}, {"axes", {0, 1}}}}}},
    {"VectorNormOne", [](const In& x) { return linalg::vector_norm(x[0], 1, 0); }, {kMatrix}},
    {"VectorNormThree", [](const In& x) { return linalg::vector_norm(x[0], 3, 1, true); }, {kMatrix}},
    {"VectorNormHalf", [](const In& x) { return linalg::vector_norm(x[0], 0.5, 1); }, {kMatrix}},
    {"VectorNormNegative", [](const In& x) { return linalg::vector_norm(x[0], -1.5, 1); }, {kMatrix}},
    {"VectorNormInfinity", [](const In& x) { return linalg::vector_norm(x[0], kInfinity, 1); }, {kMatrix}},
    {"VectorNormMinusInfinity", [](const In& x) { return linalg::vector_norm(x[0], -kInfinity, 1); }, {kMatrix}},
    {"Cdist", [](const In& x) { return cdist(x[0], x[1]); }, {kCube, kPositive}},
    {"CdistOne", [](const In& x) { return cdist(x[0], x[1], 1); }, {kMatrix, kOther}},
    {"PairwiseDistance", [](const In& x) { return pairwise_distance(x[0], x[1], {.p = 3}); }, {kMatrix, kRow}},
    {"CosineSimilarity", [](const In& x) { return cosine_similarity(x[0], x[1]); }, {kMatrix, kRow}},
}};

}  // namespace
