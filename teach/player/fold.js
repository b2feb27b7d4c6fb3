// A long chain in several rows, as text is: a layout from left to right that is much wider than its place is cut
// between layers, and the parts stand one below the other. Wires that cross a cut run back to the left between the
// rows.
const fold = (() => {
    const kBetween = 30, kLane = 9, kTurn = 20, kMostRows = 12;

    /// The first layer of each row: cuts near equal lengths, where the fewest wires cross.
    function row_starts(layout, count) {
        const {layers, wires} = layout, total = layers.at(-1).high, starts = [0];
        const crosses = (pieces, at) => pieces[0].from.along < at && pieces.at(-1).to.along >= at;
        const crossing = layers.map(({low}) => wires.filter((pieces) => crosses(pieces, low)).length);
        for (let row = 1; row < count; ++row) {
            const wanted = total * row / count,
                  candidates = layers.map((layer, k) => k).filter((k) => k > starts.at(-1));
            const cost = (k) => Math.abs(layers[k].low - wanted) + 200 * crossing[k];
            if (candidates.length) starts.push(candidates.reduce((best, k) => (cost(k) < cost(best) ? k : best)));
        }
        return starts;
    }

    /// The rows: {first (along), length, top, height, shift (across), lanes (wires that leave it by a turn)}.
    function rows_of(layout, texts, count) {
        const {layers, places, wires} = layout, starts = row_starts(layout, count);
        const row_at = (along) => starts.findLastIndex((k) => layers[k].low <= along + 0.5);
        const length = (r) => layers[(starts[r + 1] ?? layers.length) - 1].high - layers[starts[r]].low;
        const empty = {low: Infinity, high: -Infinity, lanes: 0};
        const rows = starts.map((k, r) => ({first: layers[k].low, length: length(r), ...empty}));
        const cover = (row, low, high) => {
            row.low = Math.min(row.low, low);
            row.high = Math.max(row.high, high);
        };
        for (const [i, {along, across}] of places.entries())
            cover(rows[row_at(along)], across - texts[i], across + texts[i]);
        for (const pieces of wires)
            for (const {from, to} of pieces) {
                cover(rows[row_at(from.along)], from.across - 18, from.across + 18);
                cover(rows[row_at(to.along)], to.across - 18, to.across + 18);
                if (row_at(from.along) !== row_at(to.along)) ++rows[row_at(from.along)].lanes;
            }
        let top = 0;
        for (const row of rows) {
            Object.assign(row, {top, shift: top - row.low});
            top += row.high - row.low + kBetween + (row.lanes ? 18 + kLane * row.lanes : 0);
        }
        const side = Math.max(...rows.map((row) => (row.lanes ? kTurn + kLane * row.lanes : 0)));
        return {
            rows,
            row_at,
            side,
            along: Math.max(...rows.map((row) => row.length)) + 2 * side,
            across: top - kBetween
        };
    }

    function moved(layout, {rows, row_at, side, along, across}) {
        const move = (point) => {
            const row = rows[row_at(point.along)];
            return {along: point.along - row.first + side, across: point.across + row.shift};
        };
        const used = rows.map(() => 0);
        const wires = layout.wires.map((pieces) => pieces.map((piece) => {
            const r = row_at(piece.from.along), row = rows[r],
                  moved_piece = {...piece, from: move(piece.from), to: move(piece.to)};
            if (r === row_at(piece.to.along)) return moved_piece;
            const lane = used[r]++;
            return {
                ...moved_piece,
                turn: {
                    right: row.length + side + kTurn / 2 + kLane * lane,
                    across: row.top + row.high - row.low + 22 + kLane * lane,
                    left: side - kTurn / 2 - kLane * (row.lanes - 1 - lane)
                }
            };
        }));
        return {along, across, places: layout.places.map(move), wires};
    }

    /// The layout in as many rows as show it largest in a place of this size. texts: half of what each item takes
    /// across.
    return (layout, texts, {width, height}) => {
        let best = layout, zoom = Math.min(width / layout.along, height / layout.across);
        for (let count = 2; count <= kMostRows && zoom < 1.2; ++count) {
            const rows = rows_of(layout, texts, count), larger = Math.min(width / rows.along, height / rows.across);
            if (rows.rows.length < count || larger < zoom * 1.05) continue;
            zoom = larger;
            best = moved(layout, rows);
        }
        return best;
    };
})();
