import type { TaskView } from "../protocol.ts"

const NODE_HEIGHT = 26
const ROW = 38
const GAP = 56
const LETTER = 7.2
/** More than a board has tasks. */
const MAX_NODES = 100
/** A wide drawing shrinks to this share of its size at most; then it scrolls. */
const SMALLEST = 0.65

interface Node {
    name: string
    state: string
    x: number
    y: number
    width: number
}

interface Edge {
    from: string
    to: string
    kind: "requires" | "after" | "child"
}

/** A drawing of what requires what: what comes first is at the left. */
export function Dependencies({ tasks }: { tasks: TaskView[] }) {
    const edges = edgesOf(tasks)
    if (edges.length === 0 || tasks.length > MAX_NODES) return null
    const names = new Set(edges.flatMap(({ from, to }) => [from, to]))
    const { nodes, width, height } = place(
        tasks.filter(({ name }) => names.has(name)),
        edges
    )
    const byName = new Map(nodes.map(node => [node.name, node]))
    return (
        <section aria-labelledby="graph-title">
            <h2 id="graph-title">Dependencies</h2>
            <div class="graph">
                <svg
                    width={width}
                    height={height}
                    viewBox={`0 0 ${width} ${height}`}
                    style={{ minWidth: width * SMALLEST }}
                    role="img"
                    aria-label={edges
                        .map(({ from, to, kind }) =>
                            kind === "child"
                                ? `${to} is a child of ${from}`
                                : `${to} ${kind} ${from}`
                        )
                        .join(", ")}
                >
                    {edges.map(edge => (
                        <Arrow
                            key={`${edge.from} ${edge.to}`}
                            edge={edge}
                            nodes={byName}
                        />
                    ))}
                    {nodes.map(({ name, state, x, y, width }) => (
                        <g key={name} class={`node ${state}`}>
                            <rect
                                x={x}
                                y={y}
                                width={width}
                                height={NODE_HEIGHT}
                                rx={6}
                            />
                            <text x={x + width / 2} y={y + NODE_HEIGHT / 2}>
                                {name}
                            </text>
                        </g>
                    ))}
                </svg>
            </div>
            <p class="legend">
                <span class="line requires" /> requires{" "}
                <span class="line after" /> after <span class="line child" />{" "}
                child
            </p>
        </section>
    )
}

function Arrow({ edge, nodes }: { edge: Edge; nodes: Map<string, Node> }) {
    const from = nodes.get(edge.from)
    const to = nodes.get(edge.to)
    if (!from || !to) return null
    const x1 = from.x + from.width
    const y1 = from.y + NODE_HEIGHT / 2
    const x2 = to.x
    const y2 = to.y + NODE_HEIGHT / 2
    const bend = Math.max(20, (x2 - x1) / 2)
    const path = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}`
    return (
        <g class={`edge ${edge.kind}`}>
            <path d={path} />
            <path class="head" d={`M${x2 - 7} ${y2 - 4}l7 4l-7 4z`} />
        </g>
    )
}

function edgesOf(tasks: TaskView[]): Edge[] {
    const names = new Set(tasks.map(({ name }) => name))
    return tasks.flatMap(({ name, requires, after, parent }) => {
        const edges: Edge[] = [
            ...requires.map(from => ({
                from,
                to: name,
                kind: "requires" as const,
            })),
            ...after.map(from => ({ from, to: name, kind: "after" as const })),
        ]
        if (parent !== undefined)
            edges.push({ from: parent, to: name, kind: "child" })
        return edges.filter(({ from }) => names.has(from))
    })
}

/** Puts each task in the column after the last one of those that come before it. */
function place(
    tasks: TaskView[],
    edges: Edge[]
): { nodes: Node[]; width: number; height: number } {
    const columns = new Map<string, number>()
    const column = (name: string, depth: number): number => {
        const known = columns.get(name)
        if (known !== undefined || depth > MAX_NODES) return known ?? 0
        const before = edges.filter(({ to }) => to === name)
        const value = Math.max(
            0,
            ...before.map(({ from }) => column(from, depth + 1) + 1)
        )
        columns.set(name, value)
        return value
    }
    for (const { name } of tasks) column(name, 0)
    const nodes: Node[] = []
    let x = 1
    let height = 0
    const last = Math.max(...columns.values())
    for (let i = 0; i <= last; ++i) {
        const here = tasks.filter(({ name }) => columns.get(name) === i)
        const width =
            Math.max(...here.map(({ name }) => name.length)) * LETTER + 22
        here.forEach(({ name, state }, row) =>
            nodes.push({ name, state, x, y: 1 + row * ROW, width })
        )
        x += width + GAP
        height = Math.max(height, here.length * ROW)
    }
    return { nodes, width: x - GAP + 2, height: height + 2 }
}
