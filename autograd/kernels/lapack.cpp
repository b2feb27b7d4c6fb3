#include "autograd/kernels/lapack.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

// The Fortran interface, which every LAPACK has. Texts have their length behind the arguments (gfortran's convention).
extern "C" {
#define XGRAD_LAPACK_ROUTINES(T, p)                                                                                    \
    void p##getrf_(const int* m, const int* n, T* a, const int* lda, int* pivots, int* info);                          \
    void p##getrs_(const char* trans, const int* n, const int* columns, const T* a, const int* lda, const int* pivots, \
                   T* b, const int* ldb, int* info, std::size_t);                                                      \
    void p##getri_(const int* n, T* a, const int* lda, const int* pivots, T* work, const int* size, int* info);        \
    void p##potrf_(const char* uplo, const int* n, T* a, const int* lda, int* info, std::size_t);                      \
    void p##trsm_(const char* side, const char* uplo, const char* trans, const char* diag, const int* m, const int* n, \
                  const T* alpha, const T* a, const int* lda, T* b, const int* ldb, std::size_t, std::size_t,          \
                  std::size_t, std::size_t);                                                                           \
    void p##syevd_(const char* job, const char* uplo, const int* n, T* a, const int* lda, T* w, T* work,               \
                   const int* size, int* iwork, const int* isize, int* info, std::size_t, std::size_t);                \
    void p##gesdd_(const char* job, const int* m, const int* n, T* a, const int* lda, T* s, T* u, const int* ldu,      \
                   T* vt, const int* ldvt, T* work, const int* size, int* iwork, int* info, std::size_t);              \
    void p##geqrf_(const int* m, const int* n, T* a, const int* lda, T* tau, T* work, const int* size, int* info);     \
    void p##orgqr_(const int* m, const int* n, const int* k, T* a, const int* lda, const T* tau, T* work,              \
                   const int* size, int* info);
XGRAD_LAPACK_ROUTINES(float, s)
XGRAD_LAPACK_ROUTINES(double, d)

// OpenBLAS alone has these; null with another library.
void openblas_set_num_threads(int) __attribute__((weak));
int openblas_get_num_threads() __attribute__((weak));
}

namespace xgrad::kernels {
namespace {

template <class T>
struct Routines;

#define XGRAD_LAPACK_TABLE(T, p)                 \
    template <>                                  \
    struct Routines<T> {                         \
        static constexpr auto getrf = p##getrf_; \
        static constexpr auto getrs = p##getrs_; \
        static constexpr auto getri = p##getri_; \
        static constexpr auto potrf = p##potrf_; \
        static constexpr auto trsm = p##trsm_;   \
        static constexpr auto syevd = p##syevd_; \
        static constexpr auto gesdd = p##gesdd_; \
        static constexpr auto geqrf = p##geqrf_; \
        static constexpr auto orgqr = p##orgqr_; \
    };
XGRAD_LAPACK_TABLE(float, s)
XGRAD_LAPACK_TABLE(double, d)

struct BlasThreads {
    std::mutex mutex;
    int users = 0, before = 1;
};

BlasThreads& blas_threads()
{
    static BlasThreads threads;
    return threads;
}

int to_int(std::int64_t n) { return static_cast<int>(n); }

/// LAPACK asks for leading dimensions of 1 at least.
int leading(std::int64_t n) { return std::max(1, to_int(n)); }

/// Calls `routine(work, size)` once with size -1, which makes it say in work[0] how much it wants, then with that.
template <class T, class F>
void with_work(F&& routine)
{
    T wanted = 0;
    routine(&wanted, -1);
    const int size = std::max(1, static_cast<int>(wanted * (sizeof(T) == 4 ? T(1.000001) : T(1))) + 1);
    std::vector<T> work(static_cast<std::size_t>(size));
    routine(work.data(), size);
}

}  // namespace

OneBlasThread::OneBlasThread()
{
    if (!openblas_set_num_threads || !openblas_get_num_threads) return;
    BlasThreads& threads = blas_threads();
    const std::lock_guard lock(threads.mutex);
    if (threads.users++ > 0) return;
    threads.before = openblas_get_num_threads();
    if (threads.before != 1) openblas_set_num_threads(1);
}

OneBlasThread::~OneBlasThread()
{
    if (!openblas_set_num_threads || !openblas_get_num_threads) return;
    BlasThreads& threads = blas_threads();
    const std::lock_guard lock(threads.mutex);
    if (--threads.users == 0 && threads.before != 1) openblas_set_num_threads(threads.before);
}

template <class T>
int lu_factor(std::int64_t size, T* a, int* pivots)
{
    const int n = to_int(size), lda = leading(size);
    int info = 0;
    Routines<T>::getrf(&n, &n, a, &lda, pivots, &info);
    return info;
}

template <class T>
void lu_solve(std::int64_t size, std::int64_t columns, const T* lu, const int* pivots, T* b)
{
    const int n = to_int(size), k = to_int(columns), ld = leading(size);
    int info = 0;
    Routines<T>::getrs("T", &n, &k, lu, &ld, pivots, b, &ld, &info, 1);
}

template <class T>
int lu_invert(std::int64_t size, T* lu, const int* pivots)
{
    const int n = to_int(size), lda = leading(size);
    int info = 0;
    with_work<T>([&](T* work, int length) { Routines<T>::getri(&n, lu, &lda, pivots, work, &length, &info); });
    return info;
}

template <class T>
int cholesky(std::int64_t size, T* a)
{
    const int n = to_int(size), lda = leading(size);
    int info = 0;
    Routines<T>::potrf("U", &n, a, &lda, &info, 1);
    for (std::int64_t i = 0; i < size; ++i) std::fill(a + i * size + i + 1, a + (i + 1) * size, T(0));
    return info;
}

template <class T>
void solve_triangular(TriangularSystem system, std::int64_t rows, std::int64_t columns, const T* a, T* b)
{
    // A X = B  is  X^T A^T = B^T: the other side, and the other triangle.
    const int m = to_int(columns), n = to_int(rows), ldb = leading(columns);
    const int lda = leading(system.left ? rows : columns);
    const T one = 1;
    Routines<T>::trsm(system.left ? "R" : "L", system.upper ? "L" : "U", "N", system.unit_diagonal ? "U" : "N", &m, &n,
                      &one, a, &lda, b, &ldb, 1, 1, 1, 1);
}

/// The iterations of LAPACK (OpenBLAS 0.3.21) may never end on NaN and infinities.
template <class T>
bool is_finite(const T* a, std::int64_t count)
{
    return std::all_of(a, a + count, [](T x) { return std::isfinite(x); });
}

template <class T>
int eigh(std::int64_t size, bool upper, bool vectors, T* a, T* w)
{
    const int n = to_int(size), lda = leading(size);
    int info = 0;
    for (std::int64_t i = 0; i < size; ++i)  // of the triangle that is read
        if (!is_finite(a + i * size + (upper ? i : 0), upper ? size - i : i + 1)) return 1;
    std::vector<int> integers(1);
    with_work<T>([&](T* work, int length) {
        const int asked = length < 0 ? -1 : to_int(static_cast<std::int64_t>(integers.size()));
        Routines<T>::syevd(vectors ? "V" : "N", upper ? "L" : "U", &n, a, &lda, w, work, &length, integers.data(),
                           &asked, &info, 1, 1);
        if (length < 0) integers.resize(static_cast<std::size_t>(std::max(1, integers[0])));
    });
    return info;
}

template <class T>
int svd(std::int64_t rows, std::int64_t columns, bool full, T* a, T* s, T* u, T* vh)
{
    // a^T = vh^T diag(s) u^T: the left factor of what LAPACK sees is vh, read by columns.
    const int m = to_int(columns), n = to_int(rows), lda = leading(columns), k = std::min(m, n);
    const int ldu = leading(columns), ldvt = leading(full ? n : k);
    int info = 0;
    if (!is_finite(a, rows * columns)) return 1;
    std::vector<int> integers(static_cast<std::size_t>(8 * std::max(1, k)));
    with_work<T>([&](T* work, int length) {
        Routines<T>::gesdd(!u     ? "N"
                           : full ? "A"
                                  : "S",
                           &m, &n, a, &lda, s, vh, &ldu, u, &ldvt, work, &length, integers.data(), &info, 1);
    });
    return info;
}

template <class T>
int qr(std::int64_t rows, std::int64_t columns, T* at, T* r)
{
    const int m = to_int(rows), n = to_int(columns), lda = leading(rows), k = std::min(m, n);
    int info = 0;
    std::vector<T> tau(static_cast<std::size_t>(std::max(1, k)));
    with_work<T>([&](T* work, int length) { Routines<T>::geqrf(&m, &n, at, &lda, tau.data(), work, &length, &info); });
    for (std::int64_t i = 0; i < k; ++i)
        for (std::int64_t j = 0; j < columns; ++j) r[i * columns + j] = j < i ? T(0) : at[j * rows + i];
    with_work<T>(
        [&](T* work, int length) { Routines<T>::orgqr(&m, &k, &k, at, &lda, tau.data(), work, &length, &info); });
    return info;
}

#define XGRAD_LAPACK_INSTANCES(T)                                                                  \
    template int lu_factor<T>(std::int64_t, T*, int*);                                             \
    template void lu_solve<T>(std::int64_t, std::int64_t, const T*, const int*, T*);               \
    template int lu_invert<T>(std::int64_t, T*, const int*);                                       \
    template int cholesky<T>(std::int64_t, T*);                                                    \
    template void solve_triangular<T>(TriangularSystem, std::int64_t, std::int64_t, const T*, T*); \
    template int eigh<T>(std::int64_t, bool, bool, T*, T*);                                        \
    template int svd<T>(std::int64_t, std::int64_t, bool, T*, T*, T*, T*);                         \
    template int qr<T>(std::int64_t, std::int64_t, T*, T*);
XGRAD_LAPACK_INSTANCES(float)
XGRAD_LAPACK_INSTANCES(double)

}  // namespace xgrad::kernels
