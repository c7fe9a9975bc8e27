import {
    createCipheriv,
    createDecipheriv,
    createHmac,
    randomBytes,
} from "node:crypto"

/** Bytes of text in a sealed line; with the tag they make 192 characters of base64. */
export const LINE_BYTES = 128
export const TAG_BYTES = 16
/** Bytes of the nonce in the header; the number of the line is its last byte. */
export const NONCE_BYTES = 12
/** Makes the key of the seal another one than that of the signature. */
const PURPOSE = "fiberd ota seal"

/**
 * Seals a text by AES-256-CCM, line by line, as a board has no long pieces of heap. That no line
 * is missing or moved is for the signature to tell, which goes over the sealed text.
 */
export function seal(
    key: Buffer,
    text: Buffer
): { nonce: Buffer; body: Buffer } {
    const nonce = randomBytes(NONCE_BYTES)
    const lines: string[] = []
    for (let at = 0; at < text.length; at += LINE_BYTES) {
        const plain = text.subarray(at, at + LINE_BYTES)
        const cipher = createCipheriv(
            "aes-256-ccm",
            sealKey(key),
            lineNonce(nonce, lines.length),
            { authTagLength: TAG_BYTES }
        )
        cipher.setAAD(Buffer.alloc(0), { plaintextLength: plain.length })
        const sealed = [cipher.update(plain), cipher.final()]
        const bytes = Buffer.concat([...sealed, cipher.getAuthTag()])
        lines.push(bytes.toString("base64") + "\n")
    }
    return { nonce, body: Buffer.from(lines.join("")) }
}

/** Opens a sealed text; undefined when the key is another one. */
export function unseal(
    key: Buffer,
    nonce: Buffer,
    body: Buffer
): Buffer | undefined {
    const lines = body.toString("latin1").split("\n")
    if (lines.pop() !== "") return undefined
    const parts = lines.map((line, at) => {
        const bytes = Buffer.from(line, "base64")
        if (bytes.toString("base64") !== line) return undefined
        if (bytes.length <= TAG_BYTES) return undefined
        const decipher = createDecipheriv(
            "aes-256-ccm",
            sealKey(key),
            lineNonce(nonce, at),
            { authTagLength: TAG_BYTES }
        )
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
        const plain = bytes.subarray(0, -TAG_BYTES)
        decipher.setAAD(Buffer.alloc(0), { plaintextLength: plain.length })
        try {
            return Buffer.concat([decipher.update(plain), decipher.final()])
        } catch {
            return undefined // the tag is another one
        }
    })
    if (parts.some(part => part === undefined)) return undefined
    return Buffer.concat(parts as Buffer[])
}

function sealKey(key: Buffer): Buffer {
    return createHmac("sha256", key).update(PURPOSE).digest()
}

function lineNonce(nonce: Buffer, line: number): Buffer {
    return Buffer.concat([nonce, Buffer.of(line)])
}
