// Keeps a value that is used again and again in the returned value for a while: between two calls
// the VM does not need it, and to read it takes one byte where a variable takes two, a field four.
// `a.x := 1; a.y := 2; a.z := 3; a.w := 4` becomes `ret_val := a; ret_val.x := 1; ...`.
//
// Precondition: slots are chosen, so that nothing else wants the returned value. It is dead where
// it is set and not written up to the last use; what the kept value reads does not change; and one
// that can fail is first where it was first before.
import { effectsOf } from "../effects.ts"
import { Op, opInfo } from "../format.ts"
import { Liveness } from "../liveness.ts"
import { PROTOTYPE } from "../methods.ts"
import {
    type Block,
    clone,
    count,
    type Expression,
    type Func,
    isConstant,
    make,
    type Program,
    roots,
    walk,
} from "../program.ts"
import { expressionBytes, VARIABLE_BYTES } from "../size.ts"

/** Equal expressions that can be one. */
interface Group {
    first: number
    last: number
    uses: Expression[]
    /** The store of the variable that is kept, when it is in the same stretch. */
    store?: Expression
    size: number
    /** False once the first use is not at a place where it may fail. */
    sound: boolean
    open: boolean
}

/** Sets the returned value to what saves most, wherever that saves at all. */
export function keepInReturned(program: Program, f: Func): void {
    const liveness = new Liveness(f)
    for (const block of liveness.flow.order)
        for (const [from, to] of findStretches(f, block, liveness).reverse())
            keep(program, f, block, from, to)
}

/** Runs of statements in which the returned value is free: from, and up to but without. */
function findStretches(
    f: Func,
    block: Block,
    liveness: Liveness
): [number, number][] {
    const all = roots(block)
    const live: boolean[] = []
    liveness.walkBack(block, (_, after) =>
        live.push(after[liveness.returned] === 1)
    )
    // what is live behind each root; an end that computes nothing has another entry
    live.reverse()
    const stretches: [number, number][] = []
    let start: number | undefined
    let liveBefore = liveness.at(block)[liveness.returned] === 1
    all.forEach((root, i) => {
        const { readsReturned, writesReturned, barrier } = effectsOf(f, root)
        if (liveBefore || readsReturned || barrier) {
            if (start !== undefined) stretches.push([start, i])
            start = undefined
        } else {
            start ??= i
            if (writesReturned) {
                stretches.push([start, i + 1])
                start = undefined
            }
        }
        liveBefore = live[i]!
    })
    if (start !== undefined) stretches.push([start, all.length])
    return stretches
}

/** Keeps what saves most in a stretch, then looks at what is left of it, the end first. */
function keep(
    program: Program,
    f: Func,
    block: Block,
    from: number,
    to: number
): void {
    const best = findBest(f, roots(block).slice(from, to))
    if (!best) return
    const { first, last, uses, store } = best
    keep(program, f, block, from + last + 1, to)
    const [value] = uses
    if (store) {
        // `t := v` becomes `ret_val := v; t := ret_val`
        const set = make(Op.store_ret_val, store.place, 0, store.args)
        store.args = [make(Op.ret_val, store.place)]
        for (const use of uses)
            Object.assign(use, { op: Op.ret_val, number: 0, args: [] })
        block.statements.splice(from + first, 0, set)
        count(program, "value kept in the returned value")
        keep(program, f, block, from, from + first)
        return
    }
    const kept = make(Op.store_ret_val, value!.place, 0, [clone(value!)])
    for (const use of uses)
        Object.assign(use, { op: Op.ret_val, number: 0, args: [] })
    block.statements.splice(from + first, 0, kept)
    count(program, "value kept in the returned value")
    keep(program, f, block, from, from + first)
}

function findBest(f: Func, stretch: Expression[]): Group | undefined {
    const groups = new Map<string, Group>()
    const found: Group[] = []
    stretch.forEach((root, i) => {
        let failed = false
        walk(root, e => {
            if (e !== root || !opInfo[e.op]!.statement) note(e, i, failed)
            if (effectsOf(f, { ...e, args: [] }).fails && !isPrototype(e))
                failed = true
        })
        close(root)
        if (root.op === Op.store_local) begin(root, i)
    })
    let best: Group | undefined
    for (const group of found)
        if (gain(group) > Math.max(0, best ? gain(best) : 0)) best = group
    return best

    function note(e: Expression, i: number, failed: boolean): void {
        if (!mayKeep(f, e)) return
        const key = keyOf(e)
        let group = groups.get(key)
        if (!group?.open) {
            const sound = !failed || !effectsOf(f, e).fails || isPrototype(e)
            const size = expressionBytes(e)
            group = { first: i, last: i, uses: [], size, sound, open: true }
            groups.set(key, group)
            found.push(group)
        }
        group.uses.push(e)
        group.last = i
    }

    /** A variable that is written may be kept from there on. */
    function begin(store: Expression, i: number): void {
        if (f.variables[store.number]!.captured) return
        const [value] = store.args
        if (isConstant(value!) || value!.op === Op.load_local) return
        const group: Group = {
            first: i,
            last: i,
            uses: [],
            store,
            size: VARIABLE_BYTES,
            sound: true,
            open: true,
        }
        groups.set(keyOf(make(Op.load_local, store.place, store.number)), group)
        found.push(group)
    }

    /** Ends the groups whose value a statement may change. */
    function close(root: Expression): void {
        const { writes, writesHeap } = effectsOf(f, root)
        for (const group of groups.values()) {
            const e = group.store
                ? make(Op.load_local, root.place, group.store.number)
                : group.uses[0]!
            const { reads, readsHeap } = effectsOf(f, e)
            if (writesHeap && readsHeap && !isPrototype(e)) group.open = false
            if (writes !== undefined && reads.has(writes)) group.open = false
        }
    }
}

/** A variable takes two steps more when it is kept: it has to save more than these bytes. */
const STEPS_WORTH = 2

/** Bytes that are saved, less what the steps are worth. */
function gain({ uses, size, sound, store }: Group): number {
    if (store) return uses.length - 2 - STEPS_WORTH
    if (!sound) return 0
    const steps = size === VARIABLE_BYTES ? STEPS_WORTH : 0
    return (uses.length - 1) * (size - 1) - 2 - steps
}

/** Values that are the same when computed again, and not too seldom so. */
function mayKeep(f: Func, e: Expression): boolean {
    if (e.op === Op.load_local) return !f.variables[e.number]!.captured
    if (isPrototype(e)) return true
    if (!FIELDS.has(e.op)) return false
    return isConstant(e.args[0]!) || mayKeep(f, e.args[0]!)
}

const FIELDS = new Set<number>([Op.ascii_field, Op.utf8_field])

/** `C.prototype` is the same object each time. */
function isPrototype({ op, number, args }: Expression): boolean {
    return (
        op === Op.builtin_field &&
        number === PROTOTYPE &&
        (args[0]!.op === Op.static_function ||
            args[0]!.op === Op.builtin_object)
    )
}

function keyOf({ op, number, args }: Expression): string {
    return `${op}:${number}(${args.map(keyOf).join()})`
}
