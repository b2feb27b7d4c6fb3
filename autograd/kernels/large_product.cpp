#include "autograd/kernels/large_product.hpp"

#include <algorithm>
#include <string_view>

#include <omp.h>
#include <oneapi/dnnl/dnnl.h>

#include "autograd/kernels/table.hpp"

namespace xgrad::kernels {
namespace {

/// The pieces of a product are cut here already, so that oneDNN starts no threads beside ours.
class OneThread {
public:
    OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    int before_;
};

/// A matrix as BLAS takes it: rows or columns contiguous.
struct Flat {
    Flat(const Matrix<float>& x, std::int64_t rows, std::int64_t columns)
        : plain(x.column == 1 && x.row >= columns),
          turned(!plain && x.row == 1 && x.column >= rows),
          distance(plain ? x.row : x.column)
    {
    }
    char letter() const { return plain ? 'N' : 'T'; }
    bool plain, turned;
    std::int64_t distance;
};

bool is_large(const GemmPiece<float>& g)
{
    constexpr std::int64_t least_side = 256, least_work = std::int64_t{1} << 29;
    return std::min({g.m, g.n, g.k}) >= least_side && g.m * g.n * g.k >= least_work;
}

void finish(const GemmPiece<float>& g)
{
    if (g.bias == nullptr && !g.relu) return;
    const Activation activation = g.relu ? Activation::relu : Activation::none;
    BiasActivationKernel* f = active.bias_activation[index_of(f32)][static_cast<std::size_t>(activation)];
    for (std::int64_t i = 0; i < g.m; ++i) f(1, g.n, g.c + i * g.c_row, g.bias, g.c + i * g.c_row);
}

}  // namespace

bool large_product(const GemmPiece<float>& g)
{
    if (!is_large(g) || std::string_view(active.isa) != "avx512") return false;
    const Flat a(g.a, g.m, g.k), b(g.b, g.k, g.n);
    if (!(a.plain || a.turned) || !(b.plain || b.turned)) return false;
    const OneThread one_thread;
    if (dnnl_sgemm(a.letter(), b.letter(), g.m, g.n, g.k, 1, g.a.data, a.distance, g.b.data, b.distance, g.add ? 1 : 0,
                   g.c, g.c_row) != dnnl_success)
        return false;
    finish(g);
    return true;
}

}  // namespace xgrad::kernels
