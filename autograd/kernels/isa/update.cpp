// Optimizer steps in one pass: the rules of update_rules.hpp for arrays.
#include "autograd/kernels/simd.hpp"
#include "autograd/kernels/update_table.hpp"

namespace xgrad::kernels::XGRAD_ISA_NAME {
namespace {

template <class V>
void apply(const GradientTerms& terms, V& x, V& g)
{
    if (terms.maximize) g = -g;
    if (terms.decay != 0) g += V(terms.decay) * x;
    if (terms.l1 != 0) g += V(terms.l1) * sign_of(x);
    if (terms.shrink != 1) x *= V(terms.shrink);
}

bool is_plain(const GradientTerms& terms)
{
    return !terms.maximize && terms.decay == 0 && terms.l1 == 0 && terms.shrink == 1;
}

constexpr std::size_t kAnyStates = 99;

// The first `kUsed` states are there and the others are not; kAnyStates: any of them may be null. kPlain: there are no
// terms. Questions asked in the loop for each register cost SGD a quarter of its speed.
template <class T, class Rule, std::size_t kUsed, bool kPlain>
void run(Index n, const GradientTerms& all_terms, const Rule& all_rule, T* p, const T* g, void* const* states)
{
    T* s[Rule::kStates];
    for (std::size_t k = 0; k < Rule::kStates; ++k) s[k] = static_cast<T*>(states[k]);
    // Copies, which no store into the arrays can change.
    const GradientTerms terms = all_terms;
    const Rule rule = all_rule;
    const auto uses = [=](std::size_t k) { return kUsed == kAnyStates ? s[k] != nullptr : k < kUsed; };
    for_each_vec<T>(n, [=](Index i, auto lanes) {
        Vec<T> x = lanes.load(p + i), gradient = lanes.load(g + i), state[Rule::kStates];
        for (std::size_t k = 0; k < Rule::kStates; ++k) state[k] = uses(k) ? lanes.load(s[k] + i) : Vec<T>(0);
        if constexpr (!kPlain) apply(terms, x, gradient);
        rule(x, gradient, state);
        for (std::size_t k = 0; k < Rule::kStates; ++k)
            if (uses(k)) lanes.store(s[k] + i, state[k]);
        lanes.store(p + i, x);
    });
}

template <class T, class Rule>
void update(Index n, const GradientTerms& terms, const void* rule_numbers, void* parameter, const void* grad,
            void* const* states)
{
    T* p = static_cast<T*>(parameter);
    const T* g = static_cast<const T*>(grad);
    const Rule& rule = *static_cast<const Rule*>(rule_numbers);
    constexpr std::size_t kAll = Rule::kStates;
    bool others = true;  // all but the last
    for (std::size_t k = 0; k + 1 < kAll; ++k) others = others && states[k] != nullptr;
    const bool last = states[kAll - 1] != nullptr, plain = is_plain(terms);
    if (!others) return run<T, Rule, kAnyStates, false>(n, terms, rule, p, g, states);
    if (last && plain) return run<T, Rule, kAll, true>(n, terms, rule, p, g, states);
    if (last) return run<T, Rule, kAll, false>(n, terms, rule, p, g, states);
    if (plain) return run<T, Rule, kAll - 1, true>(n, terms, rule, p, g, states);
    run<T, Rule, kAll - 1, false>(n, terms, rule, p, g, states);
}

// x * 0 is NaN for NaN and infinity, and a NaN stays in a sum.
template <class T>
bool all_finite(Index n, const void* from)
{
    const T* x = static_cast<const T*>(from);
    Vec<T> sum(0);
    for_each_vec<T>(n, [&](Index i, auto lanes) { sum += lanes.load(x + i) * Vec<T>(0); });
    return all(sum == sum);
}

template <class T>
void fill(UpdateTable& table, std::size_t dtype)
{
    UpdateRules::for_each([&](auto rule) {
        using Rule = decltype(rule);
        table.update[dtype][UpdateRules::index<Rule>()] = update<T, Rule>;
    });
    table.all_finite[dtype] = all_finite<T>;
}

}  // namespace

void fill_update(UpdateTable& table)
{
    fill<float>(table, index_of(f32));
    fill<double>(table, index_of(f64));
}

}  // namespace xgrad::kernels::XGRAD_ISA_NAME
