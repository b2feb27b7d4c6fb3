#include "options.hpp"

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>
#include <stdexcept>

Options read_options(int argc, char** argv)
{
    Options options;
    CLI::App app{
        "Prints the graph of f = (x + y) z step by step, then trains a convolutional network on handwritten digits:\n"
        "without --data on the 1797 digits of 8 x 8 pixels inside the library, with --data LeNet-5 on a folder in\n"
        "the format of MNIST. The last eighth of the training rows is held out: after each epoch the network is "
        "judged\n"
        "on that. The test rows are used once, at the end, and nothing is chosen by them.",
        "demo"};
    app.set_help_flag("-h,--help", "print this and stop");
    app.add_option("--data", options.data, "folder with train-images-idx3-ubyte and so on, plain or .gz")
        ->type_name("DIR");
    const auto* epochs =
        app.add_option("--epochs", options.epochs, "times through the training rows (60; with --data 10)")
            ->check(CLI::Range(0, 100000))
            ->type_name("N");
    const auto* batch = app.add_option("--batch-size", options.batch_size, "samples a step (32; with --data 64)")
                            ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 30))
                            ->type_name("N");
    const auto* lr =
        app.add_option("--lr", options.lr, "Adam's first learning rate; it falls to 0 along a cosine (0.002)")
            ->check(CLI::Range(1e-12, 1e30))
            ->type_name("X");
    app.add_option("--seed", options.seed, "of start values, order and augmentation (1)")->type_name("N");
    app.add_option("--threads", options.threads, "threads (as many as there are physical cores)")
        ->check(CLI::Range(1, 4096))
        ->type_name("N");
    const auto* weights =
        app.add_option("--weights", options.weights,
                       "file for the trained weights (demo-digits.safetensors, demo-lenet5.safetensors)")
            ->type_name("PATH");
    app.add_option("--load", options.load, "start from these weights; --epochs 0 only judges them")->type_name("PATH");
    app.add_flag("-q,--quiet", options.quiet, "print the last line only");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp& help) {
        std::exit(app.exit(help));
    } catch (const CLI::ParseError& error) {
        throw std::invalid_argument(std::string(error.what()) + ". Try: demo --help");
    }
    if (std::isnan(options.lr)) throw std::invalid_argument("--lr: nan is no learning rate. Try: --lr 0.002");
    const bool mnist = !options.data.empty();
    if (epochs->count() == 0) options.epochs = mnist ? 10 : 60;
    if (batch->count() == 0) options.batch_size = mnist ? 64 : 32;
    if (lr->count() == 0) options.lr = 0.002;
    if (weights->count() == 0) options.weights = mnist ? "demo-lenet5.safetensors" : "demo-digits.safetensors";
    return options;
}
