#include <xgrad/data/safetensors.hpp>
#include <xgrad/error.hpp>
#include <xgrad/train/weights.hpp>

namespace xgrad::train {

void save_weights(const std::string& path, nn::ConstModuleRef model)
{
    data::write_safetensors(path, nn::state_dict(model), {{"format", "xgrad"}});
}

void load_weights(const std::string& path, nn::ModuleRef model)
{
    const data::Safetensors file = data::read_safetensors(path);
    try {
        nn::load_state_dict(model, file.tensors);
    } catch (const std::invalid_argument& error) {
        throw DataError("load_weights: " + path + ": " + error.what());
    }
}

}  // namespace xgrad::train
