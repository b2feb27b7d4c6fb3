// One idea: a run that stops and goes on from a checkpoint gives the numbers of the run that never stopped, bit for bit.
// The digits are shuffled, dropout draws, the rate falls; it stops in the middle of an epoch.
// Prints:
//   never stopped: loss ... behind step 50, ... behind step 100
//   stopped at 50: loss ... behind step 50
//   a new program: loss ... behind step 100
//   the same losses and weights: true

#include <xgrad/xgrad.hpp>

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

using namespace xgrad;

namespace {

struct Network {
    nn::Linear hidden{64, 32}, output{32, 10};
    nn::Dropout dropout{0.2};
    XGRAD_MODULE(Network, hidden, output, dropout)

    Tensor operator()(const Input& images) const { return output(dropout(relu(hidden(flatten(images, 1))))); }
};

struct Run {
    /// Trains until so many steps were made.
    void go(std::size_t steps)
    {
        while (losses.size() < steps)
            for (auto [images, labels] : loader) {
                Tape tape;
                const Tensor loss = cross_entropy(network(images), labels);
                adam.zero_grad();
                tape.backward(loss);
                adam.step();
                schedule.step();
                losses.push_back(loss.item());
                if (losses.size() == steps) break;
            }
    }

    Network network;
    optim::Adam adam{nn::parameters(network), {.lr = 0.01}};
    optim::ExponentialLR schedule{adam, {.gamma = 0.99}};
    data::Loader loader{data::digits().train, {.batch_size = 32}};
    std::vector<double> losses;
    train::Checkpoint checkpoint{
        {"model", network}, {"optimizer", adam}, {"schedule", schedule}, {"loader", loader}, {"losses", losses}};
};

}  // namespace

int main()
{
    const std::string path = std::filesystem::temp_directory_path() / fmt::format("run-{}.safetensors", getpid());
    manual_seed(1);
    Run whole;
    whole.go(100);
    fmt::print("never stopped: loss {:.6f} behind step 50, {:.6f} behind step 100\n", whole.losses[49],
               whole.losses[99]);

    manual_seed(1);
    Run first;
    first.go(50);
    first.checkpoint.save(path);
    fmt::print("stopped at 50: loss {:.6f} behind step 50\n", first.losses[49]);

    manual_seed(2);  // other weights, another order: the checkpoint brings all of it back
    Run second;
    second.checkpoint.load(path);
    std::filesystem::remove(path);
    second.go(100);
    fmt::print("a new program: loss {:.6f} behind step 100\n", second.losses[99]);

    const Tensor wanted = whole.network.hidden.weight, got = second.network.hidden.weight;
    fmt::print("the same losses and weights: {}\n", second.losses == whole.losses && all(eq(got, wanted)).item() == 1);
}
