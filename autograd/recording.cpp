#include "autograd/recording.hpp"

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <string>

namespace xgrad {
namespace {

const Op* first_op = nullptr;

}  // namespace

Op::Op(const char* op_name, const char* op_formula, std::initializer_list<const char*> locals, const char* op_source)
    : name(op_name), formula(op_formula), source(op_source), next(first_op)
{
    std::size_t i = 0;
    for (const char* local : locals) derivatives[i++] = local;
    first_op = this;
}

const Op* Op::first() noexcept { return first_op; }

namespace detail {
namespace {

const Op kLeaf{"leaf", "", {}};

void fill_inputs(Recording& r, Node& node, const std::uint32_t* ids, std::size_t count)
{
    if (count <= Node::kInline + 1) {
        for (std::size_t i = 0; i < Node::kInline + 1; ++i) node.input[i] = i < count ? ids[i] : Node::kNone;
        node.inline_inputs = static_cast<std::uint8_t>(count);
        return;
    }
    auto* list = static_cast<std::uint32_t*>(r.arena.allocate(count * sizeof(std::uint32_t)));
    std::copy_n(ids, count, list);
    node.many = {list, static_cast<std::uint32_t>(count)};
    node.inline_inputs = 255;
}

/// The inputs' nodes, in `ids`; false when all of them are constants.
bool find_inputs(Recording& r, Inputs inputs, std::uint32_t* ids)
{
    bool tracked = inputs.first == nullptr;  // scalars enter
    for (std::size_t i = 0; i < inputs.count; ++i) {
        ids[i] = r.node_of(inputs.first[i].tensor->header());
        tracked |= ids[i] != Node::kNone;
    }
    return tracked;
}

/// A record needs a header of its own for the value: an operation may have returned its input.
void make_fresh(Tensor& value)
{
    const TensorHeader& h = value.header();
    if (h.serial != 0 || h.leaf) value = view(value, value.sizes(), value.strides(), 0);
}

}  // namespace

void Nodes::grow()
{
    chunks_.push_back(std::make_unique<Node[]>(kChunk));
    capacity_ += kChunk;
}

void Recording::open(bool explain, bool anomaly)
{
    begin(explain || anomaly);
    if (explain && !log) log = std::make_unique<std::vector<ExplainedNode>>();
    if (!explain) log.reset();
    detect_anomaly = anomaly;
    consumed = 0;
    root = kNotWalked;
}

void Recording::close() noexcept
{
    if (nodes.size() == 0 && !log) {  // scalars alone
        arena.reset();
        return end();
    }
    for (std::uint32_t i = nodes.size(); i-- > 0;) {
        Node& node = nodes[i];
        if (node.adjoint.defined()) node.adjoint = Tensor();
        if (!node.vjp) continue;
        if (node.flags & Node::kLeaf)
            detail::release(node.leaf);
        else
            node.vjp->~Vjp();
        node.vjp = nullptr;
    }
    nodes.clear();
    leaves.clear();
    kept.clear();
    arena.reset();
    if (log) log->clear();
    file = nullptr;
    end();
}

std::uint32_t Recording::add_leaf_node(const TensorHeader& value, LeafCell& cell)
{
    Node& node = nodes.next();
    set_output(node, kLeaf, value);
    node.flags = Node::kLeaf;
    node.inline_inputs = 0;
    if (leaves.size() == leaves.capacity()) leaves.reserve(2 * leaves.size() + 16);
    if (log) {
        log->resize(nodes.size());
        log->push_back({{}, {}, {}, {}, {}, cell.name, file, line});
    }
    node.slot = push_slot();
    node.leaf = &cell;
    detail::retain(&cell);
    leaves.push_back(nodes.size());
    nodes.push();
    return nodes.size() - 1;
}

void Recording::add_leaf(const Tensor& value, LeafCell& cell)
{
    TensorHeader& header = *value.unsafe_header();
    header.node = add_leaf_node(header, cell);
    header.serial = base_serial + nodes[header.node].slot;
    if (log) log->back().output = value;
}

std::uint32_t Recording::node_of_parameter(const TensorHeader& value)
{
    LeafCell& cell = *value.leaf;
    if (cell.id == LeafCell::kNoId || !cell.requires_grad) return Node::kNone;
    if (cell.id >= parameters.size()) parameters.resize(2 * std::size_t{cell.id} + 16, ParameterNode{0, 0});
    ParameterNode& entry = parameters[cell.id];
    if (holds(entry.serial)) return entry.node;
    const std::uint32_t node = add_leaf_node(value, cell);
    if (log) log->back().output = cell.value;
    entry = {base_serial + nodes[node].slot, node};
    return node;
}

void* begin_record(const Op& op, Inputs inputs, Tensor& value, std::size_t vjp_bytes)
{
    if (!running()) return nullptr;
    Recording& r = *running();
    constexpr std::size_t kFew = 16;
    std::uint32_t few[kFew];
    std::vector<std::uint32_t> many(inputs.count > kFew ? inputs.count : 0);
    std::uint32_t* ids = many.empty() ? few : many.data();
    if (!find_inputs(r, inputs, ids)) return nullptr;
    make_fresh(value);
    if (r.detect_anomaly) check_finite(op.name, "the value", value, r);
    Node& node = r.nodes.next();
    r.set_output(node, op, value.header());
    node.vjp = nullptr;
    fill_inputs(r, node, ids, inputs.count);
    void* memory = r.arena.allocate(vjp_bytes);
    if (r.log) log_node(r, inputs, value);
    node.slot = r.push_slot();
    return memory;
}

void end_record(const Tensor& value, Vjp* vjp) noexcept
{
    Recording& r = *running();
    Node& node = r.nodes.next();
    node.vjp = vjp;
    TensorHeader& header = *value.unsafe_header();
    header.serial = r.base_serial + node.slot;
    header.node = r.nodes.size();
    r.nodes.push();
}

bool is_tracked(const Tensor& x) noexcept
{
    Recording* r = running();
    if (!r) return false;
    const TensorHeader& h = x.header();
    return r->holds(h.serial) || (h.leaf && h.leaf->id != LeafCell::kNoId && h.leaf->requires_grad);
}

}  // namespace detail

Tensor record_constant(const Op& op, detail::Inputs inputs, Tensor value)
{
    detail::Recording* r = detail::running();
    if (r && r->log && detail::begin_record(op, inputs, value, 0)) detail::end_record(value, nullptr);
    return value;
}

namespace detail {

const Op& custom_op(const char* name)
{
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<const Op>, std::less<>> ops;
    const std::lock_guard lock(mutex);
    auto found = ops.find(name);
    if (found == ops.end()) {
        found = ops.emplace(name, nullptr).first;
        found->second = std::make_unique<const Op>(found->first.c_str(), "", std::initializer_list<const char*>{});
    }
    return *found->second;
}

namespace {

/// Paths of the library's own sources begin so; see CMakeLists.txt.
bool is_library_file(const char* file) { return file && std::strncmp(file, "xgrad:", 6) == 0; }

}  // namespace

void log_node(Recording& r, Inputs inputs, const Tensor& value)
{
    r.log->resize(r.nodes.size());  // an operation that threw may have left an entry without a node
    if (inputs.count > 0 && !is_library_file(inputs.first[0].file)) {
        r.file = inputs.first[0].file;
        r.line = inputs.first[0].line;
    }
    ExplainedNode node{{}, {}, value, {}, {}, {}, r.file, r.line};
    for (std::size_t i = 0; i < inputs.count; ++i) node.inputs.push_back(*inputs.first[i].tensor);
    r.log->push_back(std::move(node));
}

void check_finite(const char* operation, const char* what, const Tensor& x, const Recording& r)
{
    if (!is_floating(x.dtype())) return;
    const std::vector<double> values = x.to_vector<double>();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]))
            throw_anomaly(operation,
                          std::string(what) + " of shape " + to_string(x.sizes()) + " has " +
                              std::to_string(values[i]) + " at element " + std::to_string(i),
                          {r.file, r.line});
}

}  // namespace detail
}  // namespace xgrad
