// Where a function goes: from block to block, and where a fault in a block goes.
import { Op } from "./format.ts"
import { NotUnderstood } from "./image.ts"
import { type Block, type Expression, type Func, roots } from "./program.ts"

/** What is known of the way through a function. */
export interface Flow {
    /** Blocks that can be reached, each after those that lead to it, but for loops. */
    order: Block[]
    /** Blocks that lead to a block when nothing fails; jumps out of regions are not among them. */
    before: Map<Block, Block[]>
    /** Handlers of the regions that a block lies in, innermost first. */
    regions: Map<Block, Block[]>
    /** Where jumps out of regions go on: `finally` handlers on the way, and their ends. */
    jumpTargets: Block[]
    /** Whether a block goes on at one that is not behind it in `order`, as at the end of a loop. */
    goesBack: boolean
}

/** Blocks that a block goes on to when nothing fails; a jump out of regions is none. */
export function successors({ end }: Block): Block[] {
    switch (end.kind) {
        case "jump":
        case "endTry":
            return [end.to]
        case "branch":
            return [end.yes, end.no]
        case "nullish":
            return [end.nullish, end.other]
        case "try":
            return [end.body]
        case "rethrow":
            return [end.next]
        default:
            return []
    }
}

/** All blocks that the end of a block names. */
export function namedBlocks(block: Block): Block[] {
    const { end } = block
    if (end.kind === "try") return [end.body, end.handler]
    return end.kind === "throwJump" ? [end.to] : successors(block)
}

/** Makes a block go to `to` wherever it went to `from`. */
export function redirect({ end }: Block, from: Block, to: Block): void {
    switch (end.kind) {
        case "jump":
        case "endTry":
        case "throwJump":
            if (end.to === from) end.to = to
            break
        case "branch":
            if (end.yes === from) end.yes = to
            if (end.no === from) end.no = to
            break
        case "nullish":
            if (end.nullish === from) end.nullish = to
            if (end.other === from) end.other = to
            break
        case "try":
            if (end.body === from) end.body = to
            if (end.handler === from) end.handler = to
            break
        case "rethrow":
            if (end.next === from) end.next = to
    }
}

/** True for the first block of a `catch` or `finally`. */
export function isHandler(block: Block): boolean {
    const op = block.statements[0]?.op
    return op === Op.catch || op === Op.finally
}

function isFinally(block: Block): boolean {
    return block.statements[0]?.op === Op.finally
}

/**
 * Follows all ways through a function.
 * @throws NotUnderstood when regions do not fit together, which no compiler makes
 */
export function followFlow(f: Func): Flow {
    const regions = new Map<Block, Block[]>()
    const before = new Map<Block, Block[]>()
    const jumpTargets = new Set<Block>()
    const order: Block[] = []
    const finished = new Set<Block>()
    let goesBack = false
    enter(f.blocks[0]!, [])
    for (const block of order)
        for (const to of successors(block)) before.get(to)!.push(block)
    order.reverse()
    if (jumpTargets.size > 0) goesBack = true
    return { order, before, regions, jumpTargets: [...jumpTargets], goesBack }

    function enter(block: Block, around: Block[]): void {
        // `finally` closes its own region when it is run into
        const inside =
            isFinally(block) && around[0] === block ? around.slice(1) : around
        const known = regions.get(block)
        if (known) {
            if (!finished.has(block)) goesBack = true
            if (!sameBlocks(known, inside))
                throw new NotUnderstood("a block lies in two regions")
            return
        }
        regions.set(block, inside)
        before.set(block, [])
        follow(block, inside)
        order.push(block)
        finished.add(block)
    }

    function follow(block: Block, inside: Block[]): void {
        const { end } = block
        if (end.kind === "try") {
            enter(end.handler, inside)
            enter(end.body, [end.handler, ...inside])
        } else if (end.kind === "endTry") {
            enter(end.to, inside.slice(1))
        } else if (end.kind === "throwJump") {
            for (const handler of inside.slice(0, end.level))
                if (isFinally(handler)) jumpTargets.add(handler)
            jumpTargets.add(end.to)
            enter(end.to, inside.slice(end.level))
        } else {
            for (const to of successors(block)) enter(to, inside)
        }
    }
}

/** Whether two lists have the same blocks, in the same order. */
export function sameBlocks(a: Block[], b: Block[]): boolean {
    return a.length === b.length && a.every((block, i) => block === b[i])
}

/** What a pass knows at a point, and how it follows from what was known before. */
export interface Facts<K> {
    /** Nothing is known. */
    none: K
    /** What is known behind a statement or the value of an end. */
    after: (known: K, root: Expression) => K
    /** What two ways agree on. */
    meet: (a: K, b: K) => K
    same: (a: K, b: K) => boolean
    /** What remains known on the way from one block to another; all of it when left out. */
    along?: (known: K, from: Block, to: Block) => K
}

/** Variables, or slots, of which something is known. */
export type Known = ReadonlySet<number>

/** Facts about variables or slots: behind two ways, what holds on both. */
export function knownNumbers(
    after: (known: Known, root: Expression) => Known
): Facts<Known> {
    return {
        none: new Set(),
        after,
        meet: (a, b) => new Set([...a].filter(one => b.has(one))),
        same: (a, b) => a.size === b.size,
    }
}

/** The same facts, none of which holds where the VM makes a returned null undefined. */
export function unlessNullish<K>(facts: Facts<K>): Facts<K> {
    return {
        ...facts,
        along: (known, { end }, to) =>
            end.kind === "nullish" && end.nullish === to ? facts.none : known,
    }
}

/**
 * What is known when each block is entered. What a handler or the end of a jump out of regions is
 * entered with is not known; a way that was not followed yet agrees with everything.
 */
function solve<K>(f: Func, flow: Flow, facts: Facts<K>): Map<Block, K> {
    const { none, after, meet, same, along } = facts
    const unknown = new Set(flow.jumpTargets).add(f.blocks[0]!)
    const atStart = new Map<Block, K>()
    const atEnd = new Map<Block, K>()
    let changed = true
    while (changed) {
        changed = false
        for (const block of flow.order) {
            const start = startOf(block)
            atStart.set(block, start)
            const end = roots(block).reduce(after, start)
            const before = atEnd.get(block)
            if (before !== undefined && same(before, end)) continue
            atEnd.set(block, end)
            changed = true
        }
        if (!flow.goesBack) break
    }
    return atStart

    function startOf(block: Block): K {
        if (unknown.has(block) || isHandler(block)) return none
        const ways: K[] = []
        for (const from of flow.before.get(block)!) {
            const known = atEnd.get(from)
            if (known !== undefined)
                ways.push(along ? along(known, from, block) : known)
        }
        return ways.length > 0 ? ways.reduce(meet) : none
    }
}

/** Calls `look` for each statement and each value of an end, with what is known before it. */
export function visitKnown<K>(
    f: Func,
    flow: Flow,
    facts: Facts<K>,
    look: (root: Expression, known: K) => void
): void {
    const atStart = solve(f, flow, facts)
    for (const block of flow.order) {
        let known: K = atStart.get(block)!
        for (const root of roots(block)) {
            look(root, known)
            known = facts.after(known, root)
        }
    }
}
