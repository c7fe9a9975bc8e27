import { createHmac, timingSafeEqual } from "node:crypto"
import { parse } from "dotenv"
import { scanEnv } from "../env/scan.ts"
import { UsageError } from "../errors.ts"
import { decodeText } from "../files.ts"
import { checkSettingsFile, placeFirst } from "../settings/index.ts"
import { findRule } from "../../src/settings/schema.ts"
import {
    BOM,
    composeFile,
    composeHeader,
    type Header,
    hashOf,
    MAX_BODY_BYTES,
    MAX_FILE_BYTES,
    MAX_SIGNATURES,
    parseFile,
    type Signature,
    type SignedFile,
    SMALL_BODY_BYTES,
    type Target,
} from "./file.ts"
import { type OtaKey, parseHmacKey, parsePublicText } from "./keys.ts"
import { encodePublicKey, leafOf, verifyLms } from "./lms.ts"
import { checkVersion, signVersion } from "./lms-key.ts"
import { seal, unseal } from "./seal.ts"

/** What is to be signed, and how. */
export interface SignRequest {
    /** The dotenv text, or a signed file whose header is to be replaced. */
    text: Buffer
    /** Name of the file, for messages. */
    name: string
    version: number
    target: Target
    /** One key, or the old one and the new one. */
    keys: OtaKey[]
    /** The key to seal under, when it is to be sealed. */
    sealKey?: Buffer
    /** Tables of settings that the text is checked against; none: it is not. */
    tables?: readonly string[]
    /** The tables are all that the boards' program has: another key is refused. */
    isWholeSchema?: boolean
}

/** A file that was signed. */
export interface Signed {
    bytes: Buffer
    hash: string
    /** Lines that a user should read. */
    warnings: string[]
}

/**
 * Signs a settings file.
 * @throws UsageError when the text is no dotenv text, is too long, sets what no board takes, or a
 * key cannot sign it
 */
export async function signFile(request: SignRequest): Promise<Signed> {
    const { name, version, target, keys, sealKey } = request
    const text = withoutHeader(request.text)
    const warnings = checkBody(name, text, keys)
    const checked = await checkKeysAndValues(text.toString(), request)
    warnings.push(...checked.warnings)
    checkNewKeys(name, checked.texts, keys)
    checkSigners(keys, version)
    const sealed = sealKey ? seal(sealKey, text) : { body: text }
    const header = composeHeader({ version, target, ...sealed } as Header)
    const message = Buffer.concat([Buffer.from(header), sealed.body])
    const signatures: Signature[] = []
    for (const key of keys)
        signatures.push(await signOne(key, version, message))
    const bytes = composeFile(header, signatures, sealed.body)
    if (bytes.length > MAX_FILE_BYTES)
        throw new UsageError(
            `"${name}": signed it has ${bytes.length} bytes, at most ${MAX_FILE_BYTES} are taken`
        )
    return { bytes, hash: hashOf(sealed.body), warnings }
}

/** The result of a verification. */
export type Verdict =
    | { valid: true; file: SignedFile; hash: string; kind: Signature["kind"] }
    | { valid: false; reason: string }

/** Whether one of a file's signatures is by a key, and a sealed one opens with it. */
export function verifyFile(bytes: Buffer, key: OtaKey): Verdict {
    const file = parseFile(bytes)
    if (typeof file === "string") return { valid: false, reason: file }
    const signature = file.signatures.find(one => isBy(key, file, one))
    if (!signature)
        return { valid: false, reason: "no signature of it is by the key" }
    if (file.nonce && key.kind === "hmac") {
        if (!unseal(key.key, file.nonce, file.body))
            return { valid: false, reason: "the key does not open the seal" }
    }
    const { kind } = signature
    return { valid: true, file, hash: hashOf(file.body), kind }
}

function isBy(key: OtaKey, file: SignedFile, signature: Signature): boolean {
    const { version, message } = file
    const { bytes } = signature
    if (key.kind !== signature.kind) return false
    if (key.kind === "hmac")
        return timingSafeEqual(hmac(key.key, message), bytes)
    const { publicKey } = key
    const leaf = version % 2 ** publicKey.tree.h
    return (
        leafOf(publicKey, bytes) === leaf &&
        verifyLms(publicKey, message, bytes)
    )
}

/** Checks all keys before the first one signs: a version of LMS is used up by it. */
function checkSigners(keys: OtaKey[], version: number): void {
    keys.forEach((key, at) => {
        const known = keys.slice(0, at).find(one => isSame(one, key))
        if (known)
            throw new UsageError(
                `keys "${known.file}" and "${key.file}": are the same key`
            )
        if (key.kind === "hmac") return
        if (!key.canSign)
            throw new UsageError(
                `key "${key.file}": is a public key, the private one is wanted`
            )
        checkVersion(key.file, version)
    })
}

function isSame(one: OtaKey, other: OtaKey): boolean {
    return bytesOf(one).equals(bytesOf(other))
}

/** An HMAC key, or the public key of LMS. */
function bytesOf(key: OtaKey): Buffer {
    return key.kind === "hmac" ? key.key : encodePublicKey(key.publicKey)
}

async function signOne(
    key: OtaKey,
    version: number,
    message: Buffer
): Promise<Signature> {
    if (key.kind === "hmac")
        return { kind: "hmac", bytes: hmac(key.key, message) }
    return {
        kind: "lms",
        bytes: await signVersion(key.file, version, message),
    }
}

function hmac(key: Buffer, message: Buffer): Buffer {
    return createHmac("sha256", key).update(message).digest()
}

/** The dotenv text of a file that was signed before, so that it can be edited and signed again. */
function withoutHeader(bytes: Buffer): Buffer {
    const file = parseFile(bytes)
    if (typeof file === "string") return bytes
    if (file.nonce)
        throw new UsageError(
            "a sealed file cannot be signed again; sign its source"
        )
    return file.body
}

/** @returns warnings @throws UsageError naming file and line */
function checkBody(name: string, body: Buffer, keys: OtaKey[]): string[] {
    if (keys.length > MAX_SIGNATURES)
        throw new UsageError(`${keys.length} keys, at most ${MAX_SIGNATURES}`)
    const text = decodeText(name, body)
    const marked = text
        .split("\n")
        .findIndex(line => line.replace(BOM, "").startsWith("#ota "))
    if (marked >= 0)
        throw new UsageError(
            `${name}:${marked + 1}: a line must not begin with "#ota ", which marks a header`
        )
    for (const { line, reason } of scanEnv(text).problems)
        throw new UsageError(`${name}:${line}: ${reason}`)
    if (body.length > MAX_BODY_BYTES)
        throw new UsageError(
            `"${name}": has ${body.length} bytes, a board keeps ${MAX_BODY_BYTES}`
        )
    return body.length > SMALL_BODY_BYTES
        ? [
              `"${name}" has ${body.length} bytes; a board with the small flash store keeps ${SMALL_BODY_BYTES}`,
          ]
        : []
}

/**
 * Checks a text against the schema. A key that is in no table may be one of a program's own, unless
 * the tables are all of them.
 * @returns the texts of the settings as a board has them, and a warning for each such key
 * @throws UsageError naming file, line and key
 */
async function checkKeysAndValues(
    text: string,
    { name, tables, isWholeSchema }: SignRequest
): Promise<{ texts: Record<string, string>; warnings: string[] }> {
    if (!tables) return { texts: parse(text), warnings: [] }
    const warnings: string[] = []
    const { texts, problems } = await checkSettingsFile(text, tables)
    for (const problem of problems) {
        const isUnknown = problem.key && !findRule(tables, problem.key)
        const shown = placeFirst(name, problem)
        if (!isUnknown || isWholeSchema) throw new UsageError(shown)
        warnings.push(`${shown}; --main FILE checks against your program`)
    }
    return { texts, warnings }
}

/** A file that sets a key has to be signed by it too, or boards refuse it. */
function checkNewKeys(
    name: string,
    values: Record<string, string>,
    keys: OtaKey[]
): void {
    const hmacKey = parseHmacKey(values.OTA_KEY ?? "")
    const publicKey = parsePublicText(values.OTA_PUBKEY ?? "")
    if (values.OTA_PUBKEY && !publicKey)
        throw new UsageError(
            `"${name}": OTA_PUBKEY is no public key of LMS, the text of FILE.pub is wanted`
        )
    const isKnown = (wanted: Buffer) =>
        keys.some(key => bytesOf(key).equals(wanted))
    const refuse = (setting: string) => {
        throw new UsageError(
            `"${name}": sets ${setting}, so boards want it signed by that key too: give a second --key`
        )
    }
    if (publicKey && !isKnown(encodePublicKey(publicKey))) refuse("OTA_PUBKEY")
    if (hmacKey && !values.OTA_PUBKEY && !isKnown(hmacKey)) refuse("OTA_KEY")
}
