#pragma once

#include <xgrad/tape.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {

namespace teach {
struct Graph;
}

struct ExplainOptions {
    std::int64_t elements = 12;  ///< tensors of at most so many elements are shown with all their values
    /// Elements to follow, by a tensor's name and one index for each axis: their value, and what flowed to them.
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> follow = {};
};

/// What a tape recorded, in words: itself the text for a terminal, with further forms. A copy of what the tape held, so it
/// outlives it.
///
/// The text is a table of at most 100 columns: each value in the order of recording with its operation and the user's
/// line, and for each operand the local derivative (as formula and as number) and, after a backward pass,
/// upstream x local; then the gradients of the leaves, the sums where a value was used several times, the elements that
/// are followed, and what each kind of gate does to gradients. Values without a name are called by their number, %3;
/// tape.name(value, "q") names them.
class Explanation : public std::string {
public:
    /// Of any graph, for example one that was changed. Throws ShapeError when `follow` names what is not there.
    explicit Explanation(teach::Graph graph, ExplainOptions options = {});

    const teach::Graph& graph() const { return *graph_; }

    /// The same for a page: three tables, forward, backward and gradients.
    std::string markdown() const;

    /// A document that pdflatex compiles: each operation and each step of the chain rule as a formula.
    std::string latex() const;

    /// All of it as data; docs/explanation.md has the schema. NaN and infinities are the strings "nan", "inf", "-inf".
    std::string json() const;

    /// For Graphviz: operations as nodes, on each edge the value that goes forward and the gradient that comes back.
    std::string dot() const;

    /// Writes the player: one page without other files that steps through the graph in a browser, forward and back, with
    /// the chain rule of each edge in formula and numbers. Inputs of graphs of scalars can be edited there. Throws
    /// TapeError for more than 1000 nodes, DataError when the file cannot be written, and leaves what was there. No
    /// title: one with the root's name.
    void html(const std::string& path, const std::string& title = "") const;

    /// Writes a form by the path's extension: .txt, .md, .tex, .json, .dot, .html. Throws DataError when the file
    /// cannot be written, and leaves what was there; ShapeError for another extension.
    void save(const std::string& path) const;

private:
    std::shared_ptr<const teach::Graph> graph_;
};

/// Explains everything that the tape recorded. Throws TapeError unless the tape was opened with explain, and when nothing
/// is recorded on it.
Explanation explain(const Tape& tape, ExplainOptions options = {});

}  // namespace xgrad
