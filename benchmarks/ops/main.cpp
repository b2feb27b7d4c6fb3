// ops [--quick] [--filter TEXT] [--size N]: single operations beside loops over the same function, on one thread.
//
// For each operation, dtype and size it prints nanoseconds of
//   op       ours, as one calls it: checks, memory for the result, dispatch, computing; no tape
//   kernel   the part of it that computes, where there is one such part
//   flat     one SIMD loop over the same function, contiguous and with the same instruction set (loops.hpp); the same
//            functions where xsimd's own are inaccurate. For copies: a contiguous copy of as many elements
//   plain    the loop one writes first, vectorised by the compiler where it can
//   xtensor  xtensor's expression into an array that is there, where it has one
// and op/flat, kernel/flat: 1 is as fast as the loop. The goals: 1.1 from 1000 elements on, of which at 1000 an op has
// about 50 ns for all that is not computing; 2 for copies that change the order of elements. "!" stands where a row
// misses its goal: by its kernel, or its op where no kernel stands beside it.
//
// Numbers are medians of samples of 50 us or more, taken in turns: each of the five once, then each again. Before each
// sample the work is done once untimed: arrays are the same each time and lie in the cache as far as they fit.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "autograd/kernels/table.hpp"
#include "autograd/kernels/threads.hpp"
#include "benchmarks/ops/cases.hpp"

namespace {

using bench::Case;
using bench::Work;

struct Arguments {
    int rounds = 21;
    std::string filter;
    std::int64_t size = 0;  // 0: all
};

double now_ns()
{
    using namespace std::chrono;
    return static_cast<double>(duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

/// One way to do the work, and how long it took each time.
struct Contestant {
    const Work& work;
    long calls = 1;  // in a sample
    std::vector<double> samples = {};

    double sample() const
    {
        work();  // brings its arrays into the cache
        const double start = now_ns();
        for (long i = 0; i < calls; ++i) work();
        return (now_ns() - start) / static_cast<double>(calls);
    }
    void warm_up()
    {
        for (double ns = sample(); calls * ns < 50e3 && calls < 1 << 14; ns = sample()) calls *= 2;
    }
    double median()
    {
        std::sort(samples.begin(), samples.end());
        return samples.empty() ? 0 : samples[samples.size() / 2];
    }
};

std::string cell(double value, int digits) { return value > 0 ? fmt::format("{:.{}f}", value, digits) : "-"; }

void measure(const Case& c, int rounds)
{
    Contestant all[] = {{c.op}, {c.kernel}, {c.flat}, {c.plain}, {c.xtensor}};
    for (Contestant& one : all)
        if (one.work) one.warm_up();
    for (int round = 0; round < rounds; ++round)
        for (Contestant& one : all)
            if (one.work) one.samples.push_back(one.sample());
    const double flat = all[2].median(), op = all[0].median() / flat, kernel = all[1].median() / flat;
    fmt::print("{} {:<16}{:>8}", c.dtype == 0 ? "f32" : "f64", c.name, c.rows * c.columns);
    for (Contestant& one : all) fmt::print(" {:>10}", cell(one.median(), one.median() < 1000 ? 1 : 0));
    const bool misses = c.rows * c.columns >= 1000 && (kernel > 0 ? kernel : op) > c.goal;
    fmt::print("  {:>7} {:>7} {}\n", cell(op, 2), cell(kernel, 2), misses ? "!" : "");
    std::fflush(stdout);
}

Arguments parse(int argc, char** argv)
{
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--quick") == 0)
            arguments.rounds = 5;
        else if (std::strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
            arguments.filter = argv[++i];
        else if (std::strcmp(argv[i], "--size") == 0 && i + 1 < argc)
            arguments.size = std::atol(argv[++i]);
        else {
            fmt::print(stderr, "usage: ops [--quick] [--filter TEXT] [--size N]\n");
            std::exit(2);
        }
    }
    return arguments;
}

}  // namespace

int main(int argc, char** argv)
{
    const Arguments arguments = parse(argc, argv);
    xgrad::kernels::set_num_threads(1);
    fmt::print("operations, ns, {}, 1 thread {:>24} {:>10} {:>10} {:>10} {:>10}  op/flat kernel/flat\n",
               xgrad::kernels::active.isa, "op", "kernel", "flat", "plain", "xtensor");
    const std::int64_t shapes[][2] = {{4, 4}, {25, 40}, {250, 400}, {1000, 1000}};
    for (const auto family : {bench::elementwise_cases, bench::reduction_cases, bench::copy_cases})
        for (const int dtype : {0, 1})
            for (const auto& [rows, columns] : shapes) {
                if (arguments.size != 0 && arguments.size != rows * columns) continue;
                for (const Case& c : family(rows, columns, dtype))
                    if (c.name.find(arguments.filter) != std::string::npos) measure(c, arguments.rounds);
            }
}
