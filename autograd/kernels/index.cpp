#include "autograd/kernels/index.hpp"

#include <algorithm>
#include <cstring>

#include "autograd/kernels/number_type.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

/// f with a null pointer of an unsigned type of that size.
template <class F>
void with_bytes(std::size_t element, F&& f)
{
    if (element == 1)
        f(static_cast<std::uint8_t*>(nullptr));
    else if (element == 4)
        f(static_cast<std::uint32_t*>(nullptr));
    else
        f(static_cast<std::uint64_t*>(nullptr));
}

Index rows_of_grain(Index row) { return std::max<Index>(1, kGrain / std::max<Index>(1, row)); }

}  // namespace

void take(std::size_t element, Index count, const void* x, const Index* places, void* y)
{
    with_bytes(element, [&]<class T>(T*) {
        const T* from = static_cast<const T*>(x);
        T* to = static_cast<T*>(y);
        parallel_for(count, kGrain, [=](Index begin, Index end) {
            for (Index k = begin; k < end; ++k) to[k] = places[k] == kNowhere ? T{0} : from[places[k]];
        });
    });
}

void put(std::size_t element, Index count, const void* x, const Index* places, void* y)
{
    with_bytes(element, [&]<class T>(T*) {
        const T* from = static_cast<const T*>(x);
        T* to = static_cast<T*>(y);
        for (Index k = 0; k < count; ++k)
            if (places[k] != kNowhere) to[places[k]] = from[k];
    });
}

void add_at(Dtype dtype, Index count, const void* x, const Index* places, void* y)
{
    with_number(dtype, [&]<class T>(T*) {
        const T* from = static_cast<const T*>(x);
        T* to = static_cast<T*>(y);
        for (Index k = 0; k < count; ++k)
            if (places[k] != kNowhere) add_to(to[places[k]], from[k]);
    });
}

void take_rows(std::size_t element, Index outer, Index n, Index inner, const void* x, Index count, const Index* rows,
               void* y)
{
    if (inner == 1)
        return with_bytes(element, [&]<class T>(T*) {
            const T* from = static_cast<const T*>(x);
            T* to = static_cast<T*>(y);
            parallel_for(outer, rows_of_grain(count), [=](Index begin, Index end) {
                for (Index o = begin; o < end; ++o)
                    for (Index k = 0; k < count; ++k)
                        to[o * count + k] = rows[k] == kNowhere ? T{0} : from[o * n + rows[k]];
            });
        });
    const std::size_t row = static_cast<std::size_t>(inner) * element;
    const char* from = static_cast<const char*>(x);
    char* to = static_cast<char*>(y);
    if (row == 0) return;
    parallel_for(outer * count, rows_of_grain(inner), [=](Index begin, Index end) {
        for (Index at = begin; at < end; ++at) {
            char* out = to + static_cast<std::size_t>(at) * row;
            const Index k = rows[at % count];
            if (k == kNowhere)
                std::memset(out, 0, row);
            else
                std::memcpy(out, from + static_cast<std::size_t>(at / count * n + k) * row, row);
        }
    });
}

void add_rows(Dtype dtype, Index outer, Index n, Index inner, const void* x, Index count, const Index* rows, void* y)
{
    with_number(dtype, [&]<class T>(T*) {
        const T* from = static_cast<const T*>(x);
        T* to = static_cast<T*>(y);
        parallel_for(outer, rows_of_grain(count * inner), [=](Index begin, Index end) {
            for (Index at = begin * count; at < end * count; ++at) {
                const Index k = rows[at % count];
                if (k == kNowhere) continue;
                T* out = to + (at / count * n + k) * inner;
                const T* g = from + at * inner;
                for (Index i = 0; i < inner; ++i) add_to(out[i], g[i]);
            }
        });
    });
}

}  // namespace xgrad::kernels
