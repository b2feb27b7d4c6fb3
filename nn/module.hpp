#pragma once

// What one does with a model: a plain struct whose members XGRAD_MODULE names. Lists of models and single parameters
// are models, too.

#include <xgrad/callable.hpp>
#include <xgrad/nn/members.hpp>
#include <xgrad/parameter.hpp>
#include <xgrad/tensor.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::nn {

namespace detail {
/// Anything but a tensor, so that the names `to`, `train`, ... do not compete with
/// operations.
template <class M>
concept MaybeModule = !std::is_same_v<std::remove_const_t<M>, Tensor>;
}  // namespace detail

/// A module with its type forgotten, for reading. Made on the fly from any module; lives as long as the call.
class ConstModuleRef {
public:
    template <class M>
    requires(detail::MaybeModule<M> && !std::is_base_of_v<ConstModuleRef, M>) ConstModuleRef(const M& module)
        : ConstModuleRef(const_cast<M*>(&module))  // the visitors that this class is handed to do not write
    {
    }
    void walk(detail::MemberVisitor& visitor) const;

protected:
    template <class M>
    explicit ConstModuleRef(M* module)
        : module_(module), walk_([](void* m, std::string& path, detail::MemberVisitor& visitor) {
              detail::walk(*static_cast<M*>(m), path, visitor);
          })
    {
        static_assert(detail::holds<M>(), "not a module: the struct needs XGRAD_MODULE(Type, members...)");
    }

private:
    void* module_;
    void (*walk_)(void*, std::string&, detail::MemberVisitor&);
};

/// The same, for writing.
class ModuleRef : public ConstModuleRef {
public:
    template <class M>
    requires(detail::MaybeModule<M> && !std::is_base_of_v<ConstModuleRef, M> && !std::is_const_v<M>)
        ModuleRef(M& module)
        : ConstModuleRef(&module)
    {
    }
};

/// The parameters, each once, in the order of the lists; from now on they count as listed.
std::vector<ParameterRef> parameters(ConstModuleRef module);
std::vector<std::pair<std::string, ParameterRef>> named_parameters(ConstModuleRef module);

/// Tensor members: state that is saved but not trained.
NamedTensors named_buffers(ConstModuleRef module);

/// A copy of every parameter and buffer under its name, as PyTorch names them: "fc1.weight", "layers.0.bias". A
/// parameter with several names stands under each.
NamedTensors state_dict(ConstModuleRef module);

/// Writes the values into parameters and buffers of the same names, shapes and dtypes. Throws std::invalid_argument
/// with the list of all differences, and then nothing is written.
void load_state_dict(ModuleRef module, const NamedTensors& state);

/// The first half of load_state_dict, for several states of which all or none are loaded: adds what does not fit to
/// `differences`. What it returns is the second half, which writes and throws nothing; it is called at once, and only
/// when there are no differences.
Callable<void()> read_state_dict(ModuleRef module, const NamedTensors& state, std::vector<std::string>& differences);

/// Converts parameters, their gradients and floating buffers. Throws DtypeError unless f32 or f64.
void to(ModuleRef module, Dtype dtype);

/// Sets every member `bool training`.
void train(ModuleRef module, bool training = true);
void eval(ModuleRef module);

/// Forgets the gradients.
void zero_grad(ConstModuleRef module);

/// Number of elements of all parameters, frozen ones too.
std::int64_t parameter_count(ConstModuleRef module);

}  // namespace xgrad::nn
