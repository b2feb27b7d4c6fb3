// The lecture's order: inputs, every operation forward, the root's gradient, every edge backward.
const steps_of = (model, groups) => {
    const all = [{kind: 'start'}];
    model.nodes.forEach((node, i) => {
        if (model.is_operation(i)) all.push({kind: 'forward', node: i});
    });
    if (model.backward.length || (model.walked && model.root !== null)) all.push({kind: 'seed', node: model.root});
    for (const [i, e] of model.backward) all.push({kind: 'backward', node: i, edge: e, to: model.nodes[i].edges[e].to});

    const forward_at = model.nodes.map(() => 0);  // the step that computes a node; inputs are there from the start
    const seed_at = all.findIndex((step) => step.kind === 'seed');
    all.forEach((step, k) => {
        if (step.kind === 'forward') forward_at[step.node] = k;
    });

    /// What steps share a stop: those of a collapsed group forward, those from one box to another backward; 'inside' is
    /// never one.
    function stop_of(step, k) {
        const box = (i) => groups.box_of(i)?.name ?? i;
        if (step.kind === 'forward') return `forward ${box(step.node)}`;
        if (step.kind !== 'backward') return `${k}`;
        const from = box(step.node), to = box(step.to);
        if (from === to && groups.box_of(step.node)) return 'inside';
        return typeof from === 'string' || typeof to === 'string' ? `backward ${from} ${to}` : `${k}`;
    }

    let sharing = new Map();  // by stop: its steps

    /// The positions at which the player stops: the last step of each stop, and the end of the walk.
    function visible() {
        sharing = new Map();
        all.forEach((step, k) => {
            const stop = stop_of(step, k);
            if (!sharing.has(stop)) sharing.set(stop, []);
            sharing.get(stop).push(k);
        });
        const last = new Set([...sharing].filter(([stop]) => stop !== 'inside').map(([, list]) => list.at(-1)));
        return all.map((step, k) => k).filter((k) => last.has(k) || k === all.length - 1);
    }

    /// In words, what a stop shows besides its last step.
    function merged(k) {
        const step = all[k], stop = stop_of(step, k), count = sharing.get(stop).length;
        const name = (i) => groups.box_of(i)?.name ?? model.nodes[i].name;
        if (count === 1) return '';
        if (stop === 'inside') return `inside of ${name(step.node)}`;
        if (step.kind === 'forward' && groups.box_of(step.node))
            return `${name(step.node)}: the last of ${count} operations`;
        if (step.kind === 'backward') return `${name(step.node)} to ${name(step.to)}: the last of ${count} gradients`;
        return '';
    }

    /// What is known after step k, in a state of the model: values computed, edges walked, and the adjoint of each node
    /// so far.
    function progress(k, state) {
        const adjoint = model.nodes.map(() => undefined),
              delivered = model.nodes.map((node) => (node.edges ?? []).map(() => false));
        if (seed_at >= 0 && k >= seed_at && model.root !== null) adjoint[model.root] = state.adjoint[model.root];
        for (let step = Math.max(seed_at, 0); step <= k; ++step) {
            const {kind, node, edge, to} = all[step];
            if (kind !== 'backward') continue;
            delivered[node][edge] = true;
            adjoint[to] = state.edges[node][edge].accumulated;
        }
        return {computed: (i) => forward_at[i] <= k, adjoint, reached: (i) => adjoint[i] !== undefined, delivered};
    }

    return {all, visible, merged, progress};
};
