#include <xgrad/ops/elementwise.hpp>
#include <xgrad/ops/reduce.hpp>
#include <xgrad/train/classify.hpp>

namespace xgrad::train {

std::int64_t count_correct(const Tensor& scores, const Tensor& labels)
{
    const NoGrad nothing_recorded;
    return static_cast<std::int64_t>(sum(eq(argmax(scores, 1), labels)).item());
}

Evaluation detail::evaluate(const Scores& model, const data::Dataset& set, std::int64_t classes,
                            std::int64_t batch_size)
{
    const NoGrad nothing_recorded;
    ConfusionMatrix confusion(classes);
    double loss = 0;
    data::Loader loader(set, {.batch_size = batch_size, .shuffle = false, .seed = 0});
    for (const auto& [inputs, labels] : loader) {
        const Tensor scores = model(inputs);
        loss += cross_entropy(scores, labels, {.reduction = Reduction::sum}).item();
        confusion.add(argmax(scores, 1), labels);
    }
    return {loss / static_cast<double>(confusion.samples()), confusion};
}

}  // namespace xgrad::train
