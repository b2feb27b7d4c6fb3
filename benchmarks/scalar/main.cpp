// Scalar automatic differentiation against the derivative written by hand. Prints a line of CSV for each library and
// workload; the libraries take turns, so that a change of the machine's pace meets all of them.
//
//   scalar [--data DIR] [--workloads W1,W6] [--runs N]
//
// double: the plain program, no derivative. hand: hand.hpp. xgrad_tensor: the mixture of W5 written with tensors.
// xgrad: a Tape opened, the program recorded, walked back, the gradient read, the tape closed. Times are medians in ns
// for one evaluation; cold_ns is the first of all.
#include <xgrad/scalar.hpp>
#include <xgrad/tape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "adbench.hpp"
#include "gmm_tensors.hpp"
#include "hand.hpp"
#include "workloads.hpp"

namespace {

using workloads::Values;
using Clock = std::chrono::steady_clock;

double nanoseconds(Clock::time_point from, Clock::time_point to)
{
    return std::chrono::duration<double, std::nano>(to - from).count();
}

double median(Values v)
{
    if (v.empty()) return 0;
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

volatile double sink;  // keeps results alive

struct Options {
    std::string data = XGRAD_BENCHMARK_DATA;
    std::string workloads;
    int runs = 9;

    bool wants(const std::string& name) const
    {
        return workloads.empty() || ("," + workloads + ",").find("," + name + ",") != std::string::npos;
    }
};

struct Timings {
    Values record, reverse, total;
    double cold = 0, bytes = 0, error = 0;
};

void print(const char* library, const std::string& workload, const Timings& t, double operations)
{
    fmt::print("{},{},{:.1f},{:.1f},{:.1f},{:.0f},{:.0f},{:.1f},{:.2e}\n", library, workload, median(t.record),
               median(t.reverse), median(t.total), t.bytes, operations, t.cold, t.error);
}

double relative_error(const Values& got, const Values& expected)
{
    double scale = 0, error = 0;
    for (const double g : expected) scale = std::max(scale, std::abs(g));
    for (std::size_t i = 0; i < got.size(); ++i)
        error = std::max(error, std::abs(got[i] - expected[i]) / (std::abs(expected[i]) + 1e-3 * scale));
    return error;
}

std::size_t tape_bytes() { return xgrad::detail::current->bytes_used(); }

/// A program f(const T*) over `inputs`, evaluated `inner` times a run. `by_hand(g)` writes the gradient.
template <class F, class Hand>
void measure(const Options& options, const std::string& name, const Values& inputs, double operations, int inner,
             const F& f, const Hand& by_hand)
{
    if (!options.wants(name)) return;
    const std::size_t n = inputs.size();
    Values expected(n), gradient(n);
    std::vector<xgrad::Scalar> x(n);
    Timings plain, hand, tape;
    for (int run = -1; run < options.runs; ++run) {
        const int rounds = run < 0 ? 1 : inner;

        const auto plain_start = Clock::now();
        for (int k = 0; k < rounds; ++k) sink = f(inputs.data());
        const auto hand_start = Clock::now();
        for (int k = 0; k < rounds; ++k) sink = by_hand(expected.data());
        const auto tape_start = Clock::now();
        double record = 0, reverse = 0;
        for (int k = 0; k < rounds; ++k) {
            const auto start = Clock::now();
            {
                xgrad::Tape recording;
                recording.variables(inputs, x);
                const xgrad::Scalar y = f(x.data());
                const auto recorded = Clock::now();
                recording.backward(y);
                for (std::size_t i = 0; i < n; ++i) gradient[i] = x[i].grad();
                const auto read = Clock::now();
                record += nanoseconds(start, recorded);
                reverse += nanoseconds(recorded, read);
                if (run < 0) tape.bytes = static_cast<double>(tape_bytes());
            }
        }
        const auto end = Clock::now();

        if (run < 0) {
            plain.cold = nanoseconds(plain_start, hand_start);
            hand.cold = nanoseconds(hand_start, tape_start);
            tape.cold = nanoseconds(tape_start, end);
            continue;
        }
        plain.total.push_back(nanoseconds(plain_start, hand_start) / rounds);
        hand.total.push_back(nanoseconds(hand_start, tape_start) / rounds);
        tape.total.push_back(nanoseconds(tape_start, end) / rounds);
        tape.record.push_back(record / rounds);
        tape.reverse.push_back(reverse / rounds);
    }
    plain.record = plain.total;
    tape.error = relative_error(gradient, expected);
    print("double", name, plain, operations);
    print("hand", name, hand, operations);
    print("xgrad", name, tape, operations);
}

/// A small function of n inputs, at another point each time; no clock inside the loop.
template <std::size_t n, class Point, class F, class Hand>
void measure_small(const Options& options, const std::string& name, double operations, int repetitions,
                   const Point& point, const F& f, const Hand& by_hand)
{
    if (!options.wants(name)) return;
    Timings plain, hand, tape;
    double v[n], g[n], h[n];
    for (int run = 0; run < options.runs; ++run) {
        double sum = 0;
        const auto plain_start = Clock::now();
        for (int k = 0; k < repetitions; ++k) {
            point(k, v);
            sum += f(v);
        }
        const auto hand_start = Clock::now();
        for (int k = 0; k < repetitions; ++k) {
            point(k, v);
            by_hand(v, h);
            for (std::size_t i = 0; i < n; ++i) sum += h[i];
        }
        const auto tape_start = Clock::now();
        for (int k = 0; k < repetitions; ++k) {
            point(k, v);
            xgrad::Tape recording;
            xgrad::Scalar x[n];
            for (std::size_t i = 0; i < n; ++i) x[i] = recording.variable(v[i]);
            recording.backward(f(static_cast<const xgrad::Scalar*>(x)));
            for (std::size_t i = 0; i < n; ++i) sum += g[i] = x[i].grad();
            if (run == 0 && k == 0) tape.bytes = static_cast<double>(tape_bytes());
        }
        const auto end = Clock::now();
        sink = sum;
        plain.total.push_back(nanoseconds(plain_start, hand_start) / repetitions);
        hand.total.push_back(nanoseconds(hand_start, tape_start) / repetitions);
        tape.total.push_back(nanoseconds(tape_start, end) / repetitions);
    }
    tape.error = relative_error(Values(g, g + n), Values(h, h + n));
    print("double", name, plain, operations);
    print("hand", name, hand, operations);
    print("xgrad", name, tape, operations);
}

/// The mixture written with tensors, in turns with the derivative by hand.
void measure_with_tensors(const Options& options, const std::string& name, const workloads::gmm::Instance& in)
{
    const workloads::gmm::WithTensors objective(in);
    const std::size_t n = in.parameters.size();
    Values expected(n), gradient(n);
    Timings tape;
    for (int run = -1; run < options.runs; ++run) {
        sink = hand::gmm(in, in.parameters.data(), expected.data());
        const auto start = Clock::now();
        {
            xgrad::Tape recording;
            const auto parameters =
                recording.variable(xgrad::from_values({static_cast<std::int64_t>(n)}, in.parameters));
            const xgrad::Tensor y = objective(parameters);
            const auto recorded = Clock::now();
            recording.backward(y);
            std::copy_n(parameters.grad().data<double>(), n, gradient.begin());
            const auto read = Clock::now();
            tape.record.push_back(nanoseconds(start, recorded));
            tape.reverse.push_back(nanoseconds(recorded, read));
        }
        const double total = nanoseconds(start, Clock::now());
        if (run < 0)
            tape.cold = total;
        else
            tape.total.push_back(total);
    }
    tape.error = relative_error(gradient, expected);
    print("xgrad_tensor", name, tape, in.operations());
}

void run_small_programs(const Options& options)
{
    using namespace workloads;
    Values scratch;
    {
        const Values in = chain::inputs();
        const auto hand = [&](double* g) { return hand::chain(in.data(), g, scratch); };
        measure(
            options, "W1", in, 2.0 * chain::kRounds, 1, [](const auto* x) { return chain::fused(x); }, hand);
        measure(
            options, "W1s", in, 2.0 * chain::kRounds, 1, [](const auto* x) { return chain::split(x); }, hand);
    }
    for (const int samples : {mlp::kSamples, 1}) {
        const Values in = mlp::inputs();
        measure(
            options, samples == 1 ? "W2one" : "W2", in, samples * (2.0 * 320 + 36) + 1, samples == 1 ? 500 : 10,
            [samples](const auto* p) { return mlp::f(p, samples); },
            [&](double* g) { return hand::mlp(in.data(), g, samples); });
    }
    {
        const Values in = product::inputs();
        measure(
            options, "W3", in, product::kFactors - 1, 500, [](const auto* x) { return product::f(x); },
            [&](double* g) { return hand::product(in.data(), g); });
    }
    {
        const Values in = mix::inputs();
        measure(
            options, "W4", in, 13.0 * mix::kRounds, 1, [](const auto* x) { return mix::f(x); },
            [&](double* g) { return hand::mix(in.data(), g, scratch); });
    }
    measure_small<4>(
        options, "W6", 20, small::kRepetitions, small::inputs, [](const auto* x) { return small::f(x); }, hand::small);
    measure_small<3>(
        options, "tiny", 2, small::kRepetitions, tiny::inputs, [](const auto* x) { return tiny::f(x); }, hand::tiny);
}

void run_adbench(const Options& options)
{
    Values scratch;
    for (const char* name : {"gmm_d10_K25", "gmm_d20_K50", "lstm_l2_c1024", "lstm_l4_c1024"}) {
        const std::string workload = std::string("W5") + name, path = options.data + "/" + name + ".txt";
        if (!options.wants(workload)) continue;
        if (!std::filesystem::exists(path)) {
            fmt::print(stderr, "{}: no file {}, left out\n", workload, path);
            continue;
        }
        if (workload[2] == 'g') {
            const auto in = workloads::gmm::load(path);
            measure(
                options, workload, in.parameters, in.operations(), 1,
                [&](const auto* p) { return workloads::gmm::f(in, p); },
                [&](double* g) { return hand::gmm(in, in.parameters.data(), g); });
            measure_with_tensors(options, workload, in);
        } else {
            const auto in = workloads::lstm::load(path);
            measure(
                options, workload, in.parameters, in.operations(), 1,
                [&](const auto* p) { return workloads::lstm::f(in, p); },
                [&](double* g) { return hand::lstm(in, in.parameters.data(), g, scratch); });
        }
    }
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string flag = argv[i];
        if (flag == "--data") options.data = argv[i + 1];
        if (flag == "--workloads") options.workloads = argv[i + 1];
        if (flag == "--runs") options.runs = std::max(1, std::atoi(argv[i + 1]));
    }
    fmt::print("library,workload,record_ns,reverse_ns,total_ns,bytes,ops,cold_ns,error\n");
    run_small_programs(options);
    run_adbench(options);
}
