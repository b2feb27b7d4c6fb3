#include "tests/reference/case_set.hpp"

#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>

#include <fstream>
#include <utility>

namespace xgrad::reference {

CaseSet::CaseSet(std::string directory) : directory_(std::move(directory))
{
    std::ifstream file(directory_ + "/index.json");
    if (!file) throw DataError(directory_ + "/index.json: cannot be read");
    index_ = Json::parse(file, nullptr, false);
    if (!index_.is_object() || !part(index_, "cases").is_array())
        throw DataError(directory_ + "/index.json: is no index of reference cases");
}

const Tensor& CaseSet::tensor(const Json& entry, const std::string& key)
{
    const std::string& name = entry.at("file").get_ref<const std::string&>();
    auto file = files_.find(name);
    if (file == files_.end()) {
        const auto content = data::read_safetensors(directory_ + "/" + name);
        file = files_.try_emplace(name, content.tensors.begin(), content.tensors.end()).first;
    }
    const auto place = file->second.find(key);
    if (place == file->second.end()) throw DataError(directory_ + "/" + name + ": has no tensor " + key);
    return place->second;
}

std::string family_of(const Json& entry)
{
    const std::string name = entry.at("case");
    return name.substr(0, name.find('/'));
}

const Json& part(const Json& entry, const char* name)
{
    static const Json kNone = Json::object();
    const auto place = entry.find(name);
    return place == entry.end() || place->is_null() ? kNone : *place;
}

}  // namespace xgrad::reference
