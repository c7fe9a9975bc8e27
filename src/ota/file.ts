// Reads a signed settings file; docs/ota.md has the format, `host/ota/file.ts` is its twin on the
// host. What is read here comes from whoever reaches the board: nothing of it is trusted.
import { Hashed, sha256 } from "../platform"
import { decodeBase64 } from "./base64"
import { Pieces } from "./pieces"

/** Longest file, in bytes, with signatures and seal. */
export const MAX_FILE_BYTES = 6000
/** Longest line of header, signatures and seal, in bytes. */
const MAX_LINE_BYTES = 200
/** Most signatures: the old key's and the new key's. */
const MAX_SIGNATURES = 2
/** Bytes of the nonce in a sealed file's header. */
const NONCE_BYTES = 12
/** Bytes of the hash that a body is named by. */
const SHORT_HASH_BYTES = 8

/** A signature as it lies in the file. */
export interface Signature {
    isLms: boolean
    /** Its lines without their marks: hexadecimal digits, or base64. */
    at: number[]
    ends: number[]
}

/** A file that was read; nothing of it is verified. */
export interface SignedFile {
    readonly pieces: Pieces
    version: number
    /** The board it is for; undefined when it is for a share of them. */
    device: string
    /** Percent of the boards it is for; 0 when it is for one board. */
    share: number
    /** Nonce of a sealed file. */
    nonce: Buffer
    readonly signatures: Signature[]
    /** Length of the header, with its line end. */
    headerEnd: number
    /** Where the body begins. */
    bodyAt: number
}

/** Reads a file. @returns what is wrong with it, when it is none */
export function parseFile(pieces: Pieces): SignedFile | string {
    const first = pieces.line(0, MAX_LINE_BYTES)
    const file: SignedFile = {
        pieces,
        version: 0,
        device: undefined,
        share: 0,
        nonce: undefined,
        signatures: [],
        headerEnd: first ? first.length + 1 : 0,
        bodyAt: 0,
    }
    if (!first || !readHeader(file, first.toString()))
        return "the header is malformed"
    file.bodyAt = file.headerEnd
    while (true) {
        const line = pieces.line(file.bodyAt, MAX_LINE_BYTES)
        if (!line || line.slice(0, 5).toString() !== "#ota ") break
        if (!readSignature(file, line)) return "a signature line is malformed"
        file.bodyAt += line.length + 1
    }
    const { length } = file.signatures
    return length < 1 || length > MAX_SIGNATURES
        ? `${length} signatures, wanted 1 to ${MAX_SIGNATURES}`
        : file
}

/** What the signatures are over: the header and the body. */
export function signedParts({
    pieces,
    headerEnd,
    bodyAt,
}: SignedFile): Hashed[] {
    const parts: Hashed[] = [pieces.bytes(0, headerEnd)]
    for (const part of pieces.parts(bodyAt)) parts.push(part)
    return parts
}

/** What reports name a file's body by; the header is not in it. 16 hexadecimal digits. */
export function bodyHash({ pieces, bodyAt }: SignedFile): string {
    const hash = sha256(pieces.parts(bodyAt))
    return hash.slice(0, SHORT_HASH_BYTES).toString("hex")
}

/** Goes through the bytes of a signature of LMS, a line of base64 at a time. */
export class SignatureReader {
    private line = 0
    private rest: Buffer = Buffer.alloc(0)

    constructor(
        private readonly pieces: Pieces,
        private readonly signature: Signature
    ) {}

    /** The next bytes; undefined when there are not so many. */
    take(count: number): Buffer | undefined {
        const bytes = Buffer.alloc(count)
        let at = 0
        while (at < count) {
            if (!this.rest.length && !this.decodeLine()) return undefined
            const { length } = this.rest
            const taken = Math.min(count - at, length)
            bytes.blitAt(at, this.rest, 0, taken)
            this.rest = this.rest.slice(taken, length)
            at += taken
        }
        return bytes
    }

    /** Whether all is taken. */
    atEnd(): boolean {
        return !this.rest.length && this.line >= this.signature.at.length
    }

    private decodeLine(): boolean {
        const { at, ends } = this.signature
        const { line } = this
        if (line >= at.length) return false
        this.line++
        const bytes = decodeBase64(this.pieces.bytes(at[line], ends[line]))
        if (!bytes || !bytes.length) return false
        this.rest = bytes
        return true
    }
}

/** `#ota version=N device=ID|share=P% [seal=NONCE]`, and nothing else. */
function readHeader(file: SignedFile, line: string): boolean {
    const words = line.split(" ")
    if (words.length < 3 || words.length > 4 || words[0] !== "#ota")
        return false
    const version = after(words[1], "version=")
    file.version = parseInt(version)
    // a version of 2^31 or more is no whole number to the VM, and false
    if ("" + file.version !== version || !(file.version > 0)) return false
    if (file.version !== (file.version | 0)) return false
    const device = after(words[2], "device=")
    const share = after(words[2], "share=")
    if (device) {
        if (!fromHex(device, 8)) return false
        file.device = device
    } else {
        file.share = parseInt(share)
        if (`${file.share}%` !== share) return false
        if (file.share < 1 || file.share > 100) return false
    }
    if (words.length === 3) return true
    file.nonce = fromHex(after(words[3], "seal="), NONCE_BYTES)
    return file.nonce !== undefined
}

function readSignature(file: SignedFile, line: Buffer): boolean {
    const { signatures, bodyAt } = file
    const mark = line.slice(0, 10).toString()
    const last = signatures[signatures.length - 1]
    const end = bodyAt + line.length
    if (mark === "#ota more=") {
        if (!last || !last.isLms) return false
        last.at.push(bodyAt + 10)
        last.ends.push(end)
        return true
    }
    const isLms = mark.slice(0, 9) === "#ota lms="
    if (!isLms && mark !== "#ota hmac=") return false
    const at = bodyAt + (isLms ? 9 : 10)
    signatures.push({ isLms, at: [at], ends: [end] })
    return true
}

/** What follows a mark; undefined when the text does not begin with it. */
function after(text: string, mark: string): string | undefined {
    return text && text.startsWith(mark) ? text.slice(mark.length) : undefined
}

/** Reads hexadecimal digits in lower case; undefined when they are not so many bytes. */
export function fromHex(text: string, count: number): Buffer | undefined {
    if (!text || text.length !== count * 2) return undefined
    const bytes = Buffer.from(text, "hex")
    return bytes.toString("hex") === text ? bytes : undefined
}
