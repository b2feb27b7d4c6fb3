// The loops of the instruction set that the kernels run with.
#include <cstring>
#include <stdexcept>
#include <string>

#include "autograd/kernels/table.hpp"
#include "benchmarks/ops/loops.hpp"

#define XGRAD_DECLARE_LOOPS(set)                                              \
    namespace xgrad::kernels::set {                                           \
    extern const bench::Loops kBenchLoops[];                                  \
    extern const int kBenchLoopCount;                                         \
    void bench_copy(int dtype, const bench::Layout&, const void* x, void* y); \
    }
XGRAD_DECLARE_LOOPS(generic)
#if defined(XGRAD_WIDE_KERNELS)
XGRAD_DECLARE_LOOPS(avx2)
XGRAD_DECLARE_LOOPS(avx512)
#endif

namespace bench {
namespace {

struct Set {
    const char* isa;
    const Loops* first;
    const int* count;
    void (*copy)(int, const Layout&, const void*, void*);
};

const Set kSets[] = {
#if defined(XGRAD_WIDE_KERNELS)
    {"avx512", xgrad::kernels::avx512::kBenchLoops, &xgrad::kernels::avx512::kBenchLoopCount,
     xgrad::kernels::avx512::bench_copy},
    {"avx2", xgrad::kernels::avx2::kBenchLoops, &xgrad::kernels::avx2::kBenchLoopCount,
     xgrad::kernels::avx2::bench_copy},
#endif
    {"generic", xgrad::kernels::generic::kBenchLoops, &xgrad::kernels::generic::kBenchLoopCount,
     xgrad::kernels::generic::bench_copy},
};

const Set& active_set()
{
    for (const Set& set : kSets)
        if (std::strcmp(set.isa, xgrad::kernels::active.isa) == 0) return set;
    throw std::logic_error("no loops for " + std::string(xgrad::kernels::active.isa));
}

}  // namespace

const Loops& loops(const char* name)
{
    const Set& set = active_set();
    for (int i = 0; i < *set.count; ++i)
        if (std::strcmp(set.first[i].name, name) == 0) return set.first[i];
    throw std::logic_error("no loop " + std::string(name));
}

void copy_plainly(int dtype, const Layout& layout, const void* x, void* y) { active_set().copy(dtype, layout, x, y); }

}  // namespace bench
