// The graph as SVG: made once for each arrangement of boxes, then painted for each step.
const kSvg = 'http://www.w3.org/2000/svg';

/// An SVG element with attributes, text and children.
function svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS(kSvg, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

/// What is drawn: items (a node or a collapsed group each) and the wires between them.
function drawn_of(model, groups) {
    const kCharacter = 8.6, kSmall = 8;  // widths of a character in pixels, in boxes and on wires
    const {nodes} = model;
    const items = [], item_of = nodes.map(() => -1), item_of_group = new Map();

    /// A constant that stands in the operation's box. Whole tensors are drawn beside it.
    const is_number = (operand) => operand.node === undefined && typeof model.number(operand.constant) === 'number';

    /// The sign or word in an operation's box, with its constant operand: "+", "exp", "* 2".
    function label_of(i) {
        const node = nodes[i], is_sign = /^[-+*\/@^]$/.test(node.symbol);
        if (!model.is_operation(i)) return node.name;
        const symbol = is_sign ? node.symbol : node.operation;
        const constants =
            (node.operands ?? []).map((x) => (is_number(x) ? model.text_of(model.number(x.constant), 4) : null));
        if (constants.length !== 2 || constants.every((x) => x === null)) return symbol;
        const [a, b] = constants;
        if (!is_sign) return `${symbol}(${a ?? 'x'}, ${b ?? 'x'})`;
        return b !== null ? `${symbol} ${b}` : '+*'.includes(symbol) ? `${symbol} ${a}` : `${a} ${symbol} x`;
    }
    /// What stands above an operation: its name, behind that of the module whose parameters it uses.
    function name_of(i) {
        const {name, group, operands} = nodes[i];
        const is_parameter = (k) => k !== undefined && !model.is_operation(k) && nodes[k].group === group;
        return group && name.startsWith('%') && operands.some((x) => is_parameter(x.node)) ? `${group} ${name}` : name;
    }
    function shortened(text, length) { return text.length <= length ? text : `${text.slice(0, length - 1)}\u2026`; }

    nodes.forEach((node, i) => {
        const group = groups.box_of(i);
        if (group) {
            if (!item_of_group.has(group)) {
                item_of_group.set(group, items.length);
                const label = shortened(group.name, 22);
                items.push({
                    group,
                    nodes: [],
                    label,
                    width: Math.max(96, label.length * kCharacter + 34),
                    height: 50,
                    order: i,
                    input: false
                });
            }
            item_of[i] = item_of_group.get(group);
            items[item_of[i]].nodes.push(i);
            return;
        }
        const label = shortened(label_of(i), 22), operation = model.is_operation(i),
              round = operation && label.length <= 2;
        const width = round ? 46 : Math.max(46, label.length * kCharacter + 26);
        item_of[i] = items.length;
        items.push({
            node: i,
            nodes: [i],
            label,
            round,
            width,
            height: operation ? 46 : 36,
            order: i,
            input: !operation,
            // A name stands above an operation, a sum of gradients below what flows on more than once.
            name: operation ? shortened(name_of(i), 24) : '',
            sums: model.fan_out[i] > 1
        });
    });

    const wires = [], wire_between = new Map();
    function add_wire(from, to, part) {
        const key = `${from} ${to}`, merged = items[from].group || items[to]?.group;
        if (merged && wire_between.has(key)) return void wire_between.get(key).parts.push(part);
        const wire = {from, to, parts: [part]};
        wire_between.set(key, wire);
        wires.push(wire);
    }
    nodes.forEach((node, i) => (node.operands ?? []).forEach((operand, place) => {
        if (operand.node === undefined && !is_number(operand) && !groups.box_of(i)) {
            const [, label, shape] = /^([^(]*)(.*)$/.exec(operand.name || 'constant');  // "constant(2, 3)"
            items.push({
                fixed: true,
                nodes: [],
                label,
                width: Math.max(46, label.length * kCharacter + 26),
                height: 36,
                order: i - 0.5,
                input: true
            });
            wires.push(
                {from: items.length - 1, to: item_of[i], parts: [{source: null, text: shape, user: i, edge: -1}]});
        }
        if (operand.node === undefined || item_of[operand.node] === item_of[i]) return;
        const edge = (node.edges ?? []).findIndex((candidate) => candidate.operand === place);
        add_wire(item_of[operand.node], item_of[i], {source: operand.node, user: i, edge});
    }));
    // Results that nothing uses leave by a wire to the right, the root among them.
    nodes.forEach((node, i) => {
        if (groups.users_of[i].length || !model.is_operation(i)) return;
        items.push({end: true, nodes: [], label: '', width: 4, height: 36, order: Infinity, input: false});
        wires.push({from: item_of[i], to: items.length - 1, parts: [{source: i, user: -1, edge: -1}]});
    });
    for (const wire of wires) {
        const longest =
            wire.parts.length > 1 ? 8 : wire.parts[0].text?.length ?? wire_text_length(model, wire.parts[0].source);
        wire.label_width = longest * kSmall + 6;
    }
    return {items, wires, item_of};
}

/// How many characters a value on a wire takes, now or after inputs were edited.
function wire_text_length(model, i) {
    const recorded = model.recorded;
    const texts = [recorded.value[i], recorded.adjoint[i]].map((x) => model.short_text(i, x).length);
    return Math.max(model.is_tensor(i) ? 3 : 6, ...texts);
}

const kMargin = 26;

/// Turns along and across into x and y, and finds places for the labels of wires. place: {width, height} of what is
/// seen.
function arranged(drawn, vertical, place) {
    const {items, wires} = drawn;
    // Texts stand above and below an item, or at both sides where wires go downwards.
    const kName = 7.6;
    const beside = (item) => Math.max(item.name ? item.name.length * kName + 8 : 0, item.sums ? 80 : 0);
    const above = (item) => (item.name ? 16 : 0) + (item.sums ? 16 : 0);
    const room = (item) => (vertical ? 2 * beside(item) : above(item));
    const parallel = (wire) => wires.filter((other) => other.from === wire.from && other.to === wire.to).length;
    const sizes = (item) => {
        const {width, height, input, end, order, round} = item;
        const [along, across] = vertical ? [height, width] : [width, height];
        return {along, across, room: room(item), input, end, order, round};
    };
    const link = (wire) => {
        const [along, across] = vertical ? [38, wire.label_width] : [wire.label_width + 8, 34];
        return {from: wire.from, to: wire.to, label_along: along * parallel(wire), label_across: across};
    };
    const straight = layout_of(items.map(sizes), wires.map(link));
    const texts = items.map((item) => (item.height + room(item)) / 2);
    const layout = vertical ?
        straight :
        fold(straight, texts, {width: place.width - 2 * kMargin, height: place.height - 2 * kMargin});
    const point = ({along, across}) =>
        (vertical ? {x: across + kMargin, y: along + kMargin} : {x: along + kMargin, y: across + kMargin});
    const size = point({along: layout.along, across: layout.across});
    items.forEach((item, i) => Object.assign(item, point(layout.places[i])));
    const boxes = items.filter((item) => !item.end).map((item) => {
        const side = vertical ? room(item) / 2 : 0;
        return {
            left: item.x - item.width / 2 - (item.name ? side : 0),
            right: item.x + item.width / 2 + (item.group ? 8 : 0) + (item.sums ? side : 0),
            top: item.y - item.height / 2 - (item.name && !vertical ? 18 : 0),
            bottom: item.y + item.height / 2 + (item.sums && !vertical ? 18 : 0)
        };
    });
    wires.forEach((wire, k) => {
        wire.pieces = layout.wires[k].map(
            ({from, to, curved, turn}) => ({
                from: point(from),
                to: point(to),
                curved,
                turn: turn && {right: turn.right + kMargin, left: turn.left + kMargin, y: turn.across + kMargin},
            }));
        wire.path = path_of(wire.pieces, vertical);
    });
    // Wires with one gap have the least choice of places.
    for (const wire of wires.slice().sort((a, b) => a.pieces.length - b.pieces.length))
        wire.label = free_place(wire, boxes, vertical);
    return {width: size.x + kMargin, height: size.y + kMargin};
}

function path_of(pieces, vertical) {
    const text = [`M${pieces[0].from.x} ${pieces[0].from.y}`];
    for (const {from, to, curved, turn} of pieces) {
        if (turn) {
            text.push(turn_path(from, to, turn));
            continue;
        }
        const x = (from.x + to.x) / 2, y = (from.y + to.y) / 2;
        if (!curved)
            text.push(`L${to.x} ${to.y}`);
        else if (vertical)
            text.push(`C${from.x} ${y} ${to.x} ${y} ${to.x} ${to.y}`);
        else
            text.push(`C${x} ${from.y} ${x} ${to.y} ${to.x} ${to.y}`);
    }
    return text.join('');
}

/// To the right, down, back to the left between two rows, down, to the right; with round corners.
function turn_path(from, to, {right, left, y}) {
    const r = 9, corners = [{x: right, y: from.y}, {x: right, y}, {x: left, y}, {x: left, y: to.y}],
          ends = [...corners, to];
    let text = '', at = from;
    corners.forEach((corner, k) => {
        const next = ends[k + 1], toward = (a, b) => Math.sign(b - a) * Math.min(r, Math.abs(b - a) / 2);
        const before = {x: corner.x + toward(corner.x, at.x), y: corner.y + toward(corner.y, at.y)};
        const after = {x: corner.x + toward(corner.x, next.x), y: corner.y + toward(corner.y, next.y)};
        text += `L${before.x} ${before.y}Q${corner.x} ${corner.y} ${after.x} ${after.y}`;
        at = corner;
    });
    return `${text}L${to.x} ${to.y}`;
}

/// The point of a piece at t from 0 to 1: the curves' control points lie at the middle along.
function point_at({from, to, curved, turn}, t, vertical) {
    if (turn) return {x: turn.right + (turn.left - turn.right) * t, y: turn.y};
    const bend = curved ? t * t * (3 - 2 * t) : t, along = curved ? 1.5 * t * (1 - t) + t * t * t : t;
    const mix = (a, b, s) => a + (b - a) * s;
    return vertical ? {x: mix(from.x, to.x, bend), y: mix(from.y, to.y, along)} :
                      {x: mix(from.x, to.x, along), y: mix(from.y, to.y, bend)};
}

/// The first place along a wire where its two lines of text cover nothing drawn so far, or the one that covers least.
function free_place(wire, boxes, vertical) {
    const overlap = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
        Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
    let best = null, least = Infinity;
    for (const t of vertical ? [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8] : [0.3, 0.4, 0.5, 0.2, 0.6, 0.7, 0.8])
        for (const piece of wire.pieces) {
            const {x, y} = point_at(piece, t, vertical), w = wire.label_width;
            const box = vertical ? {left: x + 5, right: x + 5 + w, top: y - 15, bottom: y + 17} :
                                   {left: x - w / 2, right: x + w / 2, top: y - 18, bottom: y + 18};
            const covered = boxes.reduce((sum, other) => sum + overlap(box, other), 0);
            if (covered < least) {
                least = covered;
                best = {x, y, box};
            }
            if (covered === 0) break;
        }
    boxes.push(best.box);
    // What covers too much is shown only while its step is at hand.
    best.crowded = least > 0.2 * (best.box.right - best.box.left) * (best.box.bottom - best.box.top);
    return best;
}
