// Saves one checkpoint after the other, each of equal numbers, until it is killed. A test kills it.
#include <xgrad/xgrad.hpp>

#include <filesystem>

int main(int, char** arguments)
{
    const std::string path = arguments[1];
    xgrad::nn::Linear model(1024, 1024);
    std::int64_t step = 0;
    xgrad::train::Checkpoint checkpoint{{"model", model}, {"step", step}};
    if (std::filesystem::exists(path)) checkpoint.load(path);
    while (true) {
        ++step;
        model.weight = xgrad::full({1024, 1024}, static_cast<double>(step));
        model.bias = xgrad::full({1024}, static_cast<double>(step));
        checkpoint.save(path);
    }
}
