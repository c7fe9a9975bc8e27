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
    const reader = new Reader(source)
    return {
        globals: reader.half(12),
        specCount: reader.half(14),
        functions: reader.each(Section.functions, FUNCTION_HEADER_SIZE, at =>
            reader.function(at)
        ),
        numbers: reader.each(Section.numbers, NUMBER_SIZE, at =>
            reader.bytes(at, NUMBER_SIZE)
        ),
        ascii: reader.asciiOffsets().map(at => reader.asciiText(at)),
        utf8: reader.each(Section.utf8, 4, at =>
            reader.utf8Text(reader.word(at))
        ),
        buffers: reader.each(Section.buffers, SECTION_HEADER_SIZE, at =>
            reader.text(reader.word(at), reader.word(at + 4))
        ),
        specs: reader.section(Section.specs),
        configuration: reader.section(Section.configuration),
    }
}

/** Reads an image whose header and sections have been looked at. */
class Reader {
    private readonly image: Uint8Array
    private readonly view: DataView
    private readonly sections: { start: number; end: number }[]

    /** @throws NotUnderstood when it is no image, or one of another version */
    constructor(source: Uint8Array) {
        // a Buffer's slices would share its memory
        this.image = Uint8Array.from(source)
        this.view = new DataView(this.image.buffer)
        this.checkHeader()
        this.sections = Array.from({ length: SECTION_COUNT }, (_, i) => {
            const at = FIX_HEADER_SIZE + i * SECTION_HEADER_SIZE
            const start = this.word(at)
            const end = start + this.word(at + 4)
            if (end > this.image.length)
                throw new NotUnderstood("a section ends behind the image")
            return { start, end }
        })
        const roles = this.sections[Section.roles]!
        if (roles.start !== roles.end)
            throw new NotUnderstood("roles in the image are of an older format")
    }

    private checkHeader(): void {
        if (
            this.image.length <
                FIX_HEADER_SIZE + SECTION_COUNT * SECTION_HEADER_SIZE ||
            this.word(0) !== MAGIC[0] ||
            this.word(4) !== MAGIC[1]
        )
            throw new NotUnderstood("this is no DeviceScript image")
        const version = this.word(8)
        if (version !== VERSION)
            throw new NotUnderstood(
                `format version ${versionText(version)} is not ${versionText(VERSION)}`
            )
    }

    word(at: number): number {
        return this.view.getUint32(at, true)
    }

    half(at: number): number {
        return this.view.getUint16(at, true)
    }

    bytes(at: number, length: number): Uint8Array {
        return this.image.slice(at, at + length)
    }

    section(index: number): Uint8Array {
        const { start, end } = this.sections[index]!
        return this.image.slice(start, end)
    }

    /** What `make` makes of the place of each item of a section. */
    each<T>(index: number, size: number, make: (at: number) => T): T[] {
        const { start, end } = this.sections[index]!
        const count = Math.floor((end - start) / size)
        return Array.from({ length: count }, (_, i) => make(start + i * size))
    }

    function(at: number): RawFunction {
        const start = this.word(at)
        return {
            start,
            code: this.bytes(start, this.word(at + 4)),
            slots: this.half(at + 8),
            args: this.image[at + 10]!,
            flags: this.image[at + 11]!,
            name: this.half(at + 12),
            tryFrames: this.image[at + 14]!,
        }
    }

    /** What lies in the section of strings. */
    text(at: number, length: number): Uint8Array {
        const { start, end } = this.sections[Section.strings]!
        if (start + at + length > end)
            throw new NotUnderstood("a string ends behind its section")
        return this.bytes(start + at, length)
    }

    /** The table is padded to 4 bytes: a last offset of 0 after another one is no string. */
    asciiOffsets(): number[] {
        const offsets = this.each(Section.ascii, 2, at => this.half(at))
        if (offsets.length > 1 && offsets.at(-1) === 0) offsets.pop()
        return offsets
    }

    asciiText(at: number): Uint8Array {
        const { start } = this.sections[Section.strings]!
        return this.text(at, this.image.indexOf(0, start + at) - start - at)
    }

    utf8Text(at: number): Uint8Array {
        const prefix = this.text(at, UTF8_PREFIX_SIZE)
        const [size, chars] = new Uint16Array(prefix.buffer)
        const skipped = UTF8_PREFIX_SIZE + 2 * (chars! >> UTF8_TABLE_SHIFT)
        return this.text(at + skipped, size!)
    }
}

function versionText(version: number): string {
    return `${version >>> 24}.${(version >> 16) & 0xff}.${version & 0xffff}`
}

/** Puts an image together. Each function's `start` must be where its code will lie. */
export function writeImage(raw: RawImage): Uint8Array {
    const sections: Uint8Array[] = []
    sections[Section.functions] = functionHeaders(raw.functions)
    sections[Section.code] = Buffer.concat(
        raw.functions.map(({ code }) => code)
    )
    sections[Section.numbers] = Buffer.concat(raw.numbers)
    sections[Section.roles] = new Uint8Array()
    addTexts(raw, sections)
    sections[Section.specs] = raw.specs
    sections[Section.configuration] = raw.configuration

    const image = new Bytes()
    for (const magic of MAGIC) image.word(magic)
    image.word(VERSION)
    image.half(raw.globals)
    image.half(raw.specCount)
    image.add(new Uint8Array(FIX_HEADER_SIZE - image.length))
    let start = image.length + SECTION_COUNT * SECTION_HEADER_SIZE
    for (const section of sections) {
        image.word(start)
        image.word(section.length)
        start += section.length
    }
    for (const section of sections) image.add(section)
    return image.align(IMAGE_ALIGN).bytes
}

function functionHeaders(functions: RawFunction[]): Uint8Array {
    const headers = new Bytes()
    for (const f of functions) {
        headers.word(f.start)
        headers.word(f.code.length)
        headers.half(f.slots)
        headers.add([f.args, f.flags])
        headers.half(f.name)
        headers.add([f.tryFrames, 0])
    }
    return headers.bytes
}

/** Adds the section of strings, and those with the places of strings in it. */
function addTexts(raw: RawImage, sections: Uint8Array[]): void {
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
        addUtf8(strings, text)
    }
    for (const data of raw.buffers) {
        buffers.word(strings.align(4).length)
        buffers.word(data.length)
        strings.add(data)
    }
    sections[Section.ascii] = ascii.align(4).bytes
    sections[Section.utf8] = utf8.bytes
    sections[Section.buffers] = buffers.bytes
    sections[Section.strings] = strings.add([0]).align(4).bytes
}

/** Adds a text with its size, its length, and the place of each `1 << UTF8_TABLE_SHIFT`th character. */
function addUtf8(strings: Bytes, text: Uint8Array): void {
    const starts = charStarts(text)
    strings.half(text.length)
    strings.half(starts.length)
    const step = 1 << UTF8_TABLE_SHIFT
    for (let i = step; i <= starts.length; i += step)
        strings.half(starts[i] ?? text.length)
    strings.add(text).add([0])
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
