#include "hand.hpp"

#include <algorithm>
#include <cmath>

namespace hand {

using workloads::Values;

/// Keeps one number a round, x + y, which the way back multiplies with.
double chain(const double* in, double* g, Values& sums)
{
    constexpr int rounds = workloads::chain::kRounds;
    sums.resize(rounds);
    const double y = in[1], z = in[2];
    double x = in[0];
    for (int i = 0; i < rounds; ++i) {
        sums[i] = x + y;
        x = sums[i] * z;
    }
    double gx = 1, gy = 0, gz = 0;
    for (int i = rounds; i-- > 0;) {
        gz += gx * sums[i];
        gx *= z;
        gy += gx;
    }
    g[0] = gx;
    g[1] = gy;
    g[2] = gz;
    return x;
}

double mlp(const double* p, double* g, int samples)
{
    using namespace workloads::mlp;
    constexpr int n = kHidden;
    const double *w0 = p + kWeights0, *b0 = p + kBias0, *w1 = p + kWeights1, *b1 = p + kBias1, *w2 = p + kWeights2;
    double *gw0 = g + kWeights0, *gb0 = g + kBias0, *gw1 = g + kWeights1, *gb1 = g + kBias1, *gw2 = g + kWeights2;
    std::fill(g, g + kParameters, 0.0);
    double loss = 0;
    for (int s = 0; s < samples; ++s) {
        const double* x = &data().x[kIn * s];
        double h0[n], h1[n], g0[n] = {}, g1[n];
        for (int o = 0; o < n; ++o)
            h0[o] = std::tanh(b0[o] + w0[o * 3] * x[0] + w0[o * 3 + 1] * x[1] + w0[o * 3 + 2] * x[2]);
        for (int o = 0; o < n; ++o) {
            double a = b1[o];
            for (int i = 0; i < n; ++i) a += w1[o * n + i] * h0[i];
            h1[o] = std::tanh(a);
        }
        double a = p[kBias2];
        for (int i = 0; i < n; ++i) a += w2[i] * h1[i];
        const double y = std::tanh(a), error = y - data().y[s];
        loss += error * error;

        const double ga = 2 * error * (1.0 / samples) * (1 - y * y);
        g[kBias2] += ga;
        for (int i = 0; i < n; ++i) {
            gw2[i] += ga * h1[i];
            g1[i] = ga * w2[i] * (1 - h1[i] * h1[i]);
        }
        for (int o = 0; o < n; ++o) {
            gb1[o] += g1[o];
            for (int i = 0; i < n; ++i) {
                gw1[o * n + i] += g1[o] * h0[i];
                g0[i] += g1[o] * w1[o * n + i];
            }
        }
        for (int o = 0; o < n; ++o) {
            const double go = g0[o] * (1 - h0[o] * h0[o]);
            gb0[o] += go;
            for (int i = 0; i < kIn; ++i) gw0[o * kIn + i] += go * x[i];
        }
    }
    return loss / samples;
}

/// Products of everything before and of everything after each factor; no division.
double product(const double* x, double* g)
{
    constexpr int n = workloads::product::kFactors;
    double before = 1, after = 1;
    for (int i = 0; i < n; ++i) {
        g[i] = before;
        before *= x[i];
    }
    for (int i = n; i-- > 0;) {
        g[i] *= after;
        after *= x[i];
    }
    return before;
}

double mix(const double* in, double* g, Values& kept)
{
    constexpr int rounds = workloads::mix::kRounds, cycle = workloads::mix::kCycle, width = 5;
    kept.resize(std::size_t(width) * rounds);
    std::fill(g, g + 1 + 2 * cycle, 0.0);
    double x = in[0], sum = 0;
    double* k = kept.data();
    for (int i = 0; i < rounds; ++i, k += width) {
        const double y = in[1 + i % cycle], z = in[1 + cycle + i % cycle];
        const double sine = std::sin(x), cosine = std::cos(x), e = std::exp(-y), l = std::log(1 + z * z);
        const double root = 1 / std::sqrt(1 + x * x);
        k[0] = x;
        k[1] = sine * e;
        k[2] = cosine * e;
        k[3] = root;
        k[4] = l;
        x = sine * e + l * root;
        sum += x;
    }
    double gx = 0;
    for (int i = rounds; i-- > 0;) {
        k -= width;
        gx += 1;
        const double z = in[1 + cycle + i % cycle], root = k[3];
        g[1 + i % cycle] -= gx * k[1];
        g[1 + cycle + i % cycle] += gx * root * 2 * z / (1 + z * z);
        gx *= k[2] - k[4] * k[0] * root * root * root;
    }
    g[0] += gx;
    return sum;
}

double small(const double* x, double* g)
{
    const double a = x[0] * x[1] + x[2], b = x[2] * x[3] - x[0], c = a * b + x[1], d = c * a - b;
    const double n = 1 / (c * c + 1.0), e = d * n, f = e * x[3] + a, h = (f - b) * e, i = h * h + f, j = i * x[2] - h;
    const double gj = x[0], gi = gj * x[2], gh = 2 * h * gi - gj, gf = gi + gh * e;
    const double ge = gh * (f - b) + gf * x[3], gd = ge * n, gc = gd * a - 2 * c * ge * e * n;
    const double ga = gf + gd * c + gc * b, gb = gc * a - gd - gh * e;
    g[0] = j + ga * x[1] - gb;
    g[1] = gc + ga * x[0];
    g[2] = gj * i + ga + gb * x[3];
    g[3] = gf * e + gb * x[2];
    return j * x[0];
}

double tiny(const double* x, double* g)
{
    const double sum = x[0] + x[1];
    g[0] = g[1] = x[2];
    g[2] = sum;
    return sum * x[2];
}

}  // namespace hand
