// What an image names must be there: the passes look it up without asking.
import { Op, STRING_KIND_SHIFT, StringKind } from "./format.ts"
import { NotUnderstood, type RawImage } from "./image.ts"
import { type Func, walkFunction } from "./program.ts"

const INDEX_MASK = (1 << STRING_KIND_SHIFT) - 1

/** @throws NotUnderstood when code of `f` names what the image does not have */
export function checkOperands(raw: RawImage, f: Func): void {
    if (f.parameters > f.variables.length)
        throw new NotUnderstood(`function ${f.id} lacks slots for parameters`)
    const sizes = new Map<number, number>([
        [Op.load_local, f.variables.length],
        [Op.store_local, f.variables.length],
        [Op.load_global, raw.globals],
        [Op.store_global, raw.globals],
        [Op.static_function, raw.functions.length],
        [Op.make_closure, raw.functions.length],
        [Op.literal_f64, raw.numbers.length],
        [Op.static_buffer, raw.buffers.length],
        [Op.static_ascii_string, raw.ascii.length],
        [Op.ascii_field, raw.ascii.length],
        [Op.static_utf8_string, raw.utf8.length],
        [Op.utf8_field, raw.utf8.length],
    ])
    walkFunction(f, ({ op, number }) => {
        if (number >= (sizes.get(op) ?? Infinity) || number < leastOf(op))
            throw new NotUnderstood(
                `function ${f.id} names what is not there (opcode ${op}, ${number})`
            )
    })
}

/** Only a literal is below zero. */
function leastOf(op: number): number {
    return op === Op.literal ? -Infinity : 0
}

/** @throws NotUnderstood when the name of a function or a service lies in no table */
export function checkName({ ascii, utf8 }: RawImage, index: number): void {
    const kind = index >> STRING_KIND_SHIFT
    const table =
        kind === StringKind.ascii
            ? ascii
            : kind === StringKind.utf8
              ? utf8
              : undefined
    if (table && (index & INDEX_MASK) >= table.length)
        throw new NotUnderstood(`a name lies in no table (${index})`)
}
