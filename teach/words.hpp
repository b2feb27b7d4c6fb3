// The words and numbers in which all explanations speak. Private to the library.
#pragma once

#include <xgrad/teach/graph.hpp>

#include <string>

namespace xgrad::teach {

/// What an operation does to gradients, in the words of the lectures' gates.
struct Gate {
    const char* symbol;   // in drawings: "+", or the operation's name
    const char* verb;     // "swaps"
    const char* meaning;  // "each operand receives upstream times the other operand"
};

/// The gate of an operation; of names that are in no table one that scales by its local derivative.
Gate gate_of(const std::string& operation);

/// What happens where a value is used several times.
inline constexpr Gate kCopy{"copy", "sums", "a value used several times adds up what comes back from each use"};

/// A 0-dimensional constant of doubles.
Tensor number(double x);

/// Six digits.
std::string number_text(double x);

/// A number, or the shape of a tensor; "0" for an undefined one.
std::string short_text(const Tensor& x);

/// The values of a tensor with axes and at most so many elements; else empty.
std::string small_values(const Tensor& x, std::int64_t elements);

/// What a drawing writes into a node: a leaf's name, a gate's symbol, or the operation.
std::string drawn_text(const GraphNode& y);

/// "graph.cpp:10"; empty when the line is unknown.
std::string place_of(const GraphNode& y);

/// The local derivative as formula and, where one number says it, as number: "z = -4".
std::string local_text(const GraphEdge& edge);

/// Upstream times local, "1 * -4 = -4"; the contribution's text alone where no number says the local derivative.
std::string product_text(const GraphNode& y, const GraphEdge& edge, const std::string& contribution);

}  // namespace xgrad::teach
