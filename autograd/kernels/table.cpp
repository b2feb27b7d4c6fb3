#include "autograd/kernels/table.hpp"

#include <cstdlib>
#include <cstring>

#include "autograd/kernels/compute_table.hpp"
#include "autograd/kernels/recurrent_table.hpp"
#include "autograd/kernels/update_table.hpp"

namespace xgrad::kernels {

constinit KernelTable active{};
constinit ComputeTable compute{};
constinit UpdateTable updates{};
constinit RecurrentTable recurrent{};

// One function for each source that is compiled per instruction set. They are defined in namespaces of the same names.
#define XGRAD_DECLARE_ISA(set)                 \
    namespace set {                            \
    void fill_arithmetic(KernelTable&);        \
    void fill_exponential(KernelTable&);       \
    void fill_special(KernelTable&);           \
    void fill_activations(KernelTable&);       \
    void fill_binary_arithmetic(KernelTable&); \
    void fill_binary_functions(KernelTable&);  \
    void fill_mixed(KernelTable&);             \
    void fill_reduce(KernelTable&);            \
    void fill_gemm(ComputeTable&);             \
    void fill_softmax(KernelTable&);           \
    void fill_normalize(KernelTable&);         \
    void fill_update(UpdateTable&);            \
    void fill_copy(KernelTable&);              \
    void fill_conv(ComputeTable&);             \
    void fill_pool(ComputeTable&);             \
    void fill_scalar_walk(KernelTable&);       \
    void fill_recurrent(RecurrentTable&);      \
    }                                          \
    namespace {                                \
    void fill_##set(KernelTable& table)        \
    {                                          \
        set::fill_arithmetic(table);           \
        set::fill_exponential(table);          \
        set::fill_special(table);              \
        set::fill_activations(table);          \
        set::fill_binary_arithmetic(table);    \
        set::fill_binary_functions(table);     \
        set::fill_mixed(table);                \
        set::fill_reduce(table);               \
        set::fill_gemm(compute);               \
        set::fill_softmax(table);              \
        set::fill_normalize(table);            \
        set::fill_update(updates);             \
        set::fill_copy(table);                 \
        set::fill_conv(compute);               \
        set::fill_pool(compute);               \
        set::fill_scalar_walk(table);          \
        set::fill_recurrent(recurrent);        \
        table.isa = #set;                      \
    }                                          \
    }

XGRAD_DECLARE_ISA(generic)
#if defined(XGRAD_WIDE_KERNELS)
XGRAD_DECLARE_ISA(avx2)
XGRAD_DECLARE_ISA(avx512)
#endif

namespace {

struct Isa {
    const char* name;
    bool (*supported)();
    void (*fill)(KernelTable&);
};

// Best first. __builtin_cpu_supports also asks whether the operating system saves the wide registers.
constexpr Isa kIsas[] = {
#if defined(XGRAD_WIDE_KERNELS)
    {"avx512",
     [] {
         return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
     },
     fill_avx512},
    {"avx2",
     [] {
         return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                __builtin_cpu_supports("bmi2");
     },
     fill_avx2},
#endif
    {"generic", [] { return true; }, fill_generic},
};

// Priority 101 is the earliest a program may ask for: constructors of other sources may already use kernels.
__attribute__((constructor(101))) void choose_isa()
{
#if defined(XGRAD_WIDE_KERNELS)
    __builtin_cpu_init();
#endif
    const char* wanted = std::getenv("XGRAD_ISA");
    if (wanted != nullptr && use_isa(wanted)) return;
    for (const Isa& isa : kIsas)
        if (isa.supported()) return isa.fill(active);
}

}  // namespace

bool use_isa(const char* name)
{
    for (const Isa& isa : kIsas) {
        if (std::strcmp(isa.name, name) != 0) continue;
        if (!isa.supported()) return false;
        isa.fill(active);
        return true;
    }
    return false;
}

}  // namespace xgrad::kernels
