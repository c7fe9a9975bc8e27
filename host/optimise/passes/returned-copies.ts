// Reads the returned value instead of a variable that holds the same: after `t := ret_val`, `t` is
// the returned value until either is written. To read a variable takes two bytes, the returned
// value one.
//
// Precondition: slots are chosen. What a handler or the end of a jump out of regions is entered
// with is not known; where a jump finds the returned value null, the VM makes it undefined.
import { effectsOf } from "../effects.ts"
import { slotOf } from "../encode.ts"
import {
    followFlow,
    type Known,
    knownNumbers,
    unlessNullish,
    visitKnown,
} from "../flow.ts"
import { Op } from "../format.ts"
import {
    count,
    type Expression,
    type Func,
    type Program,
    walk,
} from "../program.ts"

/** No slot holds the returned value. */
const NONE: Known = new Set()

/** Rewrites the reads of a function. */
export function readReturned(program: Program, f: Func): void {
    const facts = unlessNullish(
        knownNumbers((slots, root) => after(f, slots, root))
    )
    let changes = 0
    visitKnown(f, followFlow(f), facts, (root, slots) =>
        walk(root, e => {
            if (e.op !== Op.load_local || !slots.has(slotOf(f, e.number)))
                return
            e.op = Op.ret_val
            e.number = 0
            changes++
        })
    )
    if (changes === 0) return
    count(program, "read of the returned value", changes)
    // variables that share a slot are copied to each other by nothing, so that a store of which
    // no read is left may still be needed: only copies of the value to itself go
    for (const block of f.blocks)
        block.statements = block.statements.filter(
            ({ op, args }) =>
                op !== Op.store_ret_val || args[0]!.op !== Op.ret_val
        )
}

/** The slots that hold the returned value behind a statement. */
function after(f: Func, slots: Known, root: Expression): Known {
    const [value] = root.args
    const from = value?.op === Op.load_local ? slotOf(f, value.number) : -1
    if (root.op === Op.store_ret_val) {
        if (value!.op === Op.ret_val || slots.has(from)) return slots
        return from < 0 ? NONE : new Set([from])
    }
    if (effectsOf(f, root).writesReturned) return NONE
    if (root.op !== Op.store_local) return slots
    const written = slotOf(f, root.number)
    const same = value!.op === Op.ret_val || slots.has(from)
    if (same === slots.has(written)) return slots
    const changed = new Set(slots)
    if (same) changed.add(written)
    else changed.delete(written)
    return changed
}
