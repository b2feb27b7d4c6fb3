// What an explaining tape keeps about scalars: one record for each elementary operation, with operator, operands,
// value, adjoint, name and the user's line. Also the way to second derivatives: the walk over these records can itself
// be recorded.
#pragma once

#include <xgrad/scalar.hpp>

#include <string>
#include <vector>

namespace xgrad::detail {

/// An elementary function as data: words for tables, code for computing it again.
struct ElementaryInfo {
    const char* name;
    unsigned n_operands;
    const char* formula;
    const char* derivative_formulas[2];  // with respect to a (or x) and b

    double (*value)(double a, double b);  // functions of one operand ignore b
    void (*partials)(double a, double b, double y, double (&out)[2]);
    void (*recorded_partials)(const Scalar& a, const Scalar& b, const Scalar& y, Scalar (&out)[2]);
};

/// One slot of an explaining tape.
struct ScalarRecord {
    const ElementaryInfo* operation = nullptr;  // null: a leaf, or a value made elsewhere (a tensor node)
    Operand operands[2] = {};                   // serial 0, or one that is not on the tape: a constant
    double partials[2] = {};                    // local derivatives
    double value = 0;
    double adjoint = 0;  // upstream of all walks so far; a leaf's is in the tape
    Place place = {"", 0};
    std::string name;
};

class ScalarRecords {
public:
    const ScalarRecord& operator[](std::uint32_t slot) const { return records_[slot]; }
    ScalarRecord& operator[](std::uint32_t slot) { return records_[slot]; }
    std::size_t size() const { return records_.size(); }  // slots of the tape, or one more

    /// Makes room for a slot, before anything of it is written to the tape.
    void reserve(std::uint64_t slot) { records_.resize(slot + 1); }

private:
    std::vector<ScalarRecord> records_;
};

/// Gives a value on the thread's explaining tape a name and, for leaves, notes their number. No-op on other tapes.
void describe(ScalarTape& tape, const Scalar& value, std::string name);

/// "q = x + y (graph.cpp:10)": what a slot of an explaining tape holds.
std::string description_of(const ScalarTape& tape, std::uint32_t slot);

/// Throws AnomalyError: "what", of the operation written at the place, is NaN or infinite.
[[noreturn]] void throw_anomaly(const char* operation, const std::string& what, Place place);

/// Throws AnomalyError when a statement in the slot has handed on an adjoint that is not finite.
void check_finite_adjoints(ScalarTape& tape, std::uint32_t slot);

/// A walk back whose adjoints are Scalars and whose steps are recorded on the same explaining tape, so that they can
/// be differentiated again.
class RecordedWalk {
public:
    /// Throws TapeError if the tape does not explain.
    RecordedWalk(ScalarTape& tape, const char* operation);

    /// Adds to the adjoint of a slot.
    void add(std::uint32_t slot, const Scalar& gradient);

    /// The adjoint of a slot so far; the constant 0 where nothing arrived.
    Scalar adjoint(std::uint32_t slot) const;
    bool reached(std::uint32_t slot) const { return slot < reached_.size() && reached_[slot]; }

    /// Hands the adjoints of [first, last) on to their operands, from the last one down.
    void reverse(std::uint32_t first, std::uint32_t last);

private:
    ScalarTape& tape_;
    std::vector<Scalar> adjoints_;
    std::vector<bool> reached_;
};

/// d root / d inputs as recorded Scalars, on the thread's explaining tape. Inputs may be intermediate values.
/// Throws TapeError if root or an input is not on the current tape, or the tape does not explain.
std::vector<Scalar> recorded_gradients(const Scalar& root, const std::vector<Scalar>& inputs);

// ---- called by the tape ----

ScalarRecords* make_records();
void destroy_records(ScalarRecords* records) noexcept;

}  // namespace xgrad::detail
