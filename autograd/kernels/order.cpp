#include "autograd/kernels/order.hpp"

#include <algorithm>
#include <utility>

#include "autograd/kernels/number_type.hpp"
#include "autograd/kernels/scratch.hpp"
#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {
namespace {

template <class T>
bool is_nan(T value)
{
    return value != value;
}

/// Ascending, NaN last.
template <class T>
bool before(T a, T b)
{
    return a < b || (is_nan(b) && !is_nan(a));
}

template <class T>
struct Item {
    T value;
    Index position;
};

template <class T>
bool ascending(const Item<T>& a, const Item<T>& b)
{
    return before(a.value, b.value) || (!before(b.value, a.value) && a.position < b.position);
}

template <class T>
bool descending_order(const Item<T>& a, const Item<T>& b)
{
    return before(b.value, a.value) || (!before(a.value, b.value) && a.position < b.position);
}

/// f(items of the line, outer, inner) for each line.
template <class T, class F>
void for_each_line(Index outer, Index n, Index inner, const void* x_, F&& f)
{
    const T* x = static_cast<const T*>(x_);
    parallel_for(outer * inner, std::max<Index>(1, kGrain / 16 / std::max<Index>(1, n)), [&](Index begin, Index end) {
        const Scratch memory(static_cast<std::size_t>(std::max<Index>(1, n)) * sizeof(Item<T>));
        Item<T>* items = memory.as<Item<T>>();
        for (Index line = begin; line < end; ++line) {
            const Index o = line / inner, i = line % inner;
            for (Index k = 0; k < n; ++k) items[k] = {x[(o * n + k) * inner + i], k};
            f(items, o, i);
        }
    });
}

/// The k that a rank means, for a line of n with some NaN among them.
template <class T>
Index resolve(Rank rank, Index k, const Item<T>* items, Index n)
{
    if (rank == Rank::given) return k;
    const Index nans = std::count_if(items, items + n, [](const Item<T>& item) { return is_nan(item.value); });
    if (rank == Rank::median && nans > 0) return n - nans;  // the first NaN
    return std::max<Index>(0, (n - nans - 1) / 2);
}

}  // namespace

void order(Dtype dtype, Index outer, Index n, Index inner, const void* x, Index count, bool descending,
           std::int64_t* position)
{
    with_number(dtype, [&]<class T>(T*) {
        const auto less = descending ? descending_order<T> : ascending<T>;
        for_each_line<T>(outer, n, inner, x, [=](Item<T>* items, Index o, Index i) {
            if (count == n)
                std::sort(items, items + n, less);
            else
                std::partial_sort(items, items + count, items + n, less);
            for (Index k = 0; k < count; ++k) position[(o * count + k) * inner + i] = items[k].position;
        });
    });
}

void ranked(Dtype dtype, Index outer, Index n, Index inner, const void* x, Rank rank, Index k, std::int64_t* position)
{
    with_number(dtype, [&]<class T>(T*) {
        for_each_line<T>(outer, n, inner, x, [=](Item<T>* items, Index o, Index i) {
            const Index at = resolve(rank, k, items, n);
            std::nth_element(items, items + at, items + n, ascending<T>);
            position[o * inner + i] = items[at].position;
        });
    });
}

void most_frequent(Dtype dtype, Index outer, Index n, Index inner, const void* x, std::int64_t* position)
{
    with_number(dtype, [&]<class T>(T*) {
        for_each_line<T>(outer, n, inner, x, [=](Item<T>* items, Index o, Index i) {
            std::sort(items, items + n, ascending<T>);
            Index best = 0, most = 0;
            for (Index first = 0, last = 0; first < n; first = last) {
                while (last < n && !before(items[first].value, items[last].value)) ++last;
                if (last - first > most) most = last - first, best = last - 1;
            }
            position[o * inner + i] = items[best].position;
        });
    });
}

void search_sorted(Dtype dtype, Index n, const void* lines, Index values_per_line, Index count, const void* x_,
                   bool right, std::int64_t* y)
{
    with_number(dtype, [&]<class T>(T*) {
        const T *first = static_cast<const T*>(lines), *x = static_cast<const T*>(x_);
        for (Index k = 0; k < count; ++k) {
            const T* line = values_per_line == 0 ? first : first + k / values_per_line * n;
            y[k] = (right ? std::upper_bound(line, line + n, x[k], before<T>)
                          : std::lower_bound(line, line + n, x[k], before<T>)) -
                   line;
        }
    });
}

}  // namespace xgrad::kernels
