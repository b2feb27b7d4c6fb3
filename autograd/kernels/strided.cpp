#include "autograd/kernels/strided.hpp"

#include <algorithm>

#include "autograd/kernels/threads.hpp"

namespace xgrad::kernels {

Collapsed collapse(std::span<const Index> sizes, std::initializer_list<const Index*> strides)
{
    Collapsed c;
    const int operands = static_cast<int>(strides.size());
    for (std::size_t d = 0; d < sizes.size(); ++d) {
        c.numel *= sizes[d];
        if (sizes[d] == 1) continue;
        const int last = c.ndim - 1;
        bool merges = c.ndim > 0;
        for (int k = 0; merges && k < operands; ++k) merges = c.strides[k][last] == strides.begin()[k][d] * sizes[d];
        const int to = merges ? last : c.ndim++;
        c.sizes[to] = merges ? c.sizes[to] * sizes[d] : sizes[d];
        for (int k = 0; k < operands; ++k) c.strides[k][to] = strides.begin()[k][d];
    }
    return c;
}

Odometer::Odometer(const Collapsed& shape, int dims, int operands, Index start)
    : shape_(shape), dims_(dims), operands_(operands)
{
    std::fill_n(index_, dims, Index{0});
    if (start == 0) return;  // divisions take long
    for (int d = dims - 1; d >= 0; --d) {
        index_[d] = start % shape.sizes[d];
        start /= shape.sizes[d];
        for (int k = 0; k < operands; ++k) offset[k] += index_[d] * shape.strides[k][d];
    }
}

namespace {

constexpr Index kBuffer = 1024;   // elements of a packing buffer
constexpr Index kShortRow = 128;  // rows shorter than this are handled several at a time
constexpr Index kLongRun = 1 << 15;

template <class T>
void gather(Index n, const void* from, Index stride, void* to)
{
    const T* x = static_cast<const T*>(from);
    T* y = static_cast<T*>(to);
    if (stride == 1)
        std::copy_n(x, n, y);
    else if (stride == 0)
        std::fill_n(y, n, *x);
    else
        for (Index i = 0; i < n; ++i) y[i] = x[i * stride];
}

void gather(std::size_t element, Index n, const void* from, Index stride, void* to)
{
    if (element == 4)
        gather<std::uint32_t>(n, from, stride, to);
    else if (element == 8)
        gather<std::uint64_t>(n, from, stride, to);
    else
        gather<std::uint8_t>(n, from, stride, to);
}

/// One element gets a dimension of size 1.
void keep_a_dimension(Collapsed& shape)
{
    if (shape.ndim > 0) return;
    shape.ndim = 1;
    shape.sizes[0] = 1;
    for (auto& operand : shape.strides) operand[0] = 1;
}

struct Buffers {
    alignas(64) std::uint64_t memory[kMaxOperands][kBuffer];
};

/// One walk: the collapsed shape, and for each operand whether it must be packed.
class Walk {
public:
    Walk(const Collapsed& shape, std::initializer_list<Operand> operands, void* out, std::size_t out_element,
         detail::RunBody body, void* context)
        : shape_(shape),
          count_(static_cast<int>(operands.size())),
          out_(out),
          out_element_(out_element),
          body_(body),
          context_(context)
    {
        std::copy(operands.begin(), operands.end(), operands_);
        inner_ = shape.sizes[shape.ndim - 1];
        rows_ = shape.numel / inner_;
        for (int k = 0; k < count_; ++k) {
            const Index stride = shape.strides[k][shape.ndim - 1];
            strided_[k] = stride != 0 && stride != 1;
            contiguous_[k] = is_contiguous(k);
            repeats_[k] = repeats(k);
        }
    }

    void run() const
    {
        if (rows_ > 1 && inner_ < kShortRow) {
            const Index rows = kBuffer / inner_, blocks = (rows_ + rows - 1) / rows;
            parallel_for(blocks, std::max<Index>(1, kGrain / kBuffer),
                         [&](Index begin, Index end) { short_rows(begin * rows, std::min(rows_, end * rows), rows); });
            return;
        }
        const bool packs = std::any_of(strided_, strided_ + count_, [](bool strided) { return strided; });
        const Index chunk = std::min(inner_, packs ? kBuffer : kLongRun), chunks = (inner_ + chunk - 1) / chunk;
        parallel_for(rows_ * chunks, std::max<Index>(1, kGrain / chunk),
                     [&](Index begin, Index end) { long_rows(begin, end, chunk, chunks); });
    }

private:
    void long_rows(Index begin, Index end, Index chunk, Index chunks) const
    {
        Buffers buffers;
        Odometer row(shape_, shape_.ndim - 1, count_, begin / chunks);
        for (Index c = begin % chunks, i = begin; i < end; ++i) {
            const Index first = c * chunk, n = std::min(chunk, inner_ - first);
            Run run;
            for (int k = 0; k < count_; ++k) {
                const Index stride = shape_.strides[k][shape_.ndim - 1];
                const Operand& x = operands_[k];
                run.data[k] = at(x.data, row.offset[k] + first * stride, x.element);
                run.step[k] = stride == 0 ? 0 : 1;
                if (!strided_[k]) continue;
                gather(x.element, n, run.data[k], stride, buffers.memory[k]);
                run.data[k] = buffers.memory[k];
            }
            run.out = static_cast<char*>(out_) + (i / chunks * inner_ + first) * static_cast<Index>(out_element_);
            body_(context_, n, run);
            if (++c == chunks) c = 0, row.next();
        }
    }

    /// Several short rows make one run: operands that are not contiguous over them are packed row by row.
    void short_rows(Index begin, Index end, Index rows) const
    {
        Buffers buffers;
        for (Index first = begin; first < end; first += rows) {
            const Odometer row(shape_, shape_.ndim - 1, count_, first);
            const Index count = std::min(rows, end - first);
            Run run;
            for (int k = 0; k < count_; ++k) {
                run.step[k] = 1;
                run.data[k] = buffers.memory[k];
                if (contiguous_[k]) run.data[k] = at(operands_[k].data, first * inner_, operands_[k].element);
                // The same row again and again needs packing once: the first run is the longest.
                else if (!repeats_[k] || first == begin)
                    pack(k, count, row, buffers);
            }
            run.out = static_cast<char*>(out_) + first * inner_ * static_cast<Index>(out_element_);
            body_(context_, count * inner_, run);
        }
    }

    void pack(int k, Index count, const Odometer& row, Buffers& buffers) const
    {
        if (operands_[k].element == 4)
            pack_rows<std::uint32_t>(k, count, row, buffers.memory[k]);
        else if (operands_[k].element == 8)
            pack_rows<std::uint64_t>(k, count, row, buffers.memory[k]);
        else
            pack_rows<std::uint8_t>(k, count, row, buffers.memory[k]);
    }

    template <class T>
    void pack_rows(int k, Index count, Odometer row, void* buffer) const
    {
        const T* x = static_cast<const T*>(operands_[k].data);
        const Index stride = shape_.strides[k][shape_.ndim - 1];
        T* to = static_cast<T*>(buffer);
        for (Index r = 0; r < count; ++r, row.next(), to += inner_) {
            const T* from = x + row.offset[k];
            if (stride == 0)
                for (Index i = 0; i < inner_; ++i) to[i] = *from;
            else
                for (Index i = 0; i < inner_; ++i) to[i] = from[i * stride];
        }
    }

    bool is_contiguous(int k) const
    {
        Index expected = 1;
        for (int d = shape_.ndim - 1; d >= 0; --d) {
            if (shape_.strides[k][d] != expected) return false;
            expected *= shape_.sizes[d];
        }
        return true;
    }

    bool repeats(int k) const
    {
        return std::all_of(shape_.strides[k], shape_.strides[k] + shape_.ndim - 1, [](Index s) { return s == 0; });
    }

    const Collapsed& shape_;
    Operand operands_[kMaxOperands];
    int count_;
    bool strided_[kMaxOperands], contiguous_[kMaxOperands], repeats_[kMaxOperands];
    Index inner_, rows_;
    void* out_;
    std::size_t out_element_;
    detail::RunBody body_;
    void* context_;
};

}  // namespace

namespace detail {

void walk(std::span<const Index> sizes, std::initializer_list<Operand> operands, void* out, std::size_t out_element,
          RunBody body, void* context)
{
    const Index* strides[kMaxOperands] = {};
    int count = 0;
    for (const Operand& x : operands) strides[count++] = x.strides;
    Collapsed shape = count == 1   ? collapse(sizes, {strides[0]})
                      : count == 2 ? collapse(sizes, {strides[0], strides[1]})
                      : count == 3 ? collapse(sizes, {strides[0], strides[1], strides[2]})
                                   : collapse(sizes, {strides[0], strides[1], strides[2], strides[3]});
    if (shape.numel == 0) return;
    keep_a_dimension(shape);
    Walk(shape, operands, out, out_element, body, context).run();
}

}  // namespace detail

// ---- block by block -------------------------------------------------------------------------------------------------

BlockReader::BlockReader(std::span<const Index> sizes, const Operand& x)
    : shape_(collapse(sizes, {x.strides})), data_(x.data), element_(x.element)
{
    keep_a_dimension(shape_);
}

void BlockReader::read(Index first, Index count, void* to) const
{
    const int last = shape_.ndim - 1;
    const Index inner = shape_.sizes[last], stride = shape_.strides[0][last];
    Odometer row(shape_, last, 1, first / inner);
    for (Index column = first % inner; count > 0; column = 0, row.next()) {
        const Index n = std::min(count, inner - column);
        gather(element_, n, at(data_, row.offset[0] + column * stride, element_), stride, to);
        to = at(to, n, element_);
        count -= n;
    }
}

}  // namespace xgrad::kernels
