// Tests a position that `indexOf` gave, which is -1 or more, by `~position`, which is 0 for -1 only:
// an opcode less than a comparison with 0.
//
// Precondition: slots are chosen. What a handler or the end of a jump out of regions is entered
// with is not known; where a jump finds the returned value null, the VM makes it undefined.
import { effectsOf } from "../effects.ts"
import { slotOf } from "../encode.ts"
import {
    followFlow,
    type Known,
    knownNumbers,
    unlessNullish,
    visitKnown,
} from "../flow.ts"
import { isShortCall, Op, STRING_KIND_SHIFT, StringKind } from "../format.ts"
import { fieldName, keyIndex } from "../methods.ts"
import {
    count,
    type Expression,
    type Func,
    make,
    type Program,
} from "../program.ts"

/** The text "indexOf", which has number 182 among those of the VM. */
const NAME = (StringKind.builtin << STRING_KIND_SHIFT) | 182
/** Stands for the returned value among the slots that hold a position. */
const RETURNED = -1

/** True when `indexOf` is a method of the VM's own objects only, all of which give positions. */
export function indexOfIsKnown({ functions }: Program): boolean {
    return functions.every(f =>
        f.blocks.every(({ statements }) =>
            statements.every(({ op, args: [object, key] }) => {
                if (op !== Op.index_set || keyIndex(key!) !== NAME) return true
                return object!.op === Op.builtin_object
            })
        )
    )
}

/** Rewrites the conditions of a function. */
export function testPositions(program: Program, f: Func): void {
    const facts = unlessNullish(
        knownNumbers((slots, root) => after(f, slots, root))
    )
    const known = new Map<Expression, Known>()
    visitKnown(f, followFlow(f), facts, (root, slots) => known.set(root, slots))
    for (const { end } of f.blocks) {
        if (end.kind !== "branch") continue
        const test = testOf(end.condition)
        const slots = known.get(end.condition)
        if (!test || !slots || !isPosition(f, slots, test.position)) continue
        const { place } = end.condition
        end.condition = make(Op.bit_not, place, 0, [test.position])
        if (test.isMissing) [end.yes, end.no] = [end.no, end.yes]
        count(program, "test of a position")
    }
}

/** What a condition compares with 0, and whether it is true for -1. */
function testOf({
    op,
    args: [first, second],
}: Expression): { position: Expression; isMissing: boolean } | undefined {
    if (op === Op.le && isZero(first!))
        return { position: second!, isMissing: false }
    if (op === Op.lt && isZero(second!))
        return { position: first!, isMissing: true }
    return undefined
}

function isZero({ op, number }: Expression): boolean {
    return op === Op.literal && number === 0
}

/** True for a variable, or the returned value, that holds a position. */
function isPosition(
    f: Func,
    slots: Known,
    { op, number }: Expression
): boolean {
    if (op === Op.ret_val) return slots.has(RETURNED)
    return op === Op.load_local && slots.has(slotOf(f, number))
}

/** What holds behind a statement. */
function after(f: Func, slots: Known, root: Expression): Known {
    const { op, number, args } = root
    const isStore = op === Op.store_local
    if (!isStore && !effectsOf(f, root).writesReturned) return slots
    const written = isStore ? slotOf(f, number) : RETURNED
    // a closure may change a captured variable at any call
    const isCopy =
        op === Op.store_ret_val || (isStore && !f.variables[number]!.captured)
    const holds = isShortCall(op)
        ? fieldName(args[0]!) === NAME
        : isCopy && isPosition(f, slots, args[0]!)
    if (holds === slots.has(written)) return slots
    const changed = new Set(slots)
    if (holds) changed.add(written)
    else changed.delete(written)
    return changed
}
