// Formulas as the library writes them: + - * / (unary minus binds tighter), comparisons (1 or 0), parentheses, numbers,
// names, calls. The same grammar in C++, for tensors too: tests/formula.hpp.
const formula = (() => {
    const functions = {
        where: (condition, a, b) => (condition !== 0 ? a : b),
        exp2: (x) => Math.pow(2, x),
        fmod: (a, b) => a % b,
        ...special,
    };
    for (const name of ['abs', 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'ceil', 'cos',
                        'cosh', 'exp', 'expm1', 'floor', 'hypot', 'log', 'log10', 'log1p', 'log2', 'sin', 'sinh',
                        'sqrt', 'tan', 'tanh', 'trunc'])
        functions[name] = Math[name];

    const sums = {'+': (a, b) => a + b, '-': (a, b) => a - b};
    const products = {'*': (a, b) => a * b, '/': (a, b) => a / b};
    const comparisons = {
        '==': (a, b) => Number(a === b),
        '!=': (a, b) => Number(a !== b),
        '<=': (a, b) => Number(a <= b),
        '>=': (a, b) => Number(a >= b),
        '<': (a, b) => Number(a < b),
        '>': (a, b) => Number(a > b),
    };
    const kToken = /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(==|!=|<=|>=|[-+*\/<>(),]))/y;

    /// A list of {number}, {name}, {sign}; throws for what is none of them.
    function tokens(text) {
        const list = [];
        for (kToken.lastIndex = 0; text.slice(kToken.lastIndex).trim() !== '';) {
            const at = kToken.lastIndex, match = kToken.exec(text);
            if (!match) throw new SyntaxError(`unexpected text at ${at} of '${text}'`);
            list.push({number: match[1], name: match[2], sign: match[3]});
        }
        return list;
    }

    /// Reads one formula; each method gives a function from values by name to a number.
    class Parser {
        constructor(text) {
            this.text = text;
            this.tokens = tokens(text);
            this.at = 0;
        }
        fail(what) { throw new SyntaxError(`${what} in '${this.text}'`); }
        take(signs) {
            const token = this.tokens[this.at];
            if (!token || !token.sign || !Object.hasOwn(signs, token.sign)) return null;
            ++this.at;
            return signs[token.sign];
        }
        expect(sign) {
            if (!this.take({[sign]: true})) this.fail(`no ${sign}`);
        }
        chain(operand, signs) {
            let left = operand();
            for (let f; (f = this.take(signs));) {
                const a = left, b = operand(), apply = f;
                left = (names) => apply(a(names), b(names));
            }
            return left;
        }
        whole() {
            const value = this.comparison();
            if (this.at < this.tokens.length) this.fail('unexpected text');
            return value;
        }
        comparison() {
            const a = this.sum(), compare = this.take(comparisons);
            if (!compare) return a;
            const b = this.sum();
            return (names) => compare(a(names), b(names));
        }
        sum() { return this.chain(() => this.product(), sums); }
        product() { return this.chain(() => this.factor(), products); }
        factor() {
            if (!this.take({'-': true})) return this.operand();
            const x = this.factor();
            return (names) => -x(names);
        }
        operand() {
            if (this.take({'(': true})) {
                const inner = this.comparison();
                this.expect(')');
                return inner;
            }
            const {number, name} = this.tokens[this.at++] ?? {};
            if (number !== undefined) {
                const value = Number(number);
                return () => value;
            }
            if (name === undefined) this.fail('no operand');
            if (this.take({'(': true})) return this.call(name);
            return (names) => {
                if (!Object.hasOwn(names, name)) this.fail(`unknown name ${name}`);
                return names[name];
            };
        }
        call(name) {
            if (!Object.hasOwn(functions, name)) this.fail(`unknown function ${name}`);
            const f = functions[name], operands = [this.comparison()];
            while (this.take({',': true})) operands.push(this.comparison());
            this.expect(')');
            return (names) => f(...operands.map((x) => x(names)));
        }
    }

    const compiled = new Map();

    /// The formula as a function from {letter: number} to a number. Throws SyntaxError for what is no formula.
    function compile(text) {
        if (!compiled.has(text)) compiled.set(text, new Parser(text).whole());
        return compiled.get(text);
    }

    /// The formula with texts in place of its letters: "a - b" becomes "2 - (-3)".
    function with_texts(text, texts) {
        return text.replace(/\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|[A-Za-z_]\w*/g, (word, at) => {
            if (!Object.hasOwn(texts, word)) return word;
            const before = text.slice(0, at).trimEnd().at(-1);
            return texts[word].startsWith('-') && (before === '-' || before === '+') ? `(${texts[word]})` : texts[word];
        });
    }

    return {compile, evaluate: (text, names) => compile(text)(names), with_texts};
})();
