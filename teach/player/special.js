// Functions of mathematics that JavaScript's Math lacks or has otherwise, in doubles. C++ has the same ones, computed
// in long double: autograd/special_functions.cpp. They agree to 1e-12, relative, away from zeros of the functions.
const special = (() => {
    const kNan = NaN, kTwoOverRootPi = 1.1283791670955126;
    // B_2k of Bernoulli, k = 1, 2, ...
    const kBernoulli =
        [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330];

    const is_negative = (x) => x < 0 || Object.is(x, -0);
    const copysign = (a, b) => (is_negative(b) ? -Math.abs(a) : Math.abs(a));

    /// As in C: 1 to any power, and -1 to an infinite one, is 1.
    function pow(a, b) {
        if (a === 1 || (a === -1 && Math.abs(b) === Infinity)) return 1;
        return Math.pow(a, b);
    }

    // ---- whole numbers ----

    /// The nearest whole number; of two the even one.
    function round(x) {
        const below = Math.floor(x), rest = x - below;
        if (rest === 0 || !Number.isFinite(x)) return x;
        const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
        return copysign(up ? below + 1 : below, x);
    }

    /// What a division leaves, with the sign of b.
    function remainder(a, b) {
        const rest = a % b;
        return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
    }

    function floor_divide(a, b) {
        if (b === 0) return a / b;
        const rest = a % b, quotient = round((a - rest) / b);
        return rest !== 0 && rest < 0 !== b < 0 ? quotient - 1 : quotient;
    }

    // ---- the error function ----

    /// exp(x^2) erfc(x) for x >= 1 by its continued fraction, from the far end.
    function erfcx_fraction(x) {
        let f = x;
        for (let k = Math.ceil(400 / (x * x)) + 10; k > 0; --k) f = x + k / 2 / f;
        return 1 / (Math.sqrt(Math.PI) * f);
    }

    function erf(x) {
        const a = Math.abs(x);
        if (a >= 1) return copysign(1 - erfc(a), x);
        let sum = x, term = x;  // sum of 2^n x^(2n + 1) / (1 3 ... (2n + 1)): no cancellation
        for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; ++n) sum += term *= 2 * x * x / (2 * n + 1);
        return Number.isNaN(x) ? x : kTwoOverRootPi * Math.exp(-x * x) * sum;
    }

    function erfc(x) {
        if (x >= 1) return x < 40 ? Math.exp(-x * x) * erfcx_fraction(x) : 0;
        return x <= -1 ? 2 - erfc(-x) : 1 - erf(x);
    }

    function erfcx(x) {
        if (x >= 1) return erfcx_fraction(x);
        return Math.exp(x * x) * erfc(x);
    }

    /// y with error(y) = 0 from a start, by steps of Halley; slope(y) is the reciprocal of the derivative, bend a half
    /// of f'' / f' / y.
    function halley(y, error, slope, bend) {
        for (let step = 0; step < 5; ++step) {
            const newton = error(y) * slope(y);
            y -= newton / (1 + bend * y * newton);
        }
        return y;
    }

    /// Start: Giles, Approximating the erfinv function (2012), single precision.
    function erfinv(x) {
        const a = Math.abs(x);
        if (!(a < 1)) return a === 1 ? copysign(Infinity, x) : kNan;
        const w = -Math.log((1 - a) * (1 + a));
        const central = [
            1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6,
            3.43273939e-7, 2.81022636e-8
        ];
        const tail = [
            2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
            0.000100950558, -0.000200214257
        ];
        const at = w < 5 ? w - 2.5 : Math.min(Math.sqrt(w), 7.5) - 3;
        const start = a * (w < 5 ? central : tail).reduceRight((sum, c) => sum * at + c, 0);
        const error = a < 0.5 ? (y) => erf(y) - a : (y) => (1 - a) - erfc(y);
        return copysign(halley(start, error, (y) => Math.exp(y * y) / kTwoOverRootPi, 1), x);
    }

    /// Start: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.23.
    function ndtri(p) {
        if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : kNan;
        if (p > 0.5) return -ndtri(1 - p);
        const t = Math.sqrt(-2 * Math.log(p));
        const start =
            (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
        const error = (y) => erfc(-y * Math.SQRT1_2) / 2 - p;
        return halley(start, error, (y) => 2.5066282746310002 * Math.exp(y * y / 2), 0.5);
    }

    // ---- the gamma function and its derivatives ----

    /// Hurwitz' zeta: the sum of (q + k)^-s over k >= 0, for s > 1, q > 0, by the formula of Euler and Maclaurin.
    function zeta(s, q) {
        let sum = 0;
        for (const far = 20 + s; q < far; q += 1) {
            const term = Math.pow(q, -s);
            sum += term;
            if (term <= sum * 1e-19) return sum;
        }
        const power = Math.pow(q, -s);
        sum += power * q / (s - 1) + power / 2;
        let rising = s, factorial = 2, inverse = power / q;
        for (let k = 1; k <= 10; ++k) {
            sum += kBernoulli[k - 1] * rising / factorial * inverse;
            rising *= (s + 2 * k - 1) * (s + 2 * k);
            factorial *= (2 * k + 1) * (2 * k + 2);
            inverse /= q * q;
        }
        return sum;
    }

    /// lgamma(2 + z) for |z| <= 0.5, by its series: all digits also beside the zeros at 1 and 2.
    function lgamma_beside_two(z) {
        let sum = z * 0.42278433509846713, power = z;  // 1 - gamma of Euler
        for (let k = 2; k < 40; ++k) sum += (power *= -z) * -zeta(k, 2) / k;
        return sum;
    }

    function lgamma(x) {
        if (!Number.isFinite(x)) return Number.isNaN(x) ? x : Infinity;
        if (x < 0.5) {
            const fraction = x - Math.trunc(x);
            if (fraction === 0) return Infinity;
            return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * fraction))) - lgamma(1 - x);
        }
        if (x <= 1.5) return lgamma_beside_two(x - 1) - Math.log1p(x - 1);
        if (x <= 2.5) return lgamma_beside_two(x - 2);
        let product = 1;
        for (; x < 12; x += 1) product *= x;
        let sum = 0, power = 1 / x;
        for (let k = 1; k <= 8; ++k, power /= x * x) sum += kBernoulli[k - 1] / (2 * k * (2 * k - 1)) * power;
        return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + sum - Math.log(product);
    }

    function digamma(x) {
        if (x === 0) return copysign(Infinity, -x);
        if (x === Infinity) return x;
        if (x < 0) {
            const fraction = x - Math.trunc(x);  // digamma(1 - x) - digamma(x) = pi / tan(pi x)
            return fraction !== 0 ? digamma(1 - x) - Math.PI / Math.tan(Math.PI * fraction) : kNan;
        }
        let shifted = 0;
        for (; x < 20; x += 1) shifted += 1 / x;
        const z = 1 / (x * x);
        let sum = 0, power = z;
        for (let k = 1; k <= 10; ++k, power *= z) sum += kBernoulli[k - 1] / (2 * k) * power;
        return Math.log(x) - 0.5 / x - sum - shifted;
    }

    /// To 1e-9, as the library and PyTorch have it: six steps upwards and three terms of the series.
    function trigamma(x) {
        let sign = 1, sum = 0;
        if (x < 0.5) {
            const sine = Math.sin(Math.PI * (x - 2 * Math.floor(x / 2)));
            sum = -Math.PI * Math.PI / (sine * sine);
            sign = -1;
            x = 1 - x;
        }
        for (let i = 0; i < 6; ++i, x += 1) sum += 1 / (x * x);
        const z = 1 / (x * x);
        return sign * (sum + (1 + 1 / (2 * x) + z * (1 / 6 - z * (1 / 30 - z / 42))) / x);
    }

    function factorial(n) {
        let product = 1;
        for (; n > 1 && product < Infinity; --n) product *= n;
        return product;
    }

    function polygamma(n, x) {
        if (n === 0) return digamma(x);
        if (Number.isNaN(x) || !(n > 0 && n < Infinity) || n !== Math.floor(n)) return kNan;
        const s = n + 1, parity = n % 2 !== 0 ? 1 : -1;
        if (x > 0) return parity * factorial(n) * (x < Infinity ? zeta(s, x) : 0);
        const whole = Math.floor(-x), first = -x - whole;
        if (first === 0 || x === -Infinity) return first === 0 && parity > 0 ? Infinity : kNan;
        // In this order, since the first two cancel where x stands in the middle between poles.
        const both_sides = zeta(s, 1 - first) + parity * zeta(s, first);
        return parity * factorial(n) * (both_sides - parity * zeta(s, first + whole + 1));
    }

    // ---- modified Bessel functions of the first kind ----

    /// I_order(a) / exp(a) for a >= 0: the power series, from 25 on that of Hankel.
    function scaled_bessel(order, a) {
        let sum = 1, term = 1;
        if (a < 25) {
            for (let k = 1; term > sum * 1e-18; ++k) sum += term *= a * a / 4 / k / (k + order);
            return (order === 1 ? a / 2 : 1) * sum * Math.exp(-a);
        }
        for (let k = 1; Math.abs(term) > 1e-18 && k < 50; ++k)
            sum += term *= ((2 * k - 1) ** 2 - 4 * order * order) / (8 * k * a);
        return sum / Math.sqrt(2 * Math.PI * a);
    }
    const i0e = (x) => (Number.isNaN(x) ? x : scaled_bessel(0, Math.abs(x)));
    const i1e = (x) => (Number.isNaN(x) ? x : copysign(scaled_bessel(1, Math.abs(x)), x));
    const i0 = (x) => (Math.abs(x) === Infinity ? Infinity : i0e(x) * Math.exp(Math.abs(x)));
    const i1 = (x) => (Math.abs(x) === Infinity ? x : i1e(x) * Math.exp(Math.abs(x)));

    return {
        pow,
        copysign,
        round,
        remainder,
        floor_divide,
        erf,
        erfc,
        erfcx,
        erfinv,
        ndtri,
        lgamma,
        digamma,
        trigamma,
        polygamma,
        i0,
        i0e,
        i1,
        i1e
    };
})();
