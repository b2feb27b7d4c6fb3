#include "autograd/kernels/workspace.hpp"

#include <xgrad/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace xgrad::kernels {
namespace {

constexpr std::size_t kAlignment = 64, kFirstBlock = std::size_t{1} << 16;

struct Block {
    std::byte* data;
    std::size_t size;
};

struct Arena {
    std::vector<Block> blocks;
    std::size_t block = 0, used = 0;  // the block in use, and bytes used of it
    int frames = 0;

    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() { release(); }

    void release()
    {
        for (const Block& b : blocks) std::free(b.data);
        blocks.clear();
        block = used = 0;
    }

    std::size_t bytes() const
    {
        std::size_t sum = 0;
        for (const Block& b : blocks) sum += b.size;
        return sum;
    }

    void add_block(std::size_t size)
    {
        blocks.reserve(blocks.size() + 1);                    // so that nothing can throw once the memory is there
        void* memory = std::aligned_alloc(kAlignment, size);  // a multiple of the alignment
        if (!memory) xgrad::detail::throw_out_of_memory(size);
        blocks.push_back({static_cast<std::byte*>(memory), size});
    }

    void* take(std::size_t bytes)
    {
        bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
        while (block < blocks.size() && blocks[block].size - used < bytes) ++block, used = 0;
        if (block == blocks.size()) add_block(std::max({bytes, this->bytes(), kFirstBlock}));
        std::byte* start = blocks[block].data + used;
        used += bytes;
        return start;
    }

    // Several blocks are what growing left behind: the next frame shall find one that is large enough for all.
    void merge()
    {
        if (blocks.size() < 2) return;
        const std::size_t sum = bytes();
        release();
        add_block(sum);
    }
};

thread_local Arena arena;

}  // namespace

Workspace::Workspace()
{
    if (arena.frames == 0) arena.merge();
    ++arena.frames;
    block_ = arena.block;
    used_ = arena.used;
}

Workspace::~Workspace()
{
    --arena.frames;
    arena.block = block_;
    arena.used = used_;
}

void* Workspace::take_bytes(std::size_t bytes) { return arena.take(bytes); }

void release_workspace()
{
    if (arena.frames == 0) arena.release();
}

std::size_t workspace_bytes() { return arena.bytes(); }

}  // namespace xgrad::kernels
