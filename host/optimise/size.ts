// About how many bytes something takes, before its numbers are given and its jumps are laid.
import { isDirect } from "./encode.ts"
import { Op, opInfo } from "./format.ts"
import {
    type Block,
    type End,
    type Expression,
    roots,
    walk,
} from "./program.ts"

/** Bytes that read or write a variable. */
export const VARIABLE_BYTES = 2

/** Bytes of an expression or a statement: an opcode each, and a byte for most numbers. */
export function expressionBytes(e: Expression): number {
    let bytes = 0
    walk(e, ({ op, number }) => {
        const direct = op === Op.literal && isDirect(number)
        bytes += opInfo[op]!.number && !direct ? 2 : 1
    })
    return bytes
}

/** Bytes of a block, with a short jump where one may be needed. */
export function blockBytes(block: Block): number {
    return roots(block).reduce(
        (sum, root) => sum + expressionBytes(root),
        END_BYTES[block.end.kind]
    )
}

const END_BYTES: Record<End["kind"], number> = {
    jump: 1,
    branch: 2,
    nullish: 2,
    try: 2,
    endTry: 2,
    throwJump: 3,
    return: 1,
    throw: 1,
    rethrow: 1,
}
