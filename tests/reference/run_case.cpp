#include "tests/reference/run_case.hpp"

#include "tests/reference/compare.hpp"

#include <xgrad/ops/elementwise.hpp>
#include <xgrad/tape.hpp>

#include <algorithm>

namespace xgrad::reference {
namespace {

class Run {
public:
    Run(CaseSet& set, const Json& entry, const Binding& binding)
        : set_(set), entry_(entry), binding_(binding), tolerance_{entry.at("rtol"), entry.at("atol")}
    {
    }

    std::vector<std::string> all()
    {
        check_outputs("outputs", call({}));
        if (!part(entry_, "grads").empty()) first_derivatives();
        if (!part(entry_, "second_order_vectors").empty()) second_derivatives();
        return std::move(failures_);
    }

private:
    const Tensor& stored(const Json& key) { return set_.tensor(entry_, key); }

    void check(const std::string& quantity, const Tensor& got, const Tensor& expected)
    {
        const std::string wrong = difference(got, expected, tolerance_);
        if (!wrong.empty()) failures_.push_back(quantity + " " + wrong);
    }

    // A derivative that the entry does not list is zero for structural reasons.
    void check_derivative(const char* table, const std::string& name, const Tensor& got, const Tensor& x)
    {
        const Json& keys = part(entry_, table);
        const auto key = keys.find(name);
        check(std::string(table) + "[" + name + "]", got.defined() ? got : zeros_like(x),
              key == keys.end() || key->is_null() ? zeros_like(x) : stored(*key));
    }

    // The operation with the entry's inputs, those in `variables` in place of their stored values.
    std::vector<Tensor> call(const NamedTensors& variables)
    {
        NamedTensors inputs;
        for (const Json& input : part(entry_, "inputs")) {
            if (part(input, "key").empty()) continue;  // null: not given
            const std::string name = input.at("name");
            const auto same_name = [&](const auto& variable) { return variable.first == name; };
            const auto place = std::find_if(variables.begin(), variables.end(), same_name);
            inputs.emplace_back(name, place == variables.end() ? stored(input.at("key")) : place->second);
        }
        const Call arguments(std::move(inputs), part(entry_, "params"));
        std::vector<Tensor> outputs = binding_.run(arguments).tensors;
        std::string ignored;
        for (const std::string& name : arguments.unread()) ignored += (ignored.empty() ? "" : ", ") + name;
        if (!ignored.empty()) throw CallError("nobody read " + ignored);
        return outputs;
    }

    void check_outputs(const std::string& quantity, const std::vector<Tensor>& got)
    {
        const Json& keys = part(entry_, "outputs");
        if (got.size() != keys.size()) {
            failures_.push_back(quantity + ": got " + std::to_string(got.size()) + ", expected " +
                                std::to_string(keys.size()));
            return;
        }
        for (std::size_t i = 0; i < keys.size(); ++i)
            check(quantity + "[" + std::to_string(i) + "]", got[i], stored(keys[i]));
    }

    NamedTensors variables(Tape& tape)
    {
        NamedTensors leaves;
        for (const Json& input : part(entry_, "inputs")) {
            const std::string name = input.at("name");
            if (part(entry_, "grads").contains(name))
                leaves.emplace_back(name, tape.variable(name, stored(input.at("key"))));
        }
        return leaves;
    }

    // sum_i <outputs[i], grad_outputs[i]>; undefined when no output depends on a variable.
    Tensor root(const NamedTensors& leaves)
    {
        const std::vector<Tensor> outputs = call(leaves);
        check_outputs("recorded outputs", outputs);
        const Json& keys = part(entry_, "grad_outputs");
        Tensor total;
        for (std::size_t i = 0; i < std::min<std::size_t>(keys.size(), outputs.size()); ++i)
            if (!keys[i].is_null() && detail::is_tracked(outputs[i])) add_to(total, sum(outputs[i] * stored(keys[i])));
        return total;
    }

    static void add_to(Tensor& total, const Tensor& term) { total = total.defined() ? total + term : term; }

    void first_derivatives()
    {
        Tape tape;
        const NamedTensors leaves = variables(tape);
        const Tensor y = root(leaves);
        if (y.defined()) tape.backward(y);
        for (const auto& [name, x] : leaves) check_derivative("grads", name, x.grad(), x);
    }

    void second_derivatives()
    {
        Tape tape;
        const NamedTensors leaves = variables(tape);
        std::vector<Tensor> xs;
        for (const auto& leaf : leaves) xs.push_back(leaf.second);
        const Tensor y = root(leaves);
        if (!y.defined()) return;  // then first_derivatives saw zeros
        const std::vector<Tensor> gradients = tape.grad(y, xs, {.create_graph = true});
        Tensor joint;
        for (std::size_t i = 0; i < xs.size(); ++i) {
            const std::string& name = leaves[i].first;
            check_derivative("grads", name, gradients[i], xs[i]);
            const Json& vectors = part(entry_, "second_order_vectors");
            if (!vectors.contains(name)) continue;
            Tensor own;
            if (detail::is_tracked(gradients[i])) {
                own = sum(gradients[i] * stored(vectors.at(name)));
                add_to(joint, own);
            }
            check_derivative("second_order", name, derivative(tape, own, xs, i), xs[i]);
        }
        if (part(entry_, "second_order_joint").empty()) return;
        for (std::size_t i = 0; i < xs.size(); ++i)
            check_derivative("second_order_joint", leaves[i].first, derivative(tape, joint, xs, i), xs[i]);
    }

    static Tensor derivative(Tape& tape, const Tensor& y, const std::vector<Tensor>& xs, std::size_t i)
    {
        return y.defined() ? tape.grad(y, {xs[i]}, {.retain = true})[0] : Tensor();
    }

    CaseSet& set_;
    const Json& entry_;
    const Binding& binding_;
    Tolerance tolerance_;
    std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> run_case(CaseSet& set, const Json& entry, const Binding& binding)
{
    try {
        return Run(set, entry, binding).all();
    } catch (const std::exception& error) {
        std::string text = error.what();
        std::replace(text.begin(), text.end(), '\n', ' ');
        return {"threw: " + text};
    }
}

}  // namespace xgrad::reference
