#include <xgrad/error.hpp>
#include <xgrad/scalar_explain.hpp>
#include <xgrad/tape.hpp>

#include <mutex>

#include "autograd/batched.hpp"
#include "autograd/open_tapes.hpp"

namespace xgrad {
namespace detail {

__thread ThreadTapes* this_thread __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

/// The threads that have opened a tape and live. Without a destructor: threads may outlive main.
struct Threads {
    std::mutex mutex;
    ThreadTapes* first = nullptr;
    std::uint64_t count = 0;  // so far
};
constinit Threads threads;

}  // namespace

ThreadTapes::ThreadTapes()
{
    const std::lock_guard lock(threads.mutex);
    number_ = ++threads.count;
    next_thread_ = threads.first;
    if (next_thread_) next_thread_->previous_thread_ = this;
    threads.first = this;
    this_thread = this;
}

ThreadTapes::~ThreadTapes()
{
    while (innermost_ != &none_) close_innermost();
    this_thread = nullptr;
    const std::lock_guard lock(threads.mutex);
    if (next_thread_) next_thread_->previous_thread_ = previous_thread_;
    (previous_thread_ ? previous_thread_->next_thread_ : threads.first) = next_thread_;
}

[[gnu::noinline]] ThreadTapes& new_thread_tapes()
{
    thread_local ThreadTapes tapes;
    return tapes;
}

OpenTape& ThreadTapes::add_place()
{
    places_.push_back(std::make_unique<OpenTape>());
    OpenTape& place = *places_.back();
    place.outer = innermost_;
    innermost_->inner = &place;
    return place;
}

void ThreadTapes::end_early(OpenTape& tape) noexcept
{
    const std::lock_guard lock(threads.mutex);  // no tape can end in another thread meanwhile
    tape.is_over = true;                        // should all inside it be over, too, they are closed right away
    for (OpenTape* inner = innermost_; inner != &tape; inner = inner->outer)
        if (!inner->is_over) inner->tape->scalars_ = nullptr;
}

void ThreadTapes::end_elsewhere(std::uint64_t number, OpenTape& tape) noexcept
{
    const std::lock_guard lock(threads.mutex);
    for (const ThreadTapes* thread = threads.first; thread; thread = thread->next_thread_)
        if (thread->number_ == number) tape.is_over.store(true, std::memory_order_release);
}

const ScalarTape* open_tape_with(std::uint64_t serial) noexcept
{
    for (const OpenTape* tape = thread_tapes().innermost(); tape && tape->recording; tape = tape->outer)
        if (tape->recording->holds(serial)) return tape->recording;
    return nullptr;
}

void throw_not_on_tape(const char* operation, const std::string& what)
{
    throw TapeError(
        error_text(operation, what + " is not recorded on this tape",
                   "a root or input is computed from tracked values (a Parameter, tape.variable) while the "
                   "tape is alive, in its thread; values of ended tapes are constants",
                   "compute it again under this tape, and check that nothing was detached or under NoGrad"));
}

}  // namespace detail

namespace {

using detail::error_text;
using detail::OpenTape;
using detail::Recording;
using detail::ThreadTapes;

[[noreturn, gnu::noinline]] void throw_asks_more_than_outer()
{
    throw TapeError(error_text("Tape", "a nested tape asks for explain or detect_anomaly, its outer tape has not",
                               "what a tape records is chosen when the outermost one is opened",
                               "open the outer tape with the option, or this one with {.isolated = true}"));
}

}  // namespace

[[gnu::always_inline]] inline void Tape::open(TapeOptions options)
{
    ThreadTapes& thread = detail::thread_tapes();
    OpenTape& open = thread.next();
    Recording* const running = detail::running();
    if (running && !options.isolated) [[unlikely]] {
        if ((options.explain && !running->log) || (options.detect_anomaly && !running->detect_anomaly))
            throw_asks_more_than_outer();
        open.recording = running;
    } else {
        open.own.open(options.explain, options.detect_anomaly);
        open.recording = &open.own;
    }
    open.is_over.store(false, std::memory_order_relaxed);
    open.tape = this;
    scalars_ = open.recording;
    open_ = &open;
    thread_ = thread.number();
    thread.push(open);
}

Tape::Tape() { open({}); }

Tape::Tape(TapeOptions options) { open(options); }

Tape::~Tape()
{
    ThreadTapes* const thread = detail::this_thread;
    if (thread && thread->number() == thread_) [[likely]]
        thread->end(*open_);
    else
        ThreadTapes::end_elsewhere(thread_, *open_);
}

void Tape::throw_unusable(const char* operation) const
{
    if (!detail::this_thread || detail::this_thread->number() != thread_)
        throw TapeError(error_text(operation, "the tape belongs to another thread",
                                   "a tape is used in the thread that opened it", "open a tape in this thread"));
    throw TapeError(error_text(operation, "tapes ended out of order: an outer tape ended before this one",
                               "tapes end in the reverse order of their beginning",
                               "make tapes local variables of nested blocks"));
}

Recording& Tape::recording(const char* operation) const { return ThreadTapes::recording_of(*this, operation); }

bool Tape::explains() const { return recording("explains").log != nullptr; }

Scalar Tape::variable(std::string_view name, double value)
{
    Recording& r = recording("variable");
    const Scalar leaf = Scalar::from_tape(value, r.base_serial + r.push_leaf());
    if (r.explains()) detail::describe(r, leaf, std::string(name));
    return leaf;
}

void Tape::variables(std::span<const double> values, std::span<Scalar> leaves)
{
    Recording& r = recording("variables");
    if (values.size() != leaves.size())
        throw ShapeError(error_text(
            "variables", std::to_string(values.size()) + " values for " + std::to_string(leaves.size()) + " leaves",
            "each value becomes one leaf", "give leaves the size of values"));
    const std::uint64_t first = r.base_serial + r.push_leaves(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        leaves[i] = Scalar::from_tape(values[i], first + i);
        if (r.explains()) detail::describe(r, leaves[i], {});
    }
}

Tensor Tape::variable(std::string_view name, const Tensor& value)
{
    Recording& r = recording("variable");
    if (!is_floating(value.dtype()))
        throw DtypeError(error_text("variable", "a value of type " + describe(value),
                                    "only f32 and f64 have gradients; integers and booleans are constants",
                                    "convert it first: to(x, f64)"));
    return detail::on_all_samples(detail::at_all_levels(value), [&](const Tensor& x) {
        const Tensor leaf = detail::make_leaf(x, std::string(name));
        r.add_leaf(leaf, *leaf.header().leaf);
        return leaf;
    });
}

void Tape::name(const Scalar& x, std::string_view name)
{
    Recording& r = recording("name");
    if (r.log) (*r.records)[detail::slot_on(r, "name", x)].name = name;
}

void Tape::name(const Tensor& x, std::string_view name)
{
    Recording& r = recording("name");
    if (r.log) (*r.log)[detail::node_on(r, "name", x)].name = name;
}

}  // namespace xgrad
