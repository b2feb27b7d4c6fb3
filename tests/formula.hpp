#pragma once

// Evaluates the formulas of autograd/elementary.hpp at numbers: plain notation with + - * / (unary minus binds tighter
// than these), comparisons, parentheses, names of variables, functions, and where(condition, a, b).

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace xgrad::testing {

using Variables = std::map<std::string, double>;

class Formula {
public:
    Formula(const std::string& text, const Variables& variables) : text_(text), variables_(variables) {}

    /// Throws std::invalid_argument for what is no formula.
    double value()
    {
        const double y = comparison();
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
    [[noreturn]] void fail(const std::string& what) const
    {
        throw std::invalid_argument(what + " at " + std::to_string(at_) + " of '" + text_ + "'");
    }

    double comparison()
    {
        const double a = sum();
        if (take("==")) return a == sum();
        if (take("!=")) return a != sum();
        if (take("<=")) return a <= sum();
        if (take(">=")) return a >= sum();
        if (take("<")) return a < sum();
        if (take(">")) return a > sum();
        return a;
    }
    double sum()
    {
        double a = product();
        for (;;) {
            if (take("+"))
                a += product();
            else if (take("-"))
                a -= product();
            else
                return a;
        }
    }
    double product()
    {
        double a = factor();
        for (;;) {
            if (take("*"))
                a *= factor();
            else if (take("/"))
                a /= factor();
            else
                return a;
        }
    }
    double factor()
    {
        if (take("-")) return -factor();
        if (take("(")) {
            const double a = comparison();
            if (!take(")")) fail("no )");
            return a;
        }
        if (std::isdigit(static_cast<unsigned char>(next()))) {
            char* end = nullptr;
            const double number = std::strtod(text_.c_str() + at_, &end);
            at_ = static_cast<std::size_t>(end - text_.c_str());
            return number;
        }
        std::string name;
        while (std::isalnum(static_cast<unsigned char>(text_[at_]))) name += text_[at_++];
        if (name.empty()) fail("no operand");
        if (take("(")) return call(name, arguments());
        const auto variable = variables_.find(name);
        if (variable == variables_.end()) fail("unknown variable " + name);
        return variable->second;
    }
    std::vector<double> arguments()
    {
        std::vector<double> list{comparison()};
        while (take(",")) list.push_back(comparison());
        if (!take(")")) fail("no )");
        return list;
    }
    double call(const std::string& name, const std::vector<double>& x) const
    {
        static const std::map<std::string, double (*)(double)> unary{
            {"exp", std::exp}, {"log", std::log}, {"sqrt", std::sqrt}, {"tanh", std::tanh},
            {"sin", std::sin}, {"cos", std::cos}, {"abs", std::fabs}};
        if (name == "where" && x.size() == 3) return x[0] != 0 ? x[1] : x[2];
        if (name == "pow" && x.size() == 2) return std::pow(x[0], x[1]);
        const auto function = unary.find(name);
        if (function == unary.end() || x.size() != 1) fail("unknown function " + name);
        return function->second(x[0]);
    }

    std::string text_;
    const Variables& variables_;
    std::size_t at_ = 0;
};

inline double evaluate(const std::string& formula, const Variables& variables)
{
    return Formula(formula, variables).value();
}

}  // namespace xgrad::testing
