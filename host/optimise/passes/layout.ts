// Puts blocks into the order that needs the fewest bytes of jumps. A jump forward takes two bytes,
// one back three, and none is needed to what lies right behind.
//
// Precondition: none; a block's end says where it goes, whatever lies behind it.
import { negate } from "../encode.ts"
import { namedBlocks } from "../flow.ts"
import { Op } from "../format.ts"
import type { Block, Func } from "../program.ts"
import { blockBytes } from "../size.ts"

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
/** From this distance on a jump takes two bytes more forward, one more back. */
const FAR = 250

/** About how many bytes the jumps take in an order. */
function jumpBytes(order: Block[]): number {
    const starts = new Map<Block, number>()
    let at = 0
    for (const block of order) {
        starts.set(block, at)
        at += blockBytes(block)
    }
    let bytes = 0
    order.forEach((block, i) => {
        const { end } = block
        const next = order[i + 1]
        const from = next ? starts.get(next)! : at
        const jump = (to: Block) => {
            const distance = starts.get(to)! - from
            if (distance >= 0) bytes += FORWARD_BYTES + (distance > FAR ? 2 : 0)
            else bytes += BACK_BYTES + (distance < -FAR ? 1 : 0)
        }
        const go = (to: Block) => {
            if (to !== next) jump(to)
        }
        if (end.kind === "branch") {
            if (end.no === next && end.yes !== end.no) {
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
