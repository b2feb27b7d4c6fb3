// An LSTM over a sequence and its vjp, for some of the samples from the first step to the last: in every step a product
// with the packed weight, then one pass over the gates. A sample's numbers do not depend on those beside it.
#include "autograd/kernels/recurrent_table.hpp"

#include "autograd/kernels/isa/packed_product.hpp"
#include "autograd/kernels/simd_math.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

template <class T>
void pack(const PackPiece<T>& p)
{
    PackedMatrix<T>(p.rows, p.k, p.n).pack(p.b, p.to);
}

/// One sample's step. `gates` (4 H) holds W h and gets the activated gates; c may be c_before. Two passes: a gate and the cell
/// behind it in one would be a chain as long as what the processor looks ahead.
template <class T>
[[gnu::flatten]] void activate(Index hidden, const T* projected, const T* c_before, T* gates, T* c, T* h)
{
    const auto sum = [=](Index at, auto lanes) { return lanes.load(projected + at) + lanes.load(gates + at); };
    const Index g = 2 * hidden, o = 3 * hidden;
    for_each_vec<T>(g, [=](Index j, auto lanes) { lanes.store(gates + j, sigmoid(sum(j, lanes))); });
    for_each_vec<T>(hidden, [=](Index j, auto lanes) { lanes.store(gates + g + j, tanh(sum(g + j, lanes))); });
    for_each_vec<T>(hidden, [=](Index j, auto lanes) { lanes.store(gates + o + j, sigmoid(sum(o + j, lanes))); });
    for_each_vec<T>(hidden, [=](Index j, auto lanes) {
        const Vec<T> added = lanes.load(gates + j) * lanes.load(gates + g + j);
        const Vec<T> cell = fma(lanes.load(gates + hidden + j), lanes.load(c_before + j), added);
        lanes.store(c + j, cell);
        lanes.store(h + j, lanes.load(gates + o + j) * tanh(cell));
    });
}

/// One sample's step of the vjp: gh is what later steps give h, gy what its outputs give; gc becomes that of c_before.
template <class T>
[[gnu::flatten]] void activate_vjp(Index hidden, const T* gates, const T* c_before, const T* gh, const T* gy, T* gc,
                                   T* gz)
{
    const T* const c = gates + 4 * hidden;
    for_each_vec<T>(hidden, [=](Index j, auto lanes) {
        const auto gate = [=](Index k) { return lanes.load(gates + k * hidden + j); };
        const auto through_sigmoid = [](const Vec<T>& g, const Vec<T>& s) { return g * s * (T(1) - s); };
        const Vec<T> i = gate(0), f = gate(1), g = gate(2), o = gate(3), tanh_c = tanh(lanes.load(c + j));
        const Vec<T> all = lanes.load(gh + j) + lanes.load(gy + j);
        const Vec<T> cell = fma(all * o, fma(-tanh_c, tanh_c, Vec<T>(1)), lanes.load(gc + j));
        lanes.store(gz + j, through_sigmoid(cell * g, i));
        lanes.store(gz + hidden + j, through_sigmoid(cell * lanes.load(c_before + j), f));
        lanes.store(gz + 2 * hidden + j, cell * i * fma(-g, g, Vec<T>(1)));
        lanes.store(gz + 3 * hidden + j, through_sigmoid(all * tanh_c, o));
        lanes.store(gc + j, cell * f);
        // The next sample's numbers stand close behind, in streams too short for the processor to see.
        for (Index k = 0; k < 5; ++k) __builtin_prefetch(gates + (5 + k) * hidden + j);
        for (Index k = 0; k < 4; ++k) __builtin_prefetch(gz + (4 + k) * hidden + j, 1);
    });
}

template <class T>
void copy_row(Index n, const T* from, T* to)
{
    for_each_vec<T>(n, [=](Index j, auto lanes) { lanes.store(to + j, lanes.load(from + j)); });
}

template <class T>
void fill_zeros(Index n, T* to)
{
    for_each_vec<T>(n, [=](Index j, auto lanes) { lanes.store(to + j, Vec<T>(0)); });
}

template <class T>
void lstm(const LstmPiece<T>& p)
{
    const Index hidden = p.size->hidden, batch = p.size->batch, rows = p.last - p.first;
    const PackedMatrix<T> weight(batch, hidden, 4 * hidden);
    const T *h_before = p.h_0 ? p.h_0 + p.first * hidden : nullptr, *c_before = p.c_0 + p.first * hidden;
    Index c_row = hidden;
    for (Index s = 0; s < p.size->steps; ++s) {
        const Index t = p.size->step(s), sample = t * batch + p.first;
        T *const kept = p.kept + t * p.kept_step + p.first * 5 * hidden, *const h = p.y + sample * hidden;
        if (h_before)
            weight.multiply(p.weight, rows, h_before, hidden, kept, 5 * hidden);
        else
            for (Index r = 0; r < rows; ++r) fill_zeros(4 * hidden, kept + r * 5 * hidden);
        for (Index r = 0; r < rows; ++r) {
            T* const gates = kept + r * 5 * hidden;
            activate(hidden, p.projected + (sample + r) * 4 * hidden, c_before + r * c_row, gates, gates + 4 * hidden,
                     h + r * hidden);
        }
        h_before = h, c_before = kept + 4 * hidden, c_row = 5 * hidden;
    }
    T* const last = p.y + (p.size->steps * batch + p.first) * hidden;
    for (Index r = 0; r < rows; ++r) copy_row(hidden, c_before + r * c_row, last + r * hidden);
}

template <class T>
void lstm_vjp(const LstmVjpPiece<T>& p)
{
    const Index hidden = p.size->hidden, batch = p.size->batch, steps = p.size->steps, rows = p.last - p.first;
    const PackedMatrix<T> weight(batch, 4 * hidden, hidden);
    T *const gh = p.gh_0 + p.first * hidden, *const gc = p.gc_0 + p.first * hidden;
    copy_row(rows * hidden, p.gy + (steps * batch + p.first) * hidden, gc);
    fill_zeros(rows * hidden, gh);
    for (Index s = steps; s-- > 0;) {
        const Index sample = p.size->step(s) * batch + p.first;
        const Index before = s > 0 ? p.size->step(s - 1) * batch + p.first : 0;
        T* const gz = p.gprojected + sample * 4 * hidden;
        for (Index r = 0; r < rows; ++r)
            activate_vjp(hidden, p.kept + (sample + r) * 5 * hidden,
                         s > 0 ? p.kept + (before + r) * 5 * hidden + 4 * hidden : p.c_0 + (p.first + r) * hidden,
                         gh + r * hidden, p.gy + (sample + r) * hidden, gc + r * hidden, gz + r * 4 * hidden);
        if (s > 0 || p.wants_h_0) weight.multiply(p.weight, rows, gz, 4 * hidden, gh, hidden);
    }
}

}  // namespace

void fill_recurrent(RecurrentTable& table)
{
    table.pack_f32 = pack<float>;
    table.pack_f64 = pack<double>;
    table.lstm_f32 = lstm<float>;
    table.lstm_f64 = lstm<double>;
    table.lstm_vjp_f32 = lstm_vjp<float>;
    table.lstm_vjp_f64 = lstm_vjp<double>;
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
