#pragma once

// Loops that the operations are measured against, over the same function and for the same instruction set:
//   flat   one pass of SIMD registers over contiguous arrays, with nothing around it: what a kernel could be at best
//   plain  the loop one writes first, as the compiler vectorises it (-O3, no licence to reorder sums)

#include <cstdint>

namespace bench {

using Index = std::int64_t;

/// What a loop reads and writes: (rows, columns) arrays, contiguous; absent ones are null.
struct Arrays {
    Index rows, columns;
    const void *a, *b, *c;
    void* y;
};

/// A copy between layouts of four axes; strides in elements.
struct Layout {
    Index sizes[4], x_strides[4], y_strides[4];
};

struct Loops {
    const char* name;
    void (*flat[2])(const Arrays&);  // f32, f64
    void (*plain[2])(const Arrays&);
};

/// The loops of that name for the instruction set that the kernels use now.
const Loops& loops(const char* name);

/// y = x element by element, four loops deep; dtype 0: f32, 1: f64.
void copy_plainly(int dtype, const Layout& layout, const void* x, void* y);

}  // namespace bench
