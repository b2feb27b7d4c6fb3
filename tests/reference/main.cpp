// Runs the operations of the library on the cases of a directory of reference results, and compares.
#include "tests/reference/binding.hpp"
#include "tests/reference/case_set.hpp"
#include "tests/reference/run_case.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <exception>
#include <filesystem>
#include <vector>

using namespace xgrad::reference;

namespace {

constexpr int kSkipped = 77;  // what ctest is told to take for "skipped"

struct Options {
    std::string directory, filter, extract;
    std::vector<std::string> without;
    bool verbose = false, families = false, known = false, optional = false;
};

struct Count {
    int passed = 0, failed = 0, unknown = 0, skipped = 0;
};

bool is_wanted(const Json& entry, const Options& options)
{
    const std::string text =
        fmt::format("{} ({})", entry.at("case").get<std::string>(), entry.at("op").get<std::string>());
    for (const std::string& part : options.without)
        if (text.find(part) != std::string::npos) return false;
    return text.find(options.filter) != std::string::npos;
}

void print_failures(const Json& entry, const std::vector<std::string>& failures, bool all)
{
    const std::size_t shown = all ? failures.size() : 1;
    for (std::size_t i = 0; i < shown; ++i)
        fmt::print("FAILED  {} ({}): {}{}\n", entry.at("case").get<std::string>(), entry.at("op").get<std::string>(),
                   failures[i],
                   failures.size() > shown ? fmt::format("; {} more quantities", failures.size() - shown) : "");
}

void run(CaseSet& set, const Json& entry, const Options& options, Count& count)
{
    const std::string name = entry.at("case"), op = entry.at("op");
    const Binding* binding = find_binding(op);
    if (!is_wanted(entry, options) || (options.known && !binding)) {
        ++count.skipped;
        return;
    }
    if (!binding) {
        fmt::print("UNKNOWN {} ({}): no binding has this operation\n", name, op);
        ++count.unknown;
        return;
    }
    const std::vector<std::string> failures = run_case(set, entry, *binding);
    ++(failures.empty() ? count.passed : count.failed);
    if (!failures.empty()) print_failures(entry, failures, options.verbose);
    if (failures.empty() && options.verbose) fmt::print("passed  {} ({})\n", name, op);
}

// An entry without what every entry has is a case that fails.
void run_or_report(CaseSet& set, const Json& entry, const Options& options, std::map<std::string, Count>& families)
{
    try {
        run(set, entry, options, families[family_of(entry)]);
    } catch (const std::exception& error) {
        fmt::print("FAILED  an entry that cannot be read: {}: {}\n", error.what(), entry.dump().substr(0, 80));
        ++families["(unreadable)"].failed;
    }
}

int run_all(CaseSet& set, const Options& options)
{
    std::map<std::string, Count> families;
    for (const Json& entry : set.cases()) run_or_report(set, entry, options, families);
    Count total;
    for (const auto& [family, count] : families) {
        if (options.families)
            fmt::print("{:20} {:4} passed {:4} failed {:4} unknown {:4} skipped\n", family, count.passed, count.failed,
                       count.unknown, count.skipped);
        total.passed += count.passed;
        total.failed += count.failed + count.unknown;
        total.skipped += count.skipped;
    }
    fmt::print("{} passed, {} failed, {} skipped\n", total.passed, total.failed, total.skipped);
    return total.failed == 0 && total.passed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    Options options;
    CLI::App app{
        "Calls each operation of the cases in DIR and compares outputs, gradients and second derivatives. Fails when "
        "a\n"
        "case differs, an operation is unknown or nothing was run.",
        "reference_cases"};
    app.add_option("DIR", options.directory, "folder with index.json and the tensors")->required();
    app.add_option("--filter", options.filter, "only cases that have this text in 'family/case (operation)'");
    app.add_option("--without", options.without, "skip cases that have one of these texts there");
    app.add_flag("--known", options.known, "skip operations that no binding has");
    app.add_flag("--verbose", options.verbose, "also what passed, and all quantities that differ");
    app.add_flag("--families", options.families, "count by family");
    app.add_flag("--skip-if-absent", options.optional, "end with status 77 when DIR does not exist");
    app.add_option("--extract", options.extract, "run nothing, but write a small set of cases to this folder");
    CLI11_PARSE(app, argc, argv);
    if (options.optional && !std::filesystem::exists(options.directory)) {
        fmt::print("{} is not there\n", options.directory);
        return kSkipped;
    }
    try {
        CaseSet set(options.directory);
        if (options.extract.empty()) return run_all(set, options);
        fmt::print("{} of {} cases\n", extract_subset(set, options.extract), set.cases().size());
    } catch (const std::exception& error) {
        fmt::print(stderr, "reference_cases: {}\n", error.what());
        return 2;
    }
    return 0;
}
