#include <xgrad/functional/hooks.hpp>

#include "autograd/batched.hpp"
#include "autograd/open_tapes.hpp"

namespace xgrad {

namespace detail {

std::shared_ptr<Hook> add_hook(const Tensor& x, Callable<Tensor(const Tensor&)> function)
{
    Recording* const r = running();
    if (!r || !is_tracked(*r, x.header())) throw_not_on_tape("register_hook", "a tensor " + describe(x));
    if (is_batched(x))
        return add_hook(all_samples(x), [x, levels = levels_at_work(), function](const Tensor& gy) {
            return at_levels(levels, [&] {
                const Tensor other = function(with_levels_of(x, gy));
                return other.defined() ? seed_of_all(other, x) : other;
            });
        });
    auto hook = std::make_shared<Hook>(Hook{std::move(function)});
    const std::uint32_t node = r->node_of(x.header());
    r->hooks.emplace_back(node, hook);
    r->nodes[node].flags |= Node::kHooked;
    return hook;
}

}  // namespace detail

void HookHandle::remove()
{
    if (const auto hook = hook_.lock()) hook->function = nullptr;
}

}  // namespace xgrad
