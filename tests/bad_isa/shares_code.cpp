// Wrong on purpose: the symbol of this function is the same for every instruction set. check_isa_symbols must find it.
template <class T>
[[gnu::noinline]] T twice(T x)
{
    return x + x;
}

float use_twice(float x) { return twice(x); }
