#pragma once

namespace xgrad {

/// Threads that one operation may use, at least 1. Until set: the first number in OMP_NUM_THREADS, else the physical
/// cores that this process may run on, cut down to the CPU quota of its control group. Small operations use one.
int num_threads();

/// Sets num_threads() for the whole process; n < 1 brings the default back. Results may differ in the last bits between
/// numbers of threads, never between runs with the same number.
void set_num_threads(int n);

}  // namespace xgrad
