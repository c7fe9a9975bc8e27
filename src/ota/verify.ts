// Whether a file is signed with a key that a board trusts. The program chooses which signatures count;
// the code of the other kind is not in its image.
import { equalBytes, hmacSha256 } from "../platform"
import { SignedFile, signedParts } from "./file"

/** The keys that a board trusts, as the texts of its settings; empty or undefined for none. */
export interface TrustedKeys {
    /** Hexadecimal: for HMAC signatures unless there is a public key. */
    OTA_KEY?: string
    /** Base64: if it is set, no other key counts for signatures. */
    OTA_PUBKEY?: string
}

/** Whether one of a file's signatures is valid under the keys that a board trusts. */
export type Verifier = (file: SignedFile, keys: TrustedKeys) => Promise<boolean>

/**
 * Trusts HMAC-SHA256 under `OTA_KEY`; trusts nothing while there is an `OTA_PUBKEY`.
 * @throws Error while there is one: this firmware does not verify by it
 */
export async function verifyHmac(
    file: SignedFile,
    keys: TrustedKeys
): Promise<boolean> {
    const { OTA_KEY: key, OTA_PUBKEY: publicKey } = keys
    if (publicKey)
        throw new Error("OTA_PUBKEY is set, this firmware has HMAC only")
    if (!key) return false
    const mac = hmacSha256(Buffer.from(key, "hex"), signedParts(file))
    const wanted = Buffer.from(`#ota hmac=${mac.toString("hex")}\n`)
    for (const line of file.signatures)
        if (equalBytes(line, wanted)) return true
    return false
}
