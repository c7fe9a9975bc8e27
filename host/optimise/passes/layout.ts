// Puts blocks into the order that needs the fewest jumps: each is followed by one that it goes on
// to, if that has no place yet.
//
// Precondition: none; a block's end says where it goes, whatever lies behind it.
import { namedBlocks } from "../flow.ts"
import type { Block, Func } from "../program.ts"

/** Orders the blocks of a function. */
export function orderBlocks(f: Func): void {
    const placed = new Set<Block>()
    const order: Block[] = []
    for (const start of f.blocks) {
        let block: Block | undefined = start
        while (block && !placed.has(block)) {
            placed.add(block)
            order.push(block)
            block = following(block).find(to => !placed.has(to))
        }
    }
    f.blocks = order
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
