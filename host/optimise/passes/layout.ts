// Puts blocks into the order that needs the fewest bytes of jumps. A jump forward takes two bytes,
// one back three, and none is needed to what lies right behind.
//
// Precondition: none; a block's end says where it goes, whatever lies behind it.
import { negate } from "../encode.ts"
import { namedBlocks } from "../flow.ts"
import { Op } from "../format.ts"
import type { Block, Func } from "../program.ts"

/** Orders the blocks of a function: the best of three ways to go through them. */
export function orderBlocks(f: Func): void {
    let best = f.blocks
    for (const order of [followChains(f), followEnds(f)])
        if (jumpBytes(order) < jumpBytes(best)) best = order
    f.blocks = best
}

/** Each block is followed by one that it goes on to, if that has no place yet. */
function followChains(f: Func): Block[] {
    const order = new Set<Block>()
    for (const start of f.blocks) {
        let block: Block | undefined = start
        while (block) {
            order.add(block)
            block = following(block).find(to => !order.has(to))
            if (block && order.has(block)) break
        }
    }
    return [...order]
}

/** Each block comes after all that lead to it, but for loops. */
function followEnds(f: Func): Block[] {
    const seen = new Set<Block>()
    const order: Block[] = []
    const visit = (block: Block) => {
        if (seen.has(block)) return
        seen.add(block)
        const near = following(block)
        for (const to of namedBlocks(block)) if (!near.includes(to)) visit(to)
        for (const to of [...near].reverse()) visit(to)
        order.push(block)
    }
    visit(f.blocks[0]!)
    return order.reverse()
}

/** What may lie behind a block, the best first. */
function following(block: Block): Block[] {
    const { end } = block
    if (end.kind === "branch") return [end.yes, end.no]
    if (end.kind === "nullish") return [end.other]
    if (end.kind === "try") return [end.body]
    return end.kind === "endTry" || end.kind === "throwJump"
        ? []
        : namedBlocks(block)
}

const FORWARD_BYTES = 2
const BACK_BYTES = 3

/** About how many bytes the jumps take in an order. */
function jumpBytes(order: Block[]): number {
    const index = new Map(order.map((block, i) => [block, i]))
    let bytes = 0
    order.forEach((block, i) => {
        const { end } = block
        const jump = (to: Block) => {
            bytes += index.get(to)! > i ? FORWARD_BYTES : BACK_BYTES
        }
        const go = (to: Block) => {
            if (to !== order[i + 1]) jump(to)
        }
        if (end.kind === "branch") {
            if (end.no === order[i + 1] && end.yes !== end.no) {
                jump(end.yes)
                if (negate(end.condition).op === Op.not) bytes++
            } else {
                jump(end.no)
                go(end.yes)
            }
        } else if (end.kind === "nullish") {
            jump(end.nullish)
            go(end.other)
        } else if (end.kind === "try") {
            jump(end.handler)
            go(end.body)
        } else if (end.kind === "jump") go(end.to)
        else if (end.kind === "rethrow") go(end.next)
        else if (end.kind === "endTry" || end.kind === "throwJump") jump(end.to)
    })
    return bytes
}
