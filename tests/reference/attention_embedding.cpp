#include "tests/reference/binding.hpp"

namespace xgrad::reference {

Bindings attention_embedding_bindings() { return {}; }

}  // namespace xgrad::reference
