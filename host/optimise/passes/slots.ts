// Chooses the slot of each variable: variables that are never needed at the same time share one,
// copies get the slot of their source, and what lives only between two calls lies in the returned
// value, which takes one byte to read or write where a slot takes two.
//
// Precondition: variables are split into webs. A parameter keeps the slot in which the VM puts it,
// `this` of a constructor with it, as the VM returns it; a captured variable keeps its slot,
// as closures read it at any time; a variable that is read before it is written is undefined, so
// it gets no parameter's slot, nor the returned value.
import { effectsOf } from "../effects.ts"
import { Op } from "../format.ts"
import { isHandler } from "../flow.ts"
import { Liveness, type LiveSet } from "../liveness.ts"
import {
    count,
    type Expression,
    type Func,
    type Program,
    walkFunction,
} from "../program.ts"

/** How many reads it is worth that a variable lies where a call leaves its value. */
const RESULT_WORTH = 3

/**
 * Colours the variables, rewrites those that lie in the returned value, and makes those that share a
 * slot one variable.
 */
export function chooseSlots(program: Program, f: Func): void {
    const graph = new Interference(f)
    const { inReturned, slots } = graph.colour()
    f.slots = slots
    count(program, "variable in the returned value", inReturned.size)
    // moves between variables that share a slot are dropped: later passes must take those for one
    const sharer = Array.from({ length: f.parameters }, (_, p) => p)
    const rewrite = (e: Expression) => {
        const isLoad = e.op === Op.load_local
        if (!isLoad && e.op !== Op.store_local) return
        if (inReturned.has(e.number)) {
            e.op = isLoad ? Op.ret_val : Op.store_ret_val
            e.number = 0
        } else e.number = sharer[slots[e.number]!] ??= e.number
    }
    walkFunction(f, rewrite)
    for (const block of f.blocks)
        block.statements = block.statements.filter(
            statement => !isMoveToItself(statement, slots)
        )
}

/** True for a copy whose two variables lie in the same place. */
function isMoveToItself({ op, number, args }: Expression, slots: number[]) {
    const [value] = args
    if (op === Op.store_ret_val) return value!.op === Op.ret_val
    return (
        op === Op.store_local &&
        value!.op === Op.load_local &&
        slots[value!.number] === slots[number]
    )
}

/** Which variables are needed at the same time. */
class Interference {
    private readonly f: Func
    private readonly returned: number
    private readonly conflicts: Set<number>[]
    private readonly uses: number[]
    /** Variables that one is copied to or from. */
    private readonly copies: number[][]

    constructor(f: Func) {
        this.f = f
        const size = f.variables.length + 1
        this.returned = size - 1
        this.conflicts = Array.from({ length: size }, () => new Set())
        this.uses = new Array<number>(size).fill(0)
        this.copies = Array.from({ length: size }, () => [])
        walkFunction(f, e => this.note(e))
        this.build(new Liveness(f))
    }

    private note({ op, number, args }: Expression): void {
        if (op === Op.load_local || op === Op.store_local) this.uses[number]!++
        if (op !== Op.store_local) return
        const [value] = args
        const from =
            value!.op === Op.load_local
                ? value!.number
                : value!.op === Op.ret_val
                  ? this.returned
                  : undefined
        if (from === undefined) return
        this.copies[number]!.push(from)
        this.copies[from]!.push(number)
    }

    private build(liveness: Liveness): void {
        const { f, returned } = this
        const { order, jumpTargets } = liveness.flow
        const entry = liveness.at(f.blocks[0]!)
        this.meet(returned, entry)
        f.variables.forEach((_, v) => {
            if (!entry[v]) return
            this.meet(v, entry)
            // the VM writes all parameters, also those that nobody reads
            if (v >= f.parameters)
                for (let p = 0; p < f.parameters; p++) this.add(v, p)
        })
        // the VM writes the returned value on its way to a handler, or out of a region
        for (const block of [...order.filter(isHandler), ...jumpTargets])
            this.meet(returned, liveness.at(block))
        for (const block of order) {
            liveness.walkBack(block, (statement, after) => {
                if (!statement) {
                    if (block.end.kind === "nullish") this.meet(returned, after)
                    return
                }
                const { writes, writesReturned } = effectsOf(f, statement)
                if (writesReturned) this.meet(returned, after)
                if (writes !== undefined)
                    this.meet(writes, after, copySource(statement, returned))
            })
        }
    }

    /** A variable is written while others are live. */
    private meet(written: number, live: LiveSet, except?: number): void {
        for (let v = 0; v < live.length; v++)
            if (live[v] && v !== written && v !== except) this.add(written, v)
    }

    private add(a: number, b: number): void {
        this.conflicts[a]!.add(b)
        this.conflicts[b]!.add(a)
    }

    colour(): { inReturned: Set<number>; slots: number[] } {
        const { f } = this
        const slots: number[] = []
        let next = f.parameters
        f.variables.forEach(({ captured }, v) => {
            if (v < f.parameters) slots[v] = v
            else if (captured) slots[v] = next++
        })
        const shared = new Set(
            f.variables.flatMap(({ captured }, v) =>
                captured ? [slots[v]!] : []
            )
        )
        const free = f.variables.flatMap((_, v) =>
            slots[v] === undefined && this.uses[v]! > 0 ? [v] : []
        )
        // taking a call's result without a copy is worth as much as some reads
        const saved = (v: number) =>
            this.uses[v]! +
            RESULT_WORTH *
                this.copies[v]!.filter(c => c === this.returned).length
        free.sort((a, b) => saved(b) - saved(a))
        const inReturned = new Set<number>()
        for (const v of free) {
            if (this.fitsReturned(v, inReturned)) inReturned.add(v)
            else slots[v] = this.chooseSlot(v, slots, shared)
        }
        // unused ones need a number, but no room
        return { inReturned, slots: f.variables.map((_, v) => slots[v] ?? 0) }
    }

    private fitsReturned(v: number, others: Set<number>): boolean {
        const conflicts = this.conflicts[v]!
        if (conflicts.has(this.returned)) return false
        for (const other of others) if (conflicts.has(other)) return false
        return true
    }

    private chooseSlot(
        v: number,
        slots: number[],
        shared: Set<number>
    ): number {
        const taken = new Set(shared)
        for (const other of this.conflicts[v]!) {
            const slot = slots[other]
            if (slot !== undefined) taken.add(slot)
        }
        for (const other of this.copies[v]!) {
            const slot = slots[other]
            if (slot !== undefined && !taken.has(slot)) return slot
        }
        let slot = 0
        while (taken.has(slot)) slot++
        return slot
    }
}

function copySource({ op, args }: Expression, returned: number) {
    if (op !== Op.store_local) return undefined
    const [value] = args
    if (value!.op === Op.load_local) return value!.number
    return value!.op === Op.ret_val ? returned : undefined
}
