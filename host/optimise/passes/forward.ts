// Computes a value where it is used instead of storing it first: `t := a + b; f(t)` becomes
// `f(a + b)`.
//
// Precondition: the variable is read once behind the store, in the same block, and not by a
// handler; between the two nothing is written that the value reads; and when the value can fail,
// nothing between the two can fail or be seen, or a fault would come at another time.
import { type Effects, effectsOf } from "../effects.ts"
import { Op } from "../format.ts"
import { Liveness, type LiveSet } from "../liveness.ts"
import {
    type Block,
    count,
    type Expression,
    type Func,
    type Program,
    roots,
    substitute,
    walk,
} from "../program.ts"

/** How many statements are looked through. */
const MAX_DISTANCE = 60

/** Returns true when it changed something. */
export function forwardValues(program: Program, f: Func): boolean {
    const liveness = new Liveness(f)
    let changes = 0
    for (const block of liveness.flow.order)
        changes += new Forwarding(f, block, liveness).run()
    if (changes > 0) count(program, "forwarded value", changes)
    return changes > 0
}

/** The values of one block. */
class Forwarding {
    private readonly roots: Expression[]
    private readonly after: LiveSet[] = []
    private readonly onFault: LiveSet | undefined
    private readonly f: Func
    private readonly block: Block
    private readonly effects = new Map<Expression, Effects>()

    constructor(f: Func, block: Block, liveness: Liveness) {
        this.f = f
        this.block = block
        this.roots = [...roots(block)]
        this.onFault = liveness.onFault(block)
        const after: LiveSet[] = []
        liveness.walkBack(block, (_, live) => after.push(live.slice()))
        // an end without a value has another set, which is not read
        this.after = after.reverse()
    }

    run(): number {
        let changes = 0
        for (let i = this.block.statements.length - 1; i >= 0; i--)
            if (this.forward(i)) {
                this.roots.splice(i, 1)
                this.after.splice(i, 1)
                this.block.statements.splice(i, 1)
                changes++
            }
        return changes
    }

    /** Puts the value that statement `i` stores where it is read; false when it can't. */
    private forward(i: number): boolean {
        const { op, number: variable, args } = this.roots[i]!
        if (op !== Op.store_local) return false
        if (this.f.variables[variable]!.captured) return false
        if (this.onFault?.[variable]) return false
        const value = args[0]!
        const moved = this.effectsOf(value)
        const last = Math.min(this.roots.length, i + MAX_DISTANCE)
        for (let j = i + 1; j < last; j++) {
            const root = this.roots[j]!
            const effects = this.effectsOf(root)
            if (effects.reads.has(variable))
                return this.replace(i, j, variable, value, moved)
            if (effects.writes === variable || this.conflict(moved, effects))
                return false
        }
        return false
    }

    private replace(
        i: number,
        j: number,
        variable: number,
        value: Expression,
        moved: Effects
    ): boolean {
        const root = this.roots[j]!
        const writes = this.effectsOf(root).writes
        if (this.after[j]![variable] && writes !== variable) return false
        const reads: Expression[] = []
        let failsBefore = false
        walk(root, e => {
            if (e === root && root.op === Op.store_local) return
            if (e.op === Op.load_local && e.number === variable) reads.push(e)
            else if (reads.length === 0 && e !== root && failsItself(this.f, e))
                failsBefore = true
        })
        const [read] = reads
        if (reads.length !== 1 || (moved.fails && failsBefore)) return false
        if (!substitute(root, read!, value)) return false
        this.effects.delete(root)
        // what the value reads is needed for longer now
        for (let k = i; k < j; k++)
            for (const needed of moved.reads) this.after[k]![needed] = 1
        return true
    }

    /** True when a value may not move over a statement. */
    private conflict(moved: Effects, over: Effects): boolean {
        const { writes } = over
        if (over.barrier) return true
        if (writes !== undefined && moved.reads.has(writes)) return true
        if (moved.readsReturned && over.writesReturned) return true
        if (moved.readsHeap && over.writesHeap) return true
        if (!moved.fails) return false
        const seen = writes !== undefined && this.onFault?.[writes]
        return over.fails || over.writesHeap || Boolean(seen)
    }

    private effectsOf(e: Expression): Effects {
        let known = this.effects.get(e)
        if (!known) this.effects.set(e, (known = effectsOf(this.f, e)))
        return known
    }
}

/** True when the opcode itself may fail, whatever its values do. */
function failsItself(f: Func, e: Expression): boolean {
    return effectsOf(f, { ...e, args: [] }).fails
}
