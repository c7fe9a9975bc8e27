// Stores one of two values before the test that chooses between them: `if (a) t := 1 else t := b`
// becomes `t := 1; if (!a) t := b`, which takes one jump less.
//
// Precondition: slots are chosen. The value cannot fail, and nothing writes it before the test; what was
// stored there before is read neither by the test nor on the other way, nor by a handler.
import { effectsOf } from "../effects.ts"
import { Op } from "../format.ts"
import { Liveness } from "../liveness.ts"
import {
    type Block,
    count,
    type Expression,
    type Func,
    isConstant,
    type Program,
} from "../program.ts"

/** Stores first wherever both ways then go to the same block. */
export function storeFirst(program: Program, f: Func): void {
    const liveness = new Liveness(f)
    const gone = new Set<Block>()
    for (const block of liveness.flow.order) {
        const { end } = block
        if (end.kind !== "branch") continue
        const { yes, no } = end
        for (const [first, other] of [
            [yes, no],
            [no, yes],
        ] as const) {
            if (first.end.kind !== "jump") continue
            if (!mayBeFirst(f, liveness, block, first, other)) continue
            const { to } = first.end
            block.statements.push(...first.statements)
            block.end = first === yes ? { ...end, yes: to } : { ...end, no: to }
            gone.add(first)
            count(program, "value stored first")
            break
        }
    }
    f.blocks = f.blocks.filter(block => !gone.has(block))
}

/** Whether all that one way from a block does may be done before its test. */
function mayBeFirst(
    f: Func,
    liveness: Liveness,
    block: Block,
    first: Block,
    other: Block
): boolean {
    const { end } = block
    const [store] = first.statements
    if (
        end.kind !== "branch" ||
        first.end.kind !== "jump" ||
        other.end.kind !== "jump" ||
        first.end.to !== other.end.to ||
        first === other ||
        first.statements.length !== 1 ||
        liveness.flow.before.get(first)!.length > 1
    )
        return false
    const place = placeOf(f, liveness, store!)
    if (place === undefined || liveness.at(other)[place]) return false
    const { reads, readsReturned } = effectsOf(f, end.condition)
    // the VM itself writes the returned value when it goes to a handler
    if (place === liveness.returned) return !readsReturned
    return !reads.has(place) && !liveness.onFault(block)?.[place]
}

/** Where a statement stores a value that cannot fail; undefined when it does anything else. */
function placeOf(
    f: Func,
    { returned }: Liveness,
    { op, number, args }: Expression
): number | undefined {
    const [value] = args
    if (!value || !(isConstant(value) || isOwn(f, value, Op.load_local)))
        return undefined
    if (op === Op.store_ret_val) return returned
    return isOwn(f, { op, number }, Op.store_local) ? number : undefined
}

/** Whether it reads or writes a variable that no closure sees. */
function isOwn(
    f: Func,
    { op, number }: Pick<Expression, "op" | "number">,
    wanted: number
): boolean {
    return op === wanted && !f.variables[number]!.captured
}
