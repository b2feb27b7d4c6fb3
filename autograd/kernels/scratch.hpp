// Memory for the time of a call, from the storage pool: in a steady program no system allocation.
#pragma once

#include <cstddef>

#include "autograd/pool.hpp"

namespace xgrad::kernels {

class Scratch {
public:
    explicit Scratch(std::size_t bytes)
        : class_(xgrad::detail::pool_class(bytes)), memory_(xgrad::detail::pool_allocate(class_))
    {
    }
    ~Scratch() { xgrad::detail::pool_release(memory_, class_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    /// 64-byte aligned, uninitialised.
    void* data() const { return memory_; }
    template <class T>
    T* as() const
    {
        return static_cast<T*>(memory_);
    }

private:
    std::uint8_t class_;
    void* memory_;
};

}  // namespace xgrad::kernels
