#include <xgrad/scalar_explain.hpp>

#include <xgrad/error.hpp>

#include <cmath>
#include <memory>
#include <utility>

#include "autograd/formula_names.hpp"

namespace xgrad::detail {

// ---- what is said of a record ----

namespace {

std::string name_of(const ScalarTape& tape, const Operand& x)
{
    if (!tape.holds(x.serial)) return std::to_string(x.value);
    const std::uint32_t slot = tape.slot_of(x.serial);
    return name_or_number((*tape.records)[slot].name, slot);
}

std::string expression_of(const ScalarTape& tape, const ElementaryInfo& info, const Operand (&operands)[2],
                          const std::string& name)
{
    if (info.n_operands == 1) return with_names(info.formula, {{"x", name_of(tape, operands[0])}, {"y", name}});
    return with_names(info.formula,
                      {{"a", name_of(tape, operands[0])}, {"b", name_of(tape, operands[1])}, {"y", name}});
}

}  // namespace

std::string description_of(const ScalarTape& tape, std::uint32_t slot)
{
    const ScalarRecord& record = (*tape.records)[slot];
    const std::string name = name_or_number(record.name, slot);
    if (!record.operation) return name;
    return name + " = " + expression_of(tape, *record.operation, record.operands, name) +
           at_line(record.place.file, record.place.line);
}

// ---- recording ----

ScalarRecords* make_records() { return std::make_unique<ScalarRecords>().release(); }
void destroy_records(ScalarRecords* records) noexcept { const std::unique_ptr<ScalarRecords> owner(records); }

std::uint64_t record_elementary(ScalarTape& tape, const ElementaryInfo& info, Operand a, Operand b, double y,
                                Place place)
{
    if (!tape.explains()) throw_tape_full(tape);
    const bool has_a = tape.holds(a.serial), has_b = info.n_operands == 2 && tape.holds(b.serial);
    if (!has_a && !has_b) return 0;
    if (tape.detect_anomaly && !std::isfinite(y))
        throw_anomaly(info.name, "the value of " + expression_of(tape, info, {a, b}, "y") + " is " + std::to_string(y),
                      place);
    const auto slot = tape.mark().slots;
    ScalarRecord record{&info, {a, b}, {}, y, 0, place, {}};
    info.partials(a.value, b.value, y, record.partials);
    tape.push_explained(has_a ? tape.slot_of(a.serial) : ScalarTape::kNoSlot, record.partials[0],
                        has_b ? tape.slot_of(b.serial) : ScalarTape::kNoSlot, record.partials[1]);
    (*tape.records)[static_cast<std::uint32_t>(slot)] = std::move(record);
    return tape.base_serial + slot;
}

void throw_anomaly(const char* operation, const std::string& what, Place place)
{
    const std::string at =
        place.file && *place.file ? " (" + std::string(place.file) + ":" + std::to_string(place.line) + ")" : "";
    throw AnomalyError(error_text(operation, what + at, "a tape with detect_anomaly stops at the first NaN or infinity",
                                  "look at the inputs of this operation; open the tape with explain for lines"));
}

void check_finite_adjoints(ScalarTape& tape, std::uint32_t slot)
{
    const ScalarRecord& record = (*tape.records)[slot];
    if (!record.operation) return;
    for (const Operand& x : record.operands) {
        if (!tape.holds(x.serial)) continue;
        const double adjoint = tape.adjoint(tape.slot_of(x.serial));
        if (!std::isfinite(adjoint))
            throw_anomaly(record.operation->name,
                          "an adjoint that " + description_of(tape, slot) + " hands on is " + std::to_string(adjoint),
                          record.place);
    }
}

void describe(ScalarTape& tape, const Scalar& value, std::string name)
{
    if (!tape.explains() || !tape.holds(value.serial())) return;
    ScalarRecord& record = (*tape.records)[tape.slot_of(value.serial())];
    record.name = std::move(name);
    record.value = value.value();
}

// ---- gradients of gradients ----

RecordedWalk::RecordedWalk(ScalarTape& tape, const char* operation) : tape_(tape)
{
    if (tape.explains()) return;
    throw TapeError(error_text(operation, "create_graph asks for gradients of scalars that can be differentiated again",
                               "a plain tape keeps first-order partials of scalar statements only",
                               "open the tape with Tape tape{{.explain = true}}"));
}

void RecordedWalk::add(std::uint32_t slot, const Scalar& gradient)
{
    if (slot >= adjoints_.size()) {
        adjoints_.resize(slot + 1);
        reached_.resize(slot + 1);
    }
    adjoints_[slot] = reached_[slot] ? Scalar(adjoints_[slot] + gradient) : gradient;
    reached_[slot] = true;
}

Scalar RecordedWalk::adjoint(std::uint32_t slot) const { return reached(slot) ? adjoints_[slot] : Scalar(0.0); }

void RecordedWalk::reverse(std::uint32_t first, std::uint32_t last)
{
    for (std::uint32_t slot = last; slot > first;) {
        --slot;
        const ScalarRecord record = (*tape_.records)[slot];  // a copy: what follows adds records
        if (!record.operation || !reached(slot)) continue;
        const Scalar gy = adjoints_[slot], y = Scalar::from_tape(record.value, tape_.base_serial + slot);
        Scalar operands[2], partials[2];
        for (unsigned i = 0; i < record.operation->n_operands; ++i) {
            const Operand& x = record.operands[i];
            operands[i] = tape_.holds(x.serial) ? Scalar::from_tape(x.value, x.serial) : Scalar(x.value);
        }
        record.operation->recorded_partials(operands[0], operands[1], y, partials);
        for (unsigned i = 0; i < record.operation->n_operands; ++i)
            if (operands[i].serial() != 0) add(tape_.slot_of(operands[i].serial()), gy * partials[i]);
    }
}

std::vector<Scalar> recorded_gradients(const Scalar& root, const std::vector<Scalar>& inputs)
{
    ScalarTape& tape = *current;
    RecordedWalk walk(tape, "grad");
    const auto check = [&tape](const Scalar& value, const char* what) {
        if (tape.holds(value.serial())) return;
        throw TapeError(
            error_text("grad", std::string("the ") + what + " is not on the tape that is recording",
                       "gradients exist between values recorded on one tape",
                       "make it with tape.variable or compute it from tracked values while the tape is open"));
    };
    check(root, "root");
    for (const Scalar& input : inputs) check(input, "input");
    const std::uint32_t last = tape.slot_of(root.serial());
    walk.add(last, Scalar(1.0));
    walk.reverse(0, last + 1);
    std::vector<Scalar> gradients;
    for (const Scalar& input : inputs) gradients.push_back(walk.adjoint(tape.slot_of(input.serial())));
    return gradients;
}

}  // namespace xgrad::detail
