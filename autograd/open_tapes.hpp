#pragma once

// The tapes that are open in a thread. What is known of one stands here, in memory of the thread, not in the Tape: a
// Tape that ends out of order, or is destroyed in another thread, leaves nothing dangling.

#include <xgrad/tape.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "autograd/recording.hpp"

namespace xgrad::detail {

/// One open tape; the thread keeps the place for the next tape at the same depth.
struct OpenTape {
    Tape* tape = nullptr;
    Recording* recording = nullptr;     // that it records on
    OpenTape* outer = nullptr;          // the tape around it
    OpenTape* inner = nullptr;          // the place for the next tape inside it, once there was one
    std::atomic<bool> is_over = false;  // ended before a tape inside it, or in another thread: waits to be closed
    Recording own;

    /// On the recording of the tape around it.
    bool is_scope() const { return recording != &own; }
};

/// What a thread keeps: its open tapes and their memory.
class ThreadTapes {
public:
    ThreadTapes();
    ThreadTapes(const ThreadTapes&) = delete;
    ThreadTapes& operator=(const ThreadTapes&) = delete;
    ~ThreadTapes();

    std::uint64_t number() const { return number_; }

    /// The tape opened last; null: none.
    OpenTape* innermost()
    {
        close_those_over();
        return innermost_ == &none_ ? nullptr : innermost_;
    }

    /// The same, for a look at it: closes nothing.
    const OpenTape* peek() const { return innermost_ == &none_ ? nullptr : innermost_; }

    /// The place for a tape that is about to open; push() opens it.
    OpenTape& next()
    {
        close_those_over();
        return innermost_->inner ? *innermost_->inner : add_place();
    }
    void push(OpenTape& tape) { innermost_ = &tape; }

    /// Closes a tape. One that is not the innermost is over from now on, and the tapes inside it are unusable.
    void end(OpenTape& tape) noexcept
    {
        if (innermost_ == &tape) [[likely]]
            close_innermost();
        else
            end_early(tape);
        close_those_over();
    }

    /// Called in another thread than the one of that number, which closes the tape when it next opens or ends one.
    static void end_elsewhere(std::uint64_t number, OpenTape& tape) noexcept;

    /// The recording of a tape that is used in this thread. Throws TapeError where it cannot be used.
    static Recording& recording_of(const Tape& tape, const char* operation);

private:
    OpenTape& add_place();
    void end_early(OpenTape& tape) noexcept;
    void close_innermost() noexcept
    {
        OpenTape& tape = *innermost_;
        innermost_ = tape.outer;
        if (tape.is_scope()) [[unlikely]]
            current = tape.recording;
        else
            tape.own.close();
    }
    void close_those_over() noexcept
    {
        while (innermost_->is_over.load(std::memory_order_acquire)) [[unlikely]] close_innermost();
    }

    std::uint64_t number_;  // never reused
    OpenTape* innermost_ = &none_;
    OpenTape none_;  // around the outermost tape
    std::vector<std::unique_ptr<OpenTape>> places_;
    ThreadTapes *next_thread_, *previous_thread_ = nullptr;
};

/// Reached through a plain pointer, which needs no check whether it was constructed. Null before the thread's first
/// tape, and when the thread is ending.
extern __thread ThreadTapes* this_thread __attribute__((tls_model("initial-exec")));

/// The same, made at the first call.
ThreadTapes& new_thread_tapes();
inline ThreadTapes& thread_tapes() { return this_thread ? *this_thread : new_thread_tapes(); }

inline Recording& ThreadTapes::recording_of(const Tape& tape, const char* operation)
{
    if (this_thread && this_thread->number_ == tape.thread_ && tape.scalars_) [[likely]]
        return static_cast<Recording&>(*tape.scalars_);
    tape.throw_unusable(operation);
}

/// Throws TapeError: `what` is not recorded on the tape at hand.
[[noreturn]] void throw_not_on_tape(const char* operation, const std::string& what);

inline std::uint32_t node_on(const Recording& r, const char* operation, const Tensor& x)
{
    const TensorHeader& header = x.header();
    if (r.holds(header.serial)) return header.node;
    throw_not_on_tape(operation, "a tensor " + describe(x));
}

inline std::uint32_t slot_on(const Recording& r, const char* operation, const Scalar& x)
{
    if (r.holds(x.serial())) return r.slot_of(x.serial());
    throw_not_on_tape(operation, "a scalar of value " + std::to_string(x.value()));
}

}  // namespace xgrad::detail
