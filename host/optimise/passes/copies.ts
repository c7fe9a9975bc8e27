// Reads a variable's source instead of its copy: after `t := x`, `t` is `x` until either is
// written; after `t := 1`, it is 1. The store is then dead, mostly.
//
// Precondition: variables are split into webs. What a handler or the end of a jump out of regions
// is entered with is not known, so nothing is taken as known there.
import { type Facts, followFlow, visitKnown } from "../flow.ts"
import { FIRST_MULTIBYTE_INT, Op } from "../format.ts"
import {
    clone,
    count,
    type Expression,
    type Func,
    isConstant,
    type Program,
    walk,
} from "../program.ts"

/** What variables are known to be equal to. */
type Known = ReadonlyMap<number, Expression>

/** Returns true when it changed something. */
export function propagateCopies(program: Program, f: Func): boolean {
    const facts: Facts<Known> = {
        none: new Map(),
        after: (before, root) => learn(f, before, root),
        meet,
        same: sameKnown,
    }
    let changes = 0
    visitKnown(f, followFlow(f), facts, (root, known) =>
        walk(root, e => {
            const source =
                e.op === Op.load_local ? known.get(e.number) : undefined
            if (!source) return
            const { op, number, args } = clone(source)
            Object.assign(e, { op, number, args })
            changes++
        })
    )
    if (changes > 0) count(program, "copy", changes)
    return changes > 0
}

/** What both ways agree on. */
function meet(a: Known, b: Known): Known {
    const result = new Map(a)
    for (const [variable, source] of a) {
        const other = b.get(variable)
        if (!other || !sameSource(source, other)) result.delete(variable)
    }
    return result
}

function sameKnown(a: Known, b: Known): boolean {
    return (
        a.size === b.size &&
        [...a].every(([variable, source]) => {
            const other = b.get(variable)
            return other !== undefined && sameSource(source, other)
        })
    )
}

function sameSource(a: Expression, b: Expression): boolean {
    return a.op === b.op && a.number === b.number
}

function learn(f: Func, known: Known, root: Expression): Known {
    if (root.op !== Op.store_local) return known
    const written = root.number
    const now = new Map(known)
    for (const [variable, { op, number }] of known)
        if (
            variable === written ||
            (op === Op.load_local && number === written)
        )
            now.delete(variable)
    const [source] = root.args
    // a copy: the expression itself may be replaced by what it is known to be
    if (!f.variables[written]!.captured && isSource(f, source!, written))
        now.set(written, clone(source!))
    return now
}

function isSource(f: Func, { op, number }: Expression, to: number): boolean {
    if (op === Op.load_local)
        return number !== to && !f.variables[number]!.captured
    if (op === Op.literal) return number >= -16 && number < FIRST_MULTIBYTE_INT
    return isConstant({ op, number, args: [], place: undefined! })
}
