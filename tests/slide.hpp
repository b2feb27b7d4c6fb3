#pragma once

#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>
#include <xgrad/teach/explain.hpp>
#include <xgrad/teach/graph.hpp>

namespace xgrad::test {

/// N1: f = (x + y) z at (-2, 5, -4), after backward. df/dq = z = -4, df/dz = q = 3, df/dx = df/dy = -4. q is written in line
/// 10 of graph.cpp, f in the one below.
inline Explanation slide()
{
    Tape tape{{.explain = true}};
    const Scalar x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
#line 10 "slides/graph.cpp"
    const Scalar q = x + y;
    const Scalar f = q * z;
#line 21 "tests/slide.hpp"
    tape.name(q, "q");
    tape.name(f, "f");
    tape.backward(f);
    return explain(tape);
}

}  // namespace xgrad::test
