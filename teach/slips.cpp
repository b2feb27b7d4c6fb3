#include "teach/slips.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::detail {
namespace {

using Numbers = std::vector<double>;

double largest(const Numbers& a)
{
    double size = 0;
    for (const double x : a)
        size = std::isnan(x) ? std::numeric_limits<double>::infinity() : std::max(size, std::abs(x));
    return size;
}

double dot(const Numbers& a, const Numbers& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// p a + q b.
Numbers combined(double p, const Numbers& a, double q, const Numbers& b)
{
    Numbers out(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) out[i] = p * a[i] + q * b[i];
    return out;
}
Numbers times(double p, const Numbers& a) { return combined(p, a, 0, a); }

std::size_t count_nonzero(const Numbers& a)
{
    return static_cast<std::size_t>(std::count_if(a.begin(), a.end(), [](double x) { return x != 0; }));
}

/// The k for which k a is next to b.
double best_factor(const Numbers& a, const Numbers& b)
{
    const double square = dot(a, a);
    return square == 0 ? 0 : dot(a, b) / square;
}

struct NamedFactor {
    double factor;
    Mistake mistake;
    std::string text;
    double cost;
};

struct Found {
    double cost;  // smaller is likelier
    Suspicion suspicion;
};

class Search {
public:
    Search(const std::vector<Claim>& claims, std::size_t which, const SlipContext& context)
        : claims_(claims), c_(claims[which]), which_(which), context_(context)
    {
        for (std::size_t i = 0; i < c_.autograd.size(); ++i) data_.push_back(c_.autograd[i] - c_.penalty[i]);
        name_factors();
    }

    std::vector<Suspicion> run()
    {
        zero();
        factors();
        penalties();
        bias_line();
        transposition();
        derivations();
        if (found_.empty()) penalty_and_factor();
        if (found_.empty() && context_.is_last) any_factor();
        std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) { return a.cost < b.cost; });
        std::vector<Suspicion> out;
        for (Found& f : found_) {
            const auto is_same = [&](const Suspicion& s) { return s.mistake == f.suspicion.mistake; };
            if (out.size() == 3 || f.cost > found_.front().cost + 1) break;
            if (std::none_of(out.begin(), out.end(), is_same)) out.push_back(std::move(f.suspicion));
        }
        return out;
    }

private:
    bool fits(const Numbers& candidate) const { return distance(candidate, c_.by_hand) <= context_.tolerance; }
    bool is(double a, double b) const { return std::abs(a - b) <= 10 * context_.tolerance * std::abs(b); }
    void add(double cost, Mistake mistake, std::string text) { found_.push_back({cost, {mistake, std::move(text)}}); }

    // ---- multiples ----

    void name(double factor, Mistake mistake, double cost, std::string text)
    {
        named_.push_back({factor, mistake, std::move(text), cost});
    }

    void name_factors()
    {
        name(-1, Mistake::sign_flipped, 1,
             "the sign is flipped: it is the negative of the gradient. y - a is the derivative of the "
             "log-likelihood; the loss is its negative, with a - y");
        name(2, Mistake::factor_two, 1,
             "factor 2: it is twice the gradient. The loss has a 1/2 (or no square) that was not taken into account");
        name(0.5, Mistake::factor_half, 1,
             "factor 1/2: it is half the gradient. (a - y)^2 has the derivative 2 (a - y); a - y belongs to "
             "1/2 (a - y)^2");
        name(-2, Mistake::sign_flipped, 3, "the sign is flipped and there is a factor 2: it is -2 times the gradient");
        name(-0.5, Mistake::sign_flipped, 3,
             "the sign is flipped and there is a factor 1/2: it is -1/2 times the gradient");
        for (const SampleCount& count : context_.counts) name_count(count);
    }

    void name_count(const SampleCount& count)
    {
        const std::string n = fmt::format("{:g}", count.n), where = " (N = " + n + ", " + count.where + ")";
        const double doubt = count.n == 2 ? 0.5 : 0;  // a factor 2 is likelier to be one
        name(count.n, Mistake::one_over_n_missing, 1 + doubt,
             "1/N is missing: it is " + n + " times the gradient" + where +
                 ". The loss is a mean, by hand its parts are added up");
        name(1 / count.n, Mistake::sum_against_mean, 1 + doubt,
             "a sum against a mean: it is 1/" + n + " of the gradient" + where +
                 ". The loss adds its parts up, by hand they are averaged");
        name(-count.n, Mistake::sign_flipped, 3 + doubt,
             "the sign is flipped and 1/N is missing: it is -" + n + " times the gradient" + where);
        name(-1 / count.n, Mistake::sign_flipped, 3 + doubt,
             "the sign is flipped, and a sum stands against a mean: it is -1/" + n + " of the gradient" + where);
    }

    void zero()
    {
        if (largest(c_.by_hand) == 0 && largest(c_.autograd) > 0)
            add(2.5, Mistake::all_zero, "it is 0 everywhere, the gradient is not");
    }

    void factors()
    {
        if (largest(c_.by_hand) == 0) return;
        const bool has_data = c_.rate != 0 && count_nonzero(data_) > 0;
        for (const NamedFactor& f : named_) {
            if (fits(times(f.factor, c_.autograd))) add(f.cost, f.mistake, f.text);
            if (has_data && fits(combined(f.factor, data_, 1, c_.penalty)))
                add(f.cost + 1, f.mistake, f.text + "; its penalty is right");
        }
    }

    void any_factor()
    {
        if (count_nonzero(c_.autograd) < 2) return;
        const double k = best_factor(c_.autograd, c_.by_hand);
        if (k != 0 && fits(times(k, c_.autograd)))
            add(6, Mistake::constant_factor, fmt::format("a constant factor: it is {:.6g} times the gradient", k));
    }

    // ---- penalties: autograd = data + rate value ----

    const SampleCount* count_of(double n) const
    {
        for (const SampleCount& count : context_.counts)
            if (is(n, count.n)) return &count;
        return nullptr;
    }

    /// Where no other evidence is needed: rates of other inputs, and what the user said.
    bool is_known_rate(double b) const
    {
        const double lambda = context_.lambda;
        if (lambda != 0 && (is(b, lambda) || is(b, 2 * lambda))) return true;
        for (const SampleCount& count : context_.counts)
            if (lambda != 0 && is(b, lambda / count.n)) return true;
        return std::any_of(claims_.begin(), claims_.end(),
                           [&](const Claim& other) { return other.rate != 0 && is(b, other.rate); });
    }

    void penalties()
    {
        const Numbers rest = combined(1, c_.by_hand, -1, data_);
        const Numbers unit = c_.rate == 0 ? c_.value : times(1 / c_.rate, c_.penalty);
        const double b = best_factor(unit, rest);
        const bool has_evidence = count_nonzero(unit) >= 3 || is_known_rate(b) ||
                                  (c_.rate != 0 && (std::abs(b) < 1e-9 * std::abs(c_.rate) || rate_is_named(b)));
        if (has_evidence && fits(combined(1, data_, b, unit))) add_penalty(2, b, "");
    }

    bool rate_is_named(double b) const
    {
        const double ratio = b / c_.rate;
        return is(ratio, 2) || is(ratio, 0.5) || is(ratio, -1) || count_of(ratio) || count_of(1 / ratio);
    }

    void add_penalty(double cost, double b, const std::string& before)
    {
        const std::string by_hand = fmt::format("{:.6g} {}", b, c_.name);
        if (c_.rate != 0)
            other_penalty(cost, b / c_.rate, by_hand, before);
        else if (c_.is_bias)
            add(cost, Mistake::bias_regularised,
                before + "the bias is regularised: by hand there is " + by_hand +
                    " more; the penalty of the loss leaves " + c_.name + " out");
        else
            add(cost, Mistake::penalty_added,
                before + "a penalty that the loss has not: by hand there is " + by_hand + " more");
    }

    /// By hand the penalty's part is `ratio` times that of the loss.
    void other_penalty(double cost, double ratio, const std::string& by_hand, const std::string& before)
    {
        const std::string loss = fmt::format("{:.6g} {}", c_.rate, c_.name);
        const std::string both = "by hand the penalty gives " + by_hand + ", in the loss " + loss;
        const auto say = [&](Mistake mistake, const std::string& text) { add(cost, mistake, before + text); };
        const SampleCount *more = count_of(ratio), *less = count_of(1 / ratio);
        const bool is_double = is(ratio, 2), is_half = is(ratio, 0.5);
        if (std::abs(ratio) < 1e-9)
            say(Mistake::penalty_missing, "the penalty is missing: the loss has " + loss + " from it");
        else if (is(ratio, -1))
            say(Mistake::penalty_factor, "the sign of the penalty is flipped: " + both);
        else if (!is_double && !is_half && !more && !less)
            say(Mistake::penalty_factor, "another weight of the penalty: " + both);
        if (is_double || is_half)
            say(Mistake::penalty_factor, std::string("factor ") + (is_double ? "2" : "1/2") +
                                             " in the penalty: " + both +
                                             ". lambda/2 |W|^2 has the gradient lambda W, lambda |W|^2 has 2 lambda W");
        if (more)
            say(Mistake::lambda_against_lambda_over_n,
                fmt::format("lambda against lambda/n: {}, which is 1/{:g} of it (n = {:g}, {}). {}", both, more->n,
                            more->n, more->where, "lambda/(2n) |W|^2 has the gradient lambda/n W"));
        if (less)
            say(Mistake::lambda_against_lambda_over_n,
                fmt::format("lambda/n against lambda: {}, which is {:g} times as much (n = {:g}, {})", both, less->n,
                            less->n, less->where));
    }

    /// By hand a multiple of the value is added to one row or column of a matrix alone, which holds the biases.
    void bias_line()
    {
        if (c_.sizes.size() != 2) return;
        const auto rows = static_cast<std::size_t>(c_.sizes[0]), columns = static_cast<std::size_t>(c_.sizes[1]);
        if (rows < 2 || columns < 2) return;
        const auto try_line = [&](std::size_t first, std::size_t step, std::size_t count, const std::string& what) {
            Numbers line(c_.value.size(), 0.0);
            for (std::size_t i = 0; i < count; ++i) line[first + i * step] = c_.value[first + i * step];
            const double b = best_factor(line, combined(1, c_.by_hand, -1, c_.autograd));
            if (b == 0 || !(count_nonzero(line) >= 3 || is_known_rate(b)) || !fits(combined(1, c_.autograd, b, line)))
                return;
            add(1.5, Mistake::bias_regularised,
                fmt::format("the bias is regularised: in {} of {} there is by hand {:.6g} times its value more", what,
                            c_.name, b));
        };
        try_line(0, columns, rows, "column 0");
        try_line(columns - 1, columns, rows, "the last column");
        try_line(0, 1, columns, "row 0");
        try_line((rows - 1) * columns, 1, columns, "the last row");
    }

    // ---- the rest ----

    void transposition()
    {
        if (c_.sizes.size() != 2 || c_.sizes[0] != c_.sizes[1] || c_.sizes[0] < 2) return;
        const auto n = static_cast<std::size_t>(c_.sizes[0]);
        Numbers other(n * n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) other[j * n + i] = c_.autograd[i * n + j];
        const std::string text =
            "the gradient is transposed. It has the shape of its matrix: dW = X^T delta for X W, "
            "delta X^T for W X";
        if (fits(other)) add(2, Mistake::transposed, text);
        for (const NamedFactor& f : named_)
            if (fits(times(f.factor, other))) add(3 + f.cost, Mistake::transposed, text + "; and " + f.text);
    }

    /// How many of the wrong claims a derivation explains, as a part: one mistake for all is likelier than one for each.
    double explained(const Derivation& d) const
    {
        double wrong = 0, fit = 0;
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            if (!claims_[i].is_wrong) continue;
            wrong += 1;
            fit += !d.gradients[i].empty() && distance(d.gradients[i], claims_[i].by_hand) <= context_.tolerance;
        }
        return wrong == 0 ? 0 : fit / wrong;
    }

    void derivations()
    {
        for (const Derivation& d : context_.derivations) {
            const Numbers& gradient = d.gradients[which_];
            if (gradient.empty() || distance(gradient, c_.autograd) <= context_.tolerance) continue;
            const double cost = 2 * d.mistakes - 0.9 * explained(d);
            if (fits(gradient)) add(cost, d.mistake, d.text);
            if (c_.rate != 0 && fits(combined(1, gradient, -1, c_.penalty)))
                add(cost + 2, d.mistake, d.text + ". And the penalty is missing");
            if (d.mistakes > 1 || largest(gradient) == 0 || c_.value.size() < 2) continue;
            for (const NamedFactor& f : named_)
                if (fits(times(f.factor, gradient))) add(cost + 2 + f.cost, d.mistake, d.text + ". And " + f.text);
        }
    }

    /// Both the data part and the penalty are multiples of what they should be.
    void penalty_and_factor()
    {
        if (c_.rate == 0 || count_nonzero(c_.penalty) < 2 || count_nonzero(data_) < 2 || data_.size() < 3) return;
        const Numbers unit = times(1 / c_.rate, c_.penalty);
        const double dd = dot(data_, data_), du = dot(data_, unit), uu = dot(unit, unit), det = dd * uu - du * du;
        if (!(det > 1e-12 * dd * uu)) return;
        const double dh = dot(data_, c_.by_hand), uh = dot(unit, c_.by_hand);
        const double a = (dh * uu - uh * du) / det, b = (uh * dd - dh * du) / det;
        if (!fits(combined(a, data_, b, unit))) return;
        for (const NamedFactor& f : named_)
            if (is(a, f.factor)) return add_penalty(4 + f.cost, b, f.text + ". And ");
    }

    const std::vector<Claim>& claims_;
    const Claim& c_;
    std::size_t which_;
    const SlipContext& context_;
    Numbers data_;
    std::vector<NamedFactor> named_;
    std::vector<Found> found_;
};

}  // namespace

double distance(const std::vector<double>& a, const std::vector<double>& b)
{
    double difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = std::isfinite(a[i] - b[i]) ? std::max(difference, std::abs(a[i] - b[i]))
                                                : std::numeric_limits<double>::infinity();
    return difference == 0 || std::isinf(difference) ? difference : difference / std::max(largest(a), largest(b));
}

std::vector<Suspicion> suspicions_of(const std::vector<Claim>& claims, std::size_t which, const SlipContext& context)
{
    return Search(claims, which, context).run();
}

void note_penalty(Claim& claim, const std::vector<double>& contribution, bool is_certain)
{
    if (!is_certain && count_nonzero(contribution) < 2) return;
    Numbers shared(claim.value.size(), 0.0);
    for (std::size_t i = 0; i < shared.size(); ++i)
        if (contribution[i] != 0) shared[i] = claim.value[i];
    const double rate = best_factor(shared, contribution);
    if (rate == 0 || !(distance(times(rate, shared), contribution) <= 1e-6)) return;
    claim.rate += rate;
    for (std::size_t i = 0; i < shared.size(); ++i) claim.penalty[i] += rate * shared[i];
}

}  // namespace xgrad::detail
