#include <xgrad/train/ensemble.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/ops/softmax.hpp>
#include <xgrad/ops/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace xgrad::train::detail {

using xgrad::detail::error_text;

Tensor combine(const std::vector<Tensor>& answers, Combine how)
{
    if (answers.empty())
        throw std::logic_error(error_text("Ensemble", "there are no members", "one or more models answer together",
                                          "add_snapshot, or one of the functions ensemble_of_..."));
    const auto count = static_cast<double>(answers.size());
    std::vector<Tensor> terms;
    for (const Tensor& answer : answers) {
        if (how == Combine::probabilities)
            terms.push_back(log_softmax(answer, -1));
        else if (how == Combine::votes)
            terms.push_back(to(one_hot(argmax(answer, -1), answer.size(-1)), answer.dtype()));
        else
            terms.push_back(answer);
    }
    const Tensor all = stack(terms);
    if (how == Combine::probabilities) return logsumexp(all, 0) - std::log(count);
    return how == Combine::votes ? log(mean(all, 0)) : mean(all, 0);
}

std::vector<std::size_t> best_of(const std::vector<double>& values, std::int64_t keep)
{
    if (keep < 1 || keep > static_cast<std::int64_t>(values.size()))
        throw std::invalid_argument(
            error_text("ensemble_of_best", std::to_string(keep) + " of " + std::to_string(values.size()) + " settings",
                       "one to all of them are kept", "a smaller number, or more settings"));
    const auto rank = [&](std::size_t i) {
        return std::isnan(values[i]) ? -std::numeric_limits<double>::infinity() : values[i];
    };
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rank(a) > rank(b); });
    order.resize(static_cast<std::size_t>(keep));
    return order;
}

void check_count(const char* function, std::int64_t count)
{
    if (count < 1)
        throw std::invalid_argument(error_text(function, std::to_string(count) + " members",
                                               "an ensemble has one or more", "3 to 10 are usual"));
}

}  // namespace xgrad::train::detail
