// Which variables still matter at a point: their value may be read later, also after a fault.
import { type Effects, effectsOf } from "./effects.ts"
import { type Flow, followFlow, successors } from "./flow.ts"
import { FunctionFlag, Op } from "./format.ts"
import { type Block, type Expression, type Func, valueOf } from "./program.ts"

/** A set of variables: 1 for each that is in it; the last place is that of the returned value. */
export type LiveSet = Uint8Array

/** What is live where in one function; captured variables, always live, are left out. */
export class Liveness {
    readonly flow: Flow
    /** Place of the returned value in a set. */
    readonly returned: number
    private readonly atStart = new Map<Block, LiveSet>()
    private readonly f: Func
    private readonly effects = new Map<Expression, Effects>()

    constructor(f: Func) {
        this.f = f
        this.flow = followFlow(f)
        this.returned = f.variables.length
        for (const block of this.flow.order)
            this.atStart.set(block, this.emptySet())
        const backwards = [...this.flow.order].reverse()
        let changed = true
        while (changed) {
            changed = false
            for (const block of backwards)
                if (this.update(block)) changed = true
            if (!this.flow.goesBack) break
        }
    }

    /** What is live when a block is entered. */
    at(block: Block): LiveSet {
        return this.atStart.get(block)!
    }

    /**
     * Goes backwards through a block: calls `visit` for its end (undefined) and each statement,
     * with what is live behind it.
     */
    walkBack(
        block: Block,
        visit: (statement: Expression | undefined, after: LiveSet) => void
    ): LiveSet {
        const live = this.afterStatements(block, visit)
        for (let i = block.statements.length - 1; i >= 0; i--) {
            const statement = block.statements[i]!
            visit(statement, live)
            this.step(live, statement, block)
        }
        return live
    }

    /** What a fault in a block makes live: what its handler reads. */
    onFault(block: Block): LiveSet | undefined {
        const [handler] = this.flow.regions.get(block)!
        return handler && this.at(handler)
    }

    private emptySet(): LiveSet {
        return new Uint8Array(this.f.variables.length + 1)
    }

    private update(block: Block): boolean {
        const live = this.walkBack(block, ignore)
        const known = this.at(block)
        let changed = false
        for (let i = 0; i < live.length; i++)
            if (live[i] && !known[i]) {
                known[i] = 1
                changed = true
            }
        return changed
    }

    /** What is live before the end of a block, its value included. */
    private afterStatements(
        block: Block,
        visit: (statement: undefined, after: LiveSet) => void
    ): LiveSet {
        const { end } = block
        const live = this.emptySet()
        for (const to of successors(block)) add(live, this.at(to))
        switch (end.kind) {
            case "nullish":
                live[this.returned] = 1
                break
            case "return":
                if ((this.f.flags & FunctionFlag.constructor) !== 0) live[0] = 1
                break
            case "throwJump": {
                const inside = this.flow.regions.get(block)!
                const handler = inside
                    .slice(0, end.level)
                    .find(h => h.statements[0]!.op === Op.finally)
                add(live, this.at(handler ?? end.to))
                live[this.returned] = 0
                break
            }
            case "rethrow":
                for (const to of this.flow.jumpTargets)
                    this.addWithoutReturned(live, this.at(to))
        }
        visit(undefined, live)
        const value = valueOf(end)
        if (end.kind === "throw" || end.kind === "rethrow")
            this.addFault(live, block)
        if (value) this.use(live, value, block)
        return live
    }

    private step(live: LiveSet, statement: Expression, block: Block): void {
        const { writes, writesReturned } = this.effectsOf(statement)
        if (writes !== undefined) live[writes] = 0
        if (writesReturned) live[this.returned] = 0
        this.use(live, statement, block)
    }

    private use(live: LiveSet, e: Expression, block: Block): void {
        const { reads, readsReturned, fails } = this.effectsOf(e)
        if (fails) this.addFault(live, block)
        for (const variable of reads) live[variable] = 1
        if (readsReturned) live[this.returned] = 1
    }

    private addFault(live: LiveSet, block: Block): void {
        const fault = this.onFault(block)
        if (fault) this.addWithoutReturned(live, fault)
    }

    /** The VM itself writes the returned value when it goes to a handler. */
    private addWithoutReturned(live: LiveSet, other: LiveSet): void {
        const before = live[this.returned]!
        add(live, other)
        live[this.returned] = before
    }

    private effectsOf(e: Expression): Effects {
        let known = this.effects.get(e)
        if (!known) this.effects.set(e, (known = effectsOf(this.f, e)))
        return known
    }
}

function ignore(): void {}

function add(to: LiveSet, from: LiveSet): void {
    for (let i = 0; i < to.length; i++) to[i] |= from[i]!
}
