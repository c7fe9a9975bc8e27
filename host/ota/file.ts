// A signed settings file: a dotenv file whose first lines are comments. docs/ota.md has the format;
// src/ota/file.ts reads it on a board, and test/vectors/ota.ts holds both to the same bytes.
import { createHash } from "node:crypto"

/** Longest body before it is sealed, in bytes: what an ESP32's store keeps of settings. */
export const MAX_BODY_BYTES = 1400
/** What a board with the small store keeps. */
export const SMALL_BODY_BYTES = 700
/** Longest file that a board takes, in bytes. */
export const MAX_FILE_BYTES = 6000
/** Highest version: whole numbers above it are slow on a board, and false. */
export const MAX_VERSION = 2 ** 31 - 1
/** Most signatures of one file: the old key's and the new key's. */
export const MAX_SIGNATURES = 2
/** Characters of base64 in a line of a signature. */
const SIGNATURE_LINE = 128

/** The byte order mark that some editors begin a file with; settings may have one. */
export const BOM = "\ufeff"
const BOM_BYTES = 3

const HEADER =
    /^#ota version=([1-9]\d{0,9}) (?:device=([0-9a-f]{16})|share=(100|[1-9]\d?)%)(?: seal=([0-9a-f]{24}))?$/
const HMAC = /^#ota hmac=([0-9a-f]{64})$/
const LMS = /^#ota lms=([A-Za-z0-9+/]{1,128}={0,2})$/
const MORE = /^#ota more=([A-Za-z0-9+/]{1,128}={0,2})$/

/** Which boards a file is for. */
export type Target = { device: string } | { share: number }

/** What the first line of a file says. */
export interface Header {
    version: number
    target: Target
    /** Nonce of a sealed body. */
    nonce?: Buffer
}

/** One signature of a file. */
export interface Signature {
    kind: "hmac" | "lms"
    bytes: Buffer
}

/** A file that was read; nothing of it is verified. */
export interface SignedFile extends Header {
    signatures: Signature[]
    body: Buffer
    /** What the signatures are over: the first line and the body. */
    message: Buffer
}

/** The first line of a file, with its line end. */
export function composeHeader({ version, target, nonce }: Header): string {
    const whom =
        "device" in target
            ? `device=${target.device}`
            : `share=${target.share}%`
    const sealed = nonce ? ` seal=${nonce.toString("hex")}` : ""
    return `#ota version=${version} ${whom}${sealed}\n`
}

/** Puts a file together. */
export function composeFile(
    header: string,
    signatures: Signature[],
    body: Buffer
): Buffer {
    const lines = signatures.map(({ kind, bytes }) => {
        if (kind === "hmac") return `#ota hmac=${bytes.toString("hex")}\n`
        const text = bytes.toString("base64")
        const parts: string[] = []
        for (let at = 0; at < text.length; at += SIGNATURE_LINE)
            parts.push(text.slice(at, at + SIGNATURE_LINE))
        return `#ota lms=${parts.join("\n#ota more=")}\n`
    })
    return Buffer.concat([Buffer.from(header + lines.join("")), body])
}

/**
 * Reads a signed file.
 * @returns what is wrong with it, when it is none
 */
export function parseFile(bytes: Buffer): SignedFile | string {
    if (bytes.length > MAX_FILE_BYTES)
        return `has ${bytes.length} bytes, at most ${MAX_FILE_BYTES} are taken`
    const first = lineAt(bytes, 0)
    if (first?.endsWith("\r"))
        return "has CR LF line ends, which are not what was signed"
    if (bytes.toString("utf8", 0, BOM_BYTES) === BOM)
        return "begins with a byte order mark, which is not what was signed"
    const header = first === undefined ? undefined : HEADER.exec(first)
    if (!header) return "is no signed file: its first line is no #ota header"
    const version = Number(header[1])
    if (version > MAX_VERSION)
        return `has version ${version}, the highest is ${MAX_VERSION}`
    let at = first!.length + 1
    const texts: { kind: "hmac" | "lms"; text: string }[] = []
    for (;;) {
        const line = lineAt(bytes, at)
        if (line === undefined || !line.startsWith("#ota ")) break
        const [, hmac] = HMAC.exec(line) ?? []
        const [, lms] = LMS.exec(line) ?? []
        const [, more] = MORE.exec(line) ?? []
        const last = texts.at(-1)
        if (hmac) texts.push({ kind: "hmac", text: hmac })
        else if (lms) texts.push({ kind: "lms", text: lms })
        else if (more && last?.kind === "lms") last.text += more
        else return "has a malformed signature line"
        at += line.length + 1
    }
    if (!texts.length || texts.length > MAX_SIGNATURES)
        return `has ${texts.length} signatures, 1 to ${MAX_SIGNATURES} are wanted`
    const signatures = texts.map(({ kind, text }) => {
        const encoding = kind === "hmac" ? "hex" : "base64"
        const bytes = Buffer.from(text, encoding)
        return bytes.toString(encoding) === text ? { kind, bytes } : undefined
    })
    if (signatures.includes(undefined)) return "has a malformed signature"
    const body = bytes.subarray(at)
    const [, , device, share, nonce] = header
    return {
        version,
        target: device ? { device } : { share: Number(share) },
        ...(nonce ? { nonce: Buffer.from(nonce, "hex") } : {}),
        signatures: signatures as Signature[],
        body,
        message: Buffer.concat([Buffer.from(first + "\n"), body]),
    }
}

/**
 * What reports name a file's body by: 16 hexadecimal digits. The header is not in it, so that the
 * stages of a rollout are the same to a board that has taken one.
 */
export function hashOf(body: Buffer): string {
    return createHash("sha256").update(body).digest("hex").slice(0, 16)
}

/** The line from `at` without its line end; undefined when none ends there. */
function lineAt(bytes: Buffer, at: number): string | undefined {
    const end = bytes.indexOf(10, at)
    return end < 0 ? undefined : bytes.toString("latin1", at, end)
}
