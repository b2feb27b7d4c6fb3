// table FOLDER RECORDED: the tables of ./dev bench, from what benchmarks/run left in FOLDER and the figures recorded in
// RECORDED.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using Json = nlohmann::json;
using Key = std::pair<std::string, int>;  // workload, threads

struct Measured {
    std::vector<Key> order;
    std::map<Key, double> median_us;  // the lowest of all runs
};

Measured read_training(const std::string& path)
{
    Measured measured;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] != '{') continue;
        const Json row = Json::parse(line);
        const Key key{row.at("workload").get<std::string>(), row.at("threads").get<int>()};
        const double us = row.at("median_us").get<double>();
        const auto [place, fresh] = measured.median_us.emplace(key, us);
        if (fresh) measured.order.push_back(key);
        place->second = std::min(place->second, us);
    }
    return measured;
}

// What the peer does not have stands beside another workload of it: it has no scalars but 0-dim tensors, and no fused
// expressions.
Key peer_key(const Key& key)
{
    static const std::map<std::string, std::string> kOthers{{"tiny_graph_scalar", "tiny_graph"},
                                                            {"elementwise_1m_fused", "elementwise_1m"}};
    const auto other = kOthers.find(key.first);
    return {other == kOthers.end() ? key.first : other->second, key.second};
}

std::optional<double> find(const std::map<Key, double>& values, const Key& key)
{
    const auto place = values.find(key);
    return place == values.end() ? std::nullopt : std::optional(place->second);
}

std::optional<double> recorded_us(const Json& recorded, const Key& key)
{
    const Json& all = recorded.at("training").at("median_us");
    const std::string threads = std::to_string(key.second);
    if (!all.contains(key.first) || !all.at(key.first).contains(threads)) return std::nullopt;
    return all.at(key.first).at(threads).get<double>();
}

void print_training(const std::string& folder, const Json& recorded)
{
    const Measured ours = read_training(folder + "/training.jsonl"), peer = read_training(folder + "/peer.jsonl");
    if (ours.order.empty()) return;
    const bool in_turns = !peer.order.empty();
    fmt::print("\ntraining, microseconds a step, median                     xgrad        peer   peer/xgrad\n");
    for (const Key& key : ours.order) {
        const double us = ours.median_us.at(key);
        fmt::print("{:<30} {} thread{}   {:>16.3f}", key.first, key.second, key.second == 1 ? " " : "s", us);
        const auto other = in_turns ? find(peer.median_us, peer_key(key)) : recorded_us(recorded, peer_key(key));
        if (other) fmt::print(" {:>11.3f} {:>11.2f}x", *other, *other / us);
        fmt::print("\n");
    }
    if (in_turns) {
        fmt::print("peer: libtorch, measured in turns with xgrad in this run\n");
    } else {
        fmt::print("peer: RECORDED figures, not measured here: {}; {}.\n",
                   recorded.at("training").at("peer").get<std::string>(), recorded.at("machine").get<std::string>());
        fmt::print(
            "      Compare them on that kind of machine alone; ./dev bench measures where libtorch is installed.\n");
    }
}

struct ScalarRow {
    std::string library, workload;
    double record_ns, reverse_ns, total_ns, bytes, ops;
};

// library,workload,record_ns,reverse_ns,total_ns,bytes,ops,cold_ns,error
std::vector<ScalarRow> read_scalar(const std::string& path)
{
    std::vector<ScalarRow> rows;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> cells;
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
        if (cells.size() < 7 || cells[0] == "library") continue;
        rows.push_back({cells[0], cells[1], std::stod(cells[2]), std::stod(cells[3]), std::stod(cells[4]),
                        std::stod(cells[5]), std::stod(cells[6])});
    }
    return rows;
}

void print_scalar(const std::string& folder, const Json& recorded)
{
    const std::vector<ScalarRow> rows = read_scalar(folder + "/scalar.csv");
    if (rows.empty()) return;
    std::map<std::string, double> hand;
    for (const ScalarRow& row : rows) {
        if (row.library == "hand") hand[row.workload] = row.total_ns;
    }
    const Json& peers = recorded.at("scalar").at("over_hand");
    fmt::print(
        "\nscalar, total time over the hand-written derivative of this run          total ns  bytes/op   /hand  "
        "peer/hand\n");
    for (const ScalarRow& row : rows) {
        fmt::print("{:<26} {:<26} {:>27.1f} {:>9.1f}", row.library, row.workload, row.total_ns,
                   row.ops > 0 ? row.bytes / row.ops : 0);
        const auto base = hand.find(row.workload);
        if (base != hand.end()) fmt::print(" {:>7.2f}", row.total_ns / base->second);
        const bool is_ours = row.library.rfind("xgrad", 0) == 0;
        if (is_ours && peers.contains(row.workload)) fmt::print(" {:>10.1f}", peers.at(row.workload).get<double>());
        fmt::print("\n");
    }
    fmt::print("peer: RECORDED figures, not measured here: {}; {}.\n",
               recorded.at("scalar").at("peer").get<std::string>(), recorded.at("machine").get<std::string>());
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3) {
        fmt::print(stderr, "usage: table FOLDER RECORDED\n");
        return 2;
    }
    try {
        std::ifstream file(argv[2]);
        const Json recorded = Json::parse(file);
        print_scalar(argv[1], recorded);
        print_training(argv[1], recorded);
    } catch (const std::exception& error) {
        fmt::print(stderr, "table: {}\n", error.what());
        return 1;
    }
}
