// What is drawn: each node by itself, or many as one box. Nodes of one module make a group; a large graph without
// modules is cut into sections, runs of layers from the inputs to the root.
const groups_of = (model) => {
    const kUsable = 60;       // more boxes than this start collapsed
    const kSectionSize = 12;  // nodes in a section of a large graph
    const nodes = model.nodes;

    const operands_of = nodes.map((node) => (node.operands ?? []).map((x) => x.node).filter((x) => x !== undefined));
    const users_of = nodes.map(() => []);
    operands_of.forEach((operands, i) => operands.forEach((from) => users_of[from].push(i)));

    /// The layer of each node: longest path from the inputs; leaves stand right before their first use.
    function layers() {
        const layer = nodes.map(() => 0);
        operands_of.forEach((operands, i) => operands.forEach((from) => {
            layer[i] = Math.max(layer[i], layer[from] + 1);
        }));
        nodes.forEach((node, i) => {
            if (!operands_of[i].length && users_of[i].length)
                layer[i] = Math.min(...users_of[i].map((user) => layer[user])) - 1;
        });
        return layer;
    }

    /// Members by name of the group; nodes of no module are left out.
    function by_module(depth) {
        const members = new Map();
        nodes.forEach((node, i) => {
            if (!node.group) return;
            const name = node.group.split('.').slice(0, depth).join('.');
            if (!members.has(name)) members.set(name, []);
            members.get(name).push(i);
        });
        const groups = [...members].map(([name, list]) => ({name, members: list}));
        return groups.filter((group) => group.members.length > 1);
    }
    const drawn_with = (groups) => nodes.length - groups.reduce((sum, group) => sum + group.members.length - 1, 0);

    /// Nodes outside of groups, cut into runs of whole layers.
    function sections(groups) {
        const taken = new Set(groups.flatMap((group) => group.members)), layer = layers();
        const rest =
            nodes.map((node, i) => i).filter((i) => !taken.has(i)).sort((i, j) => layer[i] - layer[j] || i - j);
        const list = [];
        for (const i of rest) {
            const last = list.at(-1),
                  starts = !last || (last.members.length >= kSectionSize && layer[i] > layer[last.members.at(-1)]);
            if (starts)
                list.push({name: '', members: [i]});
            else
                last.members.push(i);
        }
        list.forEach((section, k) => {
            section.name = `section ${k + 1}`;
        });
        return list.filter((section) => section.members.length > 1);
    }

    let depth = 1 + Math.max(0, ...nodes.map((node) => (node.group ?? '').split('.').length - 1));
    let groups = by_module(depth);
    while (depth > 1 && drawn_with(groups) > kUsable) groups = by_module(--depth);
    if (drawn_with(groups) > kUsable) groups = groups.concat(sections(groups));

    const group_of = nodes.map(() => null);
    groups.forEach((group) => group.members.forEach((i) => {
        group_of[i] = group;
    }));
    groups.forEach((group) => {
        group.collapsed = nodes.length > kUsable;
    });

    return {
        groups,
        users_of,
        /// The collapsed group that stands for a node, or null.
        box_of: (i) => (group_of[i]?.collapsed ? group_of[i] : null),
        set_all(collapsed) {
            groups.forEach((group) => {
                group.collapsed = collapsed;
            });
        },
    };
};
