// The slide's graph step by step, then a convolutional network trained on real handwritten digits.

#include "models.hpp"
#include "training.hpp"

#include <exception>
#include <string>

namespace {

void show_the_slide()
{
    fmt::print("The graph of f = (x + y) z at x = -2, y = 5, z = -4, forward and then backward:\n\n");
    xgrad::Tape tape{{.explain = true}};
    const auto x = tape.variable("x", -2.0), y = tape.variable("y", 5.0), z = tape.variable("z", -4.0);
    const auto f = (x + y) * z;
    tape.backward(f);
    fmt::print("{}\nf = {}, df/dx = {}, df/dy = {}, df/dz = {}\n\n", xgrad::explain(tape), f.value(), x.grad(),
               y.grad(), z.grad());
}

xgrad::data::Split read_mnist(const std::string& folder)
{
    xgrad::data::Split data = xgrad::data::read_mnist(folder, kClasses);
    for (const auto* part : {&data.train, &data.test}) {
        const std::int64_t height = part->inputs().size(2), width = part->inputs().size(3);
        if (part->size() == 0)
            throw std::invalid_argument(fmt::format("{} holds no images. Try: another folder", folder));
        if (height != 28 || width != 28)
            throw std::invalid_argument(
                fmt::format("the images in {} have {} x {} pixels, LeNet-5 takes 28 x 28. Try: another folder", folder,
                            height, width));
    }
    return data;
}

/// The library's texts have a line for the rule and one for what to try; here one line is enough.
std::string in_one_line(std::string text)
{
    if (const auto rule = text.find(".\n  rule:"); rule != std::string::npos) {
        const std::string hint = "\n  try:  ";
        const auto place = text.find(hint, rule);
        text = text.substr(0, rule) + (place == std::string::npos ? "" : ". Try: " + text.substr(place + hint.size()));
    }
    while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) text.replace(end, 1, "; ");
    return text;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const Options options = read_options(argc, argv);
        xgrad::set_num_threads(options.threads);
        if (!options.quiet) show_the_slide();
        if (options.data.empty()) {
            if (!options.quiet) fmt::print("A convolutional network on 8 x 8 pixels: ");
            run<DigitsNet>(xgrad::data::digits(), options);
        } else {
            const auto data = read_mnist(options.data);
            if (!options.quiet) fmt::print("LeNet-5 on {}: ", options.data);
            run<xgrad::nn::LeNet5>(data, options);
        }
    } catch (const std::exception& error) {
        fmt::print(stderr, "demo: {}\n", in_one_line(error.what()));
        return 1;
    }
}
