#include "tests/reference/binding.hpp"

#include <xgrad/ops/linalg.hpp>
#include <xgrad/ops/vector_norm.hpp>

namespace xgrad::reference {
namespace {

Outputs slogdet_of(const Call& c)
{
    const linalg::SignAndLogdet y = linalg::slogdet(c.tensor("A"));
    return std::vector<Tensor>{y.sign, y.logabsdet};
}

Outputs triangular_solve_of(const Call& c)
{
    const TriangularSolution y = triangular_solve(c.tensor("input"), c.tensor("A"),
                                                  {.upper = c.flag("upper", true),
                                                   .transpose = c.flag("transpose", false),
                                                   .unitriangular = c.flag("unitriangular", false)});
    return std::vector<Tensor>{y.solution, y.cloned_coefficient};
}

Tensor solve_triangular_of(const Call& c)
{
    return linalg::solve_triangular(c.tensor("A"), c.tensor("B"), c.flag("upper", false),
                                    {.left = c.flag("left", true), .unitriangular = c.flag("unitriangular", false)});
}

Tensor vector_norm_of(const Call& c)
{
    const Tensor& x = c.tensor("x");
    const double ord = c.number("ord", 2);
    return linalg::vector_norm(x, ord, c.axes("dim", x), c.flag("keepdim", false));
}

Tensor matrix_norm_of(const Call& c, const linalg::NormOrder& ord)
{
    return linalg::matrix_norm(c.tensor("A"), ord, c.integers("dim", {-2, -1}), c.flag("keepdim", false));
}

/// "inf" and "-inf" are numbers.
bool is_name(const Call& c) { return c.is_text("ord") && c.text("ord").find("inf") == std::string::npos; }

Outputs matrix_norm_of(const Call& c)
{
    if (!c.has("ord")) return matrix_norm_of(c, "fro");
    if (is_name(c)) return matrix_norm_of(c, c.text("ord").c_str());
    return matrix_norm_of(c, c.number("ord"));
}

Tensor norm_of(const Call& c, const linalg::NormOrder& ord)
{
    const Tensor& a = c.tensor("A");
    return linalg::norm(a, ord, c.axes("dim", a), c.flag("keepdim", false));
}

Outputs norm_of(const Call& c)
{
    const Tensor& a = c.tensor("A");
    if (c.has("ord")) return is_name(c) ? norm_of(c, c.text("ord").c_str()) : norm_of(c, c.number("ord"));
    return linalg::vector_norm(a, 2, c.axes("dim", a), c.flag("keepdim", false));
}

constexpr Binding kRows[] = {
    {"linalg.inv", [](const Call& c) -> Outputs { return linalg::inv(c.tensor("A")); }},
    {"linalg.det", [](const Call& c) -> Outputs { return linalg::det(c.tensor("A")); }},
    {"linalg.slogdet", slogdet_of},
    {"logdet", [](const Call& c) -> Outputs { return logdet(c.tensor("input")); }},
    {"linalg.cholesky",
     [](const Call& c) -> Outputs { return linalg::cholesky(c.tensor("input"), {.upper = c.flag("upper", false)}); }},
    {"cholesky_solve",
     [](const Call& c) -> Outputs {
         return cholesky_solve(c.tensor("input"), c.tensor("input2"), {.upper = c.flag("upper", false)});
     }},
    {"linalg.eigvalsh",
     [](const Call& c) -> Outputs {
         const bool upper = c.text("UPLO", "L") == "U";
         return linalg::eigvalsh(c.tensor("input"), upper ? linalg::Uplo::upper : linalg::Uplo::lower);
     }},
    {"linalg.solve",
     [](const Call& c) -> Outputs {
         return linalg::solve(c.tensor("A"), c.tensor("B"), {.left = c.flag("left", true)});
     }},
    {"linalg.solve_triangular", [](const Call& c) -> Outputs { return solve_triangular_of(c); }},
    {"triangular_solve", triangular_solve_of},
    {"linalg.svdvals", [](const Call& c) -> Outputs { return linalg::svdvals(c.tensor("A")); }},
    {"linalg.pinv",
     [](const Call& c) -> Outputs {
         c.expect("hermitian", false);
         return linalg::pinv(c.tensor("A"), {.atol = c.number("atol", 0), .rtol = c.number("rtol", -1)});
     }},
    {"linalg.matrix_norm", matrix_norm_of},
    {"linalg.vector_norm", [](const Call& c) -> Outputs { return vector_norm_of(c); }},
    {"linalg.norm", norm_of},
    {"matrix_exp", [](const Call& c) -> Outputs { return matrix_exp(c.tensor("input")); }},
    {"linalg.matrix_power",
     [](const Call& c) -> Outputs { return linalg::matrix_power(c.tensor("A"), c.integer("n")); }},
    {"trace", [](const Call& c) -> Outputs { return trace(c.tensor("input")); }},
};

}  // namespace

Bindings linalg_bindings() { return kRows; }

}  // namespace xgrad::reference
