// Reads the returned value instead of a variable that holds the same: after `t := ret_val`, `t` is
// the returned value until either is written. To read a variable takes two bytes, the returned
// value one.
//
// Precondition: slots are chosen. What a handler or the end of a jump out of regions is entered
// with is not known; where a jump finds the returned value null, the VM makes it undefined.
import { effectsOf } from "../effects.ts"
import { slotOf } from "../encode.ts"
import { type Facts, followFlow, visitKnown } from "../flow.ts"
import { Op } from "../format.ts"
import {
    type Block,
    count,
    type Expression,
    type Func,
    type Program,
    walk,
} from "../program.ts"

/** The slots that hold the returned value. */
type Slots = ReadonlySet<number>

const NONE: Slots = new Set()

/** Rewrites the reads of a function. */
export function readReturned(program: Program, f: Func): void {
    const facts: Facts<Slots> = {
        none: NONE,
        after: (slots, root) => after(f, slots, root),
        meet,
        same: (a, b) => a.size === b.size,
        along,
    }
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

/** What holds on the way from one block to another. */
function along(slots: Slots, { end }: Block, to: Block): Slots {
    return end.kind === "nullish" && end.nullish === to ? NONE : slots
}

function meet(a: Slots, b: Slots): Slots {
    return new Set([...a].filter(slot => b.has(slot)))
}

/** What holds behind a statement. */
function after(f: Func, slots: Slots, root: Expression): Slots {
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
