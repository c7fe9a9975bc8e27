import { giveWay, hmacSha256, openCcm, piecesText } from "../platform"
import { decodeBase64 } from "./base64"
import { SignedFile } from "./file"
import { joined } from "./pieces"

/** Bytes of a line's tag. */
const TAG_BYTES = 16
/** Bytes of the nonce in the header; the number of the line, one byte, completes it. */
const NONCE_BYTES = 12
/** Longest text, in bytes: the longest settings file of an ESP32. */
const MAX_TEXT_BYTES = 1400
/** Derives the key of the seal from `OTA_KEY`, so that it is not that of the signature. */
const SEAL_PURPOSE = "fiberd ota seal"
/** Position of the nonce in `seal=NONCE`. */
const NONCE_AT = 5

/** Opens the body of a sealed file with `OTA_KEY`; undefined when it cannot be opened. */
export type Opener = (
    file: SignedFile,
    key: string
) => Promise<string | undefined>

/**
 * Opens a body that was sealed with AES-256-CCM, line by line.
 * @returns undefined for a wrong key, a malformed seal, or a text that is too long
 */
export async function openSealed(
    { seal, body }: SignedFile,
    key: string
): Promise<string | undefined> {
    const opened: Buffer[] = []
    let length = 0
    const sealKey = hmacSha256(Buffer.from(key, "hex"), [SEAL_PURPOSE])
    const nonce = Buffer.from(seal.slice(NONCE_AT), "hex")
    if (nonce.length !== NONCE_BYTES) return undefined
    // the number of the line, from 0, follows the nonce
    const counter = joined(nonce, Buffer.alloc(1))
    for (const line of body) {
        const sealed = decodeBase64(line.slice(0, line.length - 1))
        const text = sealed && openCcm(sealKey, counter, sealed, TAG_BYTES)
        if (!text) return undefined
        length += text.length
        if (length > MAX_TEXT_BYTES) return undefined
        opened.push(text)
        counter[NONCE_BYTES]++
        await giveWay() // a line is some 5,000 steps
    }
    return piecesText(opened)
}
