// Walking over operands with strides, broadcast ones (stride 0) among them, in few long contiguous runs.
//
//   for_each_run(sizes, {x, y}, out, 4, [](Index n, const Run& run) { f(n, run.data[0], run.step[0], ..., run.out); });
//
// Dimensions are merged where every operand allows it. What is left is cut into runs of the inner dimension, or of
// several rows where that is short. In a run each operand is an array (step 1) or one number (step 0): one with another
// inner stride is packed into a small buffer first, so that flat kernels are all there is. The result is contiguous.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>

namespace xgrad::kernels {

using Index = std::int64_t;
inline constexpr int kMaxDims = 64, kMaxOperands = 4;

/// Where an element stands, its number and the size of one in bytes given. Null stays null: an operand that is absent.
inline const void* at(const void* data, Index offset, std::size_t element)
{
    return data == nullptr ? nullptr : static_cast<const char*>(data) + offset * static_cast<Index>(element);
}
inline void* at(void* data, Index offset, std::size_t element)
{
    return data == nullptr ? nullptr : static_cast<char*>(data) + offset * static_cast<Index>(element);
}

/// An operand: strides in elements, one for each of the sizes given beside it; element size in bytes.
struct Operand {
    const void* data;
    const Index* strides;
    std::size_t element;
};

/// Row-major strides of the sizes.
struct Contiguous {
    explicit Contiguous(std::span<const Index> sizes)
    {
        Index step = 1;
        for (std::size_t d = sizes.size(); d-- > 0; step *= sizes[d]) strides[d] = step;
    }
    Index strides[kMaxDims];
};

/// Sizes with neighbouring dimensions merged, size-1 dimensions dropped; at least one dimension unless there is one
/// element.
struct Collapsed {
    int ndim = 0;
    Index numel = 1;
    Index sizes[kMaxDims];
    Index strides[kMaxOperands][kMaxDims];
};
Collapsed collapse(std::span<const Index> sizes, std::initializer_list<const Index*> strides);

/// What a run is called with.
struct Run {
    const void* data[kMaxOperands];
    Index step[kMaxOperands];
    void* out;
};

/// Elements above which the flat kernels are worth a second thread.
inline constexpr Index kGrain = 32768;

namespace detail {
using RunBody = void (*)(void* context, Index n, const Run& run);
void walk(std::span<const Index> sizes, std::initializer_list<Operand> operands, void* out, std::size_t out_element,
          RunBody body, void* context);
}  // namespace detail

template <class F>
void for_each_run(std::span<const Index> sizes, std::initializer_list<Operand> operands, void* out,
                  std::size_t out_element, F&& f)
{
    using Body = std::remove_reference_t<F>;
    detail::walk(
        sizes, operands, out, out_element,
        [](void* context, Index n, const Run& run) { (*static_cast<Body*>(context))(n, run); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
}

/// An odometer over the first dims of a collapsed shape: keeps the offset of each operand while counting.
class Odometer {
public:
    Odometer(const Collapsed& shape, int dims, int operands, Index start);

    void next()
    {
        for (int d = dims_ - 1; d >= 0; --d) {
            for (int k = 0; k < operands_; ++k) offset[k] += shape_.strides[k][d];
            if (++index_[d] < shape_.sizes[d]) return;
            for (int k = 0; k < operands_; ++k) offset[k] -= shape_.strides[k][d] * shape_.sizes[d];
            index_[d] = 0;
        }
    }

    Index offset[kMaxOperands] = {};

private:
    const Collapsed& shape_;
    int dims_, operands_;
    Index index_[kMaxDims];
};

/// The elements of one operand with strides, in row-major order, some at a time.
class BlockReader {
public:
    BlockReader(std::span<const Index> sizes, const Operand& x);

    /// Copies `count` of them, from the first-th on.
    void read(Index first, Index count, void* to) const;

private:
    Collapsed shape_;
    const void* data_;
    std::size_t element_;
};

}  // namespace xgrad::kernels
