// One idea: training longer fits the training data ever better, and other data only up to a point: stop there.
// 100 digits to learn, every fourth with a wrong label, and 400 others to judge by. At first both losses fall (the
// network underfits), then the network learns the mistakes by heart (it overfits). EarlyStopping keeps the best weights;
// here training goes on to the end, to show what would have come, and then they are put back.
// Lecture: S1:881-888, S1:921-933, S2:606, S4:259, S4:380-392
// Prints:
//   epoch  10  training 1.9...  validation 2.1...
//   epoch  75  training 0...  validation 1.2...
//   epoch 199  training 0.0...  validation 1.6...
//   with patience 10: stop after epoch ..., take epoch ..., validation 1.2...
//   overfitting: ...
//   ...

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

data::Dataset with_wrong_labels(const data::Dataset& set)
{
    const Tensor wrong = remainder(arange(set.size()), 4) == 0;
    return {set.inputs(), where(wrong, remainder(set.targets() + 1, 10), set.targets())};
}

}  // namespace

int main()
{
    manual_seed(1);
    const data::Dataset digits = data::digits().train;
    const data::Dataset few = with_wrong_labels(digits.rows(0, 100)), others = digits.rows(100, 500);
    nn::Sequential net(nn::Flatten{}, nn::Linear{64, 64}, nn::ReLU{}, nn::Linear{64, 10});
    optim::Adam adam{nn::parameters(net), {.lr = 3e-3}};

    train::EarlyStopping stopping(net, {.patience = 10, .restore_best = false});
    std::vector<double> training, validation;
    std::int64_t stopped = 0;
    for (std::int64_t epoch = 0; epoch < 200; ++epoch) {
        Tape tape;
        const Tensor loss = cross_entropy(net(few.inputs()), few.targets());
        adam.zero_grad();
        tape.backward(loss);
        adam.step();
        training.push_back(loss.item());
        validation.push_back(train::evaluate(net, others, 10).loss);
        if (epoch == 10 || epoch == 75 || epoch == 199)
            fmt::print("epoch {:3}  training {:.3f}  validation {:.3f}\n", epoch, training.back(), validation.back());
        if (stopped == 0 && stopping.step(validation.back())) stopped = epoch;
    }
    stopping.restore();
    fmt::print("with patience 10: stop after epoch {}, take epoch {}, validation {:.3f}\n", stopped,
               stopping.best_epoch(), train::evaluate(net, others, 10).loss);
    fmt::print("{}", to_string(train::diagnose(training, validation)));
}
