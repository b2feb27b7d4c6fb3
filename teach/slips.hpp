#pragma once

// What a gradient by hand that is wrong looks like: which known mistake gives exactly these numbers. Numbers alone; what
// wrong derivations give is computed from the tape (slips_on_tape.cpp, slips_of_scalars.cpp).

#include <xgrad/teach/check_by_hand.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad::detail {

/// A gradient under check; elements in row-major order.
struct Claim {
    std::string name;  // "W", "input 0"
    std::vector<std::int64_t> sizes;
    std::vector<double> value, by_hand, autograd;
    std::vector<double> penalty;  // the part of autograd that is `rate` times the value, or 0 where there is no penalty
    double rate = 0;
    bool is_bias = false;
    bool is_wrong = false;
};

/// A derivation with a mistake in it, and the gradients that it gives, claim by claim; empty: of no interest.
struct Derivation {
    Mistake mistake;
    std::string text;
    int mistakes;  // how many were made
    std::vector<std::vector<double>> gradients;
};

/// A number by which sums become means.
struct SampleCount {
    double n;
    std::string where;  // "the size of axis 0 of a constant (6, 3)"
};

struct SlipContext {
    double tolerance;  // how close is exact: see exactness()
    double lambda;
    std::vector<SampleCount> counts;
    std::vector<Derivation> derivations;
    bool is_last = true;  // no more derivations will come: any constant factor is worth naming
};

/// Within what a mistake must give the numbers by hand, where those may differ by `tolerance` from the right ones: neither
/// rounding nor a generous tolerance is to decide.
inline double exactness(double tolerance) { return tolerance < 1e-9 ? 1e-9 : tolerance > 1e-3 ? 1e-3 : tolerance; }

/// Largest difference of the two, as part of the largest element of either; 0 where both are 0, infinite for NaN.
double distance(const std::vector<double>& a, const std::vector<double>& b);

/// All mistakes that give what is by hand in claim `which`, the most likely first, at most three.
std::vector<Suspicion> suspicions_of(const std::vector<Claim>& claims, std::size_t which, const SlipContext& context);

/// Where what a consumer of the value adds to its adjoint is a multiple of the value: notes it as a penalty. Certain: the
/// consumer is an operation of which penalties are made, so that one element is evidence enough.
void note_penalty(Claim& claim, const std::vector<double>& contribution, bool is_certain);

/// Whether an operation of one operand has a slope g' that a derivation may forget; whether it is a layer's g.
bool has_slope(const std::string& operation);
bool is_activation(const std::string& operation);

}  // namespace xgrad::detail
