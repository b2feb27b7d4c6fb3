#include <algorithm>
#include <cmath>

#include "hand.hpp"

namespace hand {
namespace {

using workloads::Values;

struct Mixture {
    const workloads::gmm::Instance& in;
    const double *alphas, *means, *factors;
    double *g_alphas, *g_means, *g_factors;
    Values diagonal, log_det, c, q;  // c = x - mean and q = Q c of every component at one point

    Mixture(const workloads::gmm::Instance& instance, const double* p, double* g)
        : in(instance),
          alphas(p),
          means(p + in.k),
          factors(means + std::size_t(in.k) * in.d),
          g_alphas(g),
          g_means(g + in.k),
          g_factors(g_means + std::size_t(in.k) * in.d),
          diagonal(std::size_t(in.k) * in.d),
          log_det(in.k),
          c(diagonal.size()),
          q(diagonal.size())
    {
        for (int j = 0; j < in.k; ++j)
            for (int i = 0; i < in.d; ++i) {
                log_det[j] += factors[j * in.triangle() + i];
                diagonal[j * in.d + i] = std::exp(factors[j * in.triangle() + i]);
            }
    }

    double squared_distance(int j, const double* x)
    {
        const int d = in.d;
        const double* lower = factors + j * in.triangle() + d;
        double *cj = &c[j * d], *qj = &q[j * d];
        for (int i = 0; i < d; ++i) {
            cj[i] = x[i] - means[j * d + i];
            qj[i] = diagonal[j * d + i] * cj[i];
        }
        for (int i = 0; i < d; ++i) {
            double* rows = qj + i + 1;
            const double ci = cj[i];
            for (int r = 0; r < d - 1 - i; ++r) rows[r] += lower[r] * ci;
            lower += d - 1 - i;
        }
        double sum = 0;
        for (int i = 0; i < d; ++i) sum += qj[i] * qj[i];
        return sum;
    }

    /// Adds what a term with adjoint w contributes.
    void add_gradient(int j, double w, double* gc)
    {
        const int d = in.d;
        const double *lower = factors + j * in.triangle() + d, *cj = &c[j * d], *qj = &q[j * d], *dj = &diagonal[j * d];
        double *g_factor = g_factors + j * in.triangle(), *g_lower = g_factor + d, *g_mean = g_means + j * d;
        g_alphas[j] += w;
        for (int i = 0; i < d; ++i) {
            const double wq = w * qj[i];
            g_factor[i] += w - wq * cj[i] * dj[i];
            gc[i] = wq * dj[i];
        }
        for (int i = 0; i < d; ++i) {
            const double wc = w * cj[i];
            const double* rows = qj + i + 1;
            double sum = 0;
            for (int r = 0; r < d - 1 - i; ++r) {
                g_lower[r] -= wc * rows[r];
                sum += lower[r] * rows[r];
            }
            lower += d - 1 - i;
            g_lower += d - 1 - i;
            g_mean[i] += gc[i] + w * sum;
        }
    }

    /// Wishart prior and the normalization of the alphas.
    double add_prior()
    {
        const int d = in.d, triangle = in.triangle();
        const double largest = *std::max_element(alphas, alphas + in.k), g2 = in.wishart_gamma * in.wishart_gamma;
        double sum = 0, prior = 0;
        for (int j = 0; j < in.k; ++j) sum += std::exp(alphas[j] - largest);
        for (int j = 0; j < in.k; ++j) {
            g_alphas[j] -= in.n * std::exp(alphas[j] - largest) / sum;
            const double* factor = factors + j * triangle;
            double* g_factor = g_factors + j * triangle;
            double frobenius = 0;
            for (int i = 0; i < d; ++i) {
                const double square = diagonal[j * d + i] * diagonal[j * d + i];
                frobenius += square;
                g_factor[i] += g2 * square - in.wishart_m;
            }
            for (int i = d; i < triangle; ++i) {
                frobenius += factor[i] * factor[i];
                g_factor[i] += g2 * factor[i];
            }
            prior += 0.5 * g2 * frobenius - in.wishart_m * log_det[j];
        }
        return prior - in.n * (std::log(sum) + largest);
    }
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// What one cell keeps of one time step.
struct Kept {
    double forget, in_gate, out_gate, change, tanh_cell, cell, hidden, x;
};

struct Recurrent {
    const workloads::lstm::Instance& in;
    const double* p;
    const double *scale_in = p + in.cell_count(), *scale_out = scale_in + in.b, *bias_out = scale_out + in.b;
    int l = in.l, b = in.b;

    const double* layer(int j) const { return p + std::size_t(8) * b * j; }

    void step(int j, const double* x, double* hidden, double* cell, double* kept) const
    {
        const double *w = layer(j), *bias = w + 4 * b;
        for (int i = 0; i < b; ++i, kept += 8) {
            const double forget = sigmoid(x[i] * w[i] + bias[i]), in_gate = sigmoid(hidden[i] * w[b + i] + bias[b + i]);
            const double out_gate = sigmoid(x[i] * w[2 * b + i] + bias[2 * b + i]);
            const double change = std::tanh(hidden[i] * w[3 * b + i] + bias[3 * b + i]);
            kept[5] = cell[i];
            kept[6] = hidden[i];
            kept[7] = x[i];
            cell[i] = cell[i] * forget + in_gate * change;
            const double tanh_cell = std::tanh(cell[i]);
            hidden[i] = out_gate * tanh_cell;
            kept[0] = forget;
            kept[1] = in_gate;
            kept[2] = out_gate;
            kept[3] = change;
            kept[4] = tanh_cell;
        }
    }

    /// Adjoints of hidden and cell of layer j are replaced by those of the step before; gx is written.
    void step_back(int j, const double* kept, double* g, double* g_hidden, double* g_cell, double* gx) const
    {
        const double* w = layer(j);
        double *gw = g + std::size_t(8) * b * j, *g_bias = gw + 4 * b;
        for (int i = 0; i < b; ++i, kept += 8) {
            const auto [forget, in_gate, out_gate, change, tanh_cell, cell, hidden, x] =
                Kept{kept[0], kept[1], kept[2], kept[3], kept[4], kept[5], kept[6], kept[7]};
            const double gh = g_hidden[i], gc = g_cell[i] + gh * out_gate * (1 - tanh_cell * tanh_cell);
            const double g_forget = gc * cell * forget * (1 - forget), g_in = gc * change * in_gate * (1 - in_gate);
            const double g_out = gh * tanh_cell * out_gate * (1 - out_gate),
                         g_change = gc * in_gate * (1 - change * change);
            g_bias[i] += g_forget;
            g_bias[b + i] += g_in;
            g_bias[2 * b + i] += g_out;
            g_bias[3 * b + i] += g_change;
            gw[i] += g_forget * x;
            gw[b + i] += g_in * hidden;
            gw[2 * b + i] += g_out * x;
            gw[3 * b + i] += g_change * hidden;
            g_cell[i] = gc * forget;
            g_hidden[i] = g_in * w[b + i] + g_change * w[3 * b + i];
            gx[i] = g_forget * w[i] + g_out * w[2 * b + i];
        }
    }
};

}  // namespace

double gmm(const workloads::gmm::Instance& in, const double* p, double* g)
{
    std::fill(g, g + in.parameter_count(), 0.0);
    Mixture m(in, p, g);
    Values term(in.k), gc(in.d);
    double total = 0;
    for (int s = 0; s < in.n; ++s) {
        for (int j = 0; j < in.k; ++j)
            term[j] = m.alphas[j] + m.log_det[j] - 0.5 * m.squared_distance(j, &in.points[std::size_t(s) * in.d]);
        const double largest = *std::max_element(term.begin(), term.end());
        double sum = 0;
        for (double& t : term) {
            t = std::exp(t - largest);
            sum += t;
        }
        total += std::log(sum) + largest;
        const double scale = 1 / sum;
        for (int j = 0; j < in.k; ++j) m.add_gradient(j, term[j] * scale, gc.data());
    }
    return total + m.add_prior() + in.prior_constant();
}

double lstm(const workloads::lstm::Instance& in, const double* p, double* g, Values& scratch)
{
    const Recurrent net{in, p};
    const int l = in.l, b = in.b, steps = in.c - 1;
    const std::size_t kept_size = std::size_t(8) * l * b, step_size = kept_size + std::size_t(2) * b;
    scratch.resize(step_size * steps);
    std::fill(g, g + in.parameter_count(), 0.0);
    Values state(in.state), y(b), g_hidden(std::size_t(l) * b), g_cell(std::size_t(l) * b), gx(b);
    double total = 0;
    for (int t = 0; t < steps; ++t) {
        const double *now = &in.sequence[std::size_t(t) * b], *following = now + b;
        double *kept = &scratch[step_size * t], *gy = kept + kept_size, *last = gy + b;
        for (int i = 0; i < b; ++i) y[i] = now[i] * net.scale_in[i];
        const double* x = y.data();
        for (int j = 0; j < l; ++j) {
            double* hidden = &state[std::size_t(2) * b * j];
            net.step(j, x, hidden, hidden + b, kept + std::size_t(8) * b * j);
            x = hidden;
        }
        double sum = 2, seen = 0;
        for (int i = 0; i < b; ++i) {
            y[i] = x[i] * net.scale_out[i] + net.bias_out[i];
            gy[i] = std::exp(y[i]);
            last[i] = x[i];
            sum += gy[i];
            seen += following[i];
        }
        const double normalizer = std::log(sum);
        for (int i = 0; i < b; ++i) {
            total += following[i] * (y[i] - normalizer);
            gy[i] = following[i] - seen * gy[i] / sum;
        }
    }
    const double scale = -1.0 / (double(b) * steps);
    double *g_scale_in = g + in.cell_count(), *g_scale_out = g_scale_in + b, *g_bias_out = g_scale_out + b;
    for (int t = steps; t-- > 0;) {
        const double *now = &in.sequence[std::size_t(t) * b], *kept = &scratch[step_size * t], *gy = kept + kept_size;
        for (int i = 0; i < b; ++i) {
            g_scale_out[i] += gy[i] * scale * gy[b + i];
            g_bias_out[i] += gy[i] * scale;
            g_hidden[std::size_t(l - 1) * b + i] += gy[i] * scale * net.scale_out[i];
        }
        for (int j = l - 1; j >= 0; --j) {
            net.step_back(j, kept + std::size_t(8) * b * j, g, &g_hidden[std::size_t(j) * b],
                          &g_cell[std::size_t(j) * b], gx.data());
            for (int i = 0; i < b; ++i)
                if (j > 0)
                    g_hidden[std::size_t(j - 1) * b + i] += gx[i];
                else
                    g_scale_in[i] += gx[i] * now[i];
        }
    }
    return total * scale;
}

}  // namespace hand
