// Whether a file is signed by somebody whom a board trusts. Which signatures count is for the program
// to choose: what it does not hand to `Ota` is not linked.
import { equalBytes, hmacSha256 } from "../platform"
import { SignedFile, signedParts } from "./file"

/** What a board trusts, as its settings say it. */
export interface TrustedKeys {
    /** `OTA_KEY`: signs by HMAC unless there is a public key, and opens seals. */
    key: string
    /** `OTA_PUBKEY`: when there is one, nothing else signs. */
    publicKey: string
}

/** Whether one of a file's signatures is by what a board trusts. */
export type Verifier = (file: SignedFile, keys: TrustedKeys) => Promise<boolean>

/** Trusts HMAC-SHA256 under `OTA_KEY`, unless there is an `OTA_PUBKEY`. */
export async function verifyHmac(
    file: SignedFile,
    { key, publicKey }: TrustedKeys
): Promise<boolean> {
    if (publicKey || !key) return false
    const mac = hmacSha256(Buffer.from(key, "hex"), signedParts(file))
    const wanted = Buffer.from(`#ota hmac=${mac.toString("hex")}\n`)
    for (const line of file.signatures)
        if (equalBytes(line, wanted)) return true
    return false
}
