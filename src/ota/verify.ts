// Whether a file is by somebody that this board trusts, and for this board.
import * as ds from "@devicescript/core"
import { equalBytes, hmacSha256, openCcm } from "../platform"
import { decodeBase64 } from "./base64"
import { SignedFile, signedParts } from "./file"
import { verifyLms } from "./lms"
import { Pieces } from "./pieces"
import { shareOf } from "./share"

/** Longest body of a file, in bytes: what an ESP32's store keeps of settings. */
export const MAX_BODY_BYTES = 1400
/** Longest line of a sealed body, and of its text and tag, in bytes. */
const SEALED_LINE_BYTES = 192
const TAG_BYTES = 16
/** Makes the key of the seal another one than that of the signature. */
const SEAL_PURPOSE = "fiberd ota seal"

/** What a board trusts, as its settings say it. */
export interface TrustedKeys {
    /** `OTA_KEY`: signs by HMAC unless there is a public key, and opens seals. */
    key: string
    /** `OTA_PUBKEY`: when there is one, nothing else signs. */
    publicKey: string
}

/** Whether a file is for a board. */
export function isFor({ share, device }: SignedFile, board: string): boolean {
    return share > 0 ? shareOf(board) < share : device === board
}

/** Whether one of a file's signatures is by what the board trusts. Takes long for LMS. */
export async function isAuthentic(
    file: SignedFile,
    { key, publicKey }: TrustedKeys
): Promise<boolean> {
    const message = signedParts(file)
    for (const signature of file.signatures) {
        const { isLms, bytes } = signature
        let isRight = false
        if (publicKey && isLms) {
            const trusted = decodeBase64(Buffer.from(publicKey))
            if (trusted)
                isRight = await verifyLms(trusted, file.version, message, bytes)
        } else if (!publicKey && key && !isLms) {
            const mac = hmacSha256(Buffer.from(key, "hex"), message)
            isRight = equalBytes(
                Buffer.from(mac.toString("hex")),
                bytes.bytes(0, bytes.length)
            )
        }
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
    key: string
): Promise<string | undefined> {
    const { length } = pieces
    if (!nonce.length)
        return length - bodyAt > MAX_BODY_BYTES
            ? undefined
            : pieces.bytes(bodyAt, length).toString()
    const body = new Pieces()
    const sealKey = hmacSha256(Buffer.from(key, "hex"), [SEAL_PURPOSE])
    const counter = Buffer.alloc(nonce.length + 1)
    counter.blitAt(0, nonce, 0, nonce.length)
    let at = bodyAt
    while (at < length) {
        const line = pieces.line(at, SEALED_LINE_BYTES)
        const sealed = line && decodeBase64(line)
        const text = sealed && openCcm(sealKey, counter, sealed, TAG_BYTES)
        if (!text || body.length + text.length > MAX_BODY_BYTES)
            return undefined
        body.add(text)
        counter[counter.length - 1]++
        at += line.length + 1
        await ds.sleep(0) // a line is some 5,000 steps
    }
    return body.bytes(0, body.length).toString()
}
