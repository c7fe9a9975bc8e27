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
import { successors } from "../flow.ts"

/** Splits the variables of a function; whatever nobody uses any more goes. */
export function splitWebs(f: Func): void {
    const liveness = new Liveness(f)
    const { order, regions, jumpTargets } = liveness.flow
    const webs = new Webs()
    // the value that a block is entered with, for each variable that is live there
    const entries = new Map<Block, Map<number, number>>()
    for (const block of order) {
        const live = liveness.at(block)
        const entry = new Map<number, number>()
        f.variables.forEach((_, v) => {
            if (live[v]) entry.set(v, webs.add(v))
        })
        entries.set(block, entry)
    }
    const uses: { e: Expression; web: number }[] = []
    for (const block of order) {
        const current = new Map(entries.get(block)!)
        const flowTo = (to: Block | undefined) => {
            for (const [v, web] of (to && entries.get(to)) ?? []) {
                const value = current.get(v)
                if (value !== undefined) webs.join(web, value)
            }
        }
        const [handler] = regions.get(block)!
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
        for (const to of followers(block)) flowTo(to)
    }
    const numbers = new Map<number, number>()
    for (const [v, web] of entries.get(f.blocks[0]!)!)
        if (v < f.parameters) numbers.set(webs.root(web), v)
    // parameters and captured variables keep their numbers
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

    /** Where the values at the end of a block may be read. */
    function followers(block: Block): Block[] {
        const { end } = block
        const inside = regions.get(block)!
        if (end.kind === "throwJump")
            return [...inside.slice(0, end.level), end.to]
        if (end.kind === "rethrow") return [end.next, ...jumpTargets]
        return successors(block)
    }
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
