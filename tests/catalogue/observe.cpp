#include "tests/catalogue/observe.hpp"

#include <xgrad/tape.hpp>

#include <algorithm>

#include "autograd/recording.hpp"
#include "tests/catalogue/calls.hpp"
#include "tests/reference/binding.hpp"

namespace xgrad::catalogue {
namespace {

using reference::Json;

const std::map<std::string, std::string> kOtherNames{{"Tensor.__getitem__", "index"},
                                                     {"nn.GRU", "gru"},
                                                     {"nn.GRUCell", "gru_cell"},
                                                     {"nn.LSTM", "lstm"},
                                                     {"nn.LSTMCell", "lstm_cell"},
                                                     {"nn.MultiheadAttention", "multi_head_attention"},
                                                     {"nn.RNN", "rnn_tanh"},
                                                     {"nn.RNNCell", "rnn_tanh_cell"},
                                                     {"nn.TransformerDecoderLayer", "transformer_decoder_layer"},
                                                     {"nn.TransformerEncoderLayer", "transformer_encoder_layer"},
                                                     {"nn.functional.unfold", "fold.hpp/unfold"},
                                                     {"rsub", "sub"}};

/// "softmax" for "nn.functional.softmax"; with its header before it where two headers have a function of that name.
std::string key_of(const std::string& torch)
{
    if (const auto other = kOtherNames.find(torch); other != kOtherNames.end()) return other->second;
    return torch.rfind("linalg.", 0) == 0 ? torch : torch.substr(torch.rfind('.') + 1);
}

/// Where two of PyTorch's names are one function, the plainest one stands in the page.
bool is_plainer(const std::string& a, const std::string& b)
{
    const auto dots = [](const std::string& name) { return std::count(name.begin(), name.end(), '.'); };
    return dots(a) != dots(b) ? dots(a) < dots(b) : a.size() < b.size();
}

bool shows_shapes(const Json& entry, const std::vector<Tensor>& inputs)
{
    const bool is_filled =
        std::all_of(inputs.begin(), inputs.end(), [](const Tensor& x) { return x.ndim() > 0 && x.numel() > 0; });
    return is_filled && !entry.contains("tags") && entry.at("dtype") == "float64";
}

std::string text_of(const std::vector<Tensor>& tensors)
{
    std::string text;
    for (const Tensor& x : tensors) text += (text.empty() ? "" : ", ") + to_string(x.sizes());
    return text;
}

/// Adds what the tape has recorded.
void note_operations(Tape& tape, Observation& seen)
{
    auto& nodes = tape.recording("catalogue").nodes;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        const std::string name = nodes[i].op->name;
        if (name != "leaf" && std::find(seen.operations.begin(), seen.operations.end(), name) == seen.operations.end())
            seen.operations.push_back(name);
    }
}

Observation observe(const ExampleCall& call)
{
    Observation seen;
    Tape tape{{.explain = true}};
    std::vector<Tensor> inputs;
    for (const Tensor& x : call.inputs) inputs.push_back(is_floating(x.dtype()) ? tape.variable(x) : x);
    seen.shapes = text_of(inputs) + " -> " + text_of(call.run(inputs));
    note_operations(tape, seen);
    return seen;
}

void observe(reference::CaseSet& set, const Json& entry, const reference::Binding& binding, Observation& seen)
{
    Tape tape{{.explain = true}};
    NamedTensors inputs;
    std::vector<Tensor> values;
    for (const Json& input : entry.at("inputs")) {
        const Tensor x = set.tensor(entry, input.at("key"));
        values.push_back(x);
        inputs.emplace_back(input.at("name"), is_floating(x.dtype()) ? tape.variable(x) : x);
    }
    const std::vector<Tensor> outputs = binding.run(reference::Call(std::move(inputs), entry.at("params"))).tensors;
    note_operations(tape, seen);
    if (seen.shapes.empty() && shows_shapes(entry, values))
        seen.shapes = (values.empty() ? "" : text_of(values) + " -> ") + text_of(outputs);
}

}  // namespace

std::string function_of(const std::string& torch)
{
    const std::string key = key_of(torch);
    return key.substr(key.find('/') + 1);
}

std::map<std::string, Observation> observe(reference::CaseSet& set)
{
    std::map<std::string, Observation> all;
    for (const Json& entry : set.cases()) {
        const std::string torch = entry.at("op");
        Observation& seen = all[key_of(torch)];
        if (seen.torch.empty() || is_plainer(torch, seen.torch)) seen.torch = torch;
        observe(set, entry, *reference::find_binding(torch), seen);
    }
    for (const ExampleCall& call : example_calls()) all.emplace(call.function, observe(call));
    return all;
}

}  // namespace xgrad::catalogue
