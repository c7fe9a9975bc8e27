import {
    FIX_HEADER_SIZE,
    FUNCTION_HEADER_SIZE,
    IMAGE_ALIGN,
    MAGIC,
    SECTION_COUNT,
    UTF8_TABLE_SHIFT,
    VERSION,
} from "./format.ts"

/** Why an image is left as it is: its form is not understood here. */
export class NotUnderstood extends Error {}

/** A function as the image holds it. */
export interface RawFunction {
    /** Where its code starts in the image. */
    start: number
    code: Uint8Array
    slots: number
    args: number
    flags: number
    /** Index of its name, with the kind of string in the upper bits. */
    name: number
    tryFrames: number
}

/** An image, taken to pieces. */
export interface RawImage {
    globals: number
    specCount: number
    functions: RawFunction[]
    /** Numbers as the VM holds them: 8 bytes each, an integer with its tag or a double. */
    numbers: Uint8Array[]
    ascii: Uint8Array[]
    utf8: Uint8Array[]
    buffers: Uint8Array[]
    /** Service specifications: names in them are string indices. */
    specs: Uint8Array
    configuration: Uint8Array
}

/** Order of the sections in the header. */
const Section = {
    functions: 0,
    code: 1,
    numbers: 2,
    roles: 3,
    ascii: 4,
    utf8: 5,
    buffers: 6,
    strings: 7,
    specs: 8,
    configuration: 9,
} as const

const SECTION_HEADER_SIZE = 8
const NUMBER_SIZE = 8
/** Size and length of a UTF-8 string precede it. */
const UTF8_PREFIX_SIZE = 4

/**
 * Takes an image to pieces.
 * @throws NotUnderstood when it is none, or of another version
 */
export function readImage(source: Uint8Array): RawImage {
    // a Buffer's slices would share its memory
    const image = Uint8Array.from(source)
    const view = new DataView(image.buffer, image.byteOffset, image.byteLength)
    const word = (at: number) => view.getUint32(at, true)
    const half = (at: number) => view.getUint16(at, true)
    if (
        image.length < FIX_HEADER_SIZE + SECTION_COUNT * SECTION_HEADER_SIZE ||
        word(0) !== MAGIC[0] ||
        word(4) !== MAGIC[1]
    )
        throw new NotUnderstood("this is no DeviceScript image")
    if (word(8) !== VERSION)
        throw new NotUnderstood(
            `format version ${versionText(word(8))} is not ${versionText(VERSION)}`
        )
    const sections = Array.from({ length: SECTION_COUNT }, (_, i) => {
        const at = FIX_HEADER_SIZE + i * SECTION_HEADER_SIZE
        const start = word(at)
        const end = start + word(at + 4)
        if (end > image.length)
            throw new NotUnderstood("a section ends behind the image")
        return { start, end }
    })
    if (sections[Section.roles]!.start !== sections[Section.roles]!.end)
        throw new NotUnderstood("roles in the image are of an older format")
    const each = <T>(index: number, size: number, make: (at: number) => T) => {
        const { start, end } = sections[index]!
        const count = Math.floor((end - start) / size)
        return Array.from({ length: count }, (_, i) => make(start + i * size))
    }
    const strings = sections[Section.strings]!
    const text = (at: number, length: number) => {
        if (strings.start + at + length > strings.end)
            throw new NotUnderstood("a string ends behind its section")
        return image.slice(strings.start + at, strings.start + at + length)
    }
    const { start: specStart, end: specEnd } = sections[Section.specs]!
    const configuration = sections[Section.configuration]!
    return {
        globals: half(12),
        specCount: half(14),
        functions: each(Section.functions, FUNCTION_HEADER_SIZE, at => ({
            start: word(at),
            code: image.slice(word(at), word(at) + word(at + 4)),
            slots: half(at + 8),
            args: image[at + 10]!,
            flags: image[at + 11]!,
            name: half(at + 12),
            tryFrames: image[at + 14]!,
        })),
        numbers: each(Section.numbers, NUMBER_SIZE, at =>
            image.slice(at, at + NUMBER_SIZE)
        ),
        ascii: asciiOffsets(sections[Section.ascii]!).map(at => {
            const end = image.indexOf(0, strings.start + at)
            return text(at, end - strings.start - at)
        }),
        utf8: each(Section.utf8, 4, word).map(at => {
            const prefix = text(at, UTF8_PREFIX_SIZE)
            const [size, chars] = new Uint16Array(prefix.buffer)
            const skipped = UTF8_PREFIX_SIZE + 2 * (chars! >> UTF8_TABLE_SHIFT)
            return text(at + skipped, size!)
        }),
        buffers: each(Section.buffers, SECTION_HEADER_SIZE, at =>
            text(word(at), word(at + 4))
        ),
        specs: image.slice(specStart, specEnd),
        configuration: image.slice(configuration.start, configuration.end),
    }

    /** The table is padded to 4 bytes: a last offset of 0 after another one is no string. */
    function asciiOffsets({ start, end }: { start: number; end: number }) {
        const offsets: number[] = []
        for (let at = start; at < end; at += 2)
            if (half(at) !== 0 || at + 2 < end || offsets.length === 0)
                offsets.push(half(at))
        return offsets
    }
}

function versionText(version: number): string {
    return `${version >>> 24}.${(version >> 16) & 0xff}.${version & 0xffff}`
}

/** Puts an image together. Each function's `start` must be where its code will lie. */
export function writeImage(raw: RawImage): Uint8Array {
    const strings = new Bytes()
    const ascii = new Bytes()
    const utf8 = new Bytes()
    const buffers = new Bytes()
    for (const text of raw.ascii) {
        ascii.half(strings.length)
        strings.add(text).add([0])
    }
    for (const text of raw.utf8) {
        utf8.word(strings.align(4).length)
        strings.half(text.length)
        const starts = charStarts(text)
        strings.half(starts.length)
        const step = 1 << UTF8_TABLE_SHIFT
        for (let i = step; i <= starts.length; i += step)
            strings.half(starts[i] ?? text.length)
        strings.add(text).add([0])
    }
    for (const data of raw.buffers) {
        buffers.word(strings.align(4).length)
        buffers.word(data.length)
        strings.add(data)
    }
    strings.add([0]).align(4)
    const functions = new Bytes()
    const code = new Bytes()
    for (const f of raw.functions) {
        functions.word(f.start)
        functions.word(f.code.length)
        functions.half(f.slots)
        functions.add([f.args, f.flags])
        functions.half(f.name)
        functions.add([f.tryFrames, 0])
        code.add(f.code)
    }
    const numbers = new Bytes()
    for (const number of raw.numbers) numbers.add(number)

    const header = new Bytes()
    for (const magic of MAGIC) header.word(magic)
    header.word(VERSION)
    header.half(raw.globals)
    header.half(raw.specCount)
    header.add(new Uint8Array(FIX_HEADER_SIZE - header.length))
    const sections: Uint8Array[] = []
    sections[Section.functions] = functions.bytes
    sections[Section.code] = code.bytes
    sections[Section.numbers] = numbers.bytes
    sections[Section.roles] = new Uint8Array()
    sections[Section.ascii] = ascii.align(4).bytes
    sections[Section.utf8] = utf8.bytes
    sections[Section.buffers] = buffers.bytes
    sections[Section.strings] = strings.bytes
    sections[Section.specs] = raw.specs
    sections[Section.configuration] = raw.configuration
    let start = header.length + SECTION_COUNT * SECTION_HEADER_SIZE
    for (const section of sections) {
        header.word(start)
        header.word(section.length)
        start += section.length
    }
    for (const section of sections) header.add(section)
    return header.align(IMAGE_ALIGN).bytes
}

/** Where the code of an image's first function starts. */
export function codeStart(functionCount: number): number {
    return (
        FIX_HEADER_SIZE +
        SECTION_COUNT * SECTION_HEADER_SIZE +
        functionCount * FUNCTION_HEADER_SIZE
    )
}

/** Offsets of the characters of a UTF-8 text. */
function charStarts(text: Uint8Array): number[] {
    const starts: number[] = []
    for (let i = 0; i < text.length; i++)
        if ((text[i]! & 0xc0) !== 0x80) starts.push(i)
    return starts
}

/** Bytes that grow. */
class Bytes {
    private readonly parts: number[] = []

    get length(): number {
        return this.parts.length
    }
    get bytes(): Uint8Array {
        return Uint8Array.from(this.parts)
    }
    add(bytes: ArrayLike<number>): this {
        for (let i = 0; i < bytes.length; i++) this.parts.push(bytes[i]!)
        return this
    }
    half(value: number): void {
        this.add([value & 0xff, value >> 8])
    }
    word(value: number): void {
        this.half(value & 0xffff)
        this.half(value >>> 16)
    }
    align(size: number): this {
        while (this.parts.length % size !== 0) this.parts.push(0)
        return this
    }
}
