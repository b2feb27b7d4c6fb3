#include <xgrad/data/split.hpp>

#include <xgrad/error.hpp>
#include <xgrad/ops/create.hpp>
#include <xgrad/ops/gather.hpp>
#include <xgrad/ops/join.hpp>
#include <xgrad/ops/slice.hpp>
#include <xgrad/tape.hpp>

#include <cmath>
#include <stdexcept>
#include <string>

namespace xgrad::data {
namespace {

using xgrad::detail::error_text;

Dataset part(const Dataset& set, const Tensor& order, std::int64_t from, std::int64_t to)
{
    return take_rows(set, narrow(order, 0, from, to - from));
}

}  // namespace

Dataset take_rows(const Dataset& set, const Tensor& rows)
{
    const NoGrad no_grad;
    return {index_select(set.inputs(), 0, rows), index_select(set.targets(), 0, rows)};
}

ThreeWaySplit random_split(const Dataset& set, double validation, double test, Generator& generator)
{
    if (!(validation >= 0 && test >= 0 && validation + test < 1))
        throw std::invalid_argument(error_text("random_split",
                                               std::to_string(validation) + " and " + std::to_string(test),
                                               "parts of the set, together less than 1", "0.2 and 0.2, for example"));
    const auto n = static_cast<double>(set.size());
    const std::int64_t judged = std::llround(n * test), chosen = std::llround(n * validation);
    const std::int64_t trained = set.size() - judged - chosen;
    const Tensor order = randperm(set.size(), generator);
    return {part(set, order, 0, trained), part(set, order, trained, trained + chosen),
            part(set, order, trained + chosen, set.size())};
}

std::vector<Fold> k_fold(const Dataset& set, std::int64_t k, bool shuffle, Generator& generator)
{
    const std::int64_t n = set.size();
    if (k < 2 || k > n)
        throw std::invalid_argument(error_text("k_fold", std::to_string(k) + " folds of " + std::to_string(n) + " rows",
                                               "2 folds to as many as rows", "a smaller k"));
    const Tensor order = shuffle ? randperm(n, generator) : arange(n);
    std::vector<Fold> folds;
    for (std::int64_t i = 0; i < k; ++i) {
        const std::int64_t from = i * n / k, to = (i + 1) * n / k;
        const Tensor rest = cat({narrow(order, 0, 0, from), narrow(order, 0, to, n - to)});
        folds.push_back({take_rows(set, rest), part(set, order, from, to)});
    }
    return folds;
}

Dataset bootstrap(const Dataset& set, Generator& generator)
{
    return take_rows(set, randint(0, set.size(), {set.size()}, generator));
}

}  // namespace xgrad::data
