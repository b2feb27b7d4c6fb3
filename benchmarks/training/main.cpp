// training --workload NAME [--threads N] [--seconds S]: times one workload and prints a line of JSON.
// training --list: the names.
#include <xgrad/random.hpp>
#include <xgrad/version.hpp>

#include <fmt/format.h>

#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "autograd/kernels/table.hpp"
#include "autograd/kernels/threads.hpp"
#include "benchmarks/training/workload.hpp"

namespace {

struct Arguments {
    std::string workload;
    int threads = 1;
    double seconds = 2;
    bool list = false;
};

[[noreturn]] void usage(const std::string& problem)
{
    fmt::print(stderr, "training: {}\nusage: training --workload NAME [--threads N] [--seconds S] | --list\n", problem);
    std::exit(2);
}

Arguments parse(int argc, char** argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        if (flag == "--list") {
            arguments.list = true;
            continue;
        }
        if (i + 1 == argc) usage(flag + " needs a value");
        const char* value = argv[++i];
        char* end = nullptr;
        if (flag == "--workload")
            arguments.workload = value;
        else if (flag == "--threads")
            arguments.threads = static_cast<int>(std::strtol(value, &end, 10));
        else if (flag == "--seconds")
            arguments.seconds = std::strtod(value, &end);
        else
            usage("unknown flag " + flag);
        if (end && *end != '\0') usage(flag + " takes a number");
    }
    if (arguments.threads < 1 || !(arguments.seconds > 0)) usage("threads and seconds are above 0");
    return arguments;
}

double peak_rss_mb()
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

void print_json(const Arguments& arguments, const bench::Workload& workload, const bench::Result& r, double start_mb)
{
    fmt::print(R"({{"framework":"xgrad-{}","workload":"{}","threads":{},"items_per_s":{:.6g},"item":"{}",)",
               xgrad::kVersion, arguments.workload, arguments.threads, workload.items_per_step * 1e9 / r.median_ns,
               workload.item);
    if (workload.ops_per_step > 0) fmt::print(R"("ns_per_op":{:.2f},)", r.median_ns / workload.ops_per_step);
    if (workload.flop_per_step > 0) fmt::print(R"("gflop_per_s":{:.1f},)", workload.flop_per_step / r.median_ns);
    fmt::print(R"("median_us":{:.4f},"min_us":{:.4f},"mean_us":{:.4f},"p10_us":{:.4f},"p90_us":{:.4f},)",
               r.median_ns / 1e3, r.min_ns / 1e3, r.mean_ns / 1e3, r.p10_ns / 1e3, r.p90_ns / 1e3);
    fmt::print(R"("iters":{},"samples":{},"peak_rss_mb":{:.1f},"startup_rss_mb":{:.1f},)",
               r.samples * r.steps_per_sample, r.samples, peak_rss_mb(), start_mb);
    if (!std::isnan(r.loss_first)) fmt::print(R"("loss_first":{:.6g},"loss_last":{:.6g},)", r.loss_first, r.loss_last);
    fmt::print("\"isa\":\"{}\",\"zero_grad\":\"none\",\"layout\":\"nchw\"}}\n", xgrad::kernels::active.isa);
}

}  // namespace

int main(int argc, char** argv)
{
    const Arguments arguments = parse(argc, argv);
    bench::Factories factories;
    bench::add_micro(factories);
    bench::add_perceptrons(factories);
    bench::add_convnets(factories);
    bench::add_sequences(factories);
    if (arguments.list) {
        for (const auto& [name, factory] : factories) fmt::print("{}\n", name);
        return 0;
    }
    const auto place = factories.find(arguments.workload);
    if (place == factories.end()) usage("unknown workload '" + arguments.workload + "'");
    xgrad::kernels::set_num_threads(arguments.threads);
    xgrad::manual_seed(0);
    const double start_mb = peak_rss_mb();
    const bench::Workload workload = place->second();
    print_json(arguments, workload, bench::measure(workload, arguments.seconds), start_mb);
}
