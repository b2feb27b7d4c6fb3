#include "autograd/functional/scalar_steps.hpp"

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <map>
#include <string_view>

namespace xgrad::detail {
namespace {

using kernels::Steps;
using Source = Steps::Source;

/// The places of the elementary functions in the table of kernels.
struct FunctionPlaces {
    std::map<std::string_view, std::uint32_t> unary, binary;

    FunctionPlaces()
    {
        elementary::UnaryOps::for_each(
            [this]<class F>(F) { unary[F::name] = static_cast<std::uint32_t>(elementary::UnaryOps::index<F>()); });
        elementary::BinaryOps::for_each(
            [this]<class F>(F) { binary[F::name] = static_cast<std::uint32_t>(elementary::BinaryOps::index<F>()); });
    }
};

/// From the tape's slots to registers.
class Compiler {
public:
    Compiler(const ScalarTape& tape, const std::vector<Scalar>& leaves) : tape_(tape), registers_(tape.slots, kNone)
    {
        out_.inputs = leaves.size();
        for (std::size_t i = 0; i < leaves.size(); ++i)
            registers_[tape.slot_of(leaves[i].serial())] = static_cast<std::uint32_t>(i);
    }

    Steps compile(const std::vector<Scalar>& outputs)
    {
        mark_needed(outputs);
        for (std::uint32_t slot = 0; slot < needed_.size(); ++slot)
            if (needed_[slot] && registers_[slot] == kNone) add_step(slot);
        for (const Scalar& y : outputs) out_.outputs.push_back(source({y.value(), y.serial()}));
        return std::move(out_);
    }

private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};

    void mark_needed(const std::vector<Scalar>& outputs)
    {
        needed_.assign(tape_.slots, false);
        for (const Scalar& y : outputs)
            if (tape_.holds(y.serial())) needed_[tape_.slot_of(y.serial())] = true;
        for (std::uint32_t slot = static_cast<std::uint32_t>(needed_.size()); slot-- > 0;) {
            if (!needed_[slot]) continue;
            const ScalarRecord& record = (*tape_.records)[slot];
            for (unsigned i = 0; record.operation && i < record.operation->n_operands; ++i)
                if (tape_.holds(record.operands[i].serial)) needed_[tape_.slot_of(record.operands[i].serial)] = true;
        }
    }

    void add_step(std::uint32_t slot)
    {
        static const FunctionPlaces places;
        const ScalarRecord& record = (*tape_.records)[slot];
        if (!record.operation) throw_goes_through_tensors();
        const bool is_unary = record.operation->n_operands == 1;
        const std::uint32_t function = (is_unary ? places.unary : places.binary).at(record.operation->name);
        const Source a = source(record.operands[0]), b = is_unary ? Source{} : source(record.operands[1]);
        registers_[slot] = static_cast<std::uint32_t>(out_.registers());
        out_.steps.push_back({is_unary ? Steps::Kind::unary : Steps::Kind::binary, function, a, b, {}});
    }

    Source source(const Operand& x)
    {
        if (tape_.holds(x.serial)) return {registers_[tape_.slot_of(x.serial)], false};
        out_.constants.push_back(x.value);
        return {static_cast<std::uint32_t>(out_.constants.size() - 1), true};
    }

    [[noreturn]] static void throw_goes_through_tensors()
    {
        throw TapeError(error_text("ScalarProgram", "a value that the outputs need comes from a tensor",
                                   "a program holds operations on scalars alone",
                                   "compute with scalars from the inputs to the outputs"));
    }

    const ScalarTape& tape_;
    Steps out_;
    std::vector<bool> needed_;              // by slot
    std::vector<std::uint32_t> registers_;  // by slot
};

}  // namespace

kernels::Steps compile(const std::vector<Scalar>& leaves, const std::vector<Scalar>& outputs)
{
    return Compiler(*current, leaves).compile(outputs);
}

}  // namespace xgrad::detail
