#include "autograd/address_space.hpp"

#include <sys/mman.h>

namespace xgrad::detail {

void* map_address_space(std::size_t bytes) noexcept
{
    void* const start =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? nullptr : start;
}

void unmap_address_space(void* start, std::size_t bytes) noexcept { munmap(start, bytes); }

}  // namespace xgrad::detail
