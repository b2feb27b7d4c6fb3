#include <xgrad/ops/einsum.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/diagonal.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/matmul.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/shape.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace xgrad {
namespace {

using detail::Dims;
using detail::error_text;

constexpr int kEllipsis = -1;
constexpr int kLetters = 52;

using Labels = std::vector<int>;  // letters by number, capitals first, and kEllipsis

class Equation {
public:
    Equation(std::string_view text, const TensorList& operands) : text_(text)
    {
        const std::size_t arrow = text.find("->");
        split_operands(text.substr(0, arrow));
        if (inputs_.size() != operands.size())
            fail(std::to_string(inputs_.size()) + " operands in the equation and " + std::to_string(operands.size()) +
                     " given",
                 "one list of letters for each operand, separated by commas");
        for (std::size_t i = 0; i < operands.size(); ++i) check_axes(inputs_[i], operands[i]);
        if (arrow == std::string_view::npos)
            implicit_output();
        else
            explicit_output(text.substr(arrow + 2));
    }

    const std::vector<Labels>& inputs() const { return inputs_; }
    const Labels& output() const { return output_; }
    std::size_t ellipsis_axes() const { return ellipsis_axes_; }

    [[noreturn]] void fail(const std::string& what, const std::string& rule) const
    {
        throw ShapeError(error_text("einsum", "\"" + std::string(text_) + "\": " + what, rule,
                                    "write it as in einsum(\"...ij,...jk->...ik\", {a, b})"));
    }

    /// Axes that a list stands for in an operand of `ndim` axes, with as many kEllipsis as there are.
    static Labels spread(const Labels& labels, std::size_t ndim)
    {
        Labels axes;
        for (const int label : labels)
            axes.insert(axes.end(), label == kEllipsis ? ndim + 1 - labels.size() : 1, label);
        return axes;
    }

private:
    Labels parse(std::string_view part) const
    {
        Labels labels;
        for (std::size_t i = 0; i < part.size(); ++i) {
            const char c = part[i];
            if (c == ' ') continue;
            if (c >= 'A' && c <= 'Z') {
                labels.push_back(c - 'A');
            } else if (c >= 'a' && c <= 'z') {
                labels.push_back(26 + c - 'a');
            } else if (part.substr(i, 3) == "...") {
                if (std::count(labels.begin(), labels.end(), kEllipsis))
                    fail("\"...\" twice in \"" + std::string(part) + "\"", "an operand and the result have it once");
                labels.push_back(kEllipsis);
                i += 2;
            } else {
                fail("the character '" + std::string(1, c) + "'",
                     "letters a-z and A-Z, \"...\", commas between operands, one \"->\" before the result");
            }
        }
        return labels;
    }

    void split_operands(std::string_view left)
    {
        for (std::size_t comma; (comma = left.find(',')) != std::string_view::npos; left.remove_prefix(comma + 1))
            inputs_.push_back(parse(left.substr(0, comma)));
        inputs_.push_back(parse(left));
        for (const Labels& labels : inputs_)
            for (const int label : labels)
                if (label >= 0) ++count_[static_cast<std::size_t>(label)];
    }

    void check_axes(const Labels& labels, const Tensor& x)
    {
        const bool open = std::count(labels.begin(), labels.end(), kEllipsis) > 0;
        const std::size_t letters = labels.size() - (open ? 1 : 0);
        if (open ? x.ndim() < letters : x.ndim() != letters)
            fail(std::to_string(letters) + " letters for an operand of shape " + to_string(x.sizes()),
                 "an operand has a letter for each axis; \"...\" stands for the axes without one");
        if (open) ellipsis_axes_ = std::max(ellipsis_axes_, x.ndim() - letters);
    }

    void implicit_output()
    {
        output_.assign(ellipsis_axes_ > 0 ? 1 : 0, kEllipsis);
        for (int label = 0; label < kLetters; ++label)
            if (count_[static_cast<std::size_t>(label)] == 1) output_.push_back(label);
    }

    void explicit_output(std::string_view right)
    {
        output_ = parse(right);
        for (const int label : output_) {
            if (label == kEllipsis) continue;
            if (count_[static_cast<std::size_t>(label)] == 0 || std::count(output_.begin(), output_.end(), label) > 1)
                fail("the result \"" + std::string(right) + "\"",
                     "each letter of the result appears in it once, and in some operand");
        }
    }

    std::string_view text_;
    std::vector<Labels> inputs_;
    Labels output_;
    std::array<int, kLetters> count_{};
    std::size_t ellipsis_axes_ = 0;
};

/// The axes over which the sum runs: one for each axis of the result, in its order, then one for each other letter.
struct Loops {
    Loops(const Equation& equation, const TensorList& operands)
    {
        first_of_letter.fill(-1);
        bool has_ellipsis = false;
        for (const int label : equation.output()) {
            has_ellipsis = has_ellipsis || label == kEllipsis;
            append(label, equation.ellipsis_axes());
        }
        outputs = count;
        if (!has_ellipsis) append(kEllipsis, equation.ellipsis_axes());
        for (const Labels& labels : equation.inputs())
            for (const int label : labels)
                if (label != kEllipsis && first_of_letter[static_cast<std::size_t>(label)] < 0) append(label, 0);
        sizes = Dims(count, 1);
        last_operand.assign(count, 0);
        for (std::size_t i = 0; i < operands.size(); ++i) visit(equation, i, operands[i]);
    }

    /// The loop of each axis of an operand.
    std::vector<std::size_t> of(const Labels& labels, std::size_t ndim) const
    {
        const Labels axes = Equation::spread(labels, ndim);
        const auto open = static_cast<std::size_t>(std::count(axes.begin(), axes.end(), kEllipsis));
        std::size_t next = ellipsis_first + ellipsis_count - open;  // aligned at the last one
        std::vector<std::size_t> loops;
        for (const int label : axes)
            loops.push_back(label == kEllipsis
                                ? next++
                                : static_cast<std::size_t>(first_of_letter[static_cast<std::size_t>(label)]));
        return loops;
    }

    std::size_t count = 0, outputs = 0, ellipsis_first = 0, ellipsis_count = 0;
    std::array<std::int64_t, kLetters> first_of_letter;
    Dims sizes;
    std::vector<std::size_t> last_operand;  // after which a loop is summed

private:
    void append(int label, std::size_t ellipsis_axes)
    {
        if (label == kEllipsis) {
            ellipsis_first = count;
            ellipsis_count = ellipsis_axes;
            count += ellipsis_axes;
        } else {
            first_of_letter[static_cast<std::size_t>(label)] = static_cast<std::int64_t>(count++);
        }
    }

    void visit(const Equation& equation, std::size_t operand, const Tensor& x)
    {
        const std::vector<std::size_t> loops = of(equation.inputs()[operand], x.ndim());
        for (std::size_t i = 0; i < loops.size(); ++i) {
            std::int64_t& size = sizes[loops[i]];
            last_operand[loops[i]] = operand;
            if (x.sizes()[i] == size || x.sizes()[i] == 1) continue;
            if (size != 1)
                equation.fail("operand " + std::to_string(operand) + " of shape " + to_string(x.sizes()) +
                                  " has size " + std::to_string(x.sizes()[i]) + " along axis " + std::to_string(i) +
                                  ", where another has " + std::to_string(size),
                              "axes of one letter have one size, or 1");
            size = x.sizes()[i];
        }
    }
};

/// An operand with one axis for each loop, of size 1 where it has none; diagonals taken.
Tensor spread_over_loops(const Equation& equation, const Loops& loops, std::size_t operand, const Tensor& given)
{
    Tensor x = given;
    std::vector<std::size_t> axes = loops.of(equation.inputs()[operand], x.ndim());
    for (std::size_t i = 0; i < axes.size(); ++i)
        for (std::size_t j = i + 1; j < axes.size();) {
            if (axes[i] != axes[j]) {
                ++j;
                continue;
            }
            if (x.sizes()[i] != x.sizes()[j])
                equation.fail(
                    "a diagonal of operand " + std::to_string(operand) + " of shape " + to_string(given.sizes()),
                    "a letter that an operand has twice stands for axes of one size");
            // The two axes go last, and their diagonal back to where the first one was.
            const auto last = static_cast<std::int64_t>(x.ndim()) - 1;
            Dims order, back;
            for (std::size_t k = 0; k < x.ndim(); ++k)
                if (k != i && k != j) order.push_back(static_cast<std::int64_t>(k));
            order.push_back(static_cast<std::int64_t>(i)), order.push_back(static_cast<std::int64_t>(j));
            for (std::int64_t k = 0; k + 1 < last; ++k) back.push_back(k);
            back.insert(i, last - 1);
            x = permute(diagonal(permute(x, order), 0, -2, -1), back);
            axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(j));
        }
    std::vector<std::size_t> by_loop(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) by_loop[i] = i;
    std::sort(by_loop.begin(), by_loop.end(), [&](std::size_t a, std::size_t b) { return axes[a] < axes[b]; });
    Dims order, sizes(loops.count, 1);
    for (const std::size_t i : by_loop) {
        order.push_back(static_cast<std::int64_t>(i));
        sizes[axes[i]] = x.sizes()[i];
    }
    if (!std::is_sorted(order.begin(), order.end())) x = permute(x, order);
    return reshape(x, sizes);
}

/// Axes of both operands by what becomes of them, each with the product of its sizes.
struct Group {
    Dims axes;
    std::int64_t numel = 1;
    void add(std::size_t axis, std::int64_t size)
    {
        axes.push_back(static_cast<std::int64_t>(axis));
        numel *= size;
    }
};

Dims order_of(std::initializer_list<const Group*> groups)
{
    Dims order;
    for (const Group* group : groups)
        for (const std::int64_t axis : group->axes) order.push_back(axis);
    return order;
}

/// a b summed over `summed`, where both have all axes; the summed axes stay with size 1.
Tensor multiply_and_sum(Tensor a, Tensor b, const Dims& summed)
{
    Group both, left, right, inner;
    Dims sizes(a.ndim(), 1);
    for (std::size_t i = 0; i < a.ndim(); ++i) {
        const std::int64_t in_a = a.sizes()[i], in_b = b.sizes()[i];
        if (std::find(summed.begin(), summed.end(), static_cast<std::int64_t>(i)) != summed.end()) {
            if (in_a == 1 && in_b != 1) b = sum(b, static_cast<std::int64_t>(i), true);
            if (in_b == 1 && in_a != 1) a = sum(a, static_cast<std::int64_t>(i), true);
            inner.add(i, in_a == 1 || in_b == 1 ? 1 : in_a);
            continue;
        }
        sizes[i] = in_a == 1 ? in_b : in_a;
        (in_a == in_b ? both : in_b == 1 ? left : right).add(i, sizes[i]);
    }
    if (inner.numel == 1) return mul(a, b);
    a = reshape(permute(a, order_of({&both, &left, &inner, &right})), {both.numel, left.numel, inner.numel});
    b = reshape(permute(b, order_of({&both, &left, &inner, &right})), {both.numel, inner.numel, right.numel});
    const Dims order = order_of({&both, &left, &right, &inner});
    Dims permuted, back(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        permuted.push_back(sizes[static_cast<std::size_t>(order[i])]);
        back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    }
    return permute(reshape(matmul(a, b), permuted), back);
}

}  // namespace

Tensor einsum(std::string_view text, const TensorList& operands)
{
    const Equation equation(text, operands);
    const Loops loops(equation, operands);
    Tensor y;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const Tensor x = spread_over_loops(equation, loops, i, operands[i]);
        Dims summed;
        for (std::size_t loop = loops.outputs; loop < loops.count; ++loop)
            if (loops.last_operand[loop] == i) summed.push_back(static_cast<std::int64_t>(loop));
        if (y.defined())
            y = multiply_and_sum(y, x, summed);
        else
            y = summed.empty() ? x : sum(x, summed, true);
    }
    return reshape(y, Sizes(y.sizes().data(), loops.outputs));
}

}  // namespace xgrad
