// Gives functions, strings and literals the numbers that they have in the image. An index below
// 248 takes one byte less, so what is used most comes first. There are 248 such indices for each
// of the two string tables, and an ASCII text may lie in either.
import { checkName } from "./check.ts"
import { encodeNumber, isDirect, type Numbering } from "./encode.ts"
import {
    FIRST_MULTIBYTE_INT,
    MAX_ASCII_LENGTH,
    Op,
    STRING_KIND_SHIFT,
    StringKind,
} from "./format.ts"
import { NotUnderstood, type RawImage } from "./image.ts"
import {
    type Expression,
    type Func,
    type Program,
    walkFunction,
} from "./program.ts"

/** What of an image depends on the numbers: everything but the code. */
export interface Numbered {
    numbering: Numbering
    /** Functions in their order. */
    functions: Func[]
    ascii: Uint8Array[]
    utf8: Uint8Array[]
    numbers: Uint8Array[]
    /** The service specifications, whose names are strings. */
    specs: Uint8Array
    /** The new index of a name. */
    name: (index: number) => number
}

const INDEX_MASK = (1 << STRING_KIND_SHIFT) - 1
const ASCII_OPS = new Set<number>([Op.static_ascii_string, Op.ascii_field])
const UTF8_OPS = new Set<number>([Op.static_utf8_string, Op.utf8_field])
/** An opcode of the one string table, and the same of the other. */
const TWINS = new Map<number, number>([
    [Op.static_ascii_string, Op.static_utf8_string],
    [Op.ascii_field, Op.utf8_field],
])

/** Numbers all that the program refers to. */
export function numberProgram(program: Program, raw: RawImage): Numbered {
    const uses = new Uses()
    for (const f of program.functions) {
        uses.strings.add(f.name, 0)
        walkFunction(f, e => uses.add(e))
    }
    const names = specNames(raw)
    const view = new DataView(raw.specs.buffer, raw.specs.byteOffset)
    for (const at of names) {
        const name = view.getUint16(at, true)
        checkName(raw, name)
        uses.strings.add(name, 0)
    }

    const [main, ...rest] = program.functions
    const functions = [
        main!,
        ...sortByUse(rest, f => uses.functions.get(f.id) ?? 0),
    ]
    const functionIndex = new Map(functions.map((f, i) => [f.id, i]))
    const strings = placeStrings(raw, uses.strings)
    const literals = placeNumbers(raw, uses)
    return {
        functions,
        ascii: strings.ascii,
        utf8: strings.utf8,
        numbers: literals.numbers,
        name: strings.index,
        specs: renameSpecs(raw, names, strings.index),
        numbering: {
            encode: e => {
                if (e.op === Op.static_function || e.op === Op.make_closure)
                    return { op: e.op, number: functionIndex.get(e.number)! }
                if (ASCII_OPS.has(e.op) || UTF8_OPS.has(e.op))
                    return encodeString(e, strings.index)
                return literals.encode(e)
            },
        },
    }
}

/** How often everything is used in the code. */
class Uses {
    readonly functions = new Counts()
    /** By index with the kind in the upper bits. */
    readonly strings = new Counts()
    readonly numbers = new Counts()
    readonly literals = new Counts()

    add(e: Expression): void {
        const { op, number } = e
        if (op === Op.static_function || op === Op.make_closure)
            this.functions.add(number)
        else if (ASCII_OPS.has(op) || UTF8_OPS.has(op))
            this.strings.add(stringIndex(e))
        else if (op === Op.literal_f64) this.numbers.add(number)
        else if (op === Op.literal && !isDirect(number))
            this.literals.add(number)
    }
}

/** How often each of some numbers occurs. */
export class Counts extends Map<number, number> {
    add(key: number, times = 1): void {
        this.set(key, (this.get(key) ?? 0) + times)
    }
}

function sortByUse<T>(items: T[], use: (item: T) => number): T[] {
    return [...items].sort((a, b) => use(b) - use(a))
}

function stringIndex({ op, number }: Expression): number {
    const kind = ASCII_OPS.has(op) ? StringKind.ascii : StringKind.utf8
    return (kind << STRING_KIND_SHIFT) | number
}

function encodeString(e: Expression, index: (old: number) => number) {
    const to = index(stringIndex(e))
    const inUtf8 = to >> STRING_KIND_SHIFT === StringKind.utf8
    const field = e.op === Op.ascii_field || e.op === Op.utf8_field
    const op = field ? Op.ascii_field : Op.static_ascii_string
    return { op: inUtf8 ? TWINS.get(op)! : op, number: to & INDEX_MASK }
}

/** Deals strings out to the two tables. */
function placeStrings(raw: RawImage, uses: Counts) {
    const moved = new Map<number, number>()
    const ascii: Uint8Array[] = []
    const utf8: Uint8Array[] = []
    const textOf = (index: number) => {
        const table =
            index >> STRING_KIND_SHIFT === StringKind.ascii
                ? raw.ascii
                : raw.utf8
        return table[index & INDEX_MASK]!
    }
    const own = [...uses.keys()].filter(
        index => index >> STRING_KIND_SHIFT >= StringKind.ascii
    )
    const sorted = sortByUse(own, index => uses.get(index)!)
    const mustBeUtf8 = new Set(sorted.filter(index => !isAscii(textOf(index))))
    // the short indices that texts which fit only here would like to have
    const reserved = Math.min(
        FIRST_MULTIBYTE_INT,
        [...mustBeUtf8].filter(index => uses.get(index)! > 0).length
    )
    let utf8Free = FIRST_MULTIBYTE_INT - reserved
    const later: number[] = []
    for (const index of sorted) {
        if (mustBeUtf8.has(index)) put(index, utf8, StringKind.utf8)
        else if (ascii.length < FIRST_MULTIBYTE_INT)
            put(index, ascii, StringKind.ascii)
        else if (utf8Free > 0 && uses.get(index)! > 0) {
            utf8Free--
            put(index, utf8, StringKind.utf8)
        } else later.push(index)
    }
    for (const index of later) put(index, ascii, StringKind.ascii)
    return { ascii, utf8, index: (old: number) => moved.get(old) ?? old }

    function put(index: number, table: Uint8Array[], kind: number) {
        moved.set(index, (kind << STRING_KIND_SHIFT) | table.length)
        table.push(textOf(index))
    }
}

function isAscii(text: Uint8Array): boolean {
    return text.length <= MAX_ASCII_LENGTH && text.every(c => c > 0 && c < 0x80)
}

/**
 * Puts integers that take more than two bytes into the table of numbers, where an index takes
 * one; they lie there with the VM's tag of an integer.
 */
function placeNumbers(raw: RawImage, uses: Uses) {
    const candidates = [
        ...[...uses.numbers].map(([index, times]) => ({
            number: index,
            integer: false,
            saved: times,
        })),
        ...[...uses.literals].map(([number, times]) => ({
            number,
            integer: true,
            saved: times * (encodeNumber(number).length - 1),
        })),
    ].filter(({ integer, saved }) => !integer || saved > 0)
    const sorted = sortByUse(candidates, ({ saved }) => saved)
    const placed = sorted.filter(
        ({ integer }, i) => !integer || i < FIRST_MULTIBYTE_INT
    )
    const numbers = placed.map(({ number, integer }) =>
        integer ? taggedInteger(number) : raw.numbers[number]!
    )
    const index = (integer: boolean) =>
        new Map(
            placed.flatMap((p, i) =>
                p.integer === integer ? [[p.number, i] as const] : []
            )
        )
    const integers = index(true)
    const doubles = index(false)
    return {
        numbers,
        encode({ op, number }: Expression): { op: number; number: number } {
            const at =
                op === Op.literal
                    ? integers.get(number)
                    : op === Op.literal_f64
                      ? doubles.get(number)
                      : undefined
            return at === undefined
                ? { op, number }
                : { op: Op.literal_f64, number: at }
        },
    }
}

/** An integer as the VM holds it: 32 bits and a tag of ones. */
function taggedInteger(number: number): Uint8Array {
    const bytes = new Uint8Array(8)
    const view = new DataView(bytes.buffer)
    view.setInt32(0, number, true)
    view.setInt32(4, -1, true)
    return bytes
}

const SPEC_SIZE = 16
const PACKET_SIZE = 8
const FIELD_SIZE = 4
const MULTI_FIELD = 1

/**
 * Where service specifications hold the index of a name: of a service, a packet, a field.
 * @throws NotUnderstood when one lies outside of them
 */
export function specNames(raw: RawImage): Set<number> {
    const { specs, specCount } = raw
    const view = new DataView(specs.buffer, specs.byteOffset, specs.byteLength)
    const half = (at: number) => {
        if (at + 2 > specs.length)
            throw new NotUnderstood("a specification ends behind its section")
        return view.getUint16(at, true)
    }
    const names = new Set<number>()
    for (let spec = 0; spec < specCount; spec++) {
        const at = spec * SPEC_SIZE
        names.add(at)
        for (let i = 0; i < half(at + 8); i++) {
            const packet = half(at + 10) * 4 + i * PACKET_SIZE
            names.add(packet)
            if ((half(packet + 4) & MULTI_FIELD) === 0) continue
            let field = half(packet + 6) * 4
            for (; half(field) !== 0; field += FIELD_SIZE) names.add(field)
        }
    }
    return names
}

function renameSpecs(
    raw: RawImage,
    names: Set<number>,
    index: (old: number) => number
): Uint8Array {
    const specs = raw.specs.slice()
    const view = new DataView(specs.buffer)
    for (const at of names)
        view.setUint16(at, index(view.getUint16(at, true)), true)
    return specs
}
