// The player: joins the recorded computation, its steps, the picture and the page's controls.
const player = (() => {
    const element = (id) => document.getElementById(id);
    const model = model_of(JSON.parse(element('data').textContent));
    const groups = groups_of(model), steps = steps_of(model, groups);
    let state = model.recorded, stops = steps.visible(), at = 0, timer = null, chosen = null;

    const view = new View(model, groups, element('graph'), {on_item: choose, on_wire});
    const inputs = inputs_panel(model, element('inputs'), (edits) => {
        state = Object.keys(edits).length ? model.computed(edits) : model.recorded;
        paint();
    });
    element('inputs').append(inputs.element);

    const step = () => steps.all[stops[at]];

    function paint() {
        const progress = steps.progress(stops[at], state),
              caption = caption_of(model, step(), state, steps.merged(stops[at]));
        view.paint(step(), state, progress);
        inputs.paint(progress);
        const phase = element('phase');
        phase.textContent = caption.phase;
        phase.className = caption.phase;
        element('formula').replaceChildren(
            ...caption.formula.map(([text, kind]) => html('span', {className: kind}, text)));
        element('words').replaceChildren(...caption.words.map((text) => html('span', {}, text)));
        const node = chosen ?? step().node ?? null;
        element('details').replaceChildren(...(node === null ? [] : details_of(model, node, state, progress)));
        element('slider').max = stops.length - 1;
        element('slider').value = at;
        element('slider').setAttribute('aria-valuetext',
                                       `step ${at} of ${stops.length - 1}: ${element('formula').textContent}`);
        element('count').textContent = `${at} / ${stops.length - 1}`;
        for (const id of ['first', 'previous']) element(id).disabled = at === 0;
        for (const id of ['next', 'last']) element(id).disabled = at === stops.length - 1;
        element('play').textContent = timer ? 'Pause' : 'Play';
        element('play').setAttribute('aria-pressed', String(timer !== null));
    }

    // ---- going through the steps ----

    function go(to) {
        at = Math.max(0, Math.min(stops.length - 1, to));
        chosen = null;
        paint();
        view.follow(step());
    }
    function pause() {
        clearInterval(timer);
        timer = null;
        paint();
    }
    function play() {
        if (timer) return pause();
        if (at === stops.length - 1) go(0);
        timer = setInterval(() => {
            go(at + 1);
            if (at === stops.length - 1) pause();
        }, Number(element('speed').value));
        paint();
    }
    /// A step by hand ends the playing.
    function by_hand(to) {
        if (timer) pause();
        go(to);
    }

    // ---- the picture ----

    function redraw() {
        // What was the step stays the step, or the nearest one before it.
        const before = stops[at];
        stops = steps.visible();
        at = Math.max(0, stops.findLastIndex((k) => k <= before));
        const focused = document.activeElement?.id;
        element('groups').replaceChildren(groups_panel(groups, redraw));
        if (focused) element(focused)?.focus({preventScroll: true});  // its button was made anew
        view.draw(innerWidth < 700);
        paint();
    }
    function choose(item) {
        if (item.group) {
            item.group.collapsed = false;
            return redraw();
        }
        chosen = item.node ?? null;
        paint();
    }
    /// A wire leads to the step that walks it back.
    function on_wire(wire) {
        const k = steps.all.findIndex((s) => s.kind === 'backward' &&
                                          wire.parts.some((part) => part.user === s.node && part.edge === s.edge));
        if (k >= 0 && stops.includes(k)) by_hand(stops.indexOf(k));
    }

    function toggle_theme() {
        const root = document.documentElement,
              dark = root.dataset.theme ? root.dataset.theme === 'dark' :
                                          matchMedia('(prefers-color-scheme: dark)').matches;
        root.dataset.theme = dark ? 'light' : 'dark';
    }

    // ---- controls ----

    const actions = {
        first: () => by_hand(0),
        previous: () => by_hand(at - 1),
        play,
        next: () => by_hand(at + 1),
        last: () => by_hand(stops.length - 1),
        theme: toggle_theme,
        'zoom-in': () => view.zoom_by(1.25),
        'zoom-out': () => view.zoom_by(0.8),
        'zoom-fit': () => view.zoom_by(0),
    };
    const keys = {
        ArrowRight: 'next',
        ArrowDown: 'next',
        PageDown: 'next',
        n: 'next',
        ArrowLeft: 'previous',
        ArrowUp: 'previous',
        PageUp: 'previous',
        p: 'previous',
        Home: 'first',
        r: 'first',
        End: 'last',
        ' ': 'play',
        t: 'theme',
        '+': 'zoom-in',
        '-': 'zoom-out',
        0: 'zoom-fit',
    };
    for (const [id, action] of Object.entries(actions))
        element(id).addEventListener('click', (event) => {
            if (event.detail > 0)
                element(id).blur();  // clicked with a pointer: the space bar plays again, and does not click once more
            action();
        });
    element('slider').addEventListener('input', () => by_hand(Number(element('slider').value)));
    element('speed').addEventListener('change', () => {
        if (timer) {
            pause();
            play();
        }
    });
    document.addEventListener('keydown', (event) => {
        const target = event.target, typing = target.matches?.('input[type=text], select');
        const presses = event.key === ' ' && target.matches?.('button');
        if (typing || presses || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key))
            return;
        event.preventDefault();
        actions[keys[event.key]]();
    });
    let resizing = 0;
    addEventListener('resize', () => {
        cancelAnimationFrame(resizing);
        resizing = requestAnimationFrame(redraw);
    });

    const operations = model.nodes.filter((node, i) => model.is_operation(i)).length;
    element('summary').textContent = `${model.nodes.length} nodes, ${operations} operations${
        groups.groups.some((g) => g.collapsed) ? '; click a box to open it' : ''}`;
    redraw();
    return {
        model,
        groups,
        steps,
        view,
        go,
        get at() { return at; },
        get state() { return state; },
        get stops() { return stops; }
    };
})();
