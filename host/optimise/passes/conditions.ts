// Computes conditions and comparisons with fewer opcodes: a jump needs no boolean, `!` before a
// jump exchanges its ways, comparing with undefined is an opcode, and an integer need
// not be compared with 0.
//
// Precondition: none.
import { Op } from "../format.ts"
import {
    count,
    type Expression,
    type Func,
    isConstant,
    make,
    type Program,
    roots,
} from "../program.ts"

/** Returns true when it changed something. */
export function simplifyConditions(program: Program, f: Func): boolean {
    let changes = 0
    for (const block of f.blocks) {
        for (const root of roots(block)) simplify(root)
        const { end } = block
        if (end.kind !== "branch") continue
        for (;;) {
            const { op, args } = end.condition
            if (op === Op.to_bool) end.condition = args[0]!
            else if (op === Op.not) {
                end.condition = args[0]!
                ;[end.yes, end.no] = [end.no, end.yes]
            } else if (op === Op.ne && isIntegerAndZero(args)) {
                end.condition = args[0]!
            } else if (op === Op.eq && isIntegerAndZero(args)) {
                end.condition = args[0]!
                ;[end.yes, end.no] = [end.no, end.yes]
            } else if (op === Op.ne && isUndefined(args[1]!)) {
                end.condition = toIsUndefined(end.condition)
                ;[end.yes, end.no] = [end.no, end.yes]
            } else break
            changes++
        }
    }
    if (changes > 0) count(program, "simpler condition", changes)
    return changes > 0

    function simplify(e: Expression): void {
        e.args.forEach(simplify)
        const simpler = simplified(e)
        if (!simpler) return
        Object.assign(e, simpler)
        changes++
    }
}

/** The same value with fewer opcodes. */
function simplified(e: Expression): Expression | undefined {
    const [first, second] = e.args
    switch (e.op) {
        case Op.eq:
            if (isUndefined(second!)) return toIsUndefined(e)
            break
        case Op.approx_eq:
            if (isUndefined(second!) || second!.op === Op.null)
                return { ...e, op: Op.is_nullish, args: [first!] }
            break
        case Op.bit_or:
            if (second!.op === Op.literal && second!.number === 0)
                return { ...e, op: Op.to_int, args: [first!] }
            break
        case Op.is_undefined:
        case Op.is_nullish: {
            const known = isConstant(first!)
            const nullish =
                isUndefined(first!) ||
                (e.op === Op.is_nullish && first!.op === Op.null)
            if (known) return make(nullish ? Op.true : Op.false, e.place)
            break
        }
        case Op.bit_not:
            if (first!.op === Op.literal)
                return { ...first!, number: ~first!.number }
            break
        case Op.to_bool:
            if (BOOLEANS.has(first!.op)) return first
            break
        case Op.not:
            if (first!.op === Op.true || first!.op === Op.false)
                return {
                    ...first!,
                    op: first!.op === Op.true ? Op.false : Op.true,
                }
            if (first!.op === Op.to_bool)
                return { ...e, args: [first!.args[0]!] }
            if (first!.op === Op.not && BOOLEANS.has(first!.args[0]!.op))
                return first!.args[0]
            if (first!.op === Op.eq) return { ...first!, op: Op.ne }
            if (first!.op === Op.ne) return { ...first!, op: Op.eq }
    }
    return undefined
}

/** An integer is false when it is 0; other numbers are false for this VM when they are not. */
function isIntegerAndZero([value, other]: Expression[]): boolean {
    return (
        INTEGERS.has(value!.op) &&
        other!.op === Op.literal &&
        other!.number === 0
    )
}

/** Opcodes whose value is an integer of 32 bits. */
const INTEGERS: ReadonlySet<number> = new Set([
    Op.bit_and,
    Op.bit_or,
    Op.bit_xor,
    Op.bit_not,
    Op.shift_left,
    Op.shift_right,
    Op.to_int,
])

function isUndefined({ op }: Expression): boolean {
    return op === Op.undefined
}

function toIsUndefined(e: Expression): Expression {
    return { ...e, op: Op.is_undefined, args: [e.args[0]!] }
}

/** Opcodes whose value is true or false. */
const BOOLEANS: ReadonlySet<number> = new Set([
    Op.true,
    Op.false,
    Op.not,
    Op.to_bool,
    Op.is_undefined,
    Op.is_nullish,
    Op.is_nan,
    Op.instance_of,
    Op.eq,
    Op.ne,
    Op.lt,
    Op.le,
    Op.approx_eq,
    Op.approx_ne,
])
