// Rows of the op table: solutions, determinants and factorisations of matrices.
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/shape.hpp>

#include <limits>

#include "tests/op_table.hpp"

namespace {

using namespace xgrad;
using namespace xgrad::testing_table;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const Tensor kRegular = tensor({3, 3}, {2, 0.5, -0.25, 0.75, -1.5, 0.5, 0.625, 1, 1.75}, f64);
const Tensor kRegulars = tensor({2, 2, 2}, {1.5, -0.5, 0.75, 1.25, -1, 0.5, 0.25, 2}, f64);

/// Symmetric, with eigenvalues well apart.
Tensor symmetric(const Tensor& x) { return 0.5 * (x + transpose(x)); }
Tensor positive(const Tensor& x) { return matmul(x, transpose(x)) + tensor({2, 2}, {1, 0, 0, 2}, x.dtype()); }

const OpRows kSolutions{{
    {"Inv", [](const In& x) { return linalg::inv(x[0]); }, {kRegular}},
    {"InvOfBatches", [](const In& x) { return linalg::inv(x[0]); }, {kRegulars}},
    {"Solve", [](const In& x) { return linalg::solve(x[0], transpose(x[1])); }, {kRegular, kMatrix}},
    {"SolveFromTheRight",
     [](const In& x) { return linalg::solve(x[0], transpose(x[1]), {.left = false}); },
     {kRegulars, kMatrix}},
    {"SolveVector", [](const In& x) { return linalg::solve(x[0], x[1]); }, {kRegular, kRow}},
    {"SolveBroadcast", [](const In& x) { return linalg::solve(x[0], x[1]); }, {kRegulars, kMatrix}},
    {"SolveTriangular",
     [](const In& x) { return linalg::solve_triangular(x[0], transpose(x[1]), true); },
     {kRegular, kMatrix},
     {},
     {{"linalg.solve_triangular", {{"upper", 1}, {"unit", 0}}}}},
    {"SolveTriangularRightUnit",
     [](const In& x) { return linalg::solve_triangular(x[0], x[1], false, {.left = false, .unitriangular = true}); },
     {kRegular, kMatrix}},
    {"SolveTriangularBroadcast",
     [](const In& x) { return linalg::solve_triangular(x[0], x[1], false); },
     {kRegulars, kMatrix}},
    {"TriangularSolve",
     [](const In& x) { return triangular_solve(transpose(x[1]), x[0], {.transpose = true}).solution; },
     {kRegular, kMatrix}},
    {"CholeskySolve", [](const In& x) { return cholesky_solve(transpose(x[1]), x[0]); }, {kRegular, kMatrix}},
    {"CholeskySolveUpper",
     [](const In& x) { return cholesky_solve(transpose(x[1]), x[0], {.upper = true}); },
     {kRegular, kMatrix}},
    {"Lstsq", [](const In& x) { return linalg::lstsq(transpose(x[0]), x[1]).solution; }, {kMatrix, kRow}},
    {"LstsqResiduals",
     [](const In& x) { return linalg::lstsq(transpose(x[0]), unsqueeze(x[1], 1)).residuals; },
     {kMatrix, kRow}},
}};

const OpRows kDeterminants{{
    {"Det", [](const In& x) { return linalg::det(x[0]); }, {kRegular}},
    {"DetOfBatches", [](const In& x) { return linalg::det(x[0]); }, {kRegulars}},
    {"Slogdet", [](const In& x) { return linalg::slogdet(x[0]).logabsdet; }, {kRegulars}},
    {"Logdet", [](const In& x) { return logdet(-x[0]); }, {kRegular}},
}};

const OpRows kDecompositions{{
    {"Cholesky", [](const In& x) { return linalg::cholesky(positive(x[0])); }, {kSquare}},
    {"CholeskyUpper", [](const In& x) { return linalg::cholesky(positive(x[0]), {.upper = true}); }, {kRegulars}},
    {"Eigvalsh", [](const In& x) { return linalg::eigvalsh(symmetric(x[0])); }, {kRegular}},
    {"EighVectors", [](const In& x) { return square(linalg::eigh(symmetric(x[0])).eigenvectors); }, {kRegulars}},
    {"EighUpper",
     [](const In& x) { return linalg::eigh(symmetric(x[0]), linalg::Uplo::upper).eigenvectors; },
     {kRegular}},
    {"Svdvals", [](const In& x) { return linalg::svdvals(x[0]); }, {kRegulars}},
    {"SvdU", [](const In& x) { return linalg::svd(x[0], false).U; }, {kRegular}},
    {"SvdUTall", [](const In& x) { return linalg::svd(transpose(x[0]), false).U; }, {kMatrix}},
    {"SvdVhWide", [](const In& x) { return linalg::svd(x[0], false).Vh; }, {kMatrix}},
    {"SvdVhTall", [](const In& x) { return linalg::svd(transpose(x[0]), false).Vh; }, {kOther}},
    {"SvdProduct",
     [](const In& x) {
         const linalg::Svd f = linalg::svd(x[0], false);
         return matmul(f.U * f.S, f.Vh) + matmul(f.U, f.Vh);
     },
     {kMatrix}},
    {"QrQ", [](const In& x) { return linalg::qr(transpose(x[0])).Q; }, {kMatrix}},
    {"QrR", [](const In& x) { return linalg::qr(x[0]).R; }, {kRegulars}},
    {"QrWide", [](const In& x) { return linalg::qr(x[0]).R; }, {kMatrix}},
    {"PinvTall", [](const In& x) { return linalg::pinv(transpose(x[0])); }, {kMatrix}},
    {"PinvWide", [](const In& x) { return linalg::pinv(x[0]); }, {kMatrix}},
}};

const OpRows kFunctions{{
    {"MatrixExp", [](const In& x) { return matrix_exp(x[0]); }, {kRegular}},
    {"MatrixExpOfBatches", [](const In& x) { return matrix_exp(x[0]); }, {kRegulars}},
    {"MatrixPower", [](const In& x) { return linalg::matrix_power(x[0], 5); }, {kRegular}},
    {"MatrixPowerNegative", [](const In& x) { return linalg::matrix_power(x[0], -3); }, {kRegulars}},
    {"Trace", [](const In& x) { return trace(x[0]); }, {kMatrix}},
    {"MatrixNormFrobenius", [](const In& x) { return linalg::matrix_norm(x[0]); }, {kCube}},
    {"MatrixNormNuclear", [](const In& x) { return linalg::matrix_norm(x[0], "nuc"); }, {kMatrix}},
    {"MatrixNormTwo", [](const In& x) { return linalg::matrix_norm(x[0], 2); }, {kMatrix}},
    {"MatrixNormMinusTwo", [](const In& x) { return linalg::matrix_norm(x[0], -2); }, {kRegulars}},
    {"MatrixNormOne",
     [](const In& x) {
         return linalg::matrix_norm(x[0], 1, {2, 0}, true);
     },
     {kRegulars}},
    {"MatrixNormInfinity", [](const In& x) { return linalg::matrix_norm(x[0], -kInfinity); }, {kMatrix}},
    {"Norm", [](const In& x) { return linalg::norm(x[0]); }, {kCube}},
    {"NormAlongAnAxis", [](const In& x) { return linalg::norm(x[0], 3, {1}); }, {kMatrix}},
}};

}  // namespace
