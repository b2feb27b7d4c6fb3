#pragma once

// What elementary functions give at special points, computed by the library: tables in Markdown.

#include <xgrad/tensor.hpp>

#include <functional>
#include <string>
#include <vector>

#include "tests/reference/case_set.hpp"

namespace xgrad::catalogue {

using OneOperand = std::function<Tensor(const Tensor&)>;

/// The value and the derivative of an elementwise function of f64.
struct Slope {
    double value, derivative;
};
std::vector<Slope> slopes(const OneOperand& f, const std::vector<double>& at, Dtype dtype = f64);

/// A number with at most four digits; -0 is 0.
std::string number_text(double x);

/// A table of value and derivative at infinities, NaN, -1, 0, 1 and at the kinks nearest to 0.
std::string table_of(const OneOperand& f);

/// Such a table of the elementary function of that name, or none if there is no such function or it has parameters.
std::string table_of(const std::string& elementary_function);

/// Whether that is an elementary function with parameters.
bool has_parameters(const std::string& elementary_function);

/// The table of a function of one tensor with the parameters of its first reference case.
std::string table_of(const reference::CaseSet& set, const std::string& torch);

}  // namespace xgrad::catalogue
