// The picture in the page: elements for items and wires, and how they look at a step.
class View {
    /// Calls on_item(item) when an item is chosen and on_wire(wire) for a wire.
    constructor(model, groups, host, {on_item, on_wire}) {
        Object.assign(this, {model, groups, host, on_item, on_wire});
        this.zoom = 1;
        this.fits = 'readable';
    }

    /// Draws everything anew: after groups were opened or closed, or the direction changed.
    draw(vertical) {
        const {model, host} = this;
        this.vertical = vertical;
        this.drawn = drawn_of(model, this.groups);
        this.size = arranged(this.drawn, vertical, {width: host.clientWidth, height: host.clientHeight});
        const wires = svg('g', {class: 'wires'}), labels = svg('g', {class: 'labels'}), items = svg('g', {class: 'items'});
        for (const wire of this.drawn.wires) this.draw_wire(wire, wires, labels);
        for (const item of this.drawn.items) if (!item.end) this.draw_item(item, items);
        const arrow = (id, size, tip) => svg('marker', {id, viewBox: '0 0 10 10', refX: tip, refY: 5, markerWidth: size, markerHeight: size, orient: 'auto-start-reverse',
                                                        markerUnits: 'userSpaceOnUse'}, svg('path', {d: 'M0 1L10 5L0 9z', fill: 'context-stroke'}));
        this.svg = svg('svg', {viewBox: `0 0 ${this.size.width} ${this.size.height}`, role: 'group', 'aria-label': 'Computational graph'},
                       svg('defs', {}, arrow('arrow', 8, 9), arrow('thick-arrow', 16, 8)), wires, items, labels);
        host.replaceChildren(this.svg);
        this.scale();
    }

    draw_wire(wire, wires, labels) {
        wire.line = svg('path', {d: wire.path, class: 'wire', 'marker-end': 'url(#arrow)'});
        wires.append(wire.line);
        const {x, y} = wire.label, at = this.vertical ? {x: x + 7, 'text-anchor': 'start'} : {x, 'text-anchor': 'middle'};
        wire.value = svg('text', {...at, y: this.vertical ? y - 3 : y - 5, class: 'value'});
        wire.gradient = svg('text', {...at, y: this.vertical ? y + 13 : y + 16, class: 'gradient'});
        const {left, right, top, bottom} = wire.label.box, touch = svg('rect', {x: left, y: top, width: right - left, height: bottom - top, class: 'touch'});
        wire.text = svg('g', {class: wire.label.crowded ? 'wire-text crowded' : 'wire-text'}, touch, wire.value, wire.gradient);
        wire.text.addEventListener('click', () => this.on_wire(wire));
        wire.line.addEventListener('click', () => this.on_wire(wire));
        labels.append(wire.text);
    }

    draw_item(item, items) {
        const {x, y, width, height} = item, kind = item.group ? 'box' : item.fixed ? 'constant' : this.model.nodes[item.node].kind;
        item.element = svg('g', {class: `item ${kind}`, transform: `translate(${x} ${y})`, tabindex: 0, role: 'button'});
        if (item.group) item.element.append(svg('rect', {class: 'shadow', x: -width / 2 + 4, y: -height / 2 - 4, width, height, rx: 10}));
        item.element.append(item.round ? svg('circle', {r: width / 2})
                                       : svg('rect', {x: -width / 2, y: -height / 2, width, height, rx: kind === 'operation' ? 10 : kind === 'box' ? 10 : height / 2}));
        item.element.append(svg('text', {class: item.round ? 'symbol' : 'word', 'text-anchor': 'middle', y: item.group ? -2 : item.round ? 8 : 5}, item.label));
        if (item.group) item.element.append(svg('text', {class: 'count', 'text-anchor': 'middle', y: 15}, `${item.nodes.length} nodes`));
        const beside = (sign, anchor, above) => (this.vertical ? {x: sign * (width / 2 + 6), y: 5, 'text-anchor': anchor} : {y: above, 'text-anchor': 'middle'});
        if (item.name) item.element.append(svg('text', {class: 'name', ...beside(-1, 'end', -height / 2 - 6)}, item.name));
        item.total = svg('text', {class: 'gradient total', ...beside(1, 'start', height / 2 + 15)});
        item.element.append(item.total);
        item.element.addEventListener('click', () => this.on_item(item));
        item.element.addEventListener('keydown', (event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            this.on_item(item);
        });
        items.append(item.element);
    }

    /// Fits the picture into its place, or keeps the chosen zoom. At first never so small that numbers cannot be read: then it scrolls.
    scale() {
        const {clientWidth, clientHeight} = this.host, {width, height} = this.size;
        const smallest = this.fits === 'whole' ? 0.1 : 0.75;
        if (this.fits) this.zoom = Math.max(smallest, Math.min(1.9, (clientWidth - 2) / width, (clientHeight - 2) / height));
        this.svg.setAttribute('width', width * this.zoom);
        this.svg.setAttribute('height', height * this.zoom);
    }
    zoom_by(factor) {
        this.fits = factor === 0 ? 'whole' : '';
        if (factor !== 0) this.zoom = Math.max(0.2, Math.min(4, this.zoom * factor));
        this.scale();
    }

    /// Shows what is known after a step.
    paint(step, state, progress) {
        const {model} = this;
        for (const wire of this.drawn.wires) this.paint_wire(wire, step, state, progress);
        for (const item of this.drawn.items) {
            if (item.end) continue;
            const computed = item.nodes.every(progress.computed), current = this.is_current(item, step);
            item.element.classList.toggle('computed', computed);
            item.element.classList.toggle('reached', item.nodes.some(progress.reached));
            item.element.classList.toggle('current', current);
            item.element.setAttribute('aria-label', this.label_of(item, state, progress));
            const total = item.sums && progress.reached(item.node) ? model.short_text(item.node, progress.adjoint[item.node]) : '';
            item.total.textContent = total && `sum ${total}`;
        }
    }
    is_current(item, step) {
        if (step.kind === 'backward') return item.nodes.includes(step.node) || item.nodes.includes(step.to);
        return step.node !== undefined && item.nodes.includes(step.node);
    }
    label_of(item, state, progress) {
        const {model} = this;
        if (item.group) return `${item.group.name}: ${item.nodes.length} nodes, press Enter to open`;
        if (item.fixed) return item.label;
        const i = item.node, node = model.nodes[i], words = [`${node.name}: ${node.operation}`];
        if (progress.computed(i)) words.push(`value ${model.short_text(i, state.value[i])}`);
        if (progress.reached(i)) words.push(`gradient ${model.short_text(i, progress.adjoint[i])}`);
        return words.join(', ');
    }

    paint_wire(wire, step, state, progress) {
        const {model} = this, single = wire.parts.length === 1, {source, user, edge} = wire.parts[0];
        const delivered = wire.parts.filter((part) => part.source !== null && (part.user < 0 ? progress.reached(part.source) : part.edge >= 0 && progress.delivered[part.user][part.edge]));
        let value = wire.parts[0].text ?? '', gradient = '';
        if (source !== null && wire.parts.every((part) => progress.computed(part.source))) value = single ? model.short_text(source, state.value[source]) : `${wire.parts.length} wires`;
        if (delivered.length) {
            const x = user < 0 ? progress.adjoint[source] : edge >= 0 ? state.edges[user][edge].contribution : null;
            gradient = single ? model.short_text(source, x) : `${delivered.length} back`;
        }
        wire.value.textContent = value;
        wire.gradient.textContent = gradient;
        const forward = step.kind === 'forward' && wire.parts.some((part) => part.user === step.node);
        const backward = step.kind === 'backward' && wire.parts.some((part) => part.user === step.node && part.edge === step.edge);
        const seed = step.kind === 'seed' && user < 0 && source === step.node;
        const result = step.kind === 'forward' && user < 0 && source === step.node;
        wire.line.classList.toggle('known', value !== '' || source === null);
        wire.line.classList.toggle('forward', forward || result);
        wire.line.classList.toggle('backward', backward || seed);
        wire.text.classList.toggle('current', backward || seed);
        wire.text.classList.toggle('forward', forward || result);
        // The arrow points the way that the step goes.
        const thick = forward || backward || seed || result;
        wire.line.setAttribute(backward || seed ? 'marker-start' : 'marker-end', thick ? 'url(#thick-arrow)' : 'url(#arrow)');
        wire.line.removeAttribute(backward || seed ? 'marker-end' : 'marker-start');
    }

    /// Scrolls what the step is about into sight.
    follow(step) {
        const {host, zoom} = this, points = this.drawn.items.filter((item) => !item.end && this.is_current(item, step));
        if (!points.length) return;
        const middle = (key) => points.reduce((sum, item) => sum + item[key], 0) / points.length * zoom;
        const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
        host.scrollTo({left: middle('x') - host.clientWidth / 2, top: middle('y') - host.clientHeight / 2, behavior});
    }
}
