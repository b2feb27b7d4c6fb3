#pragma once

// Evaluates the formulas of operations: plain notation with + - * / @ (the matrix product) ^T (unary minus binds tighter
// than these), comparisons, parentheses, lists [0, 2], elements x[0, 2], names, and the functions of tests/formula_array.hpp. Shapes
// broadcast. The names of an operation stand in tests/ops_formula_test.cpp.

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/formula_array.hpp"

namespace xgrad::testing {

/// A name that nobody gave a value.
struct UnknownName : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

class Formula {
public:
    Formula(const std::string& text, const Names& names) : text_(text), names_(names) {}

    /// Throws std::invalid_argument for what is no formula.
    Array value()
    {
        const Array y = comparison();
        if (next() != '\0') fail("unexpected text");
        return y;
    }

private:
    char next()
    {
        while (text_[at_] == ' ') ++at_;
        return text_[at_];
    }
    bool take(const std::string& token)
    {
        (void)next();
        if (text_.compare(at_, token.size(), token) != 0) return false;
        at_ += token.size();
        return true;
    }
    std::string place() const { return " at " + std::to_string(at_) + " of '" + text_ + "'"; }
    [[noreturn]] void fail(const std::string& what) const { throw std::invalid_argument(what + place()); }

    static Array apply(const Array& a, const Array& b, const std::function<double(double, double)>& f)
    {
        return elementwise({a, b}, [&f](const auto& v) { return f(v[0], v[1]); });
    }

    Array comparison()
    {
        const Array a = sum();
        if (take("==")) return apply(a, sum(), std::equal_to<>());
        if (take("!=")) return apply(a, sum(), std::not_equal_to<>());
        if (take("<=")) return apply(a, sum(), std::less_equal<>());
        if (take(">=")) return apply(a, sum(), std::greater_equal<>());
        if (take("<")) return apply(a, sum(), std::less<>());
        if (take(">")) return apply(a, sum(), std::greater<>());
        return a;
    }
    Array sum()
    {
        Array a = product();
        for (;;) {
            if (take("+"))
                a = apply(a, product(), std::plus<>());
            else if (take("-"))
                a = apply(a, product(), std::minus<>());
            else
                return a;
        }
    }
    Array product()
    {
        Array a = factor();
        for (;;) {
            if (take("*"))
                a = apply(a, factor(), std::multiplies<>());
            else if (take("/"))
                a = apply(a, factor(), std::divides<>());
            else if (take("@"))
                a = matrix_product(a, factor());
            else
                return a;
        }
    }
    Array factor()
    {
        if (take("-")) return elementwise({factor()}, [](const auto& v) { return -v[0]; });
        const Array a = operand();
        if (take("[")) return call("at", {a, list()});
        return take("^T") ? transposed(a) : a;
    }
    Array operand()
    {
        if (take("(")) {
            const Array a = comparison();
            if (!take(")")) fail("no )");
            return a;
        }
        if (take("[")) return list();
        if (std::isdigit(static_cast<unsigned char>(next()))) {
            char* end = nullptr;
            const double number = std::strtod(text_.c_str() + at_, &end);
            at_ = static_cast<std::size_t>(end - text_.c_str());
            return number;
        }
        std::string name;
        while (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_') name += text_[at_++];
        if (name.empty()) fail("no operand");
        if (take("(")) return call(name, arguments(")"));
        const auto found = names_.find(name);
        if (found == names_.end()) throw UnknownName("unknown name " + name + place());
        return found->second;
    }
    /// What stands in brackets: numbers, or the name of a list.
    Array list()
    {
        const Arguments parts = arguments("]");
        if (parts.size() == 1 && parts[0].axes() == 1) return parts[0];
        Array list(Index{0}, 0);
        for (const Array& number : parts) list.values.push_back(number.at({}));
        list.sizes[0] = static_cast<std::int64_t>(list.values.size());
        return list;
    }
    Arguments arguments(const std::string& end)
    {
        Arguments list{comparison()};
        while (take(",")) list.push_back(comparison());
        if (!take(end)) fail("no " + end);
        return list;
    }
    Array call(const std::string& name, const Arguments& x) const
    {
        const auto function = formula_functions().find(name + "/" + std::to_string(x.size()));
        if (function == formula_functions().end())
            fail("unknown function " + name + " of " + std::to_string(x.size()) + " arguments");
        return function->second(x);
    }

    std::string text_;
    const Names& names_;
    std::size_t at_ = 0;
};

inline Array evaluate(const std::string& formula, const Names& names) { return Formula(formula, names).value(); }

}  // namespace xgrad::testing
