#include "optim/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace xgrad::optim::detail {
namespace {

constexpr double kFall = 1e-4, kSlope = 0.9, kLeastChange = 1e-9;
constexpr int kMostRounds = 25;

/// The minimum of the cubic through two points with their slopes, within the bounds; their middle where there is none.
double interpolate(const LinePoint& a, const LinePoint& b, double least, double most)
{
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    const double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) return (least + most) / 2;
    const double d2 = std::sqrt(square);
    const double minimum = a.t <= b.t ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
                                      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
    return std::min(std::max(minimum, least), most);
}

class Search {
public:
    Search(const Callable<LinePoint(double)>& evaluate, const LinePoint& start, double largest)
        : evaluate_(evaluate), start_(start), largest_(largest)
    {
    }

    LinePoint run(double t)
    {
        bracket(t);
        if (!done_) zoom();
        return low_;
    }

private:
    bool falls_too_little(const LinePoint& p) const { return p.loss > start_.loss + kFall * p.t * start_.slope; }
    bool is_flat_enough(const LinePoint& p) const { return std::abs(p.slope) <= -kSlope * start_.slope; }
    void enclose(const LinePoint& a, const LinePoint& b)
    {
        const bool first = a.loss <= b.loss;
        low_ = first ? a : b;
        high_ = first ? b : a;
    }

    // Goes on until two points have the one that is looked for between them.
    void bracket(double t)
    {
        LinePoint before = start_, now = evaluate_(t);
        for (; rounds_ < kMostRounds; ++rounds_) {
            if (falls_too_little(now) || (rounds_ > 1 && now.loss >= before.loss)) return enclose(before, now);
            if (is_flat_enough(now)) {
                low_ = now;
                done_ = true;
                return;
            }
            if (now.slope >= 0) return enclose(before, now);
            const double next = interpolate(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
            before = std::exchange(now, evaluate_(next));
        }
        enclose({0, start_.loss, start_.slope, start_.gradient}, now);
    }

    // A point between the two, away from both where the last one was near an end already.
    double between()
    {
        const double least = std::min(low_.t, high_.t), most = std::max(low_.t, high_.t), margin = 0.1 * (most - least);
        const double t = interpolate(low_, high_, least, most);
        if (!(std::min(most - t, t - least) < margin)) {
            was_near_end_ = false;
            return t;
        }
        if (!was_near_end_ && t < most && t > least) {
            was_near_end_ = true;
            return t;
        }
        was_near_end_ = false;
        return std::abs(t - most) < std::abs(t - least) ? most - margin : least + margin;
    }

    void zoom()
    {
        while (!done_ && rounds_ < kMostRounds && std::abs(high_.t - low_.t) * largest_ >= kLeastChange) {
            const LinePoint now = evaluate_(between());
            ++rounds_;
            if (falls_too_little(now) || now.loss >= low_.loss) {
                high_ = now;
                if (high_.loss < low_.loss) std::swap(low_, high_);
                continue;
            }
            if (is_flat_enough(now))
                done_ = true;
            else if (now.slope * (high_.t - low_.t) >= 0)
                high_ = low_;
            low_ = now;
        }
    }

    const Callable<LinePoint(double)>& evaluate_;
    const LinePoint& start_;
    double largest_;
    LinePoint low_, high_;
    int rounds_ = 0;
    bool done_ = false, was_near_end_ = false;
};

}  // namespace

LinePoint strong_wolfe(const Callable<LinePoint(double)>& evaluate, const LinePoint& start, double t, double largest)
{
    return Search(evaluate, start, largest).run(t);
}

}  // namespace xgrad::optim::detail
