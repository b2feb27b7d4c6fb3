#include "autograd/kernels/recurrent.hpp"

#include <algorithm>

#include "autograd/kernels/gemm.hpp"
#include "autograd/kernels/threads.hpp"
#include "autograd/kernels/workspace.hpp"

namespace xgrad::kernels {
namespace {

using Index = std::int64_t;

// Overloads, so that the functions below are written once for both types.
void pack(const PackPiece<float>& p) { recurrent.pack_f32(p); }
void pack(const PackPiece<double>& p) { recurrent.pack_f64(p); }
void run(const LstmPiece<float>& p) { recurrent.lstm_f32(p); }
void run(const LstmPiece<double>& p) { recurrent.lstm_f64(p); }
void run(const LstmVjpPiece<float>& p) { recurrent.lstm_vjp_f32(p); }
void run(const LstmVjpPiece<double>& p) { recurrent.lstm_vjp_f64(p); }

/// B packed; columns are filled up to whole registers, of 16 numbers at most.
template <class T>
const T* packed(Workspace& workspace, Index rows, Index k, Index n, const Matrix<T>& b)
{
    T* const to = workspace.take<T>(k * (n + 15));
    pack(PackPiece<T>{rows, k, n, b, to});
    return to;
}

/// Each thread takes some samples through all steps.
template <class Piece>
void over_samples(Piece piece)
{
    // Multiply-adds that one thread must have to do before a second one pays, and rows that fill a tile.
    constexpr double work = 1e6;
    constexpr Index rows = 4;
    const LstmSizes& size = *piece.size;
    const double of_sample = 4.0 * static_cast<double>(size.steps * size.hidden) * static_cast<double>(size.hidden);
    parallel_for(size.batch, std::max(rows, static_cast<Index>(work / of_sample)), [&](Index begin, Index end) {
        Piece part = piece;
        part.first = begin, part.last = end;
        run(part);
    });
}

}  // namespace

template <class T>
void lstm(const LstmSizes& size, const T* projected, const Matrix<T>& w, const T* h_0, const T* c_0, T* y, T* kept)
{
    Workspace workspace;
    const Index of_step = size.batch * 5 * size.hidden;
    const T* const weight = packed(workspace, size.batch, size.hidden, 4 * size.hidden, w.transposed());
    LstmPiece<T> piece{&size, projected, weight, h_0, c_0, y, kept, of_step, 0, 0};
    if (!kept) piece.kept = workspace.take<T>(of_step), piece.kept_step = 0;
    over_samples(piece);
}

template <class T>
void lstm_vjp(const LstmSizes& size, const T* gy, const Matrix<T>& w, const T* kept, const T* c_0, T* gprojected,
              T* gh_0, bool wants_h_0, T* gc_0)
{
    Workspace workspace;
    const T* const weight = packed(workspace, size.batch, 4 * size.hidden, size.hidden, w);
    over_samples(LstmVjpPiece<T>{&size, gy, weight, kept, c_0, gprojected, gh_0, gc_0, wants_h_0, 0, 0});
}

template <class T>
void lstm_weight_vjp(const LstmSizes& size, const T* gprojected, const T* y, const T* h_0, T* gw)
{
    // h before a step is y of the step before it: all steps but the first are one product.
    const Index batch = size.batch, hidden = size.hidden, gates = 4 * hidden, rows = (size.steps - 1) * batch;
    const T* const first = gprojected + size.step(0) * batch * gates;
    const T* const others = gprojected + (size.backwards ? 0 : batch * gates);
    const T* const h = y + (size.backwards ? batch * hidden : 0);
    gemm<T>(gates, hidden, rows, row_major(others, gates).transposed(), row_major(h, hidden), gw, hidden);
    if (h_0)
        gemm<T>(gates, hidden, batch, row_major(first, gates).transposed(), row_major(h_0, hidden), gw, hidden,
                {.beta = 1});
}

#define XGRAD_LSTM(T)                                                                                           \
    template void lstm(const LstmSizes&, const T*, const Matrix<T>&, const T*, const T*, T*, T*);               \
    template void lstm_vjp(const LstmSizes&, const T*, const Matrix<T>&, const T*, const T*, T*, T*, bool, T*); \
    template void lstm_weight_vjp(const LstmSizes&, const T*, const T*, const T*, T*);
XGRAD_LSTM(float)
XGRAD_LSTM(double)
#undef XGRAD_LSTM

}  // namespace xgrad::kernels
