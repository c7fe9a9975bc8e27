// Whether a file is by somebody that this board trusts, and for this board.
import * as ds from "@devicescript/core"
import { equalBytes, hmacSha256, openCcm } from "../platform"
import { decodeBase64 } from "./base64"
import {
    fromHex,
    Signature,
    SignatureReader,
    SignedFile,
    signedParts,
} from "./file"
import { isPublicKey, verifyLms } from "./lms"
import { Pieces } from "./pieces"
import { shareOf } from "./share"

/** Longest body of a file, in bytes: what an ESP32's store keeps of settings. */
export const MAX_BODY_BYTES = 1400
/** Bytes of a key for HMAC-SHA256 and AES-256. */
const KEY_BYTES = 32
/** Longest line of a sealed body, and of its text and tag, in bytes. */
const SEALED_LINE_BYTES = 192
const TAG_BYTES = 16
/** Makes the key of the seal another one than that of the signature. */
const SEAL_PURPOSE = "fiberd ota seal"

/** What a board trusts. */
export interface TrustedKeys {
    /** `OTA_KEY`: signs by HMAC unless there is a public key, and opens seals. */
    key: Buffer | undefined
    /** `OTA_PUBKEY`: when there is one, nothing else signs. */
    publicKey: Buffer | undefined
}

/** Reads `OTA_KEY`; undefined when it is none. */
export function parseKey(text: string): Buffer | undefined {
    return text ? fromHex(text.toLowerCase(), KEY_BYTES) : undefined
}

/** Reads `OTA_PUBKEY`; undefined when it is none. */
export function parsePublicKey(text: string): Buffer | undefined {
    const bytes = text ? decodeBase64(Buffer.from(text)) : undefined
    return isPublicKey(bytes) ? bytes : undefined
}

/** Whether a file is for a board. */
export function isFor(file: SignedFile, device: string): boolean {
    return file.device === undefined
        ? shareOf(device) < file.share
        : file.device === device
}

/** Whether one of a file's signatures is by what the board trusts. Takes long for LMS. */
export async function isAuthentic(
    file: SignedFile,
    { key, publicKey }: TrustedKeys
): Promise<boolean> {
    for (const signature of file.signatures) {
        const isRight = publicKey
            ? signature.isLms && (await isByLms(file, signature, publicKey))
            : !signature.isLms && key && isByKey(file, signature, key)
        if (isRight) return true
    }
    return false
}

/**
 * The settings in a file, opened when they are sealed.
 * @returns undefined when the key is not the one of the seal, or they are too long
 */
export async function openBody(
    { pieces, bodyAt, nonce }: SignedFile,
    key: Buffer | undefined
): Promise<string | undefined> {
    if (!nonce) {
        const { length } = pieces
        if (length - bodyAt > MAX_BODY_BYTES) return undefined
        return pieces.bytes(bodyAt, length).toString()
    }
    if (!key) return undefined
    const sealKey = hmacSha256(key, [SEAL_PURPOSE])
    const counter = Buffer.concat(nonce, Buffer.alloc(1))
    const body = new Pieces(MAX_BODY_BYTES)
    let at = bodyAt
    while (at < pieces.length) {
        const line = pieces.line(at, SEALED_LINE_BYTES)
        const sealed = line && decodeBase64(line)
        const text = sealed && openCcm(sealKey, counter, sealed, TAG_BYTES)
        if (!text || !body.add(text)) return undefined
        counter[counter.length - 1]++
        at += line.length + 1
        await ds.sleep(0) // a line is some 5,000 steps
    }
    return body.bytes(0, body.length).toString()
}

function isByKey(
    file: SignedFile,
    { at, ends }: Signature,
    key: Buffer
): boolean {
    const text = file.pieces.bytes(at[0], ends[0]).toString()
    const given = fromHex(text, KEY_BYTES)
    return (
        given !== undefined &&
        equalBytes(given, hmacSha256(key, signedParts(file)))
    )
}

async function isByLms(
    file: SignedFile,
    signature: Signature,
    publicKey: Buffer
): Promise<boolean> {
    const { pieces, version } = file
    const reader = new SignatureReader(pieces, signature)
    return await verifyLms(publicKey, version, signedParts(file), reader)
}
