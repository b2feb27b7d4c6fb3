#pragma once

// Back-propagation one step at a time, forwards and backwards, over a graph that was walked.

#include <xgrad/callable.hpp>
#include <xgrad/teach/graph.hpp>

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::teach {

/// Goes along the edges of a recorded backward pass. A step takes one edge: upstream x local is added to the adjoint of
/// one operand. At position k the first k steps are done; at position 0 the root has its seed and nothing else a gradient.
class BackwardStepper {
public:
    /// Throws TapeError unless the tape explains, holds something, and was walked by backward.
    explicit BackwardStepper(const Tape& tape);
    explicit BackwardStepper(Graph graph);

    const Graph& graph() const { return graph_; }
    std::size_t position() const { return position_; }
    std::size_t size() const { return graph_.backward.size(); }
    bool is_at_end() const { return position_ == size(); }

    /// One step on, or back; false where there is none.
    bool next();
    bool previous();
    void restart();

    /// On until the adjoint of a breakpoint is complete, or to the end; whether it stopped at one.
    bool run();

    /// On until the adjoint of the named value has all its contributions; from a later position it starts anew. Throws
    /// ShapeError for an unknown name.
    void run_to(const std::string& name);

    /// run() stops when the adjoint of the named value is complete. Throw ShapeError for an unknown name.
    void add_breakpoint(const std::string& name);
    void remove_breakpoint(const std::string& name);

    /// text() shows the adjoint of the named value after each step. Throw ShapeError for an unknown name.
    void watch(const std::string& name);
    void unwatch(const std::string& name);

    /// What the named value has received up to here; undefined when nothing yet. Throws ShapeError for an unknown name.
    Tensor adjoint(const std::string& name) const;

    /// The edge of the last step; null at position 0.
    const GraphEdge* edge() const;

    /// The last step in words, formula and numbers, and the watched adjoints; at most 100 columns.
    std::string text() const;

    /// Called after each step, on or back.
    void on_step(Callable<void(const BackwardStepper&)> hook) { hook_ = std::move(hook); }

private:
    std::size_t node_named(const std::string& name) const;
    std::size_t complete_at(std::size_t node) const;
    void move_to(std::size_t position);
    Tensor adjoint_of(std::size_t node) const;

    Graph graph_;
    std::size_t position_ = 0;
    std::vector<std::size_t> breakpoints_;
    std::vector<std::size_t> watched_;
    Callable<void(const BackwardStepper&)> hook_;
};

/// A program on a stepper: reads keys from `in` and writes to `out`.
///   n next   p previous   r restart   c on to a breakpoint   e to the end   g NAME on to a value   b NAME breakpoint
///   w NAME watch   l the whole table   h help   q quit
/// Returns at q or at the end of the input.
void step_through(BackwardStepper& stepper, std::istream& in, std::ostream& out);

}  // namespace xgrad::teach
