#pragma once
// Working memory of kernels: one growing arena a thread, used like a stack. After the first call of a shape no kernel
// asks the system for memory.
//
//   Workspace workspace;                            // opens a frame; its end gives back what was taken since
//   float* columns = workspace.take<float>(n);    // 64-byte aligned, uninitialised, valid until the frame's end
//
// Frames nest and end in reverse order. A frame belongs to the thread that opened it, while any thread may use the
// memory.
#include <cstddef>
#include <cstdint>

namespace xgrad::kernels {

class Workspace {
public:
    Workspace();
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    /// Throws std::bad_alloc when the system has no more memory.
    void* take_bytes(std::size_t bytes);

    template <class T>
    T* take(std::int64_t count)
    {
        return static_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
    }

private:
    std::size_t block_, used_;  // where the arena stood when the frame was opened
};

/// Gives the calling thread's arena back to the system. No frame may be open on this thread.
void release_workspace();

/// Bytes that the calling thread's arena holds.
std::size_t workspace_bytes();

}  // namespace xgrad::kernels
