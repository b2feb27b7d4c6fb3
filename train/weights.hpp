#pragma once

#include <xgrad/nn/module.hpp>

#include <string>

namespace xgrad::train {

/// Saves parameters and buffers under their names as a .safetensors file, which stands under its name only when it is
/// complete. Throws DataError when it cannot be written.
void save_weights(const std::string& path, nn::ConstModuleRef model);

/// Loads such a file, also one of PyTorch's with the same names. Throws DataError when the file is malformed or does
/// not fit the model, and then the model is as before.
void load_weights(const std::string& path, nn::ModuleRef model);

}  // namespace xgrad::train
