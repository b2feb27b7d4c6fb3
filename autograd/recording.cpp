#include "autograd/recording.hpp"

#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "autograd/address_space.hpp"
#include "autograd/batched.hpp"

namespace xgrad {
namespace {

const Op* first_op = nullptr;

}  // namespace

const Op* Op::listed(const Op* op) noexcept { return std::exchange(first_op, op); }

const Op* Op::first() noexcept { return first_op; }

namespace detail {

template <class F>
[[gnu::always_inline]] inline NewRecord Recording::add_record(const Op& op, TensorHeader& value, std::size_t vjp_bytes,
                                                              F&& write_inputs)
{
    Node& node = nodes.next(*this);
    set_output(node, op, value);
    node.vjp = nullptr;
    write_inputs(node);
    void* const closure = arena.allocate(vjp_bytes);
    node.slot = push_slot();
    // From here on nothing throws.
    value.serial = base_serial + node.slot;
    value.node = nodes.size();
    nodes.push();
    return {closure, &node.vjp};
}

template <std::size_t n>
NewRecord Recording::add_record(const Op& op, const std::array<std::uint32_t, n>& inputs, TensorHeader& value,
                                std::size_t vjp_bytes)
{
    return add_record(op, value, vjp_bytes, [&inputs](Node& node) {
        for (std::size_t i = 0; i < n; ++i) node.input[i] = inputs[i];
        node.inline_inputs = n;
    });
}
template NewRecord Recording::add_record(const Op&, const std::array<std::uint32_t, 1>&, TensorHeader&, std::size_t);
template NewRecord Recording::add_record(const Op&, const std::array<std::uint32_t, 2>&, TensorHeader&, std::size_t);

namespace {

const Op kLeaf{.name = "leaf"};

/// What explaining and anomaly-detecting tapes do with an operation, ahead of its record.
void watch(Recording& r, const Op& op, Inputs inputs, const Tensor& value)
{
    if (r.detect_anomaly) check_finite(op.name, "the value", value, r);
    if (r.log) log_node(r, inputs, value);
}

/// A record needs a header of its own for the value: an operation may have returned its input.
bool is_fresh(const TensorHeader& value) { return value.serial == 0 && !value.leaf; }
[[gnu::noinline, gnu::cold]] void make_fresh(Tensor& value) { value = view(value, value.sizes(), value.strides(), 0); }

constexpr std::size_t kFewInputs = Node::kInline + 1;

constexpr std::uint64_t kMostNodes = std::uint64_t{1} << 27;  // address space, not memory: 64 bytes each
constexpr std::uint64_t kFewestNodes = 1024;

[[gnu::always_inline]] inline void write_inputs(Recording& r, Node& node, const std::uint32_t* ids, std::size_t count)
{
    if (count <= kFewInputs) [[likely]] {
        // One by one: a wider load would wait until the stores that have just made the ids are through.
        node.input[0] = ids[0];
        if (count > 1) node.input[1] = ids[1];
        if (count > 2) node.input[2] = ids[2];
        if (count > 3) node.input[3] = ids[3];
        node.inline_inputs = static_cast<std::uint8_t>(count);
        return;
    }
    auto* list = static_cast<std::uint32_t*>(r.arena.allocate(count * sizeof(std::uint32_t)));
    std::copy_n(ids, count, list);
    node.many = {list, static_cast<std::uint32_t>(count)};
    node.inline_inputs = Node::kManyInputs;
}

/// `ids`: kFewInputs places, or one for each input if those are more.
[[gnu::always_inline]] inline NewRecord begin_record_on(Recording& r, const Op& op, Inputs inputs, Tensor& value,
                                                        std::size_t vjp_bytes, std::uint32_t* ids)
{
    bool tracked = inputs.first == nullptr;  // scalars enter
    unsigned flags = 0;
    for (std::size_t i = 0; i < inputs.count; ++i) {
        const TensorHeader& input = inputs.first[i].tensor()->header();
        ids[i] = r.node_of(input);
        tracked |= ids[i] != Node::kNone;
        flags |= input.flags;
    }
    if (!tracked) return {};
    const bool batched = (flags | value.header().flags) & TensorHeader::kBatched;
    if (batched || !is_fresh(value.header())) [[unlikely]] {
        if (batched) return begin_batched_record(op, inputs, value, vjp_bytes);
        make_fresh(value);
    }
    if (r.watched) [[unlikely]]
        watch(r, op, inputs, value);
    return r.add_record(op, *value.unsafe_header(), vjp_bytes,
                        [&](Node& node) { write_inputs(r, node, ids, inputs.count); });
}

[[gnu::noinline]] NewRecord begin_record_of_many(Recording& r, const Op& op, Inputs inputs, Tensor& value,
                                                 std::size_t vjp_bytes)
{
    constexpr std::size_t kSome = 16;  // without an allocation
    std::uint32_t some[kSome];
    std::vector<std::uint32_t> many(inputs.count > kSome ? inputs.count : 0);
    return begin_record_on(r, op, inputs, value, vjp_bytes, many.empty() ? some : many.data());
}

}  // namespace

void Nodes::release() noexcept
{
    if (first_) unmap_address_space(first_, static_cast<std::size_t>(limit_ - first_) * sizeof(Node));
}

void Nodes::reserve(const ScalarTape& tape)
{
    if (first_) throw_tape_full(tape);
    const auto map = [this](std::uint64_t count) {
        first_ = next_ = static_cast<Node*>(map_address_space(count * sizeof(Node)));
        limit_ = first_ ? first_ + count : nullptr;
        return first_ != nullptr;
    };
    if (!map_what_fits(kMostNodes, kFewestNodes, map, [this] { release(); }))
        throw_out_of_memory(kFewestNodes * sizeof(Node));
}

void Recording::choose_log(bool explain)
{
    if (explain && !log) log = std::make_unique<std::vector<ExplainedNode>>();
    if (!explain) log.reset();
}

void Recording::drop_nodes() noexcept
{
    for (Node* node = nodes.end(); node != nodes.begin();) {
        --node;
        if (node->adjoint.defined()) node->adjoint = Tensor();
        if (!node->vjp) continue;
        if (node->flags & Node::kLeaf)
            detail::release(node->leaf);
        else
            node->vjp->~Vjp();
        node->vjp = nullptr;
    }
    nodes.clear();
    first_leaf = nullptr;
    last_link = &first_leaf;
    kept.clear();
    hooks.clear();
    if (log) log->clear();
    named.clear();
    file = nullptr;
}

void NamedOperands::add(const Tensor& value, const char* file, int line)
{
    constexpr std::size_t kMost = 8;
    const bool is_same_line = !operands_.empty() && operands_.back().file == file && operands_.back().line == line;
    if (!is_same_line || operands_.size() == kMost) operands_.clear();
    operands_.push_back({value, file, line});
}

void note_operand(const InputRef& x)
{
    if (x.tensor() && x.tensor()->defined()) running()->named.add(*x.tensor(), x.file(), x.line());
}

[[gnu::noinline, gnu::cold]] void CapturedValues::note(const TensorHeader& value)
{
    const auto is_it = [&value](const Tensor& known) { return known.unsafe_header() == &value; };
    if (!tracks(value) || std::any_of(values.begin(), values.end(), is_it)) return;
    auto* const header = const_cast<TensorHeader*>(&value);
    values.reserve(values.size() + 1);
    detail::retain(header);
    values.push_back(Tensor::adopt(header));
}

[[gnu::noinline, gnu::cold]] void Recording::log_leaf(const LeafCell& cell, const Tensor& value)
{
    log->resize(nodes.size());
    log->push_back({{}, {}, value, {}, {}, cell.name, file, line});
}

/// The caller sees to the log, before, and to the value's serial.
inline Node& Recording::add_leaf_node(const TensorHeader& value, LeafCell& cell)
{
    Node& node = nodes.next(*this);
    set_output(node, kLeaf, value);
    node.flags = Node::kLeaf;
    node.inline_inputs = 0;
    node.slot = push_slot();
    // From here on nothing throws.
    node.leaf = &cell;
    detail::retain(&cell);
    node.next_leaf = nullptr;
    *last_link = &node;
    last_link = &node.next_leaf;
    nodes.push();
    return node;
}

void Recording::add_leaf(const Tensor& value, LeafCell& cell)
{
    if (log) log_leaf(cell, value);
    TensorHeader& header = *value.unsafe_header();
    header.serial = base_serial + add_leaf_node(header, cell).slot;
    header.node = nodes.size() - 1;
}

[[gnu::noinline, gnu::cold]] void Recording::make_room_for(const LeafCell& parameter)
{
    if (parameter.id >= parameters.size()) parameters.resize(2 * std::size_t{parameter.id} + 16, ParameterNode{0, 0});
    if (log) log_leaf(parameter, parameter.value);
}

std::uint32_t Recording::add_parameter(const TensorHeader& value)
{
    LeafCell& cell = *value.leaf;
    if (cell.id >= parameters.size() || log) [[unlikely]]
        make_room_for(cell);
    const std::uint32_t node = nodes.size();
    parameters[cell.id] = {base_serial + add_leaf_node(value, cell).slot, node};
    return node;
}

NewRecord begin_record(const Op& op, Inputs inputs, Tensor& value, std::size_t vjp_bytes)
{
    Recording* const r = running();
    if (!r) return {};
    if (inputs.count > kFewInputs) [[unlikely]]
        return begin_record_of_many(*r, op, inputs, value, vjp_bytes);
    std::uint32_t ids[kFewInputs];
    for (std::uint32_t& id : ids) id = Node::kNone;
    return begin_record_on(*r, op, inputs, value, vjp_bytes, ids);
}

void cancel_record(const Tensor& value) noexcept
{
    running()->nodes.pop();
    all_samples(value).unsafe_header()->serial = 0;
}

bool is_tracked(const Tensor& x) noexcept
{
    const Recording* const r = running();
    return r && x.defined() && is_tracked(*r, x.header());
}

}  // namespace detail

Tensor record_constant(const Op& op, detail::Inputs inputs, Tensor value)
{
    detail::Recording* r = detail::running();
    if (r && r->log) detail::begin_record(op, inputs, value, 0);
    return value;
}

namespace detail {

const Op& custom_op(const char* name, const char* formula)
{
    using Key = std::pair<std::string, std::string>;
    static std::mutex mutex;
    static std::map<Key, std::unique_ptr<const Op>> ops;
    const std::lock_guard lock(mutex);
    const auto found = ops.try_emplace(Key(name, formula)).first;
    const auto& [own_name, own_formula] = found->first;
    if (!found->second)
        found->second =
            std::make_unique<const Op>(Op{.name = own_name.c_str(), .formula = own_formula.c_str(), .next = nullptr});
    return *found->second;
}
const Op& custom_op(const char* name) { return custom_op(name, ""); }

void log_node(Recording& r, Inputs inputs, const Tensor& value)
{
    r.log->resize(r.nodes.size());  // an operation that threw may have left an entry without a node
    if (inputs.count > 0 && !is_library_file(inputs.first[0].file())) {
        r.file = inputs.first[0].file();
        r.line = inputs.first[0].line();
    }
    ExplainedNode node{{}, {}, value, {}, {}, {}, r.file, r.line};
    for (std::size_t i = 0; i < inputs.count; ++i) node.inputs.push_back(*inputs.first[i].tensor());
    r.log->push_back(std::move(node));
    r.named.clear();
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
