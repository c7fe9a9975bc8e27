// Reads a signed settings file. docs/ota.md describes the format; `host/ota/file.ts` is the twin on
// the host. Anybody who reaches the board may send a file: nothing in it is trusted.
import { Hashed, sha256, splitText } from "../platform"
import { Pieces } from "./pieces"
import { shareOf } from "./share"

/** Longest file, in bytes, with signatures and seal. */
export const MAX_FILE_BYTES = 6000
/** Longest header, in bytes. */
const MAX_HEADER_BYTES = 100
/** Length of the hash that names a body, in bytes. */
const SHORT_HASH_BYTES = 8
/** Start of each line before the body. */
const MARK = "#ota "
/** Position of the version in the header. */
const VERSION_AT = 13
/** Start of a target that is a share of the boards. */
const SHARE = "share="

/** A file that was read, and not verified. */
export interface SignedFile {
    /** 1 to 2,147,483,647. */
    readonly version: number
    /** The boards that the file is for: `device=ID` or `share=P%`. */
    readonly target: string
    /** `seal=NONCE` of a sealed file; undefined for others. */
    readonly seal: string | undefined
    /** The header, with its line end. */
    readonly header: Buffer
    /** The lines of the signatures, with their line ends. */
    readonly signatures: Buffer[]
    /** The rest, in pieces: the settings, as text or sealed. */
    readonly body: Buffer[]
}

/** Reads a file; takes its pieces. @throws Error when the header is malformed */
export function parseFile({ list }: Pieces): SignedFile {
    const header = list.shift()
    const isShort = header && header.length <= MAX_HEADER_BYTES
    const text = isShort ? header.toString() : ""
    const [, , target, seal] = splitText(text.slice(0, -1), " ")
    // a version of 2^31 or more wraps and is refused below: the VM takes such a number for false
    const version = parseInt(text.slice(VERSION_AT)) | 0
    // there is only one way to write a header
    const rest = seal ? `${target} ${seal}` : target
    if (version < 1 || text !== `${MARK}version=${version} ${rest}\n`)
        throw new Error("the header is malformed")
    const signatures: Buffer[] = []
    while (list.length && list[0].slice(0, MARK.length).toString() === MARK)
        signatures.push(list.shift())
    return { version, target, seal, header, signatures, body: list }
}

/** The signed part of a file: the header and the body. */
export function signedParts({ header, body }: SignedFile): Hashed[] {
    return [header, ...body]
}

/** The hash by which reports name a file's body, without the header: 16 hexadecimal digits. */
export function bodyHash({ body }: SignedFile): string {
    return sha256(body).slice(0, SHORT_HASH_BYTES).toString("hex")
}

/** Whether a file is for a share of the boards. */
export function isShared({ target }: SignedFile): boolean {
    return target.indexOf(SHARE, 0, 1) >= 0
}

/** Whether a file is for the board with this identifier. */
export function isFor({ target }: SignedFile, board: string): boolean {
    const share = parseInt(target.slice(SHARE.length)) | 0
    return target === `${SHARE}${share}%`
        ? shareOf(board) < share
        : target === `device=${board}`
}
