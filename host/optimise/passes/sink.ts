// Computes a value in a later block, where it is read, instead of storing it first: compilers call it
// sinking. `forward.ts` does so within a block, for values that may fail as well.
//
// Precondition: variables are split into webs; this one is stored at one place and read at one, at
// most once for each store, and between the two nothing is written that the value reads. The value
// cannot fail: of fields it reads only those of objects, as nobody would see the fault where it is
// not read.
import { effectsOf, readsText } from "../effects.ts"
import { type Facts, type Flow, followFlow, solve } from "../flow.ts"
import { MAX_STACK_DEPTH, Op } from "../format.ts"
import {
    count,
    type Expression,
    type Func,
    type Program,
    roots,
    stackDepth,
    walk,
    walkFunction,
} from "../program.ts"

type Variables = ReadonlySet<number>

const NONE: Variables = new Set()

/** Opcodes that read a field by its name, and those that name it. */
const FIELD_NAMES = new Map<number, number>([
    [Op.builtin_field, Op.static_builtin_string],
    [Op.ascii_field, Op.static_ascii_string],
    [Op.utf8_field, Op.static_utf8_string],
])
const NAMES: ReadonlySet<number> = new Set(FIELD_NAMES.values())

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
                const before = { ...e }
                Object.assign(e, store.args[0])
                if (stackDepth(root) >= MAX_STACK_DEPTH)
                    return Object.assign(e, before)
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
    const reads = new Map<number, number>()
    walkFunction(f, e => {
        const { op, number } = e
        if (op === Op.store_local)
            stores.set(number, [...(stores.get(number) ?? []), e])
        else if (op === Op.load_local)
            reads.set(number, (reads.get(number) ?? 0) + 1)
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
    const facts: Facts<Variables> = {
        none: NONE,
        after: learnObjects,
        meet: common,
        same: (a, b) => a.size === b.size,
        along: (objects, { end }, to) =>
            end.kind === "branch" &&
            end.condition.op === Op.load_local &&
            end.yes === to &&
            end.no !== to
                ? new Set(objects).add(end.condition.number)
                : objects,
    }
    follow(f, flow, facts, (root, objects) => {
        if (root.op !== Op.store_local) return
        let fails = false
        walk(root.args[0]!, e => {
            const [object] = e.args
            const isRead =
                FIELD_NAMES.has(e.op) &&
                object!.op === Op.load_local &&
                objects.has(object!.number)
            if (!isRead && effectsOf(f, { ...e, args: [] }).fails) fails = true
        })
        if (fails) stores.delete(root.number)
    })
}

/** Variables that hold no undefined or null, as a field of them was read or written. */
function learnObjects(objects: Variables, root: Expression): Variables {
    const now = new Set(objects)
    walk(root, ({ op, args }) => {
        const [object] = args
        const isUse = FIELD_NAMES.has(op) || op === Op.index_set
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
    const facts: Facts<Variables> = {
        none: NONE,
        after: (fresh, root) => {
            const now = new Set(fresh)
            for (const variable of fresh)
                if (changes(f, inputs.get(variable)!, root))
                    now.delete(variable)
            // each store is read once at most
            walk(root, ({ op, number }) => {
                if (op === Op.load_local) now.delete(number)
            })
            if (root.op === Op.store_local && inputs.has(root.number))
                now.add(root.number)
            return now
        },
        meet: common,
        same: (a, b) => a.size === b.size,
        // there the VM makes a returned null undefined
        along: (fresh, { end }, to) =>
            end.kind === "nullish" && end.nullish === to
                ? new Set([...fresh].filter(v => !inputs.get(v)!.returned))
                : fresh,
    }
    follow(f, flow, facts, (root, fresh) =>
        walk(root, ({ op, number }) => {
            if (op === Op.load_local && !fresh.has(number))
                stores.delete(number)
        })
    )
}

/** What a value is made from. */
interface Inputs {
    variables: Set<number>
    /** The fields that are read: opcode and name. */
    fields: Expression[]
    /** Reads anything else that a call or a write may change. */
    others: boolean
    returned: boolean
}

function inputsOf(f: Func, value: Expression): Inputs {
    const fields: Expression[] = []
    let others = false
    walk(value, e => {
        if (FIELD_NAMES.has(e.op)) fields.push(e)
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
    const [, name] = root.args
    return root.op === Op.index_set && NAMES.has(name!.op)
        ? value.fields.some(
              ({ op, number }) =>
                  FIELD_NAMES.get(op) === name!.op && number === name!.number
          )
        : value.fields.length > 0
}

/** Calls `look` for each statement and each value of an end, with what is known before it. */
function follow(
    f: Func,
    flow: Flow,
    facts: Facts<Variables>,
    look: (root: Expression, known: Variables) => void
): void {
    const atStart = solve(f, flow, facts)
    for (const block of flow.order) {
        let known = atStart.get(block)!
        for (const root of roots(block)) {
            look(root, known)
            known = facts.after(known, root)
        }
    }
}

function common(a: Variables, b: Variables): Variables {
    return new Set([...a].filter(variable => b.has(variable)))
}
