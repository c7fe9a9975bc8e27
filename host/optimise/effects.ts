// What computing an expression or running a statement reads, writes and may do.
import { isShortCall, Op } from "./format.ts"
import type { Expression, Func } from "./program.ts"

/** What an expression or a statement does, its parts included. */
export interface Effects {
    /** Variables that are read. */
    reads: Set<number>
    /** The variable that is written. */
    writes?: number
    readsReturned: boolean
    writesReturned: boolean
    /** Reads what a call or a write to an object, a global or a captured variable may change. */
    readsHeap: boolean
    writesHeap: boolean
    /** May throw: a fault at this point is part of the program's behaviour. */
    fails: boolean
    /** Nothing may move past it. */
    barrier: boolean
}

const FAILING = [
    Op.index,
    Op.builtin_field,
    Op.ascii_field,
    Op.utf8_field,
    Op.new,
    Op.bind,
    Op.load_buffer,
    Op.instance_of,
    Op.index_set,
    Op.index_delete,
    Op.store_buffer,
    Op.alloc_array,
    Op.alloc_buffer,
    Op.call_array,
]
const HEAP_READERS = [
    Op.index,
    Op.builtin_field,
    Op.ascii_field,
    Op.utf8_field,
    Op.bind,
    Op.load_buffer,
    Op.instance_of,
    Op.load_global,
    Op.load_closure,
    Op.ds_field,
    Op.math_field,
    Op.object_field,
    Op.static_spec_proto,
]
const HEAP_WRITERS = [
    Op.index_set,
    Op.index_delete,
    Op.store_buffer,
    Op.store_global,
    Op.store_closure,
    Op.call_array,
]
const RETURNED_WRITERS = [
    Op.index_delete,
    Op.alloc_map,
    Op.alloc_array,
    Op.alloc_buffer,
    Op.call_array,
    Op.catch,
    Op.finally,
    Op.store_ret_val,
]

const BARRIERS = [Op.debugger, Op.catch, Op.finally, Op.call_array]

/** What the operations do, by number: bits of `Does`. */
const DOES = new Uint8Array(256)
const Does = {
    fail: 1,
    readHeap: 2,
    writeHeap: 4,
    writeReturned: 8,
    stopMoves: 16,
} as const
for (const op of FAILING) DOES[op] |= Does.fail
for (const op of HEAP_READERS) DOES[op] |= Does.readHeap
for (const op of HEAP_WRITERS) DOES[op] |= Does.writeHeap
for (const op of RETURNED_WRITERS) DOES[op] |= Does.writeReturned
for (const op of BARRIERS) DOES[op] |= Does.stopMoves
for (let op = 0; op < DOES.length; op++)
    if (isShortCall(op))
        DOES[op] |= Does.fail | Does.writeHeap | Does.writeReturned

/** What `expression`, an expression or a statement of `f`, does. */
export function effectsOf(f: Func, expression: Expression): Effects {
    const effects: Effects = {
        reads: new Set(),
        readsReturned: false,
        writesReturned: false,
        readsHeap: false,
        writesHeap: false,
        fails: false,
        barrier: false,
    }
    collect(f, expression, effects)
    return effects
}

function collect(f: Func, e: Expression, effects: Effects): void {
    for (const arg of e.args) collect(f, arg, effects)
    const { op } = e
    const does = DOES[op]!
    if (does & Does.fail) effects.fails = true
    if (does & Does.writeHeap) effects.writesHeap = true
    if (does & Does.writeReturned) effects.writesReturned = true
    if (does & Does.stopMoves) effects.barrier = true
    if (does & Does.readHeap || readsText(e)) effects.readsHeap = true
    if (op === Op.ret_val) effects.readsReturned = true
    else if (op === Op.load_local) {
        if (f.variables[e.number]!.captured) effects.readsHeap = true
        else effects.reads.add(e.number)
    } else if (op === Op.store_local) {
        if (f.variables[e.number]!.captured) effects.writesHeap = true
        else effects.writes = e.number
    }
}

/** True for a sum that may be the text of a buffer, which changes; a sum with a number is not. */
export function readsText({ op, args }: Expression): boolean {
    return op === Op.add && !args.some(arg => arg.op === Op.literal)
}

/** True when nothing is lost by not computing it. */
export function isPure(f: Func, expression: Expression): boolean {
    const { fails, writesHeap, barrier } = effectsOf(f, expression)
    return !fails && !writesHeap && !barrier
}
