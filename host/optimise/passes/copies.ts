// Reads a variable's source instead of its copy: after `t := x`, `t` is `x` until either is
// written; after `t := 1`, it is 1. The store is then dead, mostly.
//
// Precondition: variables are split into webs. What a handler or the end of a jump out of regions
// is entered with is not known, so nothing is taken as known there.
import { type Flow, followFlow, isHandler } from "../flow.ts"
import { FIRST_MULTIBYTE_INT, Op } from "../format.ts"
import {
    type Block,
    clone,
    count,
    type Expression,
    type Func,
    isConstant,
    type Program,
    roots,
    walk,
} from "../program.ts"

/** What variables are known to be equal to. */
type Known = Map<number, Expression>

/** Returns true when it changed something. */
export function propagateCopies(program: Program, f: Func): boolean {
    const flow = followFlow(f)
    const known = solve(f, flow)
    let changes = 0
    for (const block of flow.order) {
        const now = new Map(known.get(block))
        for (const root of roots(block)) {
            walk(root, e => {
                const source =
                    e.op === Op.load_local ? now.get(e.number) : undefined
                if (!source) return
                const { op, number, args } = clone(source)
                Object.assign(e, { op, number, args })
                changes++
            })
            learn(f, now, root)
        }
    }
    if (changes > 0) count(program, "copy", changes)
    return changes > 0
}

function solve(f: Func, flow: Flow): Map<Block, Known> {
    const unknown = new Set<Block>(flow.jumpTargets)
    unknown.add(f.blocks[0]!)
    const atStart = new Map<Block, Known>()
    const atEnd = new Map<Block, Known>()
    let changed = true
    while (changed) {
        changed = false
        for (const block of flow.order) {
            const start =
                unknown.has(block) || isHandler(block)
                    ? new Map<number, Expression>()
                    : meet(flow.before.get(block)!.map(b => atEnd.get(b)))
            atStart.set(block, start)
            const now = new Map(start)
            for (const root of roots(block)) learn(f, now, root)
            const before = atEnd.get(block)
            if (before && sameKnown(before, now)) continue
            atEnd.set(block, now)
            changed = true
        }
        if (!flow.goesBack) break
    }
    return atStart
}

/** What all ways agree on; a way not yet followed agrees with everything. */
function meet(ways: (Known | undefined)[]): Known {
    const [first, ...rest] = ways.filter(way => way !== undefined)
    const result: Known = new Map(first)
    for (const way of rest)
        for (const [variable, source] of result) {
            const other = way.get(variable)
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

function learn(f: Func, known: Known, root: Expression): void {
    if (root.op !== Op.store_local) return
    const written = root.number
    for (const [variable, { op, number }] of known)
        if (
            variable === written ||
            (op === Op.load_local && number === written)
        )
            known.delete(variable)
    const [source] = root.args
    if (f.variables[written]!.captured) return
    // a copy: the expression itself may be replaced by what it is known to be
    if (isSource(f, source!, written)) known.set(written, clone(source!))
}

function isSource(f: Func, { op, number }: Expression, to: number): boolean {
    if (op === Op.load_local)
        return number !== to && !f.variables[number]!.captured
    if (op === Op.literal) return number >= -16 && number < FIRST_MULTIBYTE_INT
    return isConstant({ op, number, args: [], place: undefined! })
}
