#pragma once

// A directory of reference results: index.json with an entry a case, and the tensors of each family in one file.

#include <xgrad/tensor.hpp>

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace xgrad::reference {

using Json = nlohmann::json;

class CaseSet {
public:
    /// Throws DataError when index.json is missing or is not such an index.
    explicit CaseSet(std::string directory);

    const Json& index() const { return index_; }
    const Json& cases() const { return index_.at("cases"); }

    /// The tensor of a case under the key that its entry has. Files are read when they are first needed.
    const Tensor& tensor(const Json& entry, const std::string& key);

private:
    std::string directory_;
    Json index_;
    std::map<std::string, std::map<std::string, Tensor>> files_;
};

/// "elementwise_unary", of the case "elementwise_unary/exp_000".
std::string family_of(const Json& entry);

/// A list or a table of an entry; an empty one where the entry has none, or null.
const Json& part(const Json& entry, const char* name);

/// Writes the directory `to`: of each operation small cases that together show every parameter, option text, optional
/// input, dtype, tag and order of derivative that occurs, scalars, vectors, matrices, more axes and empty tensors.
/// Returns how many cases these are.
std::size_t extract_subset(CaseSet& from, const std::string& to);

}  // namespace xgrad::reference
