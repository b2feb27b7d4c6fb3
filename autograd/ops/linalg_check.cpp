#include "autograd/ops/linalg_check.hpp"

#include <algorithm>

namespace xgrad::detail {

void check_matrix(const char* operation, const Tensor& x)
{
    if (x.ndim() < 2)
        throw ShapeError(error_text(operation, "a tensor of shape " + to_string(x.sizes()),
                                    "a matrix (m, n) or a batch of them (..., m, n)",
                                    "unsqueeze it to a matrix first"));
    if (!is_floating(x.dtype()))
        throw DtypeError(error_text(operation, "a tensor " + describe(x), "linear algebra is done in f32 or f64",
                                    "convert first: to(x, f32)"));
    if (std::max(x.size(-1), x.size(-2)) > kernels::kMaxLapackSize)
        throw ShapeError(error_text(operation, "a tensor of shape " + to_string(x.sizes()),
                                    "LAPACK counts rows and columns up to 2147483647", "work on parts of the matrix"));
}

void check_square(const char* operation, const Tensor& x)
{
    check_matrix(operation, x);
    if (x.size(-1) != x.size(-2))
        throw ShapeError(error_text(operation, "a tensor of shape " + to_string(x.sizes()),
                                    "as many rows as columns: (..., n, n)",
                                    "transpose, slice or pad the matrix; linalg::pinv and linalg::lstsq take any"));
}

void throw_linalg(const char* operation, const Tensor& x, std::int64_t which, const char* what, const char* rule,
                  const char* hint)
{
    const std::string matrix =
        x.ndim() == 2 ? "the matrix of shape " : "matrix " + std::to_string(which) + " of the batch of shape ";
    throw LinalgError(error_text(operation, matrix + to_string(x.sizes()) + " " + what, rule, hint));
}

}  // namespace xgrad::detail
