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
        const wires = svg('g', {class: 'wires'}), labels = svg('g', {class: 'labels'}),
              items = svg('g', {class: 'items'});
        for (const wire of this.drawn.wires) this.draw_wire(wire, wires, labels);
        for (const item of this.drawn.items)
            if (!item.end) this.draw_item(item, items);
        const whole = {viewBox: `0 0 ${this.size.width} ${this.size.height}`, role: 'group'};
        const arrows = svg('defs', {}, this.arrow('arrow', 8, 9), this.arrow('thick-arrow', 16, 8));
        this.svg = svg('svg', {...whole, 'aria-label': 'Computational graph'}, arrows, wires, items, labels);
        host.replaceChildren(this.svg);
        this.scale();
    }

    /// The head of an arrow in the colour of its wire; `tip` of its ten units touches the end.
    arrow(id, size, tip) {
        const place = {viewBox: '0 0 10 10', refX: tip, refY: 5, orient: 'auto-start-reverse'};
        const shape = svg('path', {d: 'M0 1L10 5L0 9z', fill: 'context-stroke'});
        const scale = {markerWidth: size, markerHeight: size, markerUnits: 'userSpaceOnUse'};
        return svg('marker', {id, ...place, ...scale}, shape);
    }

    draw_wire(wire, wires, labels) {
        wire.line = svg('path', {d: wire.path, class: 'wire', 'marker-end': 'url(#arrow)'});
        wires.append(wire.line);
        const {x, y, box} = wire.label;
        const at = this.vertical ? {x: x + 7, 'text-anchor': 'start'} : {x, 'text-anchor': 'middle'};
        wire.value = svg('text', {...at, y: this.vertical ? y - 3 : y - 5, class: 'value'});
        wire.gradient = svg('text', {...at, y: this.vertical ? y + 13 : y + 16, class: 'gradient'});
        const size = {width: box.right - box.left, height: box.bottom - box.top};
        const touch = svg('rect', {x: box.left, y: box.top, ...size, class: 'touch'});
        const kind = wire.label.crowded ? 'wire-text crowded' : 'wire-text';
        wire.text = svg('g', {class: kind}, touch, wire.value, wire.gradient);
        wire.text.addEventListener('click', () => this.on_wire(wire));
        wire.line.addEventListener('click', () => this.on_wire(wire));
        labels.append(wire.text);
    }

    draw_item(item, items) {
        const {x, y, width, height, group} = item;
        const kind = group ? 'box' : item.fixed ? 'constant' : this.model.nodes[item.node].kind;
        const place = `translate(${x} ${y})`, corner = kind === 'operation' || group ? 10 : height / 2;
        item.element = svg('g', {class: `item ${kind}`, transform: place, tabindex: 0, role: 'button'});
        const add = (...shape) => item.element.append(svg(...shape));
        const middle = (y_of_text, kind_of_text) => ({class: kind_of_text, 'text-anchor': 'middle', y: y_of_text});
        const frame = {x: -width / 2, y: -height / 2, width, height, rx: corner};
        if (group) add('rect', {...frame, class: 'shadow', x: frame.x + 4, y: frame.y + (this.vertical ? 4 : -4)});
        if (item.round) add('circle', {r: width / 2});
        else add('rect', frame);
        if (item.round) add('text', middle(8, 'symbol'), item.label);
        else add('text', middle(group ? -2 : 5, 'word'), item.label);
        if (group) add('text', middle(15, 'count'), `${item.nodes.length} nodes`);
        const beside = (sign, anchor) => ({x: sign * (width / 2 + 6), y: 5, 'text-anchor': anchor});
        const name_at = this.vertical ? beside(-1, 'end') : middle(-height / 2 - 6);
        const total_at = this.vertical ? beside(1, 'start') : middle(height / 2 + 15);
        if (item.name) add('text', {...name_at, class: 'name'}, item.name);
        item.total = svg('text', {...total_at, class: 'gradient total'});
        item.element.append(item.total);
        item.element.addEventListener('click', () => this.on_item(item));
        item.element.addEventListener('keydown', (event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            this.on_item(item);
        });
        items.append(item.element);
    }

    /// Fits the picture into its place, or keeps the chosen zoom. At first never so small that numbers cannot be read:
    /// then it scrolls.
    scale() {
        const {clientWidth, clientHeight} = this.host, {width, height} = this.size;
        const smallest = this.fits === 'whole' ? 0.1 : 0.6;
        if (this.fits)
            this.zoom = Math.max(smallest, Math.min(2.6, (clientWidth - 2) / width, (clientHeight - 2) / height));
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
            const total = item.sums && progress.reached(item.node) ?
                model.short_text(item.node, progress.adjoint[item.node]) :
                '';
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
        const delivered =
            wire.parts.filter((part) => part.source !== null &&
                                  (part.user < 0 ? progress.reached(part.source) :
                                                   part.edge >= 0 && progress.delivered[part.user][part.edge]));
        let value = wire.parts[0].text ?? '', gradient = '';
        if (source !== null && wire.parts.every((part) => progress.computed(part.source)))
            value = single ? model.short_text(source, state.value[source]) : `${wire.parts.length} wires`;
        if (delivered.length) {
            const x = user < 0 ? progress.adjoint[source] : edge >= 0 ? state.edges[user][edge].contribution : null;
            gradient = single ? model.short_text(source, x) : `${delivered.length} back`;
        }
        wire.value.textContent = value;
        wire.gradient.textContent = gradient;
        const forward = step.kind === 'forward' && wire.parts.some((part) => part.user === step.node);
        const backward =
            step.kind === 'backward' && wire.parts.some((part) => part.user === step.node && part.edge === step.edge);
        const seed = step.kind === 'seed' && user < 0 && source === step.node;
        const result = step.kind === 'forward' && user < 0 && source === step.node;
        wire.line.classList.toggle('known', value !== '' || source === null);
        wire.line.classList.toggle('forward', forward || result);
        wire.line.classList.toggle('backward', backward || seed);
        wire.text.classList.toggle('current', backward || seed);
        wire.text.classList.toggle('forward', forward || result);
        // The arrow points the way that the step goes.
        const thick = forward || backward || seed || result;
        wire.line.setAttribute(backward || seed ? 'marker-start' : 'marker-end',
                               thick ? 'url(#thick-arrow)' : 'url(#arrow)');
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
