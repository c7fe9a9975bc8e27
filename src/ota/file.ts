// Reads a signed settings file; docs/ota.md has the format, `host/ota/file.ts` is its twin on the
// host. What is read here comes from whoever reaches the board: nothing of it is trusted.
import * as ds from "@devicescript/core"
import { Hashed, sha256, splitText } from "../platform"
import { decodeBase64 } from "./base64"
import { Pieces } from "./pieces"

/** Longest file, in bytes, with signatures and seal. */
export const MAX_FILE_BYTES = 6000
/** Longest line of header, signatures and seal, in bytes. */
const MAX_LINE_BYTES = 200
/** Most signatures: the old key's and the new key's. */
const MAX_SIGNATURES = 2
/** Bytes of a device's identifier, and of the nonce of a sealed file. */
const DEVICE_BYTES = 8
const NONCE_BYTES = 12
/** Bytes of the hash that a body is named by. */
const SHORT_HASH_BYTES = 8
/** What the lines before the body begin with. */
const MARK = "#ota "

/** A signature in a file. */
export interface Signature {
    isLms: boolean
    /** The bytes of a signature by LMS, or the hexadecimal digits of an HMAC. */
    bytes: Pieces
}

/** A file that was read; nothing of it is verified. */
export interface SignedFile {
    readonly pieces: Pieces
    version: number
    /** The board it is for; empty when it is for a share of them. */
    device: string
    /** Percent of the boards it is for; 0 when it is for one board. */
    share: number
    /** Nonce of a sealed file, otherwise empty. */
    nonce: Buffer
    readonly signatures: Signature[]
    /** The header, without its line end. */
    readonly header: Buffer
    /** Where the body begins. */
    bodyAt: number
}

/** Reads a file. @returns what is wrong with it, when it is malformed */
export async function parseFile(pieces: Pieces): Promise<SignedFile | string> {
    const first = pieces.line(0, MAX_LINE_BYTES)
    const file = first && parseHeader(pieces, first)
    if (!file) return "the header is malformed"
    const { signatures } = file
    while (true) {
        const line = pieces.line(file.bodyAt, MAX_LINE_BYTES)
        if (!line || line.slice(0, MARK.length).toString() !== MARK) break
        if (!readSignature(signatures, line))
            return "a signature line is malformed"
        file.bodyAt += line.length + 1
        await ds.sleep(0) // a line is some 3,000 steps
    }
    const { length } = signatures
    return length < 1 || length > MAX_SIGNATURES
        ? `${length} signatures, wanted 1 to ${MAX_SIGNATURES}`
        : file
}

/** What the signatures are over: the header and the body. */
export function signedParts({ pieces, header, bodyAt }: SignedFile): Hashed[] {
    return [header, "\n", ...pieces.parts(bodyAt)]
}

/** What reports name a file's body by; the header is not in it. 16 hexadecimal digits. */
export function bodyHash({ pieces, bodyAt }: SignedFile): string {
    const hash = sha256(pieces.parts(bodyAt))
    return hash.slice(0, SHORT_HASH_BYTES).toString("hex")
}

/** `#ota version=N device=ID|share=P% [seal=NONCE]`, and nothing else. */
function parseHeader(pieces: Pieces, header: Buffer): SignedFile | undefined {
    const line = header.toString()
    const [, versionWord, target, sealWord] = splitText(line, " ")
    // a version of 2^31 or more would be no integer to the VM, and false
    const version = parseInt(after(versionWord, "version=")) | 0
    const share = parseInt(after(target, "share=")) | 0
    const device = Buffer.from(after(target, "device="), "hex")
    const nonce = Buffer.from(after(sealWord, "seal="), "hex")
    const id = device.toString("hex")
    const seal = sealWord ? ` seal=${nonce.toString("hex")}` : ""
    // there is one way to write a header
    const whom = share !== 0 ? `share=${share}%` : `device=${id}`
    if (line !== `${MARK}version=${version} ${whom}${seal}`) return undefined
    if (version < 1 || share < 0 || share > 100) return undefined
    if (share === 0 && device.length !== DEVICE_BYTES) return undefined
    if (seal && nonce.length !== NONCE_BYTES) return undefined
    return {
        pieces,
        version,
        device: id,
        share,
        nonce,
        signatures: [],
        header,
        bodyAt: header.length + 1,
    }
}

/** What follows a mark; empty when the text does not begin with it. */
function after(text: string | undefined, mark: string): string {
    return text && text.startsWith(mark) ? text.slice(mark.length) : ""
}

/** Adds what a signature line says. @returns false when it is malformed */
function readSignature(signatures: Signature[], line: Buffer): boolean {
    const equals = line.indexOf(61)
    const kind = line.slice(MARK.length, Math.max(equals, MARK.length))
    const text = line.slice(equals + 1)
    const isHmac = kind.toString() === "hmac"
    const isMore = kind.toString() === "more"
    if (!isHmac && !isMore && kind.toString() !== "lms") return false
    if (!isMore) signatures.push({ isLms: !isHmac, bytes: new Pieces() })
    const last = signatures[signatures.length - 1]
    if (!last || last.isLms === isHmac) return false
    const bytes = isHmac ? text : decodeBase64(text)
    if (bytes) last.bytes.add(bytes)
    return bytes !== undefined
}
