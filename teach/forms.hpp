// The forms of an explanation. Private to the library.
#pragma once

#include <xgrad/teach/explain.hpp>
#include <xgrad/teach/graph.hpp>

namespace xgrad::teach {

/// Throws ShapeError when `follow` names what is not there.
std::string text_of(const Graph& graph, const ExplainOptions& options);
std::string markdown_of(const Graph& graph);
std::string latex_of(const Graph& graph);
std::string json_of(const Graph& graph);
std::string dot_of(const Graph& graph);

}  // namespace xgrad::teach
