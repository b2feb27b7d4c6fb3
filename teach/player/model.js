// The recorded computation, and the same computed again from other inputs. Reads the JSON of an explanation
// ("xgrad.explanation", 1).
//
// A state holds what changes with the inputs: {value: [of each node], adjoint: [of each node],
// edges: [of each node [{local_value, upstream, contribution, accumulated}]]}.
const model_of = (data) => {
    const nodes = data.nodes;
    const root_name = data.root_name || 'L';

    /// NaN and infinities are strings in JSON.
    function number(x) {
        if (typeof x !== 'string') return x;
        return x === 'inf' ? Infinity : x === '-inf' ? -Infinity : NaN;
    }
    const numbers = (x) => (Array.isArray(x) ? x.map(numbers) : number(x));

    const recorded_edge = (edge) => ({
        local_value: numbers(edge.local_value ?? null),
        upstream: numbers(edge.upstream ?? null),
        contribution: numbers(edge.contribution ?? null),
        accumulated: numbers(edge.accumulated ?? null),
    });
    const recorded = {
        value: nodes.map((node) => numbers(node.value ?? null)),
        adjoint: nodes.map((node) => numbers(node.adjoint ?? null)),
        edges: nodes.map((node) => (node.edges ?? []).map(recorded_edge)),
    };
    const walked = Boolean(data.walked), has_root = data.root !== null && data.root !== undefined;
    const scalar = Boolean(data.scalar);
    const is_operation = (i) => nodes[i].kind === 'operation';
    const is_tensor = (i) => (nodes[i].shape ?? []).length > 0;

    /// The values that an operation's formula names: its operands by letter, and y.
    function letters(i, value) {
        const names = {y: value[i]};
        for (const operand of nodes[i].operands ?? [])
            names[operand.letter] = operand.node === undefined ? number(operand.constant) : value[operand.node];
        return names;
    }

    /// The edges of the walk. A walk passes over what gets no gradient; with other inputs it may get some, so of
    /// scalars all that the root reaches are taken.
    function edges_walked() {
        if (!walked) return [];
        if (!scalar || !has_root) return data.backward;
        const reached = new Set([data.root]), list = [];
        for (let i = data.root; i >= 0; --i) {
            if (!reached.has(i)) continue;
            nodes[i].edges.forEach((edge, e) => {
                reached.add(edge.to);
                list.push([i, e]);
            });
        }
        return list.length === data.backward.length ? data.backward : list;
    }
    const backward = edges_walked();

    /// Why the inputs cannot be edited; empty where they can.
    function reason_against_editing() {
        if (!scalar) return 'The graph has operations on tensors: the page shows their recorded values.';
        if (walked && !has_root) return 'More than one backward pass was recorded: the page shows their sum as it was.';
        try {
            for (const node of nodes) {
                if (node.kind !== 'operation') continue;
                formula.compile(node.template);
                for (const edge of node.edges) formula.compile(edge.local_template);
            }
        } catch (error) {
            return `A formula cannot be computed in the page: ${error.message}`;
        }
        return '';
    }

    /// The state that other inputs give: {node: number}. Every operation once forward, every edge once backward, as
    /// recorded.
    function computed(inputs) {
        const value = recorded.value.slice(), adjoint = nodes.map(() => 0);
        const edges = nodes.map((node) => (node.edges ?? []).map(() => ({})));
        nodes.forEach((node, i) => {
            if (is_operation(i))
                value[i] = formula.evaluate(node.template, letters(i, value));
            else if (i in inputs)
                value[i] = inputs[i];
        });
        nodes.forEach((node, i) => (node.edges ?? []).forEach((edge, e) => {
            edges[i][e].local_value = formula.evaluate(edge.local_template, letters(i, value));
        }));
        if (walked) adjoint[data.root] = recorded.adjoint[data.root];
        for (const [i, e] of backward) {
            const edge = edges[i][e], to = nodes[i].edges[e].to;
            edge.upstream = adjoint[i];
            edge.contribution = edge.upstream * edge.local_value;
            edge.accumulated = adjoint[to] += edge.contribution;
        }
        return {value, adjoint, edges};
    }
    const reason = reason_against_editing();
    if (!reason) fill_gaps();

    /// Edges that the recorded walk passed over have no numbers: they get those computed here, zeros for the most part.
    function fill_gaps() {
        const again = computed({});
        for (const [i, e] of backward)
            if (recorded.edges[i][e].contribution === null) recorded.edges[i][e] = again.edges[i][e];
        recorded.adjoint.forEach((x, i) => {
            recorded.adjoint[i] ??= again.adjoint[i];
        });
    }

    // ---- words ----

    /// A number as printf's %g has it: 6.64351e-05.
    function general(x, digits) {
        const [mantissa, power] = x.toExponential(digits - 1).split('e'), exponent = Number(power);
        if (exponent >= -4 && exponent < digits) return String(Number(x.toPrecision(digits)));
        return `${Number(mantissa)}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
    }

    /// Six digits, as the library's tables have them.
    function text_of(x, digits = 6) {
        if (x === null || x === undefined) return '';
        if (Array.isArray(x)) return `[${x.map((element) => text_of(element, digits)).join(', ')}]`;
        if (Number.isNaN(x)) return 'nan';
        if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
        if (Object.is(x, -0)) return '-0';
        return general(x, digits);
    }
    const shape_text = (i) => `(${nodes[i].shape.join(', ')}${nodes[i].shape.length === 1 ? ',' : ''})`;

    /// A value on a wire: the number, a short list, or the shape.
    function short_text(i, x) {
        if (!is_tensor(i)) return x === null || x === undefined ? '' : text_of(x, 4);
        if (x === null || x === undefined) return shape_text(i);
        const text = text_of(x, 3);
        return text.length <= 16 ? text : shape_text(i);
    }
    const derivative_name = (i) => `d${root_name}/d${nodes[i].name}`;

    /// How often an operand flows on: more than once, and gradients add up.
    const fan_out = nodes.map(() => 0);
    for (const [i, e] of backward) ++fan_out[nodes[i].edges[e].to];

    return {
        nodes,
        root: has_root ? data.root : null,
        root_name,
        recorded,
        backward,
        walked,
        is_operation,
        is_tensor,
        letters,
        reason_against_editing: reason,
        computed,
        number,
        text_of,
        short_text,
        shape_text,
        derivative_name,
        fan_out
    };
};
