// Replays what PyTorch recorded in a directory: parameter trajectories of optimizers, rates of schedulers, training runs.
#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <filesystem>

#include "tests/training/cases.hpp"

using namespace xgrad::training;

namespace {

constexpr int kSkipped = 77;  // what ctest is told to take for "skipped"

struct Part {
    const char* file;
    void (*check)(Report&, const std::string& directory);
};
constexpr Part kParts[] = {
    {"optimizers.json", check_optimizers},
    {"schedulers.json", check_schedulers},
    {"training/index.json", check_training},
};

int run(const std::string& directory)
{
    Report report;
    for (const Part& part : kParts)
        if (std::filesystem::exists(directory + "/" + part.file))
            part.check(report, directory);
        else
            report.skip(std::string(part.file) + ": the directory has none");
    report.close();
    return report.is_good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    const bool optional = argc == 3 && std::strcmp(argv[2], "--skip-if-absent") == 0;
    if (argc != 2 && !optional) {
        fmt::print(stderr,
                   "usage: reference_training DIR [--skip-if-absent]\n"
                   "Replays the optimizers, schedulers and training runs of DIR. Data files of runs are named from two "
                   "levels above\n"
                   "DIR. Fails when a case differs or is unknown, or nothing was run. --skip-if-absent: ends with "
                   "status 77 when DIR does not exist.\n");
        return 2;
    }
    if (!std::filesystem::exists(argv[1])) {
        fmt::print("{} is not there\n", argv[1]);
        return optional ? kSkipped : 2;
    }
    try {
        return run(argv[1]);
    } catch (const std::exception& error) {
        fmt::print(stderr, "reference_training: {}\n", error.what());
        return 2;
    }
}
