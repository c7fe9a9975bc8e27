// Reads the returned value instead of a variable that holds the same: after `t := ret_val`, `t` is
// the returned value until either is written. To read a variable takes two bytes, the returned
// value one.
//
// Precondition: slots are chosen. What a handler or the end of a jump out of regions is entered
// with is not known; where a jump finds the returned value null, the VM makes it undefined.
import { effectsOf } from "../effects.ts"
import { slotOf } from "../encode.ts"
import { type Flow, followFlow, isHandler } from "../flow.ts"
import { Op } from "../format.ts"
import {
    type Block,
    count,
    type Expression,
    type Func,
    type Program,
    roots,
    walk,
} from "../program.ts"

/** The slots that hold the returned value. */
type Slots = ReadonlySet<number>

const NONE: Slots = new Set()

/** Rewrites the reads of a function. */
export function readReturned(program: Program, f: Func): void {
    const flow = followFlow(f)
    const atStart = solve(f, flow)
    let changes = 0
    for (const block of flow.order) {
        let slots = atStart.get(block)!
        for (const root of roots(block)) {
            walk(root, e => {
                if (e.op !== Op.load_local || !slots.has(slotOf(f, e.number)))
                    return
                e.op = Op.ret_val
                e.number = 0
                changes++
            })
            slots = after(f, slots, root)
        }
    }
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

function solve(f: Func, flow: Flow): Map<Block, Slots> {
    const unknown = new Set<Block>(flow.jumpTargets)
    unknown.add(f.blocks[0]!)
    const atStart = new Map<Block, Slots>()
    const atEnd = new Map<Block, Slots>()
    let changed = true
    while (changed) {
        changed = false
        for (const block of flow.order) {
            const start =
                unknown.has(block) || isHandler(block)
                    ? NONE
                    : meet(
                          flow.before
                              .get(block)!
                              .map(from => along(from, block, atEnd.get(from)))
                      )
            atStart.set(block, start)
            let slots = start
            for (const root of roots(block)) slots = after(f, slots, root)
            const before = atEnd.get(block)
            if (before && before.size === slots.size) continue
            atEnd.set(block, slots)
            changed = true
        }
    }
    return atStart
}

/** What holds on the way from one block to another. */
function along({ end }: Block, to: Block, slots: Slots | undefined) {
    return end.kind === "nullish" && end.nullish === to ? NONE : slots
}

/** What all ways agree on; a way not yet followed agrees with everything. */
function meet(ways: (Slots | undefined)[]): Slots {
    const [first, ...rest] = ways.filter(way => way !== undefined)
    return new Set(
        [...(first ?? NONE)].filter(slot => rest.every(way => way.has(slot)))
    )
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
