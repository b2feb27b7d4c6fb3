#include "teach/slips_of_scalars.hpp"

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autograd/formula_names.hpp"
#include "autograd/recording.hpp"
#include "teach/slip_texts.hpp"

namespace xgrad::detail {
namespace {

constexpr std::size_t kMostPairs = 2000;  // walks over numbers cost little

bool is_named(const ScalarRecord& record, const char* name)
{
    return record.operation && std::strcmp(record.operation->name, name) == 0;
}

}  // namespace

RecordedNumbers::RecordedNumbers(const NumberFunction& f, const std::vector<double>& inputs)
    : recording_(tape_.recording("check_by_hand"))
{
    for (std::size_t i = 0; i < inputs.size(); ++i)
        leaves_.push_back(tape_.variable("input " + std::to_string(i), inputs[i]));
    root_ = f.of_scalars(leaves_);
    if (!recording_.holds(root_.serial()))
        throw TapeError(error_text("check_by_hand", "the result of the function is not recorded",
                                   "the result is computed by operations on the numbers that the function gets",
                                   "use its arguments instead of numbers that it captures, and not their value()"));
    tape_.backward(root_, {.retain = true});
    for (const Scalar& leaf : leaves_) gradient_.push_back(leaf.grad());
}

bool RecordedNumbers::goes_through_tensors() const { return recording_.nodes.size() > 0; }

/// d root / d value for each slot.
std::vector<double> RecordedNumbers::adjoints(const std::vector<const Replacement*>& wrong) const
{
    const ScalarRecords& records = *recording_.records;
    std::vector<double> out(static_cast<std::size_t>(recording_.slots), 0.0);
    out[recording_.slot_of(root_.serial())] = 1;
    for (std::uint32_t slot = static_cast<std::uint32_t>(out.size()); slot-- > 0;) {
        const ScalarRecord& y = records[slot];
        if (!y.operation || out[slot] == 0) continue;
        for (unsigned i = 0; i < y.operation->n_operands; ++i) {
            if (!recording_.holds(y.operands[i].serial)) continue;
            double partial = y.partials[i];
            for (const Replacement* r : wrong)
                if (r->slot == slot && r->operand == i) partial = r->partial;
            out[recording_.slot_of(y.operands[i].serial)] += out[slot] * partial;
        }
    }
    return out;
}

void RecordedNumbers::read_penalty(Claim& claim, std::size_t input) const
{
    if (goes_through_tensors()) return;
    const std::vector<double> upstream = adjoints({});
    for (std::uint32_t slot = 0; slot < upstream.size(); ++slot) {
        const ScalarRecord& y = (*recording_.records)[slot];
        if (!is_named(y, "square") && !is_named(y, "pow") && !is_named(y, "mul")) continue;
        const std::uint64_t leaf = leaves_[input].serial();
        if (is_named(y, "mul") && y.operands[0].serial != y.operands[1].serial) continue;
        for (unsigned i = 0; i < y.operation->n_operands; ++i)
            if (y.operands[i].serial == leaf) note_penalty(claim, {upstream[slot] * y.partials[i]}, true);
    }
}

std::vector<SampleCount> RecordedNumbers::sample_counts() const
{
    std::vector<SampleCount> out;
    for (std::uint32_t slot = 0; slot < recording_.slots; ++slot) {
        const ScalarRecord& y = (*recording_.records)[slot];
        if (!is_named(y, "div") || recording_.holds(y.operands[1].serial)) continue;
        const double n = y.operands[1].value;
        const bool is_known =
            std::any_of(out.begin(), out.end(), [n](const SampleCount& known) { return known.n == n; });
        if (n >= 2 && n == std::round(n) && !is_known) out.push_back({n, "a divisor in the function"});
    }
    return out;
}

std::vector<double> RecordedNumbers::targets(const Tensor& target) const
{
    std::vector<double> out;
    if (target.defined()) out = target.to_vector<double>();
    for (std::uint32_t slot = 0; slot < recording_.slots; ++slot) {
        const ScalarRecord& y = (*recording_.records)[slot];
        if (!is_named(y, "sub")) continue;
        for (const Operand& x : y.operands)
            if (!recording_.holds(x.serial) && std::find(out.begin(), out.end(), x.value) == out.end())
                out.push_back(x.value);
    }
    return out;
}

void RecordedNumbers::of_function(std::vector<Replacement>& out, std::uint32_t slot,
                                  const std::vector<double>& targets) const
{
    const ScalarRecord& y = (*recording_.records)[slot];
    const ElementaryInfo& f = *y.operation;
    if (!has_slope(f.name)) return;
    const std::string place = detail::place_text(y.place.file, y.place.line);
    const std::string name = place.empty() ? f.name : f.name + (" at " + place);
    out.push_back({slot, 0, 1, Mistake::slope_missing, slip_text::slope_missing(name)});
    if (!is_activation(f.name)) return;
    const auto slope = [&f](double x, double fx) {
        double partials[2];
        f.partials(x, 0, fx, partials);
        return partials[0];
    };
    out.push_back({slot, 0, y.partials[0] * y.partials[0], Mistake::slope_twice, slip_text::slope_twice(name)});
    out.push_back(
        {slot, 0, slope(y.value, f.value(y.value, 0)), Mistake::slope_at_output, slip_text::slope_at_output(name)});
    for (const double t : targets)
        out.push_back({slot, 0, slope(t, t), Mistake::slope_at_target, slip_text::slope_at_target(name)});
}

std::vector<RecordedNumbers::Replacement> RecordedNumbers::replacements(const Tensor& target) const
{
    std::vector<Replacement> out;
    if (goes_through_tensors()) return out;
    const std::vector<double> at = targets(target);
    for (std::uint32_t slot = 0; slot < recording_.slots; ++slot) {
        const ScalarRecord& y = (*recording_.records)[slot];
        if (!y.operation) continue;
        if (y.operation->n_operands == 1) of_function(out, slot, at);
        if (!is_named(y, "mul")) continue;
        const auto name = [&](unsigned i, const char* otherwise) {
            if (!recording_.holds(y.operands[i].serial)) return fmt::format("{:.6g}", y.operands[i].value);
            const std::string& known = (*recording_.records)[recording_.slot_of(y.operands[i].serial)].name;
            return known.empty() ? std::string(otherwise) : known;
        };
        for (unsigned i = 0; i < 2; ++i)
            out.push_back({slot, i, 1, Mistake::factor_missing,
                           slip_text::factor_missing(name(1 - i, "the other"), name(i, "one factor"))});
    }
    return out;
}

Derivation RecordedNumbers::derivation(const std::vector<const Replacement*>& wrong) const
{
    Derivation d{wrong[0]->mistake, wrong[0]->text, static_cast<int>(wrong.size()), {}};
    for (std::size_t k = 1; k < wrong.size(); ++k) d.text += ". And " + wrong[k]->text;
    const std::vector<double> all = adjoints(wrong);
    for (const Scalar& leaf : leaves_) d.gradients.push_back({all[recording_.slot_of(leaf.serial())]});
    return d;
}

std::vector<Derivation> RecordedNumbers::derivations(const Tensor& target) const
{
    std::vector<Derivation> out;
    const std::vector<Replacement> all = replacements(target);
    for (const Replacement& r : all) out.push_back(derivation({&r}));
    return out;
}

std::vector<Derivation> RecordedNumbers::pairs_of_mistakes(const Tensor& target) const
{
    std::vector<Derivation> out;
    const std::vector<Replacement> all = replacements(target);
    for (std::size_t i = 0; i < all.size(); ++i)
        for (std::size_t j = i + 1; j < all.size() && out.size() < kMostPairs; ++j) {
            if (all[i].slot == all[j].slot && all[i].operand == all[j].operand) continue;
            const bool in_order = all[i].mistake < all[j].mistake;
            out.push_back(derivation({&all[in_order ? i : j], &all[in_order ? j : i]}));
        }
    return out;
}

}  // namespace xgrad::detail
