/**
 * Optimisers that are wrong, each in one way: a campaign that does not find them proves nothing.
 * A mutant changes one kind of instruction, and only some of those, as a real fault of an
 * optimiser shows in few places, too.
 */
import { Op, opInfo } from "../../host/optimise/format.ts"
import { Random } from "./generator/index.ts"
import type { Optimiser } from "./run-pair.ts"

/** Where the header of an image tells start and length of the functions' code. */
const CODE_SECTION = 40
/** Operands below this take one byte, and so do literals from DIRECT_CONST on. */
const FIRST_MULTIBYTE_INT = 0xf8
const DIRECT_CONST = 0x80
/** One instruction in this many is changed. */
const EVERY = 4

/** Changes the instruction at `at`; the bytes after it may be its operand. */
type Change = (code: Uint8Array, at: number) => void

interface Kind {
    name: string
    /** The opcodes that are changed, or "literal" for a small number. */
    ops: number[] | "literal"
    change: Change
}

const become =
    (op: number): Change =>
    (code, at) =>
        (code[at] = op)
/** Another variable: the one before, or the one after the first. */
const otherOperand: Change = (code, at) => {
    const operand = code[at + 1]!
    code[at + 1] = operand > 0 ? operand - 1 : 1
}
const otherNumber: Change = (code, at) =>
    (code[at]! += code[at] === 0xff ? -1 : 1)

const KINDS: Kind[] = [
    { name: "+ for -", ops: [Op.add], change: become(Op.sub) },
    { name: "<= for <", ops: [Op.lt], change: become(Op.le) },
    { name: "!== for ===", ops: [Op.eq], change: become(Op.ne) },
    { name: "=== for !==", ops: [Op.ne], change: become(Op.eq) },
    { name: "no not", ops: [Op.not], change: become(Op.to_bool) },
    {
        name: ">>> for >>",
        ops: [Op.shift_right],
        change: become(Op.shift_right_unsigned),
    },
    {
        name: "undefined for null",
        ops: [Op.null],
        change: become(Op.undefined),
    },
    {
        name: "null is no nullish",
        ops: [Op.is_nullish],
        change: become(Op.is_undefined),
    },
    { name: "other literal", ops: "literal", change: otherNumber },
    { name: "other slot read", ops: [Op.load_local], change: otherOperand },
    { name: "other slot written", ops: [Op.store_local], change: otherOperand },
    { name: "other global read", ops: [Op.load_global], change: otherOperand },
    {
        name: "other global written",
        ops: [Op.store_global],
        change: otherOperand,
    },
    {
        name: "other slot of a closure",
        ops: [Op.store_closure, Op.load_closure],
        change: otherOperand,
    },
    { name: "other text", ops: [Op.static_ascii_string], change: otherOperand },
    { name: "other field", ops: [Op.ascii_field], change: otherOperand },
    { name: "other function", ops: [Op.static_function], change: otherOperand },
    {
        name: "other number in the table",
        ops: [Op.literal_f64],
        change: otherOperand,
    },
    { name: "no throw", ops: [Op.throw], change: become(Op.store_ret_val) },
    {
        name: "no rethrow",
        ops: [Op.re_throw],
        change: become(Op.store_ret_val),
    },
    { name: "no return", ops: [Op.return], change: become(Op.store_ret_val) },
    {
        name: "never a jump",
        ops: [Op.jmp_z],
        change: (code, at) => jumpNowhere(code, at),
    },
]

/** A jump to the instruction after it, or just past the first byte of its operand. */
function jumpNowhere(code: Uint8Array, at: number): void {
    const length = sizeOf(code, at)
    if (length === 2) code[at + 1] = length
    else code[at + length - 1] = length
    for (let i = at + 2; i < at + length - 1; i++) code[i] = 0
}

/** The mutants; what they change is drawn from `seed`. */
export function mutants(
    seed: number
): { name: string; optimiser: Optimiser }[] {
    return KINDS.map(kind => ({
        name: kind.name,
        optimiser: (image, debug) => {
            const changed = Uint8Array.from(image)
            mutate(changed, kind, new Random(seed))
            const report = { before: 0, after: 0, passes: {} }
            return { image: changed, debug, report }
        },
    }))
}

function mutate(image: Uint8Array, kind: Kind, random: Random): void {
    const view = new DataView(image.buffer)
    const start = view.getUint32(CODE_SECTION, true)
    const end = start + view.getUint32(CODE_SECTION + 4, true)
    for (let at = start; at < end;) {
        const op = image[at]!
        const size = sizeOf(image, at)
        const fits =
            kind.ops === "literal" ? op >= DIRECT_CONST : kind.ops.includes(op)
        if (fits && random.chance(1 / EVERY)) kind.change(image, at)
        at += size
    }
}

/** Bytes of an instruction with its operand. */
function sizeOf(code: Uint8Array, at: number): number {
    if (code[at]! >= DIRECT_CONST || !opInfo[code[at]!]?.number) return 1
    const operand = code[at + 1]!
    return operand < FIRST_MULTIBYTE_INT ? 2 : 3 + (operand & 3)
}
