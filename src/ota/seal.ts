import * as ds from "@devicescript/core"
import { hmacSha256, openCcm, piecesText } from "../platform"
import { decodeBase64 } from "./base64"
import { SignedFile } from "./file"
import { joined } from "./pieces"

/** Bytes of a line's tag, and of the nonce. */
const TAG_BYTES = 16
const NONCE_BYTES = 12
/** Longest text, in bytes: what an ESP32's store keeps of settings. */
const MAX_TEXT_BYTES = 1400
/** Makes the key of the seal another one than that of the signature. */
const SEAL_PURPOSE = "fiberd ota seal"
/** Where the nonce begins in `seal=NONCE`. */
const NONCE_AT = 5

/** Opens the body of a sealed file with `OTA_KEY`; undefined when the key is not that of the seal. */
export type Opener = (
    file: SignedFile,
    key: string
) => Promise<string | undefined>

/** Opens what AES-256-CCM has sealed, line by line; what is no seal, or too long, is not opened. */
export async function openSealed(
    { seal, body }: SignedFile,
    key: string
): Promise<string | undefined> {
    const opened: Buffer[] = []
    let length = 0
    const sealKey = hmacSha256(Buffer.from(key, "hex"), [SEAL_PURPOSE])
    const nonce = Buffer.from(seal.slice(NONCE_AT), "hex")
    if (nonce.length !== NONCE_BYTES) return undefined
    // the number of the line follows the nonce
    const counter = joined(nonce, Buffer.alloc(1))
    for (const line of body) {
        const sealed = decodeBase64(line.slice(0, line.length - 1))
        const text = sealed && openCcm(sealKey, counter, sealed, TAG_BYTES)
        if (!text) return undefined
        length += text.length
        if (length > MAX_TEXT_BYTES) return undefined
        opened.push(text)
        counter[NONCE_BYTES]++
        await ds.sleep(0) // a line is some 5,000 steps
    }
    return piecesText(opened)
}
