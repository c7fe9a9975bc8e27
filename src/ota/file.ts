// Reads a signed settings file; docs/ota.md has the format, `host/ota/file.ts` is its twin on the
// host. What is read here comes from whoever reaches the board: nothing of it is trusted.
import { Hashed, sha256, splitText } from "../platform"
import { Pieces } from "./pieces"
import { shareOf } from "./share"

/** Longest file, in bytes, with signatures and seal. */
export const MAX_FILE_BYTES = 6000
/** Longest header, in bytes. */
const MAX_HEADER_BYTES = 100
/** Bytes of the hash that a body is named by. */
const SHORT_HASH_BYTES = 8
/** What the lines before the body begin with. */
const MARK = "#ota "
/** Where the version begins in the header. */
const VERSION_AT = 13
/** What a target begins with that is a share of the boards. */
const SHARE = "share="

/** A file that was read; nothing of it is verified. */
export interface SignedFile {
    readonly version: number
    /** The boards it is for: `device=ID` or `share=P%`. */
    readonly target: string
    /** `seal=NONCE` of a sealed file; undefined for others. */
    readonly seal: string | undefined
    /** The header, with its line end. */
    readonly header: Buffer
    /** The lines of the signatures, with their line ends. */
    readonly signatures: Buffer[]
    readonly body: Buffer[]
}

/** Reads a file. @throws Error when the header is malformed */
export function parseFile({ list }: Pieces): SignedFile {
    const header = list.shift()
    const isShort = header && header.length <= MAX_HEADER_BYTES
    const text = isShort ? header.toString() : ""
    const [, , target, seal] = splitText(text.slice(0, -1), " ")
    // a version of 2^31 or more would be no integer to the VM, and false
    const version = parseInt(text.slice(VERSION_AT)) | 0
    // there is one way to write a header
    const rest = seal ? `${target} ${seal}` : target
    if (version < 1 || text !== `${MARK}version=${version} ${rest}\n`)
        throw new Error("the header is malformed")
    const signatures: Buffer[] = []
    while (list.length && list[0].slice(0, MARK.length).toString() === MARK)
        signatures.push(list.shift())
    return { version, target, seal, header, signatures, body: list }
}

/** What the signatures are over: the header and the body. */
export function signedParts({ header, body }: SignedFile): Hashed[] {
    return [header, ...body]
}

/** What reports name a file's body by; the header is not in it. 16 hexadecimal digits. */
export function bodyHash({ body }: SignedFile): string {
    return sha256(body).slice(0, SHORT_HASH_BYTES).toString("hex")
}

/** Whether a file is for a share of the boards. */
export function isShared({ target }: SignedFile): boolean {
    return target.indexOf(SHARE, 0, 1) >= 0
}

/** Whether a file is for a board. */
export function isFor({ target }: SignedFile, board: string): boolean {
    const share = parseInt(target.slice(SHARE.length)) | 0
    return target === `${SHARE}${share}%`
        ? shareOf(board) < share
        : target === `device=${board}`
}
