#include <xgrad/teach/names.hpp>

#include "autograd/recording.hpp"

namespace xgrad::teach {

void name_parameters(Tape& tape, nn::ConstModuleRef model)
{
    detail::Recording& r = tape.recording("name_parameters");
    if (!r.log) return;
    for (const auto& [name, parameter] : nn::named_parameters(model)) {
        const std::uint32_t id = parameter.cell().id;
        if (id < r.parameters.size() && r.holds(r.parameters[id].serial)) (*r.log)[r.parameters[id].node].name = name;
    }
}

}  // namespace xgrad::teach
