// Fills in constants of a text at build time: `more than ${MAX} settings` is a call of `ds.format` with
// a number, which takes some 6 bytes of code and, each time, heap for the text that results.
//
// Precondition: what is filled in is a whole number of up to 6 digits or a text without braces, which
// the VM prints as they are. Nobody replaces `ds.format`.
import { effectsOf } from "../effects.ts"
import { isShortCall, Op } from "../format.ts"
import type { RawImage } from "../image.ts"
import { Liveness } from "../liveness.ts"
import {
    clone,
    count,
    type Expression,
    type Func,
    isConstant,
    make,
    type Program,
    roots,
    valueOf,
    walk,
} from "../program.ts"

/** Index of `format` in the VM's own strings. */
const FORMAT = 76
/** Whole numbers below this are printed with all their digits. */
const MAX_NUMBER = 1e6
/** Where an argument is filled in. */
const PLACE = /\{(\d)\}/g

/** Fills in the texts of all functions; calls `tidy` for those that change. */
export function fillTexts(
    program: Program,
    raw: RawImage,
    tidy: (f: Func) => void
): void {
    for (const f of program.functions) {
        let changes = 0
        for (const { statements } of f.blocks)
            for (const statement of statements)
                if (fill(statement, raw)) changes++
        if (changes === 0) continue
        count(program, "text filled in", changes)
        readWhereUsed(f)
        tidy(f)
    }
}

/** Returns true when it filled in something. */
function fill(call: Expression, raw: RawImage): boolean {
    const [target, text, ...args] = call.args
    if (!isShortCall(call.op) || args.length === 0) return false
    if (target!.op !== Op.ds_field || target!.number !== FORMAT) return false
    const template = textOf(text!, raw)
    const values = args.map(arg => printed(arg, raw))
    if (!template || /[{}]/.test(template.replace(PLACE, ""))) return false
    // what is printed for an argument that is missing is left to the VM
    if ([...template.matchAll(PLACE)].some(([, i]) => !args[Number(i)]))
        return false
    const left = args.filter((_, i) => values[i] === undefined)
    if (left.length === args.length) return false
    const filled = template.replace(
        PLACE,
        (_, i: string) =>
            values[Number(i)] ?? `{${left.indexOf(args[Number(i)]!)}}`
    )
    const number = raw.ascii.push(Buffer.from(filled)) - 1
    const whole = make(Op.static_ascii_string, text!.place, number)
    if (left.length > 0) {
        call.op -= args.length - left.length
        call.args = [target!, whole, ...left]
    } else Object.assign(call, { op: Op.store_ret_val, args: [whole] })
    return true
}

/** What is printed for an argument; undefined unless it is known. */
function printed(arg: Expression, raw: RawImage): string | undefined {
    const { op, number } = arg
    if (op !== Op.literal) {
        const text = textOf(arg, raw)
        return text && /[{}]/.test(text) ? undefined : text
    }
    return Math.abs(number) < MAX_NUMBER ? String(number) : undefined
}

/** A constant text of ASCII, as that is what the table for most texts may hold. */
function textOf({ op, number }: Expression, raw: RawImage): string | undefined {
    const { ascii, utf8 } = raw
    const table =
        op === Op.static_ascii_string
            ? ascii
            : op === Op.static_utf8_string
              ? utf8
              : undefined
    const text = table && Buffer.from(table[number]!).toString()
    return text && /^[\0-\x7f]*$/.test(text) ? text : undefined
}

/** Puts constants that are stored in the returned value where they are read, if that is once. */
function readWhereUsed(f: Func): void {
    const liveness = new Liveness(f)
    for (const block of liveness.flow.order) {
        /** What the returned value is read behind. */
        const readBehind = new Set<Expression | undefined>()
        liveness.walkBack(block, (statement, live) => {
            if (live[liveness.returned] === 0) return
            if (!statement) readBehind.add(valueOf(block.end))
            else if (!effectsOf(f, statement).writesReturned)
                readBehind.add(statement)
        })
        const all = roots(block)
        for (const [i, { op, args }] of all.entries()) {
            const next = all[i + 1]
            if (op !== Op.store_ret_val || !isConstant(args[0]!)) continue
            if (next && !readBehind.has(next)) readOnce(next, args[0]!)
        }
    }
}

function readOnce(root: Expression, constant: Expression): void {
    const uses: Expression[] = []
    walk(root, e => {
        if (e.op === Op.ret_val) uses.push(e)
    })
    if (uses.length === 1) Object.assign(uses[0]!, clone(constant))
}
