// Matrix products on one thread. Which way a product is computed depends on its sizes and strides alone.
#include "autograd/kernels/compute_table.hpp"
#include "autograd/kernels/isa/pack.hpp"
#include "autograd/kernels/isa/vector_product.hpp"
#include "autograd/kernels/workspace.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

// So many rows of dot products are quicker than packing B.
constexpr Index kFewRows = 4;

// Steps of k whose panel of B stays in the first-level cache, panels of A whose block stays in the second-level cache,
// and columns of B that are packed at a time. A step of B has the same bytes for both types. Doubles by 320 steps
// instead of 160 gain 5 to 15 % on Zen 3; not measured with AVX-512.
template <class T>
constexpr bool kLongDoubles = sizeof(T) == 8 && Vec<T>::size * sizeof(T) == 32;
template <class T>
constexpr Index kSteps = sizeof(T) == 4 || kLongDoubles<T> ? 320 : 160;
template <class T>
constexpr Index kBlockPanels = kLongDoubles<T> ? 18 : 36;
constexpr Index kBlockColumns = 2048;

/// One matrix product, and how it is cut: rows into panels, columns into tiles of whole registers, k into blocks.
template <class T>
struct Plan {
    explicit Plan(const GemmPiece<T>& piece)
        : g(piece),
          rows(g.m, kTileRows),
          registers(parts_of(g.n, size), tile_vecs(rows.largest())),
          steps(g.k, kSteps<T>),
          pack_a((g.a.row != 1 && g.a.column != 1) || (registers.parts > 8 && g.k > 16)),
          pack_b((g.b.column != 1 && g.n > 1) || (rows.parts > 4 && g.n > 2 * size && !stays_close()))
    {
    }

    /// The rows of a tile of B stand in different memory pages and lines of the first-level cache, but few enough of them
    /// for all to stay there while panels of A pass by: packing would not pay (8 % of the weight gradients of a layer for
    /// 64 samples, measured on Zen 3 and thus for AVX2 alone).
    bool stays_close() const
    {
        constexpr Index page = 4096, most_rows = 64, lines_of_set = 4;
        constexpr bool measured = size * sizeof(T) == 32;
        const Index distance = g.b.row * static_cast<Index>(sizeof(T)), power_of_two = distance & -distance;
        const Index rows_to_same_set = page / larger(1, smaller(page, power_of_two));
        return measured && g.k <= most_rows && g.k <= lines_of_set * rows_to_same_set;
    }
    Index tile_columns() const { return registers.largest() * size; }
    Index tiles_at_a_time() const { return larger(1, kBlockColumns / tile_columns()); }
    Index column(Index tile) const { return smaller(g.n, registers.at(tile) * size); }

    static constexpr Index size = Vec<T>::size;
    const GemmPiece<T>& g;
    Cuts rows, registers, steps;
    bool pack_a, pack_b;
};

template <class T>
Index rounded(Index columns)
{
    return parts_of(columns, Vec<T>::size) * Vec<T>::size;
}

/// What all tiles of one block of k share.
template <class T>
struct Block {
    Index begin, k;  // steps of k
    bool first, final;
    T *packed_a, *packed_b;  // null where the matrix is read in place
    Index first_panel, first_tile;
};

template <class T>
void run_tiles(const Plan<T>& plan, const Block<T>& block, Index last_panel, Index last_tile)
{
    const GemmPiece<T>& g = plan.g;
    const Index row0 = plan.rows.at(block.first_panel), column0 = plan.column(block.first_tile);
    for (Index jt = block.first_tile; jt < last_tile; ++jt) {
        const Index j = plan.column(jt), columns = plan.column(jt + 1) - j, padded = rounded<T>(columns);
        Tile<T> tile;
        tile.k = block.k;
        tile.last = columns - (padded - Vec<T>::size);
        tile.c_row = g.c_row;
        tile.start = !block.first || g.add ? Start::output : g.bias != nullptr ? Start::column_bias : Start::zero;
        tile.relu = g.relu && block.final;
        tile.bias = g.bias != nullptr ? g.bias + j : nullptr;
        tile.b =
            block.packed_b != nullptr ? block.packed_b + (j - column0) * block.k : g.b.data + block.begin * g.b.row + j;
        for (Index it = block.first_panel; it < last_panel; ++it) {
            const Index i = plan.rows.at(it), rows = plan.rows.at(it + 1) - i;
            tile.c = g.c + i * g.c_row + j;
            if (block.packed_a != nullptr) {
                tile.a = block.packed_a + (i - row0) * block.k;
                tile.a_row = 1;
                tile.a_step = rows;
            } else {
                tile.a = g.a.data + i * g.a.row + block.begin * g.a.column;
                tile.a_row = g.a.row;
                tile.a_step = g.a.column;
            }
            kTiles<T, EvenSteps, EvenRows>.at[rows - 1][padded / Vec<T>::size - 1](tile, {},
                                                                                   {block.packed_b ? padded : g.b.row});
        }
    }
}

template <class T>
void pack_columns(const Plan<T>& plan, const Block<T>& block, Index last_tile)
{
    const Matrix<T>& b = plan.g.b;
    pack_panels(Lines<T>{b.data + block.begin * b.row, b.column, b.row}, {plan.registers, Vec<T>::size, plan.g.n},
                block.first_tile, last_tile, block.k, block.packed_b);
}

template <class T>
void pack_rows(const Plan<T>& plan, const Block<T>& block, Index last_panel)
{
    const Matrix<T>& a = plan.g.a;
    pack_panels(Lines<T>{a.data + block.begin * a.column, a.row, a.column}, {plan.rows, 1, plan.g.m}, block.first_panel,
                last_panel, block.k, block.packed_a);
}

// The order of the classical blocked product (Goto and van de Geijn 2008): a panel of B stays close while the rows of A
// pass by it. Without packing there is one block of rows and columns.
template <class T>
void run_blocks(const Plan<T>& plan, T* packed_a, T* packed_b)
{
    const Index tile_step = packed_b != nullptr ? plan.tiles_at_a_time() : plan.registers.parts;
    const Index panel_step = packed_a != nullptr ? kBlockPanels<T> : plan.rows.parts;
    for (Index kb = 0; kb < plan.steps.parts; ++kb) {
        const Index begin = plan.steps.at(kb);
        Block<T> block{begin, plan.steps.at(kb + 1) - begin, kb == 0, kb + 1 == plan.steps.parts, packed_a, packed_b, 0,
                       0};
        for (block.first_tile = 0; block.first_tile < plan.registers.parts; block.first_tile += tile_step) {
            const Index last_tile = smaller(plan.registers.parts, block.first_tile + tile_step);
            if (packed_b != nullptr) pack_columns(plan, block, last_tile);
            for (block.first_panel = 0; block.first_panel < plan.rows.parts; block.first_panel += panel_step) {
                const Index last_panel = smaller(plan.rows.parts, block.first_panel + panel_step);
                if (packed_a != nullptr) pack_rows(plan, block, last_panel);
                run_tiles(plan, block, last_panel, last_tile);
            }
        }
    }
}

template <class T>
void blocked_product(const GemmPiece<T>& g)
{
    const Plan<T> plan(g);
    if (!plan.pack_a && !plan.pack_b) return run_blocks<T>(plan, nullptr, nullptr);
    Workspace workspace;
    const auto take = [&](bool wanted, Index lines) {
        const std::size_t bytes = static_cast<std::size_t>(lines * plan.steps.largest()) * sizeof(T);
        return wanted ? static_cast<T*>(workspace.take_bytes(bytes)) : nullptr;
    };
    T* const packed_a = take(plan.pack_a, smaller(g.m, kBlockPanels<T> * kTileRows));
    run_blocks(plan, packed_a,
               take(plan.pack_b, smaller(rounded<T>(g.n), plan.tiles_at_a_time() * plan.tile_columns())));
}

/// A column of C as a row of the transposed product.
template <class T>
void turned_product(const GemmPiece<T>& g)
{
    GemmPiece<T> turned = g;
    turned.m = 1;
    turned.n = g.m;
    turned.a = g.b.transposed();
    turned.b = g.a.transposed();
    if (turned.b.column == 1)
        row_times_matrix(turned);
    else if (turned.b.row == 1 && turned.a.column == 1)
        dot_products(turned);
    else
        blocked_product(turned);
}

// Nothing here may copy a piece on the way of the smallest products: reading back with wide loads what was just written
// with narrow stores stalls for longer than they take.
template <class T>
void gemm(const GemmPiece<T>& g)
{
    const bool along_k = g.a.column == 1 && g.b.row == 1;
    if (g.k == 1 && g.b.column == 1)
        outer_product(g);
    else if (along_k && (g.n == 1 ? g.m == 1 : g.m <= kFewRows && g.b.column != 1))
        dot_products(g);
    else if (g.m == 1 && (g.b.column == 1 || g.n == 1))
        row_times_matrix(g);
    else if (g.n == 1 && g.c_row == 1 && g.bias == nullptr)
        turned_product(g);
    else if (along_k && g.n == 1)
        dot_products(g);
    else
        blocked_product(g);
}

}  // namespace

template <class T>
void gemm_here(const GemmPiece<T>& piece)
{
    gemm(piece);
}
template void gemm_here(const GemmPiece<float>&);
template void gemm_here(const GemmPiece<double>&);

void fill_gemm(ComputeTable& table)
{
    table.gemm_f32 = gemm<float>;
    table.gemm_f64 = gemm<double>;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
