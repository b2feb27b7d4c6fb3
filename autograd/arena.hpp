#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace xgrad::detail {

/// Bump allocation that is undone all at once and keeps its chunks. 16-byte alignment.
class Arena {
public:
    void* allocate(std::size_t bytes)
    {
        bytes = (bytes + 15) & ~std::size_t{15};
        if (static_cast<std::size_t>(end_ - next_) < bytes) [[unlikely]]
            next_chunk(bytes);
        std::byte* memory = next_;
        next_ += bytes;
        return memory;
    }

    /// Forgets everything; destructors are the caller's business.
    void reset() noexcept
    {
        next_ = first_;
        if (current_ == 0) return;
        current_ = 0;
        enter(0);
    }

private:
    struct Chunk {
        std::unique_ptr<std::byte[]> memory;
        std::size_t bytes;
    };

    void enter(std::size_t i) noexcept
    {
        next_ = chunks_[i].memory.get();
        end_ = next_ + chunks_[i].bytes;
    }

    /// The next chunk that holds `bytes`: one kept from before, else a new one, each twice the size up to 1 MiB.
    void next_chunk(std::size_t bytes)
    {
        for (std::size_t i = chunks_.empty() ? 0 : current_ + 1; i < chunks_.size(); ++i)
            if (chunks_[i].bytes >= bytes) {
                std::swap(chunks_[i], chunks_[current_ + 1]);
                return enter(++current_);
            }
        constexpr std::size_t kFirst = std::size_t{16} << 10, kLargest = std::size_t{1} << 20;
        std::size_t size = chunks_.empty() ? kFirst : std::min(2 * chunks_.back().bytes, kLargest);
        size = std::max(size, bytes);
        const std::size_t at = chunks_.empty() ? 0 : current_ + 1;
        chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at),
                       Chunk{std::unique_ptr<std::byte[]>(new std::byte[size]), size});
        current_ = at;
        enter(at);
        first_ = chunks_[0].memory.get();
    }

    std::vector<Chunk> chunks_;
    std::size_t current_ = 0;
    std::byte* first_ = nullptr;  // of chunk 0
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
};

}  // namespace xgrad::detail
