#include "autograd/kernels/gemm.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include <xgrad/error.hpp>
#include "autograd/kernels/large_product.hpp"
#include "autograd/kernels/threads.hpp"
#include "autograd/kernels/workspace.hpp"

namespace xgrad::kernels {
namespace {

using Index = std::int64_t;

// Multiply-adds that one thread must have to do before a second one pays: some 10 microseconds of work.
constexpr double kThreadWork = 1e6;

void check_sizes(Index m, Index n, Index k, Index c_row)
{
    const std::string sizes = std::to_string(m) + " x " + std::to_string(n) + " x " + std::to_string(k);
    if (m < 0 || n < 0 || k < 0)
        throw ShapeError(xgrad::detail::error_text("gemm", "negative size in m x n x k = " + sizes,
                                                   "sizes are 0 or more",
                                                   "check the shapes that the sizes were computed from"));
    if (m > 1 && c_row < n)
        throw ShapeError(xgrad::detail::error_text(
            "gemm", "rows of the result overlap: m x n x k = " + sizes + ", distance of rows " + std::to_string(c_row),
            "a row of n elements begins at least n elements behind the one before", "write to a contiguous result"));
}

void run_piece(const GemmPiece<float>& piece)
{
    if (!large_product(piece)) compute.gemm_f32(piece);
}
void run_piece(const GemmPiece<double>& piece) { compute.gemm_f64(piece); }
void run_piece(const GemmPiece<std::int64_t>& g)
{
    // Unsigned, so that overflow wraps instead of being undefined.
    using U = std::uint64_t;
    for (Index i = 0; i < g.m; ++i) {
        auto* c = reinterpret_cast<U*>(g.c + i * g.c_row);
        for (Index j = 0; j < g.n; ++j) c[j] = (g.add ? c[j] : 0) + (g.bias != nullptr ? static_cast<U>(g.bias[j]) : 0);
        for (Index p = 0; p < g.k; ++p) {
            const U factor = static_cast<U>(g.a.data[i * g.a.row + p * g.a.column]);
            const std::int64_t* b = g.b.data + p * g.b.row;
            for (Index j = 0; j < g.n; ++j) c[j] += factor * static_cast<U>(b[j * g.b.column]);
        }
        if (!g.relu) continue;
        for (Index j = 0; j < g.n; ++j)
            c[j] = static_cast<U>(std::max<std::int64_t>(0, static_cast<std::int64_t>(c[j])));
    }
}

/// Rows and columns of a grid of pieces of C.
struct Grid {
    Index rows, columns;
};

/// Every piece packs its part of A and B, so the sum over pieces of rows and columns is to be small.
Grid grid_for(Index m, Index n, Index pieces)
{
    Grid best{1, pieces};
    for (Index rows = 2; rows <= pieces; ++rows)
        if (pieces % rows == 0 && rows * n + pieces / rows * m < best.rows * n + best.columns * m)
            best = {rows, pieces / rows};
    return best;
}

/// Where piece i of `parts` begins, at a multiple of `unit`.
Index border(Index n, Index parts, Index i, Index unit)
{
    return std::min(n, ((n + unit - 1) / unit * i / parts) * unit);
}

template <class T>
void run_threaded(const GemmPiece<T>& g)
{
    const double work = static_cast<double>(g.m) * static_cast<double>(g.n) * static_cast<double>(g.k);
    const Index threads = work < 2 * kThreadWork ? 1 : available_threads();
    const Index pieces = std::min(threads, static_cast<Index>(std::min(work / kThreadWork, 1e6)));
    if (pieces <= 1) return run_piece(g);
    const Grid grid = grid_for(g.m, g.n, pieces);
    parallel_for(pieces, 1, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            const Index r = i / grid.columns, q = i % grid.columns;
            const Index row = border(g.m, grid.rows, r, 4), column = border(g.n, grid.columns, q, 32);
            GemmPiece<T> piece = g;
            piece.m = border(g.m, grid.rows, r + 1, 4) - row;
            piece.n = border(g.n, grid.columns, q + 1, 32) - column;
            if (piece.m <= 0 || piece.n <= 0) continue;
            piece.a.data += row * g.a.row;
            piece.b.data += column * g.b.column;
            piece.c += row * g.c_row + column;
            if (g.bias != nullptr) piece.bias += column;
            run_piece(piece);
        }
    });
}

template <class T, class F>
void each_element(Index m, Index n, T* c, Index c_row, F f)
{
    for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) f(c[i * c_row + j], i, j);
}

template <class T>
T rectified(T y)
{
    return y < 0 ? T(0) : y;  // keeps NaN
}

/// alpha other than 1: the product on its own first, then one pass over it.
template <class T>
void scaled_product(GemmPiece<T> g, const GemmOptions<T>& options)
{
    Workspace workspace;
    T* const c = g.c;
    const Index c_row = g.c_row;
    if (options.beta != T(0)) {
        g.c = workspace.take<T>(g.m * g.n);
        g.c_row = g.n;
    }
    g.add = g.relu = false;
    g.bias = nullptr;
    run_threaded(g);
    each_element(g.m, g.n, c, c_row, [&](T& y, Index i, Index j) {
        T sum = options.alpha * g.c[i * g.c_row + j];
        if (options.beta != T(0)) sum += options.beta * y;
        if (options.bias != nullptr) sum += options.bias[j];
        y = options.relu ? rectified(sum) : sum;
    });
}

template <class T>
void product(Index m, Index n, Index k, const Matrix<T>& a, const Matrix<T>& b, T* c, Index c_row,
             const GemmOptions<T>& options)
{
    if (m == 0 || n == 0) return;
    GemmPiece<T> g{m, n, k, a, b, c, c_row, options.beta != T(0), options.relu, options.bias};
    if (options.alpha != T(1)) return scaled_product(g, options);
    if (g.add && (options.beta != T(1) || g.bias != nullptr)) {
        each_element(m, n, c, c_row, [&](T& y, Index, Index j) {
            y = options.beta * y + (options.bias != nullptr ? options.bias[j] : T(0));
        });
        g.bias = nullptr;
    }
    run_threaded(g);
}

}  // namespace

template <class T>
void gemm(Index m, Index n, Index k, const Matrix<T>& a, const Matrix<T>& b, T* c, Index c_row,
          const GemmOptions<T>& options)
{
    if (m < 0 || n < 0 || k < 0 || (m > 1 && c_row < n)) check_sizes(m, n, k, c_row);
    product(m, n, k, a, b, c, c_row, options);
}

template <class T>
void gemm_batched(const GemmBatch& batch, Index m, Index n, Index k, const Matrix<T>& a, const Matrix<T>& b, T* c,
                  Index c_row, const GemmOptions<T>& options)
{
    check_sizes(m, n, k, c_row);
    const bool rows_go_on = batch.a_step == m * a.row && batch.c_step == m * c_row;
    if (batch.b_step == 0 && rows_go_on) return product(batch.count * m, n, k, a, b, c, c_row, options);
    const auto run = [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            product(m, n, k, {a.data + i * batch.a_step, a.row, a.column}, {b.data + i * batch.b_step, b.row, b.column},
                    c + i * batch.c_step, c_row, options);
    };
    const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    if (batch.count >= available_threads())
        parallel_for(batch.count, static_cast<Index>(kThreadWork / (work + 100)) + 1, run);
    else
        run(0, batch.count);
}

#define XGRAD_GEMM(T)                                                                                                \
    template void gemm(Index, Index, Index, const Matrix<T>&, const Matrix<T>&, T*, Index, const GemmOptions<T>&);   \
    template void gemm_batched(const GemmBatch&, Index, Index, Index, const Matrix<T>&, const Matrix<T>&, T*, Index, \
                               const GemmOptions<T>&);
XGRAD_GEMM(float)
XGRAD_GEMM(double)
XGRAD_GEMM(std::int64_t)
#undef XGRAD_GEMM

}  // namespace xgrad::kernels
