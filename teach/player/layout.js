// The layered layout, after Sugiyama, Tagawa and Toda, Methods for Visual Understanding of Hierarchical System
// Structures (1981): layers by longest paths, order inside of layers by barycentres, then coordinates. "Along" is the
// direction of the wires, "across" the other one; the view turns them into x and y.
//
// items: [{along, across (sizes), room (more of it across, for texts), input, end, order (where cycles break), round}];
// links: [{from, to, label_along, label_across}]. Gives {along, across (of all), places: [{along, across}], wires:
// [[{from: point, to: point, curved}]], layers: [{low, high}]}.
const layout_of = (() => {
    const kGapAcross = 26, kGapAlong = 22, kSweeps = 12, kSmall = 10;

    /// The layer of each item: longest path. Collapsed boxes may make cycles: links against the order found do not
    /// count.
    function layers_of(items, links) {
        const incoming = items.map(() => 0), users = items.map(() => []);
        for (const {from, to} of links) {
            ++incoming[to];
            users[from].push(to);
        }
        const layer = items.map(() => 0), done = items.map(() => false);
        const by_order = items.map((item, i) => i).sort((i, j) => items[i].order - items[j].order);
        const ready = by_order.filter((i) => incoming[i] === 0);
        for (let left = items.length; left > 0;) {
            const i = ready.shift() ?? by_order.find((j) => !done[j]);
            if (done[i]) continue;
            done[i] = true;
            --left;
            for (const to of users[i]) {
                if (done[to]) continue;
                layer[to] = Math.max(layer[to], layer[i] + 1);
                if (--incoming[to] === 0) ready.push(to);
            }
        }
        // Inputs of all but small graphs stand beside what uses them, which spares long wires.
        if (items.length > kSmall)
            items.forEach((item, i) => {
                if (item.input && users[i].length)
                    layer[i] = Math.max(0, Math.min(...users[i].map((to) => layer[to])) - 1);
            });
        return layer;
    }

    /// Vertices: the items, and one for each layer that a wire passes. chains[link] are the vertices of a wire.
    function vertices_of(items, links, layer) {
        // The chain from layer to layer is kept straight: what only ends there, and the inputs of large graphs, follow
        // it.
        const pull_of = (item) => (item.end ? 0.001 : item.input && items.length > kSmall ? 0.05 : 1);
        const vertices = items.map(
            (item, i) => (
                {item: i, layer: layer[i], size: item.across + item.room, pull: pull_of(item), before: [], after: []}));
        const chains = links.map(({from, to, label_across}) => {
            const step = layer[from] <= layer[to] ? 1 : -1, chain = [from];
            for (let at = layer[from] + step; step * (layer[to] - at) > 0; at += step) {
                chain.push(vertices.length);
                vertices.push(
                    {item: -1, layer: at, size: Math.max(8, label_across / 3), pull: 1, before: [], after: []});
            }
            chain.push(to);
            const ordered = step === 1 ? chain : chain.slice().reverse();
            for (let k = 1; k < ordered.length; ++k) {
                vertices[ordered[k - 1]].after.push(ordered[k]);
                vertices[ordered[k]].before.push(ordered[k - 1]);
            }
            return chain;
        });
        return {vertices, chains};
    }

    function crossings(vertices, rows) {
        const place = [];
        let count = 0;
        for (const row of rows) {
            row.forEach((v, k) => {
                place[v] = k;
            });
            const ends = row.flatMap((v) => vertices[v].before.map((w) => place[w]).sort((a, b) => a - b));
            for (let a = 0; a < ends.length; ++a)
                for (let b = a + 1; b < ends.length; ++b) count += ends[a] > ends[b];
        }
        return count;
    }

    /// The order inside of each layer: sweeps by barycentres to and fro; the one with the fewest crossings is kept.
    function order_rows(vertices) {
        const rows = [];
        vertices.forEach((vertex, v) => (rows[vertex.layer] ??= []).push(v));
        for (let k = 0; k < rows.length; ++k) rows[k] ??= [];
        let best = rows.map((row) => row.slice()), fewest = crossings(vertices, rows);
        const place = [];
        const note = (row) => row.forEach((v, k) => {
            place[v] = k;
        });
        rows.forEach(note);
        for (let sweep = 0; sweep < kSweeps && fewest > 0; ++sweep) {
            const down = sweep % 2 === 0, side = down ? 'before' : 'after';
            for (const row of down ? rows : rows.slice().reverse()) {
                const centre = new Map(row.map((v) => {
                    const ends = vertices[v][side];
                    return [v, ends.length ? ends.reduce((sum, w) => sum + place[w], 0) / ends.length : place[v]];
                }));
                row.sort((a, b) => centre.get(a) - centre.get(b) || place[a] - place[b]);
                note(row);
            }
            const count = crossings(vertices, rows);
            if (count < fewest) {
                fewest = count;
                best = rows.map((row) => row.slice());
            }
        }
        return best;
    }

    /// The positions nearest to the wanted ones, by weighted squares, that keep the distances: pools of neighbours that
    /// push each other.
    function spread(wanted, weights, distances) {
        const pools = [];
        let shift = 0;
        wanted.forEach((x, k) => {
            shift += k > 0 ? distances[k - 1] : 0;
            let pool = {sum: weights[k] * (x - shift), weight: weights[k], count: 1};
            while (pools.length && pools.at(-1).sum / pools.at(-1).weight >= pool.sum / pool.weight) {
                const last = pools.pop();
                pool = {sum: last.sum + pool.sum, weight: last.weight + pool.weight, count: last.count + pool.count};
            }
            pools.push(pool);
        });
        const positions = [];
        shift = 0;
        for (const pool of pools)
            for (let i = 0; i < pool.count; ++i) {
                shift += positions.length > 0 ? distances[positions.length - 1] : 0;
                positions.push(pool.sum / pool.weight + shift);
            }
        return positions;
    }

    /// Where the vertices stand across: near the middle of their neighbours, first on one side, at last on both.
    function place_across(vertices, rows) {
        const at = vertices.map(() => 0);
        const distances =
            rows.map((row) => row.slice(1).map((v, k) => (vertices[row[k]].size + vertices[v].size) / 2 + kGapAcross));
        for (let sweep = 0; sweep < 15; ++sweep) {
            const sides = sweep > 9 ? ['before', 'after'] : [sweep % 2 === 0 ? 'before' : 'after'];
            const order = rows.map((row, k) => k);
            for (const k of sweep % 2 === 0 ? order : order.reverse()) {
                const ends = rows[k].map((v) => sides.flatMap((side) => vertices[v][side]));
                const mean = (list) => list.reduce((sum, w) => sum + at[w] * vertices[w].pull, 0) /
                    list.reduce((sum, w) => sum + vertices[w].pull, 0);
                const wanted = rows[k].map((v, i) => (ends[i].length ? mean(ends[i]) : at[v]));
                // Long wires are kept straight.
                const weights =
                    rows[k].map((v, i) => (vertices[v].item < 0 ? 4 : vertices[v].pull) * (ends[i].length ? 1 : 0.1));
                spread(wanted, weights, distances[k]).forEach((x, i) => {
                    at[rows[k][i]] = x;
                });
            }
        }
        const low = Math.min(...vertices.map((vertex, v) => at[v] - vertex.size / 2));
        return at.map((x) => x - low);
    }

    /// Where the layers stand along: [{low, high}], with room for the labels of the wires between them.
    function place_layers(items, links, layer, count) {
        const extent = Array(count).fill(0), room = Array(count).fill(0);
        items.forEach((item, i) => {
            extent[layer[i]] = Math.max(extent[layer[i]], item.along);
        });
        for (const {from, to, label_along} of links) {
            const first = Math.min(layer[from], layer[to]);
            room[first] = Math.max(room[first], label_along);
        }
        const places = [];
        let at = 0;
        extent.forEach((size, k) => {
            places.push({low: at, high: at + size});
            at += size + room[k] + kGapAlong;
        });
        return places;
    }

    /// Where wires meet an item: side by side, in the order of their other ends. {link: offset} for one side of each
    /// item.
    function ports(items, links, chains, across, side) {
        const at_item = items.map(() => []), offset = links.map(() => 0);
        links.forEach((link, k) => {
            const chain = side === 'to' ? chains[k].slice().reverse() : chains[k];
            at_item[link[side]].push({k, toward: across[chain[1]]});
        });
        at_item.forEach((list, i) => {
            list.sort((a, b) => a.toward - b.toward || a.k - b.k);
            const pitch = Math.min(28, items[i].across * 0.7 / (list.length - 1 || 1));
            list.forEach(({k}, place) => {
                offset[k] = (place - (list.length - 1) / 2) * pitch;
            });
        });
        return offset;
    }

    return (items, links) => {
        const layer = layers_of(items, links);
        const {vertices, chains} = vertices_of(items, links, layer);
        const rows = order_rows(vertices), across = place_across(vertices, rows);
        const layers = place_layers(items, links, layer, rows.length);
        const places =
            items.map((item, i) => ({along: (layers[layer[i]].low + layers[layer[i]].high) / 2, across: across[i]}));
        const leave = ports(items, links, chains, across, 'from'), arrive = ports(items, links, chains, across, 'to');

        /// The point of an item's border at an offset across; round items curve away.
        function border(i, offset, sign) {
            const half = items[i].along / 2,
                  inset = items[i].round ? half - Math.sqrt(Math.max(0, half * half - offset * offset)) : 0;
            return {along: places[i].along + sign * (half - inset), across: places[i].across + offset};
        }
        const wires = links.map((link, k) => {
            const pieces = [], chain = chains[k], forward = layer[link.from] <= layer[link.to] ? 1 : -1;
            let at = border(link.from, leave[k], 1);
            const go = (to, curved) => {
                pieces.push({from: at, to, curved});
                at = to;
            };
            for (const v of chain.slice(1, -1)) {
                const {low, high} = layers[vertices[v].layer], ends = forward === 1 ? [low, high] : [high, low];
                go({along: ends[0], across: across[v]}, true);
                go({along: ends[1], across: across[v]}, false);
            }
            go(border(link.to, arrive[k], -1), true);
            return pieces;
        });
        return {
            along: layers.at(-1)?.high ?? 0,
            across: Math.max(0, ...vertices.map((vertex, v) => across[v] + vertex.size / 2)),
            places,
            wires,
            layers
        };
    };
})();
