// Computes a value in a later block, where it is read, instead of storing it first: compilers call it
// sinking. `forward.ts` does so within a block, for values that may fail as well.
//
// Precondition: variables are split into webs; this one is stored at one place and read at one, at
// most once for each store, and between the two nothing is written that the value reads. The value
// cannot fail: of fields it reads only those of objects, as nobody would see the fault where it is
// not read.
import { effectsOf, readsText } from "../effects.ts"
import {
    type Facts,
    type Flow,
    followFlow,
    type Known,
    knownNumbers,
    visitKnown,
} from "../flow.ts"
import { Op } from "../format.ts"
import { fieldName, keyIndex } from "../methods.ts"
import { Counts } from "../numbering.ts"
import {
    count,
    type Expression,
    type Func,
    type Program,
    roots,
    substitute,
    walk,
    walkFunction,
} from "../program.ts"

/** Returns true when it changed something. */
export function sinkValues(program: Program, f: Func): boolean {
    const stores = singleUses(f)
    if (stores.size === 0) return false
    const flow = followFlow(f)
    dropFailing(f, flow, stores)
    dropChanged(f, flow, stores)
    let changes = 0
    // what was put into the value of another store has to be looked at again
    const touched = new Set<Expression>()
    const gone = new Set<Expression>()
    for (const block of flow.order)
        for (const root of roots(block))
            walk(root, e => {
                if (e.op !== Op.load_local) return
                const store = stores.get(e.number)
                if (!store || touched.has(store)) return
                if (!substitute(root, e, store.args[0]!)) return
                touched.add(root)
                gone.add(store)
                changes++
            })
    if (changes === 0) return false
    for (const block of f.blocks)
        block.statements = block.statements.filter(s => !gone.has(s))
    count(program, "sunk value", changes)
    return true
}

/** The stores of variables that are stored at one place and read at one, by variable. */
function singleUses(f: Func): Map<number, Expression> {
    const stores = new Map<number, Expression[]>()
    const reads = new Counts()
    walkFunction(f, e => {
        const { op, number } = e
        if (op === Op.store_local)
            stores.set(number, [...(stores.get(number) ?? []), e])
        else if (op === Op.load_local) reads.add(number)
    })
    const found = new Map<number, Expression>()
    for (const [variable, [store, ...others]] of stores) {
        const { captured } = f.variables[variable]!
        const isParameter = variable < f.parameters
        const isSingle = others.length === 0 && reads.get(variable) === 1
        if (isSingle && !captured && !isParameter) found.set(variable, store!)
    }
    return found
}

/** Leaves out stores of values that may fail. */
function dropFailing(
    f: Func,
    flow: Flow,
    stores: Map<number, Expression>
): void {
    const facts: Facts<Known> = {
        ...knownNumbers(learnObjects),
        along: (objects, { end }, to) =>
            end.kind === "branch" &&
            end.condition.op === Op.load_local &&
            end.yes === to &&
            end.no !== to
                ? new Set(objects).add(end.condition.number)
                : objects,
    }
    visitKnown(f, flow, facts, (root, objects) => {
        if (root.op !== Op.store_local) return
        let fails = false
        walk(root.args[0]!, e => {
            const [object] = e.args
            const isRead =
                fieldName(e) !== undefined &&
                object!.op === Op.load_local &&
                objects.has(object!.number)
            if (!isRead && effectsOf(f, { ...e, args: [] }).fails) fails = true
        })
        if (fails) stores.delete(root.number)
    })
}

/** Variables that hold no undefined or null, as a field of them was read or written. */
function learnObjects(objects: Known, root: Expression): Known {
    const now = new Set(objects)
    walk(root, e => {
        const [object] = e.args
        const isUse = fieldName(e) !== undefined || e.op === Op.index_set
        if (isUse && object!.op === Op.load_local) now.add(object!.number)
    })
    if (root.op === Op.store_local) now.delete(root.number)
    return now
}

/** Leaves out stores of values that may have changed where they are read. */
function dropChanged(
    f: Func,
    flow: Flow,
    stores: Map<number, Expression>
): void {
    const inputs = new Map(
        [...stores].map(([variable, { args }]) => [
            variable,
            inputsOf(f, args[0]!),
        ])
    )
    const after = (fresh: Known, root: Expression) => {
        const now = new Set(fresh)
        for (const variable of fresh)
            if (changes(f, inputs.get(variable)!, root)) now.delete(variable)
        // each store is read once at most
        walk(root, ({ op, number }) => {
            if (op === Op.load_local) now.delete(number)
        })
        if (root.op === Op.store_local && inputs.has(root.number))
            now.add(root.number)
        return now
    }
    const facts: Facts<Known> = {
        ...knownNumbers(after),
        // there the VM makes a returned null undefined
        along: (fresh, { end }, to) =>
            end.kind === "nullish" && end.nullish === to
                ? new Set([...fresh].filter(v => !inputs.get(v)!.returned))
                : fresh,
    }
    visitKnown(f, flow, facts, (root, fresh) =>
        walk(root, ({ op, number }) => {
            if (op === Op.load_local && !fresh.has(number))
                stores.delete(number)
        })
    )
}

/** What a value is made from. */
interface Inputs {
    variables: Set<number>
    /** The names of the fields that are read. */
    fields: Set<number>
    /** Reads anything else that a call or a write may change. */
    others: boolean
    returned: boolean
}

function inputsOf(f: Func, value: Expression): Inputs {
    const fields = new Set<number>()
    let others = false
    walk(value, e => {
        const name = fieldName(e)
        if (name !== undefined) fields.add(name)
        else if (e.op === Op.add ? readsText(e) : readsHeap(f, e)) others = true
    })
    const { reads, readsReturned } = effectsOf(f, value)
    return { variables: reads, fields, others, returned: readsReturned }
}

/** Whether an opcode reads what may change, whatever its values read. */
function readsHeap(f: Func, e: Expression): boolean {
    return effectsOf(f, { ...e, args: [] }).readsHeap
}

/** Whether a statement may change what a value is made from. */
function changes(f: Func, value: Inputs, root: Expression): boolean {
    const { writes, writesHeap, writesReturned, barrier } = effectsOf(f, root)
    if (barrier || (value.returned && writesReturned)) return true
    if (writes !== undefined && value.variables.has(writes)) return true
    if (!writesHeap) return false
    if (value.others) return true
    const written =
        root.op === Op.index_set ? keyIndex(root.args[1]!) : undefined
    return written === undefined
        ? value.fields.size > 0
        : value.fields.has(written)
}
