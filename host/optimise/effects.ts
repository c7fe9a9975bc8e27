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

const FAILING = new Set<number>([
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
])
const HEAP_READERS = new Set<number>([
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
])
const HEAP_WRITERS = new Set<number>([
    Op.index_set,
    Op.index_delete,
    Op.store_buffer,
    Op.store_global,
    Op.store_closure,
    Op.call_array,
])
const RETURNED_WRITERS = new Set<number>([
    Op.index_delete,
    Op.alloc_map,
    Op.alloc_array,
    Op.alloc_buffer,
    Op.call_array,
    Op.catch,
    Op.finally,
    Op.store_ret_val,
])

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
    const call = isShortCall(op)
    if (call || FAILING.has(op)) effects.fails = true
    if (call || HEAP_WRITERS.has(op)) effects.writesHeap = true
    if (call || RETURNED_WRITERS.has(op)) effects.writesReturned = true
    if (HEAP_READERS.has(op) || readsText(e)) effects.readsHeap = true
    if (op === Op.ret_val) effects.readsReturned = true
    else if (op === Op.load_local) {
        if (f.variables[e.number]!.captured) effects.readsHeap = true
        else effects.reads.add(e.number)
    } else if (op === Op.store_local) {
        if (f.variables[e.number]!.captured) effects.writesHeap = true
        else effects.writes = e.number
    } else if (
        op === Op.debugger ||
        op === Op.catch ||
        op === Op.finally ||
        op === Op.call_array
    )
        effects.barrier = true
}

/** True for a sum that may be the text of a buffer, which changes; a sum with a number is not. */
function readsText({ op, args }: Expression): boolean {
    return op === Op.add && !args.some(arg => arg.op === Op.literal)
}

/** True when nothing is lost by not computing it. */
export function isPure(f: Func, expression: Expression): boolean {
    const { fails, writesHeap, barrier } = effectsOf(f, expression)
    return !fails && !writesHeap && !barrier
}
