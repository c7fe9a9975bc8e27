// Gives each independent use of a variable another name. The compiler uses one slot for
// many temporary values; what is true of one of them (read once, a copy of a parameter) can only
// be seen when they are separated.
//
// Precondition: none. Captured variables keep their name, as closures read them.
import { Op } from "../format.ts"
import { Liveness } from "../liveness.ts"
import {
    type Block,
    type Expression,
    type Func,
    roots,
    type Variable,
    walk,
} from "../program.ts"
import { type Flow, successors } from "../flow.ts"

/** A read or write of a variable, and the value that it has there. */
interface Use {
    e: Expression
    web: number
}

/** The value that each block is entered with, for each variable that is live there. */
type Entries = Map<Block, Map<number, number>>

/** Splits the variables of a function; whatever nobody uses any more goes. */
export function splitWebs(f: Func): void {
    const liveness = new Liveness(f)
    const webs = new Webs()
    const entries: Entries = new Map()
    for (const block of liveness.flow.order) {
        const live = liveness.at(block)
        const entry = new Map<number, number>()
        f.variables.forEach((_, v) => {
            if (live[v]) entry.set(v, webs.add(v))
        })
        entries.set(block, entry)
    }
    const uses = liveness.flow.order.flatMap(block =>
        usesIn(block, f, liveness.flow, webs, entries)
    )
    rename(f, webs, entries.get(f.blocks[0]!)!, uses)
}

/** The uses of variables in a block. Joins the values that it hands on with those that others begin with. */
function usesIn(
    block: Block,
    f: Func,
    flow: Flow,
    webs: Webs,
    entries: Entries
): Use[] {
    const uses: Use[] = []
    const current = new Map(entries.get(block)!)
    const flowTo = (to: Block | undefined) => {
        for (const [v, web] of (to && entries.get(to)) ?? []) {
            const value = current.get(v)
            if (value !== undefined) webs.join(web, value)
        }
    }
    const [handler] = flow.regions.get(block)!
    flowTo(handler)
    for (const root of roots(block))
        walk(root, e => {
            if (e.op !== Op.load_local && e.op !== Op.store_local) return
            if (f.variables[e.number]!.captured) return
            // a value that nobody reads, or that nobody has written: another web
            if (e.op === Op.store_local || !current.has(e.number))
                current.set(e.number, webs.add(e.number))
            uses.push({ e, web: current.get(e.number)! })
            if (e.op === Op.store_local) flowTo(handler)
        })
    for (const to of followers(block, flow)) flowTo(to)
    return uses
}

/** Where the values at the end of a block may be read. */
function followers(block: Block, { regions, jumpTargets }: Flow): Block[] {
    const { end } = block
    const inside = regions.get(block)!
    if (end.kind === "throwJump") return [...inside.slice(0, end.level), end.to]
    if (end.kind === "rethrow") return [end.next, ...jumpTargets]
    return successors(block)
}

/**
 * Gives each web a variable of its own; parameters and captured variables keep their numbers.
 * @param first the values that the function begins with
 */
function rename(
    f: Func,
    webs: Webs,
    first: ReadonlyMap<number, number>,
    uses: Use[]
): void {
    const numbers = new Map<number, number>()
    for (const [v, web] of first)
        if (v < f.parameters) numbers.set(webs.root(web), v)
    const variables: Variable[] = []
    f.variables.forEach((variable, v) => {
        if (v < f.parameters || variable.captured) variables[v] = variable
    })
    let free = 0
    for (const { e, web } of uses) {
        const root = webs.root(web)
        let number = numbers.get(root)
        if (number === undefined) {
            while (variables[free]) free++
            number = free
            const { name } = f.variables[webs.variable(root)]!
            variables[number] = { name, captured: false }
            numbers.set(root, number)
        }
        e.number = number
    }
    f.variables = Array.from(
        variables,
        variable => variable ?? { name: "", captured: false }
    )
}

/** Values that reach a common place, joined. */
class Webs {
    private readonly parents: number[] = []
    private readonly variables: number[] = []

    add(variable: number): number {
        this.variables.push(variable)
        return this.parents.push(this.parents.length) - 1
    }

    variable(web: number): number {
        return this.variables[web]!
    }

    root(web: number): number {
        let root = web
        while (this.parents[root] !== root) root = this.parents[root]!
        this.parents[web] = root
        return root
    }

    join(a: number, b: number): void {
        this.parents[this.root(a)] = this.root(b)
    }
}
