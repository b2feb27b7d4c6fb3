// Products by one matrix that is packed once and multiplied often: the weight of a recurrent network.
#pragma once

#include "autograd/kernels/isa/pack.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {

/// How a matrix B (k, n) lies packed for products C = A B with at most `rows` rows: by blocks of k whose panel stays in the
/// first-level cache, in them by panels of a tile's columns. An element of C is one chain of multiply-adds a block of k,
/// whatever rows are multiplied at a time.
template <class T>
class PackedMatrix {
public:
    PackedMatrix(Index rows, Index k, Index n)
        : n_(n), registers_(parts_of(n, size), tile_vecs(smaller(rows, kTileRows))), steps_(k, kSteps)
    {
    }

    void pack(const Matrix<T>& b, T* to) const
    {
        for (Index block = 0; block < steps_.parts; ++block) {
            const Index begin = steps_.at(block);
            pack_panels(Lines<T>{b.data + begin * b.row, b.column, b.row}, {registers_, size, n_}, 0, registers_.parts,
                        steps_.at(block + 1) - begin, to + begin * columns());
        }
    }

    /// C = A B for m rows; rows of A and C are a_row and c_row apart.
    void multiply(const T* packed, Index m, const T* a, Index a_row, T* c, Index c_row) const
    {
        const Cuts panels(m, kTileRows);
        for (Index block = 0; block < steps_.parts; ++block) {
            Tile<T> tile;
            const Index begin = steps_.at(block);
            tile.k = steps_.at(block + 1) - begin;
            tile.a_row = a_row, tile.a_step = 1, tile.c_row = c_row;
            tile.start = block == 0 ? Start::zero : Start::output;
            tile.relu = false, tile.bias = nullptr;
            tile.b = packed + begin * columns();
            for (Index j = 0; j < registers_.parts; ++j) {
                const Index vecs = registers_.at(j + 1) - registers_.at(j), column = registers_.at(j) * size;
                tile.last = smaller(size, n_ - column - (vecs - 1) * size);
                for (Index i = 0; i < panels.parts; ++i) {
                    const Index row = panels.at(i);
                    tile.a = a + row * a_row + begin;
                    tile.c = c + row * c_row + column;
                    kTiles<T, EvenSteps, EvenRows>.at[panels.at(i + 1) - row - 1][vecs - 1](tile, {}, {vecs * size});
                }
                tile.b += vecs * size * tile.k;
            }
        }
    }

private:
    static constexpr Index size = Vec<T>::size, kSteps = 1280 / static_cast<Index>(sizeof(T));
    Index columns() const { return parts_of(n_, size) * size; }

    Index n_;
    Cuts registers_, steps_;
};

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
