// A small set of cases out of a large one.
#include "tests/reference/case_set.hpp"

#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace xgrad::reference {
namespace {

// The keys of all tensors of a case; several quantities may be one tensor.
std::set<std::string> keys_of(const Json& entry)
{
    std::set<std::string> keys;
    for (const Json& input : part(entry, "inputs")) keys.insert(input.at("key").get<std::string>());
    for (const char* list : {"outputs", "grad_outputs"})
        for (const Json& key : part(entry, list))
            if (!key.is_null()) keys.insert(key.get<std::string>());
    for (const char* table : {"grads", "second_order_vectors", "second_order", "second_order_joint"})
        for (const Json& key : part(entry, table)) keys.insert(key.get<std::string>());
    return keys;
}

std::size_t bytes_of(CaseSet& set, const Json& entry)
{
    std::size_t bytes = entry.dump().size();
    for (const std::string& key : keys_of(entry)) {
        const Tensor& x = set.tensor(entry, key);
        bytes += static_cast<std::size_t>(x.numel()) * size_of(x.dtype()) + 80;  // and its line in the file's header
    }
    return bytes;
}

// Texts and flags choose an algorithm, numbers mostly not: of those the kind is enough.
std::string kind_of(const Json& value)
{
    return value.is_string() || value.is_boolean() ? value.dump() : value.type_name();
}

// What a case shows of its operation.
std::set<std::string> features_of(CaseSet& set, const Json& entry)
{
    std::set<std::string> features{entry.at("dtype").get<std::string>()};
    for (const auto& [name, value] : part(entry, "params").items()) features.insert(name + "=" + kind_of(value));
    for (const Json& input : part(entry, "inputs")) {
        const Dtype dtype = set.tensor(entry, input.at("key")).dtype();
        const char* kind = is_floating(dtype) ? "number" : name_of(dtype);
        features.insert("input " + input.at("name").get<std::string>() + " " + kind);
    }
    for (const std::string tag : part(entry, "tags")) features.insert("tag " + tag);
    if (!part(entry, "second_order").empty()) features.insert("second order");
    if (!part(entry, "inputs").empty()) {
        const Tensor& x = set.tensor(entry, part(entry, "inputs")[0].at("key"));
        features.insert(x.numel() == 0 ? "no elements" : "axes " + std::to_string(std::min<std::size_t>(x.ndim(), 3)));
    }
    return features;
}

struct Candidate {
    const Json* entry;
    std::size_t bytes;
    std::set<std::string> features;  // with the family and the operation in front
};

// Smallest first.
std::vector<Candidate> candidates(CaseSet& set)
{
    std::vector<Candidate> list;
    for (const Json& entry : set.cases()) {
        Candidate candidate{&entry, bytes_of(set, entry), {}};
        for (const std::string& feature : features_of(set, entry))
            candidate.features.insert(family_of(entry) + " " + entry.at("op").get<std::string>() + " " + feature);
        list.push_back(std::move(candidate));
    }
    std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
    return list;
}

// Takes every case that shows something new, then drops, the largest first, those whose features others show as well.
std::vector<const Json*> choose(CaseSet& set)
{
    const std::vector<Candidate> all = candidates(set);
    std::map<std::string, int> shown;
    std::vector<const Candidate*> taken;
    for (const Candidate& candidate : all) {
        const auto is_new = [&](const std::string& feature) { return shown[feature] == 0; };
        if (std::none_of(candidate.features.begin(), candidate.features.end(), is_new)) continue;
        for (const std::string& feature : candidate.features) ++shown[feature];
        taken.push_back(&candidate);
    }
    std::set<const Json*> chosen;
    for (std::size_t i = taken.size(); i-- > 0;) {
        const auto is_shown_twice = [&](const std::string& feature) { return shown[feature] > 1; };
        if (!std::all_of(taken[i]->features.begin(), taken[i]->features.end(), is_shown_twice))
            chosen.insert(taken[i]->entry);
        else
            for (const std::string& feature : taken[i]->features) --shown[feature];
    }
    std::vector<const Json*> in_order;
    for (const Json& entry : set.cases())
        if (chosen.count(&entry)) in_order.push_back(&entry);
    return in_order;
}

// One line a case, so that a change of the set reads as such.
void write_index(const Json& from, const std::vector<const Json*>& chosen, const std::string& path)
{
    std::ofstream file(path);
    file << "{\n";
    for (const char* key : {"generator", "framework", "conventions"})
        if (from.contains(key)) file << Json(key) << ": " << from.at(key) << ",\n";
    file << "\"cases\": [";
    const char* separator = "\n";
    for (const Json* entry : chosen) {
        file << separator << *entry;
        separator = ",\n";
    }
    file << "\n]\n}\n";
    if (!file.flush()) throw DataError(path + ": cannot be written");
}

}  // namespace

std::size_t extract_subset(CaseSet& from, const std::string& to)
{
    const std::vector<const Json*> chosen = choose(from);
    std::map<std::string, std::map<std::string, Tensor>> files;
    for (const Json* entry : chosen)
        for (const std::string& key : keys_of(*entry)) files[entry->at("file")].emplace(key, from.tensor(*entry, key));
    std::filesystem::create_directories(to);
    for (const auto& [name, tensors] : files)
        data::write_safetensors(to + "/" + name, NamedTensors(tensors.begin(), tensors.end()));
    write_index(from.index(), chosen, to + "/index.json");
    return chosen.size();
}

}  // namespace xgrad::reference
