// What the page says beside the picture: the step in formula and numbers, the inputs, all of one node, the groups.

/// An HTML element with properties and children. Names of users enter as text, never as markup.
function html(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
}

/// The caption of a step: {phase, formula: [[text, class]], words: [text]}. merged: what else happens at the same stop.
function caption_of(model, step, state, merged) {
    const {nodes} = model, text_of = (x) => model.text_of(x);
    // Longer lists stand in the details alone.
    const small = (x) => {
        const text = x === null || x === undefined ? '' : text_of(x);
        return text.length <= 60 ? text : '';
    };

    /// What an operand is called in a formula, and its number in a negation-safe text.
    function numbers_in(i) {
        const texts = {};
        for (const [letter, value] of Object.entries(model.letters(i, state.value))) texts[letter] = text_of(value);
        return texts;
    }
    const place_of = (node) =>
        (node.place?.file ? [`${node.place.file}:${node.place.line}${node.place.text ? `   ${node.place.text}` : ''}`] :
                            []);

    function start() {
        const inputs = nodes.map((node, i) => i).filter((i) => nodes[i].kind === 'leaf'), shown = inputs.slice(0, 4);
        const formula_parts = shown.flatMap(
            (i, k) => [[`${k ? ',  ' : ''}${nodes[i].name} = `, ''], [model.short_text(i, state.value[i]), 'value']]);
        if (inputs.length > shown.length) formula_parts.push([`,  and ${inputs.length - shown.length} more`, '']);
        return {
            phase: 'inputs',
            formula: formula_parts,
            words: ['Step forward to compute the operations one by one, then back along the wires.']
        };
    }

    function forward({node: i}) {
        const node = nodes[i], value = small(state.value[i]);
        const parts = [[`${node.name} = `, ''], [node.formula || node.operation, '']];
        const is_number = (x) => typeof model.letters(i, state.value)[x.letter] === 'number';
        if (node.template && !model.is_tensor(i) && (node.operands ?? []).every(is_number)) {
            const numbers = formula.with_texts(node.template, numbers_in(i));
            if (numbers !== value && numbers !== node.formula) parts.push([' = ', ''], [numbers, '']);
        }
        if (value) parts.push([' = ', ''], [value, 'value']);
        const words = [model.is_tensor(i) ? `${node.operation}, shape ${model.shape_text(i)}` : node.operation];
        return {phase: 'forward', formula: parts, words: words.concat(place_of(node))};
    }

    function seed({node: i}) {
        if (i === null)
            return {
                phase: 'backward',
                formula: [['several roots', '']],
                words: ['More than one backward pass was recorded.']
            };
        const x = model.derivative_name(i), value = small(state.adjoint[i]);
        const same = model.root_name === nodes[i].name;
        return {
            phase: 'backward',
            formula: [[`${x} = `, ''], [value || `of shape ${model.shape_text(i)}`, 'gradient']],
            words: [same ? `The walk back starts at the root: ${nodes[i].name} changes as itself.` :
                           'The walk back starts here, with the gradient that was given.']
        };
    }

    /// What a vjp calls the gradient that comes in; undefined where the formula is a derivative, element by element.
    const vjp_letter = (edge) => (edge.local ?? '').match(/\bg[yY]\b/)?.[0];

    /// The chain rule of tensors: the vjp, or upstream times the local derivative.
    function tensor_rule(edge, upstream) {
        if (vjp_letter(edge)) return [[edge.local, 'local']];
        const product = [[upstream, ''], [' * ', ''], [edge.derivative, '']];
        if (!edge.local) return product;
        // Sums need parentheses: what is left of them when all that stands in parentheses is taken away.
        let outside = edge.local;
        for (let before = ''; before !== outside;) [before, outside] = [outside, outside.replace(/\([^()]*\)/g, '')];
        const local = /\S [-+] /.test(outside) ? `(${edge.local})` : edge.local;
        return [...product, [' = ', ''], [upstream, ''], [' * ', ''], [local, 'local']];
    }

    function backward({node: i, edge: e, to}) {
        const node = nodes[i], edge = node.edges[e], numbers = state.edges[i][e], words = [];
        const target = model.derivative_name(to), upstream = model.derivative_name(i);
        const sum = numbers.accumulated, adds = model.fan_out[to] > 1;
        const parts = [[target, ''], [adds ? ' += ' : ' = ', '']];
        const product = typeof numbers.local_value === 'number' && typeof numbers.upstream === 'number';
        if (product) {
            parts.push([upstream, ''], [' * ', ''], [edge.derivative, ''], [' = ', ''],
                       [text_of(numbers.upstream), 'upstream'], [' * ', ''], [text_of(numbers.local_value), 'local'],
                       [' = ', ''], [text_of(numbers.contribution), 'gradient']);
            const local = text_of(numbers.local_value);
            words.push(`${edge.derivative} = ${edge.local}${edge.local === local || !edge.local ? '' : ` = ${local}`}`);
        } else {
            parts.push(...tensor_rule(edge, upstream));
            const letter = vjp_letter(edge);
            if (letter) words.push(`${letter} = ${upstream}`);
            if (small(numbers.contribution)) parts.push([' = ', ''], [small(numbers.contribution), 'gradient']);
            else
                words.push(`${target} has the shape of ${nodes[to].name}: ${
                    model.is_tensor(to) ? model.shape_text(to) : 'one number'}`);
        }
        if (adds)
            words.push(`${nodes[to].name} flows on ${model.fan_out[to]} times, gradients add up: so far ${
                small(sum) || target}`);
        return {phase: 'backward', formula: parts, words: (node.gate ? [node.gate] : []).concat(words, place_of(node))};
    }
    const caption = {start, forward, seed, backward}[step.kind](step);
    if (merged) caption.words.unshift(merged);
    return caption;
}

/// Nested lists row by row.
function rows_of(model, x) {
    if (!Array.isArray(x) || !Array.isArray(x[0])) return model.text_of(x);
    return x.map((row) => rows_of(model, row)).join('\n');
}

/// All of one node: what it is, its numbers, where it stands in the user's program, its derivatives.
function details_of(model, i, state, progress) {
    const node = model.nodes[i], list = html('dl');
    const add = (name, value, kind = '') => {
        if (value === '' || value === null || value === undefined) return;
        list.append(html('dt', {}, name), html('dd', {className: kind}, String(value)));
    };
    add('operation', node.operation);
    add('formula', node.formula && `${node.name} = ${node.formula}`);
    add('place', node.place?.file ? `${node.place.file}:${node.place.line}` : '');
    if (model.is_tensor(i)) add('shape', `${model.shape_text(i)} ${node.dtype ?? ''}`);
    add('module', node.group);
    add('value', progress.computed(i) ? rows_of(model, state.value[i]) : 'not computed yet', 'value');
    add(model.derivative_name(i), progress.reached(i) ? rows_of(model, progress.adjoint[i]) : '', 'gradient');
    (node.edges ?? []).forEach((edge, e) => {
        const local = state.edges[i][e].local_value;
        const number =
            typeof local === 'number' && model.text_of(local) !== edge.local ? ` = ${model.text_of(local)}` : '';
        add(edge.derivative, `${edge.local ?? ''}${number}`);
    });
    return [html('h2', {}, node.name), list];
}

/// A number as somebody types it; null where it is none.
function typed_number(text) {
    const special_values = {inf: Infinity, '-inf': -Infinity, nan: NaN},
          word = text.trim().toLowerCase().replace('\u2212', '-');
    if (word in special_values) return special_values[word];
    return word !== '' && Number.isFinite(Number(word)) ? Number(word) : null;
}

/// One field an input. on_edit({node: number}) with all edits so far; nothing is computed while a field holds no
/// number.
function inputs_panel(model, host, on_edit) {
    const reason = model.reason_against_editing, gradients = [];
    const leaves = model.nodes.map((node, i) => i).filter((i) => model.nodes[i].kind === 'leaf' && !model.is_tensor(i));
    if (reason || !leaves.length)
        return {element: html('p', {className: 'hint'}, reason || 'There is no input to edit.'), paint() {}};
    const fields = new Map();
    const changed = () => {
        const edits = {};
        for (const [i, field] of fields) {
            const x = typed_number(field.value);
            field.setAttribute('aria-invalid', String(x === null));
            if (x === null) return;
            if (!Object.is(x, model.recorded.value[i])) edits[i] = x;
        }
        on_edit(edits);
    };
    const rows = leaves.map((i) => {
        const field = html('input', {
            type: 'text',
            inputMode: 'decimal',
            autocomplete: 'off',
            spellcheck: false,
            value: String(model.recorded.value[i]).replace('Infinity', 'inf').replace('NaN', 'nan')
        });
        field.dataset.input = model.nodes[i].name;
        field.addEventListener('input', changed);
        fields.set(i, field);
        const gradient = html('output', {className: 'gradient', title: model.derivative_name(i)});
        gradients.push([i, gradient]);
        const {name} = model.nodes[i];
        return html('label', {className: 'input'}, html('span', {title: name}, `${name} =`), field, gradient);
    });
    const reset = html('button', {type: 'button', id: 'reset'}, 'Recorded values');
    reset.addEventListener('click', () => {
        for (const [i, field] of fields)
            field.value = String(model.recorded.value[i]).replace('Infinity', 'inf').replace('NaN', 'nan');
        changed();
    });
    const hint = html(
        'p', {className: 'hint'},
        'Type other numbers: all is computed anew in the page. Branches of the program stay as they were recorded.');
    return {
        element: html('div', {},
                      html('h2', {className: 'heads'}, html('span', {}, 'Inputs'),
                           html('span', {className: 'gradient'}, 'gradient')),
                      html('div', {className: 'rows'}, ...rows), reset, hint),
        paint(progress) {
            for (const [i, output] of gradients)
                output.textContent = progress.reached(i) ? model.text_of(progress.adjoint[i]) : '';
        },
    };
}

/// Buttons that open and close groups.
function groups_panel(groups, on_change) {
    if (!groups.groups.length) return html('div');
    const buttons = groups.groups.map((group) => {
        const button = html('button', {type: 'button', id: `group ${group.name}`}, group.name);
        button.setAttribute('aria-pressed', String(!group.collapsed));
        button.addEventListener('click', () => {
            group.collapsed = !group.collapsed;
            on_change();
        });
        return button;
    });
    const all = (text, collapsed) => {
        const button = html('button', {type: 'button', id: collapsed ? 'close-all' : 'open-all'}, text);
        button.addEventListener('click', () => {
            groups.set_all(collapsed);
            on_change();
        });
        return button;
    };
    return html('div', {}, html('h2', {}, 'Layers'),
                html('div', {className: 'buttons'}, all('Open all', false), all('Close all', true)),
                html('div', {className: 'buttons groups'}, ...buttons));
}
