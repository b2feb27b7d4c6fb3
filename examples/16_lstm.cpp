// One idea: a recurrent network reads a sequence step by step and carries along what it has seen.
// An LSTM reads each digit row by row from the top and says after every row which digit it takes it for. In training every
// row counts alike. The further it reads, the more of the test images it knows.
// Prints:
//   after row 1: 9... of 360 right
//   after row 2: 1... of 360 right
//   after row 4: 2... of 360 right
//   after row 8: 2... of 360 right

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>

using namespace xgrad;

namespace {

struct Reader {
    nn::LSTM lstm{8, 48, {.batch_first = true}};
    nn::Linear score{48, 10};
    XGRAD_MODULE(Reader, lstm, score)

    /// (n, 8 rows, 8 pixels) -> (n, 8 rows, 10 digits)
    Tensor operator()(const Input& rows) const { return score(lstm(rows).output); }
};

Tensor as_rows(const Tensor& images) { return squeeze(images, 1); }

}  // namespace

int main()
{
    manual_seed(1);
    const data::Split digits = data::digits();
    Reader model;
    optim::Adam adam{nn::parameters(model), {.lr = 5e-3}};
    data::Loader loader(digits.train, {.batch_size = 32, .seed = 1});
    for (int epoch = 0; epoch < 15; ++epoch)
        for (auto [images, labels] : loader) {
            const Tensor wanted = repeat_interleave(labels, 8);  // after each row the same digit
            Tape tape;
            const Tensor loss = cross_entropy(flatten(model(as_rows(images)), 0, 1), wanted);
            adam.zero_grad();
            tape.backward(loss);
            optim::clip_grad_norm(adam.parameters(), 1);
            adam.step();
        }

    const Tensor scores = model(as_rows(digits.test.inputs()));
    for (const int row : {1, 2, 4, 8})
        fmt::print("after row {}: {} of {} right\n", row,
                   train::count_correct(select(scores, 1, row - 1), digits.test.targets()), digits.test.size());
}
