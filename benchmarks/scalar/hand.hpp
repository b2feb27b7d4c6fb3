// The derivative of each workload as one would write it by hand: what tapes are measured against.
#pragma once

#include "adbench.hpp"
#include "workloads.hpp"

// Each writes the gradient to g and returns the value. `scratch` is memory that is reused from call to call.
namespace hand {

double chain(const double* in, double* g, workloads::Values& scratch);
double mlp(const double* p, double* g, int samples);
double product(const double* x, double* g);
double mix(const double* in, double* g, workloads::Values& scratch);
double gmm(const workloads::gmm::Instance& in, const double* p, double* g);
double lstm(const workloads::lstm::Instance& in, const double* p, double* g, workloads::Values& scratch);
double small(const double* x, double* g);
double tiny(const double* x, double* g);

}  // namespace hand
